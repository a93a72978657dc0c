#pragma once

#include <string>
#include <utility>

#include "testing/base/text.hpp"

namespace bitbucket::inline v0_1::testing::embedded {

/// Compares a version such as "10.3.1" by its numbers.
inline bool at_least(const std::string& version, std::int64_t major, std::int64_t minor) {
  const auto parts = split(version, '.');
  const auto number = [&](std::size_t i) {
    return i < parts.size() ? parse_integer(parts[i]).value_or(0) : 0;
  };
  return std::pair(number(0), number(1)) >= std::pair(major, minor);
}

}  // namespace bitbucket::inline v0_1::testing::embedded
