#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include <bitbucket/codec.hpp>
#include <bitbucket/json.hpp>

namespace bitbucket::inline v0_1 {

/// One page of an answer, as the server sends it.
template <class T>
struct Page {
  std::vector<T> values;                        ///< the rows
  std::optional<std::int64_t> size;             ///< rows in this page, never a total
  std::optional<std::int64_t> limit;            ///< the limit that the server applied
  std::optional<std::int64_t> start;            ///< cursor of this page
  std::optional<std::int64_t> next_page_start;  ///< cursor of the next one; not `start` plus `size`
  std::optional<bool> is_last_page;             ///< no other page follows
};

/// Pages of every type that has a codec.
template <class T>
struct JsonCodec<Page<T>> {
  /// Fills `out` from the text of a page.
  static void read(std::string& body, Page<T>& out) {
    if constexpr (detail::OfTheLibrary<T>) {
      detail::codec_of<T>().read_page(body, out);
    } else {
      Page<RawJson> page;
      JsonCodec<Page<RawJson>>::read(body, page);
      out = {detail::read_rows<T>(page.values, "/values"),
             page.size,
             page.limit,
             page.start,
             page.next_page_start,
             page.is_last_page};
    }
  }
};

}  // namespace bitbucket::inline v0_1
