#include <sys/fsuid.h>
#include <sys/stat.h>

#include <atomic>
#include <filesystem>
#include <fstream>
#include <limits>
#include <map>
#include <string>

#include "support/daemon.hpp"
#include "tracking/commit_inputs.hpp"
#include "tracking/commit_ranges.hpp"
#include "tracking/database.hpp"
#include "tracking/databases.hpp"
#include "tracking/failures.hpp"

namespace bitbucket::test {
namespace {

namespace fs = std::filesystem;
using namespace std::chrono_literals;
using sqlite_api::sqlite3_file;
using sqlite_api::sqlite3_int64;
using sqlite_api::sqlite3_io_methods;
using sqlite_api::sqlite3_vfs;
using tracking::Database;
using tracking::Session;
using Reason = StoreError::Reason;

/// A disk that is full after a number of writes, for all databases of SQLite that are opened while
/// it exists.
class FullDisk {
 public:
  FullDisk() {
    system_ = sqlite_api::sqlite3_vfs_find(nullptr);
    left_ = std::numeric_limits<int>::max();
    disk_ = *system_;
    disk_.zName = "full";
    disk_.pNext = nullptr;
    disk_.xOpen = [](sqlite3_vfs*, const char* name, sqlite3_file* file, int flags, int* out) {
      const int result = system_->xOpen(system_, name, file, flags, out);
      if (file->pMethods) file->pMethods = &full_methods(*file->pMethods);
      return result;
    };
    sqlite_api::sqlite3_vfs_register(&disk_, 1);
  }
  FullDisk(const FullDisk&) = delete;
  FullDisk& operator=(const FullDisk&) = delete;
  ~FullDisk() {
    left_ = std::numeric_limits<int>::max();
    sqlite_api::sqlite3_vfs_unregister(&disk_);
    sqlite_api::sqlite3_vfs_register(system_, 1);
  }

  void allow_writes(int count) { left_ = count; }
  [[nodiscard]] bool has_refused() const { return left_ < 0; }

