#include "harness/measure.hpp"

#include <sys/resource.h>

#include <chrono>
#include <cstdio>
#include <exception>
#include <fstream>
#include <string>

namespace benchmarks {
namespace {

double seconds(const timeval& t) {
  return static_cast<double>(t.tv_sec) + static_cast<double>(t.tv_usec) / 1e6;
}

double cpu_seconds() {
  rusage usage{};
  getrusage(RUSAGE_SELF, &usage);
  return seconds(usage.ru_utime) + seconds(usage.ru_stime);
}

/// Counts this program only, because getrusage includes the program that started it.
long peak_rss_kib() {
  std::ifstream status("/proc/self/status");
  std::string line;
  while (std::getline(status, line))
    if (line.starts_with("VmHWM:")) return std::stol(line.substr(6));
  return 0;
}

}  // namespace

int measure(const char* program, const Options& options, Outcome (*work)(const Options&)) try {
  const double cpu_before = cpu_seconds();
  const auto before = std::chrono::steady_clock::now();
  const Outcome outcome = work(options);
  const std::chrono::duration<double> wall = std::chrono::steady_clock::now() - before;
  const double cpu = cpu_seconds() - cpu_before;
  std::printf(
      "{\"program\":\"%s\",\"workload\":\"%s\",\"items\":%llu,\"checksum\":\"%016llx\","
      "\"wall_seconds\":%.6f,\"cpu_seconds\":%.6f,\"peak_rss_kib\":%ld,\"page_size\":%d,"
      "\"in_flight\":%d,\"concurrency\":%d}\n",
      program, options.workload.c_str(), static_cast<unsigned long long>(outcome.items),
      static_cast<unsigned long long>(outcome.checksum), wall.count(), cpu, peak_rss_kib(),
      options.page_size, options.in_flight, options.concurrency);
  return 0;
} catch (const std::exception& error) {
  std::fprintf(stderr, "%s: %s\n", program, error.what());
  return 1;
}

}  // namespace benchmarks
