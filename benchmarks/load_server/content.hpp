#pragma once

#include <map>
#include <string>
#include <string_view>
#include <vector>

#include "harness/samples.hpp"

namespace benchmarks {

/// A rendered answer; `body` points into what the content keeps.
struct Answer {
  std::string head;  ///< status line, headers and the beginning of the body
  std::string_view body;
  std::string tail;
};

/// All that the load server serves, rendered before the first request comes.
class Content {
 public:
  /// `cap` is the largest page it gives.
  Content(std::size_t commits, std::size_t cap);

  /// Answers GET `target`, which is a path with its query.
  [[nodiscard]] Answer answer(std::string_view target) const;

 private:
  struct Place {
    std::size_t start = 0;
    std::size_t limit = 25;
  };
  [[nodiscard]] Place place_of(std::string_view query) const;
  [[nodiscard]] Answer page(const Rows& rows, std::size_t first_row, const Place& place) const;

  Rows commits_;
  std::vector<Rows> changes_;
  std::size_t cap_;
};

/// An answer that is no page.
Answer plain_answer(std::string_view status, std::string body);

}  // namespace benchmarks
