#include <stdexcept>
#include <unordered_map>

#include <sqlite3.h>

#include "limit.hpp"

namespace benchmarks {
namespace {

using namespace bitbucket;

class Statement {
 public:
  Statement(sqlite3* database, const char* text) : database_(database) {
    check(sqlite3_prepare_v3(database, text, -1, SQLITE_PREPARE_PERSISTENT, &statement_, nullptr));
  }
  Statement(const Statement&) = delete;
  Statement& operator=(const Statement&) = delete;
  ~Statement() { sqlite3_finalize(statement_); }

  template <class... Values>
  void run(const Values&... values) {
    int place = 0;
    (bind(++place, values), ...);
    sqlite3_step(statement_);
    check(sqlite3_reset(statement_));
  }

 private:
  void bind(int place, std::int64_t value) { check(sqlite3_bind_int64(statement_, place, value)); }
  void bind(int place, const std::string& value) {
    check(sqlite3_bind_text(statement_, place, value.data(), static_cast<int>(value.size()),
                            SQLITE_STATIC));
  }
  void check(int result) const {
    if (result != SQLITE_OK) throw std::runtime_error(sqlite3_errmsg(database_));
  }
  sqlite3* database_;
  sqlite3_stmt* statement_ = nullptr;
};

void execute(sqlite3* database, const char* text) {
  if (sqlite3_exec(database, text, nullptr, nullptr, nullptr) != SQLITE_OK)
    throw std::runtime_error(sqlite3_errmsg(database));
}

class Writer {
 public:
  explicit Writer(sqlite3* database) : database_(database) {}

  void write_release(const TrackingWork& work, std::int64_t release) {
    execute(database_, "BEGIN IMMEDIATE");
    if (release == 0) repository_.run();
    const std::int64_t first = release * work.commits + 1;
    release_.run(release + 1, std::to_string(release), work.commits);
    const CommitInputs next = commits_of(work, release);
    std::int64_t position = 0;
    for (CommitInput commit; next(commit); commit = {})
      write_commit(commit, release, first, position++);
    close_.run(first, static_cast<std::int64_t>(authors_.size()), release + 1);
    head_.run(release + 1, first);
    execute(database_, "COMMIT");
  }

 private:
  void write_commit(const CommitInput& commit, std::int64_t release, std::int64_t first,
                    std::int64_t position) {
    const auto [author, is_new] =
        authors_.try_emplace(*commit.author_email, static_cast<std::int64_t>(authors_.size()) + 1);
    if (is_new) author_.run(author->second, *commit.author_email, *commit.author_name);
    const std::int64_t id = first + position;
    commit_.run(id, commit.id, *commit.message, author->second,
                static_cast<std::int64_t>(commit.timestamp->time_since_epoch().count()));
    for (const FileChange& file : *commit.files)
      file_.run(id, file.path, std::string(1, static_cast<char>(file.type)));
    link_.run(release + 1, id, position);
  }

  sqlite3* database_;
  std::unordered_map<std::string, std::int64_t> authors_;
  Statement repository_{database_,
                        "INSERT INTO repositories (id, name, project, slug, url, attached, "
                        "webhook_secret) VALUES (1, 'PRJ/demo', '', '', '', 0, '')"};
  Statement author_{database_, "INSERT INTO authors (id, email, name) VALUES (?, ?, ?)"};
  Statement commit_{database_,
                    "INSERT INTO commits (id, repository_id, hash, message, author_id, "
                    "date_added, has_files) VALUES (?, 1, ?, ?, ?, ?, 1)"};
  Statement file_{database_, "INSERT INTO file_changes (commit_id, path, type) VALUES (?, ?, ?)"};
  Statement release_{database_,
                     "INSERT INTO releases (id, version, date_added, commit_count, author_count) "
                     "VALUES (?, ?, 0, ?, 0)"};
  Statement link_{database_,
                  "INSERT INTO release_commits (release_id, commit_id, position) "
                  "VALUES (?, ?, ?)"};
  Statement close_{database_,
                   "UPDATE releases SET last_commit_id = ?, author_count = ? WHERE id = ?"};
  Statement head_{database_,
                  "INSERT INTO release_heads (release_id, repository_id, commit_id) "
                  "VALUES (?, 1, ?)"};
};

}  // namespace

void write_with_sqlite3(const std::string& file, const TrackingWork& work) {
  sqlite3* database = nullptr;
  if (sqlite3_open(file.c_str(), &database) != SQLITE_OK)
    throw std::runtime_error("the file cannot be opened");
  for (const char* setting : {"PRAGMA journal_mode = WAL", "PRAGMA synchronous = FULL",
                              "PRAGMA foreign_keys = ON", "PRAGMA cache_size = -16384"})
    execute(database, setting);
  {
    Writer writer(database);
    for (std::int64_t release = 0; release < work.releases; ++release)
      writer.write_release(work, release);
  }
  sqlite3_close(database);
}

}  // namespace benchmarks
