#include <bitbucket/detail/page_walk.hpp>

#include <algorithm>
#include <cstdint>
#include <string>

#include "engine/core.hpp"
#include "engine/product.hpp"

namespace bitbucket::inline v0_1::detail {

void PageWalk::start_at(std::int64_t start) {
  at_end_ = start < 0;
  next_start_ = std::max<std::int64_t>(start, 0);
}

CallSpec PageWalk::next(const Context& context, std::size_t wanted) {
  const int limit = static_cast<int>(std::min(wanted, static_cast<std::size_t>(context.page_size)));
  asked(limit);
  return request(context, next_start_, limit);
}

CallSpec PageWalk::request(const Context& context, std::int64_t start, int limit) const {
  CallSpec page = call_;
  context.core->product->ask_for_page(page.query, start, limit);
  return page;
}

void PageWalk::asked(int limit) {
  if (broken_) throw *broken_;
  page_start_ = next_start_;
  asked_ = limit;
}

void PageWalk::accept(const Context& context, const PageHead& head, const Response& response) try {
  require_valid(head);
  if (head.limit && *head.limit < asked_) server_limit_ = *head.limit;
  at_end_ = head.last.value_or(!head.next);
  if (at_end_) return;
  if (head.next && *head.next > page_start_) {
    next_start_ = *head.next;
    return count_empty(head, context.max_empty_pages);
  }
  // This page is good; the request for the next one throws the error.
  broken_ =
      DecodeError("/nextPageStart",
                  !head.next ? std::string("more rows follow, but the page does not say where")
                             : "the cursor does not advance: " + std::to_string(*head.next) +
                                   " after " + std::to_string(page_start_),
                  std::string(to_string(call_.operation.method)) + ' ' + call_.path);
} catch (const DecodeError& error) {
  rethrow(error, context, call_, response);
}

/// Refuses a page that contradicts itself or does not say whether it is the last.
void PageWalk::require_valid(const PageHead& head) const {
  if (head.start && *head.start != page_start_)
    throw DecodeError("/start", "the page begins at " + std::to_string(*head.start) + ", not at " +
                                    std::to_string(page_start_) + " as requested");
  if (head.size && (*head.size < 0 || static_cast<std::uint64_t>(*head.size) != head.rows))
    throw DecodeError("/size", "the page says that it has " + std::to_string(*head.size) +
                                   " rows, but it has " + std::to_string(head.rows));
  if (!head.last && !head.next)
    throw DecodeError({},
                      "the page says neither whether it is the last one (isLastPage) nor "
                      "where the next one begins (nextPageStart)");
}

/// Gives up after too many consecutive pages without rows.  The walk can continue after them.
void PageWalk::count_empty(const PageHead& head, int most) {
  empty_pages_ = head.rows == 0 ? empty_pages_ + 1 : 0;
  if (empty_pages_ < most) return;
  empty_pages_ = 0;
  throw DecodeError(
      "/values", std::to_string(most) +
                     " consecutive pages have no rows (PagingOptions::max_empty_pages), and more "
                     "pages follow; begin() continues with the next page, and so does a walk from "
                     "position()");
}

}  // namespace bitbucket::inline v0_1::detail
