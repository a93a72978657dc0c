#include <algorithm>
#include <charconv>
#include <cstdint>
#include <deque>
#include <limits>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <utility>

#include <bitbucket/send.hpp>

#include "server/call.hpp"

namespace bitbucket::inline v0_1::detail {

PageSource::~PageSource() = default;

namespace {

/// Where a page says that the next one begins, found at the end of its text before the text is
/// read: a guess, which costs a request when it is wrong.
std::optional<std::int64_t> next_in_tail(std::string_view body) {
  constexpr std::string_view key = "\"nextPageStart\":";
  const std::string_view tail = body.substr(body.size() - std::min<std::size_t>(body.size(), 160));
  const std::size_t at = tail.rfind(key);
  if (at == std::string_view::npos) return std::nullopt;
  std::int64_t next = 0;
  const auto [end, error] =
      std::from_chars(tail.data() + at + key.size(), tail.data() + tail.size(), next);
  if (error != std::errc() || end == tail.data() + tail.size() || next < 0) return std::nullopt;
  return next;
}

class Pager final : public PageSource {
 public:
  Pager(ContextPtr context, CallSpec spec)
      : context_(std::move(context)),
        spec_(std::move(spec)),
        in_flight_(static_cast<std::size_t>(context_->max_in_flight)) {}

  void start_at(std::int64_t start) override {
    at_end_ = start < 0;
    next_start_ = std::max<std::int64_t>(start, 0);
  }

  std::string& fetch(std::size_t wanted) override {
    if (broken_) throw *broken_;
    // What was asked for behind a page that nobody could read does not come next.
    if (std::exchange(unread_, true)) ahead_.clear();
    if (ahead_.empty()) ask(next_start_, rows(wanted));
    page_start_ = next_start_;
    const Asked page = std::move(ahead_.front());
    ahead_.pop_front();
    asked_ = page.limit;
    const bool unlimited = wanted == everything && context_->prefetch > 0;
    if (unlimited && goes_on_) sign_next();
    spare_ = std::move(response_.body);
    try {
      response_ = page.call->finish();
    } catch (...) {
      ahead_.clear();  // a failed page is asked for anew by the next fetch
      throw;
    }
    // The request for the next page leaves before this one is read.
    if (unlimited) {
      const auto next = next_in_tail(response_.body);
      if (next && *next > page_start_) ask_named(*next);
    }
    return response_.body;
  }

  void accept(const PageHead& head, std::size_t wanted) override {
    check(head);
    unread_ = false;
    if (head.limit && *head.limit < asked_) server_limit_ = *head.limit;
    at_end_ = head.last.value_or(!head.next);
    if (at_end_) return ahead_.clear();
    if (!head.next || *head.next <= page_start_) {
      // This page is good; the error comes where the next one should.
      ahead_.clear();
      broken_ =
          DecodeError("/nextPageStart",
                      !head.next ? std::string("more rows follow, but the page does not say where")
                                 : "the cursor does not advance: " + std::to_string(*head.next) +
                                       " after " + std::to_string(page_start_),
                      where());
      return;
    }
    next_start_ = *head.next;
    goes_on_ = true;
    count_empty(head);
    if (!ahead_.empty() && ahead_.front().start != next_start_) {
      // Guessed wrong: what was asked for, and whatever came of it, is as if it never was.
      ahead_.clear();
      in_flight_ = 1;
    }
    if (context_->prefetch == 0 || wanted == 0) return;
    if (ahead_.empty()) ask(next_start_, rows(wanted));
    guess(wanted);
  }

  [[noreturn]] void fail(const DecodeError& error) override {
    ahead_.clear();
    rethrow(error, spec_, response_);
  }

  [[nodiscard]] bool at_end() const override { return at_end_; }
  [[nodiscard]] std::int64_t page_start() const override { return page_start_; }
  [[nodiscard]] std::int64_t next_start() const override { return next_start_; }
  [[nodiscard]] std::optional<std::int64_t> server_limit() const override { return server_limit_; }

 private:
  struct Asked {
    std::int64_t start = 0;
    int limit = 0;
    std::unique_ptr<Call> call;
  };

  /// Refuses a page that contradicts itself or does not say whether it is the last.
  void check(const PageHead& head) {
    if (head.start && *head.start != page_start_)
      fail(DecodeError("/start", "the page begins at " + std::to_string(*head.start) + ", not at " +
                                     std::to_string(page_start_) + " as asked"));
    if (head.size && (*head.size < 0 || static_cast<std::uint64_t>(*head.size) != head.rows))
      fail(DecodeError("/size", "the page says that it has " + std::to_string(*head.size) +
                                    " rows, but it has " + std::to_string(head.rows)));
    if (!head.last && !head.next)
      fail(DecodeError({},
                       "the page says neither whether it is the last one (isLastPage) nor "
                       "where the next one begins (nextPageStart)"));
  }

