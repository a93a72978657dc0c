#pragma once

#include <cstdint>
#include <optional>
#include <vector>

#include <bitbucket/json.hpp>

namespace bitbucket::inline v0_1 {

/// One page of an answer, as the server sends it.
template <class T>
struct Page {
  std::vector<T> values;                        ///< the rows
  std::optional<std::int64_t> size;             ///< rows in this page, never a total
  std::optional<std::int64_t> limit;            ///< as the server applied it
  std::optional<std::int64_t> start;            ///< cursor of this page
  std::optional<std::int64_t> next_page_start;  ///< cursor of the next one; not `start` plus `size`
  std::optional<bool> is_last_page;             ///< no other page follows
};

}  // namespace bitbucket::inline v0_1
