// Processes that set releases are killed: no release is incomplete, lost or duplicated.
#include <signal.h>
#include <spawn.h>
#include <sys/wait.h>
#include <unistd.h>

#include <cstdlib>
#include <random>
#include <stdexcept>
#include <string>
#include <thread>
#include <vector>

#include "tracking/commit_inputs.hpp"
#include "tracking/commit_ranges.hpp"
#include "tracking/databases.hpp"
#include "tracking/tracker_fixture.hpp"

namespace bitbucket::test {
namespace {

/// Runs the program and returns how it ended, as waitpid() reports it.
int run_writer(const std::string& database, const std::string& what, long long number,
               const std::vector<std::string>& more = {}) {
  std::vector<std::string> words = {BITBUCKET_WRITING_PROGRAM, database, what,
                                    std::to_string(number)};
  words.insert(words.end(), more.begin(), more.end());
  std::vector<char*> arguments;
  for (std::string& word : words) arguments.push_back(word.data());
  arguments.push_back(nullptr);
  pid_t pid = 0;
  if (::posix_spawn(&pid, words[0].c_str(), nullptr, nullptr, arguments.data(), environ) != 0)
    throw std::runtime_error("the program does not start");
  int status = 0;
  ::waitpid(pid, &status, 0);
  return status;
}

bool was_killed(int status) { return WIFSIGNALED(status) && WTERMSIG(status) == SIGKILL; }

class KilledWriterTest : public StoreTest {
 protected:
  static void set(const TrackingStore& store, int release) {
    store.releases.set_commits({.version = std::to_string(release) + ".0"},
                               each_of(range_of(10 * release, 10 * release + 60, 0)));
  }
  /// Returns the rows of a release in a database.
  static std::string rows_of(const TestDatabase& database, const std::string& version) {
    return database.query(
               "SELECT commit_count, author_count, hash FROM releases JOIN commits ON "
               "commits.id = last_commit_id WHERE version = '" +
               version + "'") +
           database.query(
               "SELECT position, hash, message, email, path FROM releases JOIN release_commits "
               "rc ON rc.release_id = releases.id JOIN commits ON commits.id = rc.commit_id JOIN "
               "authors ON authors.id = author_id JOIN file_changes f ON "
               "f.commit_id = commits.id WHERE version = '" +
               version + "' ORDER BY position");
  }
  static int kills() {
    const char* const wanted = std::getenv("BITBUCKET_WRITER_KILLS");
    return wanted ? std::atoi(wanted) : 200;
  }
};
INSTANTIATE_TEST_SUITE_P(Products, KilledWriterTest, both_products(), name_of);

TEST_P(KilledWriterTest, BeforeEachStatementTheReleaseStaysAsItWasAndALaterRunCompletesIt) {
  const auto store = open();
  store->releases.set_commits({.version = "1.0"}, each_of(range_of(0, 20, 0)));
  const std::string before = rows_of_releases(database_);
  int statement = 1;
  for (; was_killed(run_writer(database_.address(), "statement", statement)); ++statement)
    ASSERT_EQ(rows_of_releases(database_), before) << "killed before statement " << statement;
  EXPECT_GT(statement, 15);
  TestDatabase fresh(GetParam());
  const TrackingStore undisturbed({.database = fresh.address()});
  undisturbed.releases.set_commits({.version = "1.0"}, each_of(range_of(0, 20, 0)));
  undisturbed.releases.set_commits({.version = "1.0"}, each_of(range_of(5, 40, 0)));
  EXPECT_EQ(rows_of_releases(database_), rows_of_releases(fresh));
}

TEST_P(KilledWriterTest, AtAnyTimeEachReleaseIsThereWholeOrNotAtAll) {
  const auto store = open();
  constexpr int processes = 8;
  {
    std::vector<std::jthread> threads;
    for (int process = 0; process < processes; ++process)
      threads.emplace_back([&, process] {
        std::mt19937 random(static_cast<unsigned>(process));
        for (int i = process; i < kills(); i += processes)
          EXPECT_TRUE(was_killed(
              run_writer(database_.address(), "microseconds", 1000 + random() % 150'000)));
      });
  }
  TestDatabase fresh(GetParam());
  const TrackingStore undisturbed({.database = fresh.address()});
  for (int release = 0; release < 4; ++release) set(undisturbed, release);
  for (int release = 0; release < 4; ++release) {
    const std::string version = std::to_string(release) + ".0", rows = rows_of(database_, version);
    EXPECT_TRUE(rows.empty() || rows == rows_of(fresh, version)) << rows;
    set(*store, release);
  }
  EXPECT_EQ(rows_of_releases(database_), rows_of_releases(fresh));
}

class KilledTrackerTest : public TrackerFixture {
 protected:
  [[nodiscard]] std::string number(const std::string& query) const {
    return lines(database_.query("SELECT count(*) FROM " + query)).at(0);
  }
};
INSTANTIATE_TEST_SUITE_P(Products, KilledTrackerTest, both_products(), name_of);

TEST_P(KilledTrackerTest, ASecondRunCompletesTheReleaseAndAsksForNoStoredFileAgain) {
  push_commits(3, main_, 2);
  const auto all = rev_list({"main"});
  std::size_t asked_again = 0, kills = 0;
  // Each run begins with nothing of its repository, and the stride differs from the length of what
  // is repeated for each batch.
  for (int statement = 1;; statement += 5) {
    const std::string id = std::to_string(100 + statement), name = "PRJ/" + id;
    store_->repositories->add(
        {.external_id = id, .name = name, .repo = {"PRJ", "demo"}, .url = "https://x"});
    if (!was_killed(
            run_writer(database_.address(), "refs", statement, {server_->base_url(), name})))
      break;
    ++kills;
    SCOPED_TRACE(statement);
    EXPECT_EQ(number("releases WHERE version = '" + id + "'"), "0");
    const std::string of =
        " JOIN repositories r ON r.id = repository_id WHERE external_id = '" + id;
    const std::size_t with_files = std::stoul(number("commits" + of + "' AND has_files = 1"));
    EXPECT_EQ(number("file_changes JOIN commits ON commits.id = commit_id" + of + "'"),
              std::to_string(2 * with_files));
    server_->clear_requests();
    const auto fetched = tracker().set_refs({.version = id}, {{name, "main", ""}});
    EXPECT_EQ(fetched.at(0).error, "");
    EXPECT_EQ(changes_requests(), all.size() - with_files);
    asked_again += changes_requests();
    ASSERT_EQ(release_commits(id), all);
  }
  EXPECT_GT(kills, 5u);
  EXPECT_LT(asked_again, kills * all.size()) << "no run was killed after it had stored files";
}

}  // namespace
}  // namespace bitbucket::test