  /// Gives up when too many pages in a row had no row.  The walk stands behind them.
  void count_empty(const PageHead& head) {
    empty_pages_ = head.rows == 0 ? empty_pages_ + 1 : 0;
    if (empty_pages_ < context_->max_empty_pages) return;
    empty_pages_ = 0;
    fail(DecodeError("/values",
                     "no row in " + std::to_string(context_->max_empty_pages) +
                         " pages in a row (PagingOptions::max_empty_pages), and more pages follow; "
                         "begin() goes on with the next one, and so does a walk from position()"));
  }

  [[nodiscard]] int rows(std::size_t wanted) const {
    return static_cast<int>(
        std::min<std::size_t>(wanted, static_cast<std::size_t>(context_->page_size)));
  }

  [[nodiscard]] Asked make(std::int64_t start, int limit) const {
    CallSpec page = spec_;
    page.query.emplace_back("start", std::to_string(start));
    page.query.emplace_back("limit", std::to_string(limit));
    return {start, limit, std::make_unique<Call>(context_, std::move(page))};
  }

  void ask(std::int64_t start, int limit) {
    Asked page = signed_ && signed_->start == start && signed_->limit == limit ? std::move(*signed_)
                                                                               : make(start, limit);
    signed_.reset();
    page.call->start({.memory = std::move(spare_),
                      .beside = ahead_.empty() ? nullptr : ahead_.front().call.get()});
    ahead_.push_back(std::move(page));
  }

  /// Asks for the page that the end of this one names, and goes on guessing if guesses were right
  /// so far.
  void ask_named(std::int64_t next) {
    if (ahead_.empty()) ask(next, context_->page_size);
    if (goes_on_ && ahead_.front().start == next) guess(everything);
  }

  /// Asks for pages behind those under way, as many as may be under way and hold `wanted` rows.
  void guess(std::size_t wanted) {
    for (std::size_t i = 0; wanted > 0; ++i) {
      if (i == ahead_.size()) {
        if (ahead_.size() >= in_flight_) return;
        const auto start = after(ahead_.back().start, ahead_.back().limit);
        if (!start) return;
        ask(*start, rows(wanted));
      }
      if (wanted != everything)
        wanted -= std::min(wanted, static_cast<std::size_t>(ahead_[i].limit));
    }
  }

  /// Signs the request that is likely to be the next one, while the answer to this one is on its
  /// way: a signature takes as long as the reading of hundreds of rows.
  void sign_next() {
    const auto guess = ahead_.empty() ? after(page_start_, asked_)
                                      : after(ahead_.back().start, ahead_.back().limit);
    if (!guess) return;
    signed_ = make(*guess, context_->page_size);
    signed_->call->authorise();
  }

  /// Where the page after one is likely to begin.
  [[nodiscard]] std::optional<std::int64_t> after(std::int64_t start, int limit) const {
    const std::int64_t step = std::min<std::int64_t>(limit, server_limit_.value_or(limit));
    if (step <= 0 || start > std::numeric_limits<std::int64_t>::max() - step) return std::nullopt;
    return start + step;
  }

  [[nodiscard]] std::string where() const {
    return std::string(to_string(spec_.operation.method)) + ' ' + spec_.path;
  }

  ContextPtr context_;
  CallSpec spec_;
  std::size_t in_flight_;
  /// Requests under way, in the order of their pages.  The first one is for the page that comes
  /// next or, until that page is named, a guess at it; the others are guesses.
  std::deque<Asked> ahead_;
  std::optional<Asked> signed_;  // not sent
  Response response_;
  std::string spare_;  // memory of a body that was read
  std::optional<DecodeError> broken_;
  std::optional<std::int64_t> server_limit_;
  std::int64_t page_start_ = 0;
  std::int64_t next_start_ = 0;
  int asked_ = 0;
  int empty_pages_ = 0;   // in a row
  bool unread_ = false;   // the page fetched last was not accepted
  bool goes_on_ = false;  // some page was not the last
  bool at_end_ = false;
};

}  // namespace

std::unique_ptr<PageSource> make_page_source(const ContextPtr& context, CallSpec call) {
  return std::make_unique<Pager>(context, std::move(call));
}

}  // namespace bitbucket::inline v0_1::detail
