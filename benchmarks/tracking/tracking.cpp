// Writes releases to an empty database and prints how long it took:
//   benchmark_tracking limit|library DATABASE RELEASES COMMITS_OF_EACH
#include <sys/resource.h>

#include <chrono>
#include <cstdio>
#include <exception>
#include <fstream>
#include <string>
#include <vector>

#include "limit.hpp"

namespace {

using namespace bitbucket;
using namespace benchmarks;

void write_with_library(const TrackingStore& store, const TrackingWork& work) {
  for (std::int64_t release = 0; release < work.releases; ++release)
    store.releases.set_commits({.version = std::to_string(release)}, commits_of(work, release));
}

double cpu_seconds() {
  rusage usage{};
  getrusage(RUSAGE_SELF, &usage);
  const auto seconds = [](const timeval& t) {
    return static_cast<double>(t.tv_sec) + static_cast<double>(t.tv_usec) / 1e6;
  };
  return seconds(usage.ru_utime) + seconds(usage.ru_stime);
}

long peak_rss_kib() {
  std::ifstream status("/proc/self/status");
  std::string line;
  while (std::getline(status, line))
    if (line.starts_with("VmHWM:")) return std::stol(line.substr(6));
  return 0;
}

void run(const std::vector<std::string>& arguments) {
  const std::string &program = arguments.at(1), &database = arguments.at(2);
  const TrackingWork work{.releases = std::stoll(arguments.at(3)),
                          .commits = std::stoll(arguments.at(4))};
  const std::string sqlite = "sqlite:";
  auto store = std::make_unique<TrackingStore>(TrackingStoreOptions{.database = database});
  if (program == "limit") store.reset();  // it has made the tables
  const double cpu_before = cpu_seconds();
  const auto before = std::chrono::steady_clock::now();
  if (store)
    write_with_library(*store, work);
  else if (database.starts_with(sqlite))
    write_with_sqlite3(database.substr(sqlite.size()), work);
  else
    write_with_libpq(database, work);
  const std::chrono::duration<double> wall = std::chrono::steady_clock::now() - before;
  std::printf(
      "{\"program\":\"%s\",\"releases\":%lld,\"commits\":%lld,\"wall_seconds\":%.6f,"
      "\"cpu_seconds\":%.6f,\"peak_rss_kib\":%ld}\n",
      program.c_str(), static_cast<long long>(work.releases), static_cast<long long>(work.commits),
      wall.count(), cpu_seconds() - cpu_before, peak_rss_kib());
}

}  // namespace

int main(int argc, char** argv) try {
  run({argv, argv + argc});
  return 0;
} catch (const std::exception& error) {
  std::fprintf(stderr, "benchmark_tracking: %s\n", error.what());
  return 1;
}
