#include "testing/git/kept_child.hpp"

#include <sys/resource.h>

#include <algorithm>
#include <list>
#include <mutex>
#include <utility>

namespace bitbucket::inline v0_1::testing::git {
namespace {

struct Kept {
  std::mutex mutex;
  std::list<std::pair<const KeptChild*, std::unique_ptr<Child>>> children;  ///< the oldest first
};

/// Never destroyed: a server may be a global variable and outlive other ones.
Kept& kept() {
  static Kept& all = *new Kept;
  return all;
}

std::size_t most_children() {
  constexpr rlim_t least = 8, most = 256;
  rlimit descriptors{};
  if (::getrlimit(RLIMIT_NOFILE, &descriptors) != 0) return least;
  return std::clamp(descriptors.rlim_cur / 16, least, most);
}

}  // namespace

std::unique_ptr<Child> KeptChild::take() {
  Kept& all = kept();
  const std::scoped_lock lock(all.mutex);
  const auto found = std::find_if(all.children.begin(), all.children.end(),
                                  [this](const auto& entry) { return entry.first == this; });
  if (found == all.children.end()) return nullptr;
  std::unique_ptr<Child> child = std::move(found->second);
  all.children.erase(found);
  return child;
}

void KeptChild::keep(std::unique_ptr<Child> child) {
  const std::size_t most = most_children();
  decltype(Kept::children) ended;
  Kept& all = kept();
  const std::scoped_lock lock(all.mutex);  // released before the children end, which takes a moment
  all.children.emplace_back(this, std::move(child));
  while (all.children.size() > most) {
    ended.splice(ended.end(), all.children, all.children.begin());
  }
}

}  // namespace bitbucket::inline v0_1::testing::git
