#pragma once

#include <cstddef>
#include <cstdint>
#include <optional>
#include <utility>

#include <bitbucket/api_path.hpp>
#include <bitbucket/detail/export.hpp>
#include <bitbucket/detail/send.hpp>
#include <bitbucket/error.hpp>
#include <bitbucket/paged.hpp>

namespace bitbucket::inline v0_1::detail {

/// The state of a walk over the pages of a call.  It checks that each page continues the walk.
class BITBUCKET_EXPORT PageWalk {
 public:
  explicit PageWalk(CallSpec call) : call_(std::move(call)) {}

  /// Begins at a page other than the first; a negative start stands for the end.
  void start_at(std::int64_t start);
  /// Returns the request for the next page, with as many rows as `wanted` needs.
  [[nodiscard]] CallSpec next(const Context& context, std::size_t wanted);
  /// Returns the request for any page.
  [[nodiscard]] CallSpec request(const Context& context, std::int64_t start, int limit) const;
  /// Records that the next page was requested with this limit.
  void asked(int limit);
  /// Returns whether a page follows the last one accepted.
  [[nodiscard]] bool goes_on() const noexcept { return !at_end_ && !broken_; }
  /// Accepts what the next page says about itself; throws DecodeError when it cannot be that page.
  void accept(const Context& context, const PageHead& head, const Response& response);

  [[nodiscard]] const CallSpec& call() const noexcept { return call_; }
  [[nodiscard]] bool at_end() const noexcept { return at_end_; }
  [[nodiscard]] std::int64_t page_start() const noexcept { return page_start_; }
  [[nodiscard]] std::int64_t next_start() const noexcept { return next_start_; }
  [[nodiscard]] int asked_limit() const noexcept { return asked_; }
  [[nodiscard]] std::optional<std::int64_t> server_limit() const noexcept { return server_limit_; }

 private:
  void require_valid(const PageHead& head) const;
  void count_empty(const PageHead& head, int most);

  CallSpec call_;
  std::optional<DecodeError> broken_;  // the error to throw instead of the next page
  std::optional<std::int64_t> server_limit_;
  std::int64_t page_start_ = 0;
  std::int64_t next_start_ = 0;
  int asked_ = 0;
  int empty_pages_ = 0;  // in a row
  bool at_end_ = false;
};

}  // namespace bitbucket::inline v0_1::detail