 private:
  /// Returns the methods of a file with another one for writing.
  static const sqlite3_io_methods& full_methods(const sqlite3_io_methods& methods) {
    static std::map<const sqlite3_io_methods*, sqlite3_io_methods> all;
    static const auto write = methods.xWrite;  // the same for all kinds of files
    auto& mine = all.try_emplace(&methods, methods).first->second;
    mine.xWrite = [](sqlite3_file* file, const void* bytes, int size, sqlite3_int64 at) {
      return --left_ < 0 ? SQLITE_FULL : write(file, bytes, size, at);
    };
    return mine;
  }
  static inline sqlite3_vfs* system_ = nullptr;
  static inline sqlite3_vfs disk_{};
  static inline std::atomic<int> left_ = 0;
};

class SqliteFailuresTest : public ::testing::Test {
 protected:
  TestDatabase database_{Product::sqlite};
  [[nodiscard]] TrackingStoreOptions options() const {
    return {.database = database_.address(), .lock_timeout = 50ms};
  }
  static void insert(Session& session) {
    session.execute("INSERT INTO authors (email) VALUES ('a@example.com')");
  }
  static void insert_into(Database& database) { database.write("release 1.2", insert); }
  [[nodiscard]] std::string authors() const {
    return database_.query("SELECT count(*) FROM authors");
  }
};

TEST_F(SqliteFailuresTest, NamesTheProcessThatWrites) {
  Database database(options());
  const test_support::Daemon other({"/usr/bin/python3", "-c",
                                    "import sqlite3, sys, time\n"
                                    "c = sqlite3.connect(sys.argv[1])\n"
                                    "c.execute('BEGIN IMMEDIATE')\n"
                                    "print('begun', flush=True)\n"
                                    "time.sleep(600)",
                                    database_.file().string()},
                                   "begun");
  const StoreError error = failure_of([&] { insert_into(database); });
  EXPECT_EQ(error.reason(), Reason::locked) << error.what();
  EXPECT_NE(std::string(error.what()).find("process " + std::to_string(other.pid()) + " (python3)"),
            std::string::npos)
      << error.what();
}

TEST_F(SqliteFailuresTest, RefusesAFileThatMayNotBeWritten) {
  { Database database(options()); }
  ::chmod(database_.file().c_str(), 0444);
  ::chmod(database_.file().parent_path().c_str(), 0755);
  const int before = ::setfsuid(65534);  // this thread is not root to the file system
  const StoreError error = failure_of([&] {
    Database database(options());
    insert_into(database);
  });
  ::setfsuid(static_cast<uid_t>(before));
  EXPECT_EQ(error.reason(), Reason::read_only) << error.what();
  ::chmod(database_.file().c_str(), 0644);
  Database database(options());
  insert_into(database);
  EXPECT_EQ(authors(), "1\n");
}

TEST_F(SqliteFailuresTest, SaysThatThereIsNoSpace) {
  Database database(options());
  const StoreError error = failure_of([&] {
    database.write("release 1.2", [&](Session& session) {
      insert(session);
      session.execute("PRAGMA max_page_count = 1");
      session.execute("UPDATE authors SET name = CAST(zeroblob(1000000) AS TEXT)");
    });
  });
  EXPECT_EQ(error.reason(), Reason::full) << error.what();
  EXPECT_EQ(authors(), "0\n");
  insert_into(database);
  EXPECT_EQ(authors(), "1\n");
}

TEST_F(SqliteFailuresTest, ADiskThatIsFullAtAnyWriteLeavesNoHalfRelease) {
  FullDisk disk;
  int writes = 0;
  {
    const TrackingStore store(options());
    const auto set = [&](const TrackingStore& in, int from, int to) {
      in.releases.set_commits({.version = "1.0"}, each_of(range_of(from, to, 0)));
    };
    set(store, 0, 20);
    const std::string before = rows_of_releases(database_);
    for (bool stored = false; !stored; ++writes) {
      disk.allow_writes(writes);
      const StoreError error = failure_of([&] {
        set(store, 5, 40);
        stored = true;
      });
      const bool refused = disk.has_refused();
      disk.allow_writes(std::numeric_limits<int>::max());
      if (stored) break;
      EXPECT_TRUE(refused);
      EXPECT_EQ(error.reason(), Reason::full) << error.what();
      ASSERT_EQ(rows_of_releases(database_), before) << "full after " << writes << " writes";
    }
    TestDatabase fresh(Product::sqlite);
    const TrackingStore undisturbed({.database = fresh.address()});
    set(undisturbed, 0, 20);
    set(undisturbed, 5, 40);
    EXPECT_EQ(rows_of_releases(database_), rows_of_releases(fresh));
  }
  EXPECT_GT(writes, 10);
}

TEST_F(SqliteFailuresTest, CannotOpenADatabaseWithoutRoomForItsSharedMemory) {
  { Database database(options()); }
  const StoreError error = failure_of([&] {
    const NoRoomForFiles no_room;
    Database database(options());
  });
  EXPECT_EQ(error.reason(), Reason::unavailable) << error.what();
  EXPECT_NE(std::string(error.what()).find("has room"), std::string::npos) << error.what();
  Database database(options());
  insert_into(database);
}

TEST_F(SqliteFailuresTest, RefusesPathsWhereNoDatabaseCanBe) {
  const auto open = [](const fs::path& path) {
    return failure_of([&] { Database database({.database = "sqlite:" + path.string()}); });
  };
  const fs::path folder = database_.file().parent_path();
  std::ofstream(folder / "text") << std::string(5000, 'x');
  const StoreError text = open(folder / "text"), none = open(folder / "no" / "x.db"),
                   directory = open(folder), no_name = open(folder / "");
  EXPECT_EQ(text.reason(), Reason::damaged) << text.what();
  EXPECT_EQ(none.reason(), Reason::unavailable) << none.what();
  EXPECT_EQ(directory.reason(), Reason::unavailable) << directory.what();
  EXPECT_EQ(no_name.reason(), Reason::unavailable) << no_name.what();
  EXPECT_NE(std::string(none.what()).find("create the folder"), std::string::npos) << none.what();
  EXPECT_EQ(fs::file_size(folder / "text"), 5000U);
}

TEST_F(SqliteFailuresTest, FindsDamageInAPage) {
  {
    Database database(options());
    insert_into(database);
  }
  std::fstream file(database_.file(), std::ios::in | std::ios::out | std::ios::binary);
  file.seekp(4096);
  file << std::string(static_cast<std::size_t>(fs::file_size(database_.file())) - 4096, 'x');
  file.close();
  const StoreError error = failure_of([&] {
    Database database(options());
    insert_into(database);
  });
  EXPECT_EQ(error.reason(), Reason::damaged) << error.what();
}

TEST_F(SqliteFailuresTest, RefusesToGoOnWithoutItsFile) {
  Database database(options());
  insert_into(database);
  const fs::path file = database_.file(), aside = file.string() + ".aside";
  fs::rename(file, aside);
  for (int i = 0; i < 2; ++i) {
    const StoreError error = failure_of([&] { insert_into(database); });
    EXPECT_EQ(error.reason(), Reason::unavailable) << error.what();
    EXPECT_NE(std::string(error.what()).find("put it back"), std::string::npos) << error.what();
  }
  EXPECT_FALSE(fs::exists(file));
  fs::rename(aside, file);
  EXPECT_EQ(database.read([](Session& session) {
    long long count = 0;
    session.sql() << "SELECT count(*) FROM authors", soci::into(count);
    return count;
  }),
            1);
}

TEST_F(SqliteFailuresTest, StoresNothingInAFileThatIsDeletedMeanwhile) {
  Database database(options());
  const StoreError error = failure_of([&] {
    database.write("release 1.2", [&](Session& session) {
      insert(session);
      fs::remove(database_.file());
    });
  });
  EXPECT_EQ(error.reason(), Reason::unavailable) << error.what();
  EXPECT_NE(std::string(error.what()).find("deleted, moved or replaced"), std::string::npos);
}

TEST_F(SqliteFailuresTest, GoesOnWithABackupButNotWithAnEmptyFile) {
  const fs::path file = database_.file(), backup = file.string() + ".backup";
  { Database database(options()); }
  fs::copy_file(file, backup);
  Database database(options());
  fs::rename(backup, file);
  insert_into(database);
  EXPECT_EQ(authors(), "1\n");
  fs::remove(file);
  std::ofstream(file).close();
  const StoreError error = failure_of([&] { insert_into(database); });
  EXPECT_EQ(error.reason(), Reason::damaged) << error.what();
}

}  // namespace
}  // namespace bitbucket::test
