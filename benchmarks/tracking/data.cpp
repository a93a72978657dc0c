#include "data.hpp"

#include <chrono>
#include <string>

namespace benchmarks {
namespace {

using namespace bitbucket;

/// Returns forty digits that look random.
std::string id_of(std::uint64_t number) {
  std::string id;
  for (int part = 0; part < 3; ++part) {
    number = (number ^ (number >> 29)) * 0xbf58476d1ce4e5b9u + 0x9e3779b97f4a7c15u;
    for (int digit = 0; digit < 16 && id.size() < 40; ++digit)
      id += "0123456789abcdef"[number >> (60 - 4 * digit) & 15];
  }
  return id;
}

void fill(CommitInput& commit, std::int64_t number, std::int64_t files) {
  commit.repository = "PRJ/demo";
  commit.id = id_of(static_cast<std::uint64_t>(number) + 1);
  commit.message = "Change number " + std::to_string(number) +
                   " of the component that the benchmark writes\n\nThe body explains in a few "
                   "words why the change was made, as most messages do; it is not long.\n";
  commit.author_name = "Author " + std::to_string(number % 50);
  commit.author_email = "author" + std::to_string(number % 50) + "@example.com";
  commit.timestamp = Timestamp(std::chrono::milliseconds(1'600'000'000'000 - number * 60'000));
  commit.files.emplace();
  for (std::int64_t file = 0; file < files; ++file)
    commit.files->push_back({"src/component" + std::to_string(number % 97) + "/part" +
                                 std::to_string(file) + "/file" + std::to_string(number % 1013) +
                                 ".cpp",
                             FileChangeType::modified});
}

}  // namespace

CommitInputs commits_of(const TrackingWork& work, std::int64_t release) {
  return [work, next = release * work.commits,
          end = (release + 1) * work.commits](CommitInput& commit) mutable {
    if (next == end) return false;
    fill(commit, next++, work.files);
    return true;
  };
}

}  // namespace benchmarks
