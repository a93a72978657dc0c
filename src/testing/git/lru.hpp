#pragma once

#include <cstddef>
#include <list>
#include <utility>

namespace bitbucket::inline v0_1::testing::git {

/// The most recently used values, few enough to be searched one by one.  `Weight` tells how much a
/// value counts.  The most recent one stays whatever it weighs.
template <class Key, class Value, class Weight>
class Lru {
 public:
  Lru(std::size_t values, std::size_t weight) : values_(values), weight_(weight) {}

  /// Returns the value, now the most recent, or nullptr.
  Value* find(const Key& key) {
    for (auto entry = entries_.begin(); entry != entries_.end(); ++entry) {
      if (!(entry->first == key)) continue;
      entries_.splice(entries_.begin(), entries_, entry);
      return &entries_.front().second;
    }
    return nullptr;
  }

  Value& add(Key key, Value value) {
    entries_.emplace_front(std::move(key), std::move(value));
    trim();
    return entries_.front().second;
  }

  /// Drops what is too much, the least recent first.
  void trim() {
    std::size_t weight = 0, values = 0;
    for (auto entry = entries_.begin(); entry != entries_.end(); ++entry) {
      weight += Weight()(entry->second);
      if (++values == 1 || (values <= values_ && weight <= weight_)) continue;
      entries_.erase(entry, entries_.end());
      return;
    }
  }

 private:
  std::size_t values_, weight_;
  std::list<std::pair<Key, Value>> entries_;
};

}  // namespace bitbucket::inline v0_1::testing::git
