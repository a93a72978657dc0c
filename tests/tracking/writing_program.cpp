// A process that sets releases until it kills itself:
//   DATABASE statement N      sets release 1.0, and dies before its N-th statement
//   DATABASE microseconds N   sets releases 0.0 to 3.0 again and again, and dies after a time
//   DATABASE refs N SERVER REPOSITORY
//                             sets a release with the name of a repository by Tracker::set_refs(),
//                             and dies before its N-th statement
#include <signal.h>
#include <sys/time.h>
#include <unistd.h>

#include <atomic>
#include <exception>
#include <functional>
#include <iostream>
#include <memory>
#include <string>
#include <vector>

#include <bitbucket/server.hpp>
#include <bitbucket/tracking.hpp>

#include "tracking/commit_ranges.hpp"

namespace {

using namespace bitbucket;

void die() { ::kill(::getpid(), SIGKILL); }

/// Opens a store, does something with it, and dies before the last statement.
void die_before_statement(
    const std::string& database, long long last,
    const std::function<void(const std::shared_ptr<const TrackingStore>&)>& work) {
  std::atomic<bool> armed = false;
  std::atomic<long long> statements = 0;
  const auto store = std::make_shared<const TrackingStore>(
      TrackingStoreOptions{.database = database, .on_statement = [&](std::string_view) {
                             if (armed && ++statements == last) die();
                           }});
  armed = true;
  work(store);
}

void set_commits(const std::shared_ptr<const TrackingStore>& store) {
  store->releases.set_commits({.version = "1.0"}, each_of(test::range_of(5, 40, 0)));
}

void set_refs(const std::shared_ptr<const TrackingStore>& store, const std::string& server,
              const std::string& repository) {
  const BitbucketServer client({.base_url = server, .credentials = BearerToken{"ann-token"}});
  const Tracker tracker(store, make_commit_source(client), {.batch = 2});
  tracker.set_refs({.version = repository.substr(repository.find('/') + 1)},
                   {{.repository = repository, .commit = "main"}});
}

[[noreturn]] void die_after(const std::string& database, long long microseconds) {
  const TrackingStore store({.database = database});
  ::signal(SIGALRM, [](int) { die(); });
  const itimerval timer{{}, {microseconds / 1'000'000, microseconds % 1'000'000}};
  ::setitimer(ITIMER_REAL, &timer, nullptr);
  for (long long turn = microseconds;; ++turn) {
    const int release = static_cast<int>(turn % 4);
    store.releases.set_commits(
        {.version = std::to_string(release) + ".0"},
        each_of(test::range_of(10 * release, 10 * release + 60, static_cast<int>(turn / 4 % 2))));
  }
}

}  // namespace

int main(int argc, char** argv) {
  try {
    const std::vector<std::string> arguments(argv, argv + argc);
    const std::string &database = arguments.at(1), &what = arguments.at(2);
    const long long number = std::stoll(arguments.at(3));
    if (what == "microseconds") die_after(database, number);
    die_before_statement(database, number, [&](const auto& store) {
      if (what == "refs")
        set_refs(store, arguments.at(4), arguments.at(5));
      else
        set_commits(store);
    });
    return 0;
  } catch (const std::exception& error) {
    std::cerr << error.what() << std::endl;
    return 1;
  }
}
