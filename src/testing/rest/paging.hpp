#pragma once

#include <atomic>
#include <cstddef>
#include <functional>
#include <string>
#include <vector>

#include <bitbucket/testing/git_server.hpp>

#include "testing/rest/call.hpp"
#include "testing/rest/json.hpp"

namespace bitbucket::inline v0_1::testing::embedded {

/// Rows of a page as JSON text.
struct Rows {
  std::vector<std::string> texts;
  bool last = true;  ///< nothing follows
};

/// Reads `start` and `limit`, asks for the rows and writes the page; misbehaves when told to.
class Pager {
 public:
  explicit Pager(const GitServerOptions& options)
      : default_limit_(options.default_limit),
        max_page_limit_(options.max_page_limit),
        short_pages_(options.short_pages),
        empty_pages_(options.empty_pages) {}

  using Fetch = std::function<Rows(std::size_t row, std::size_t count)>;
  /// `more` is an object whose members are added to the page.
  void answer(Call& call, std::size_t max_limit, const Fetch& fetch, const Json& more = {});
  /// The same for what is at hand: `text` makes the i-th of `size` rows.
  void answer_rows(Call& call, std::size_t size,
                   const std::function<std::string(std::size_t)>& text, const Json& more = {});

 private:
  const std::size_t default_limit_, max_page_limit_, short_pages_, empty_pages_;
  std::atomic<std::size_t> pages_{0};
};

}  // namespace bitbucket::inline v0_1::testing::embedded
