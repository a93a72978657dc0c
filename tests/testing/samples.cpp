#include <fcntl.h>
#include <sys/file.h>
#include <unistd.h>

#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <memory>
#include <stdexcept>
#include <string>
#include <vector>

#include "testing/server_fixture.hpp"

namespace server_test {

namespace support = bitbucket::test_support;

namespace {

void make(const std::filesystem::path& folder, Samples& out) {
  out.small = support::make_small_repository(folder / "PRJ/demo");
  out.rich = support::make_rich_repository(folder / "PRJ/rich");
  support::init_repository(folder / "PRJ/empty.git", true);
  support::make_small_repository(folder / "~ann/own");
  out.wide = support::make_wide_history(folder / "BIG/wide.git", 3000);
  out.long_tip = support::make_linear_history(folder / "BIG/long.git", 2500);
  std::filesystem::create_directories(folder / "PRJ/no-repository");
}

/// All ids of the samples, in an order that a file can keep.
std::vector<std::string*> ids(Samples& s) {
  auto& r = s.rich;
  return {&s.small.first,
          &s.small.second,
          &s.small.third,
          &s.small.feature,
          &r.root,
          &r.modified,
          &r.moved,
          &r.copied,
          &r.deleted,
          &r.mode,
          &r.type,
          &r.submodule,
          &r.submodule_moved_on,
          &r.names,
          &r.empty,
          &r.topic,
          &r.topic2,
          &r.merge,
          &r.octopus,
          &r.unrelated,
          &r.encoded,
          &r.tip,
          &s.wide.root,
          &s.wide.second,
          &s.long_tip};
}

/// Makes the samples in `folder`, or reads what an earlier process of this run made there.
void share(const std::filesystem::path& folder, Samples& out) {
  std::filesystem::create_directories(folder);
  const int lock = ::open((folder / "lock").c_str(), O_CREAT | O_RDWR | O_CLOEXEC, 0600);
  if (lock < 0 || ::flock(lock, LOCK_EX) != 0) throw std::runtime_error("cannot lock the samples");
  out.folder = folder / "projects";
  const auto list = folder / "ids";
  if (std::ifstream known(list); known) {
    for (std::string* id : ids(out)) std::getline(known, *id);
  } else {
    std::filesystem::remove_all(out.folder);
    make(out.folder, out);
    std::ofstream file(folder / "ids.new");
    for (const std::string* id : ids(out)) file << *id << '\n';
    file.close();
    std::filesystem::rename(folder / "ids.new", list);
  }
  ::close(lock);
}

}  // namespace

const Samples& samples() {
  static const std::unique_ptr<support::TempDir> own =
      std::getenv("BITBUCKET_TEST_SAMPLES") ? nullptr : std::make_unique<support::TempDir>();
  static const Samples made = [] {
    Samples out;
    share(own ? own->path() : std::filesystem::path(std::getenv("BITBUCKET_TEST_SAMPLES")), out);
    return out;
  }();
  return made;
}

}  // namespace server_test
