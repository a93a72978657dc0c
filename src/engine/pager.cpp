#include <algorithm>
#include <cstdint>
#include <deque>
#include <limits>
#include <memory>
#include <optional>
#include <string>
#include <utility>

#include <bitbucket/detail/page_walk.hpp>

#include "engine/call.hpp"
#include "engine/product.hpp"

namespace bitbucket::inline v0_1::detail {

PageSource::~PageSource() = default;

namespace {

class Pager final : public PageSource {
 public:
  Pager(ContextPtr context, CallSpec call)
      : context_(std::move(context)),
        walk_(std::move(call)),
        in_flight_(static_cast<std::size_t>(context_->max_in_flight)) {}

  void start_at(std::int64_t start) override { walk_.start_at(start); }

  std::string& fetch(std::size_t wanted) override {
    // Requests for the pages after an unreadable one are useless.
    if (std::exchange(unread_, true)) ahead_.clear();
    const int limit = ahead_.empty() ? rows(wanted) : ahead_.front().limit;
    walk_.asked(limit);
    if (ahead_.empty()) ask(walk_.next_start(), limit);
    const Asked page = std::move(ahead_.front());
    ahead_.pop_front();
    const bool unlimited = wanted == everything && context_->prefetch > 0;
    if (unlimited && goes_on_) sign_next();
    spare_ = std::move(response_.body);
    try {
      response_ = page.call->finish();
    } catch (...) {
      ahead_.clear();  // the next fetch asks for a failed page again
      throw;
    }
    // The request for the next page leaves before this one is read.
    if (unlimited) {
      const auto next = context_->core->product->next_page(response_.body);
      if (next && *next > walk_.page_start()) ask_named(*next);
    }
    return response_.body;
  }

  void accept(const PageHead& head, std::size_t wanted) override {
    try {
      walk_.accept(*context_, head, response_);
    } catch (...) {
      ahead_.clear();
      throw;
    }
    unread_ = false;
    if (!walk_.goes_on()) return ahead_.clear();
    goes_on_ = true;
    if (!ahead_.empty() && ahead_.front().start != walk_.next_start()) {
      // The guess was wrong: the requests that it caused are dropped, whatever their results.
      ahead_.clear();
      in_flight_ = 1;
    }
    if (context_->prefetch == 0 || wanted == 0) return;
    if (ahead_.empty()) ask(walk_.next_start(), rows(wanted));
    guess(wanted);
  }

  [[noreturn]] void fail(const DecodeError& error) override {
    ahead_.clear();
    rethrow(error, *context_, walk_.call(), response_);
  }

  [[nodiscard]] bool at_end() const override { return walk_.at_end(); }
  [[nodiscard]] std::int64_t page_start() const override { return walk_.page_start(); }
  [[nodiscard]] std::int64_t next_start() const override { return walk_.next_start(); }
  [[nodiscard]] std::optional<std::int64_t> server_limit() const override {
    return walk_.server_limit();
  }

 private:
  struct Asked {
    std::int64_t start = 0;
    int limit = 0;
    std::unique_ptr<Call> call;
  };

  [[nodiscard]] int rows(std::size_t wanted) const {
    return static_cast<int>(
        std::min<std::size_t>(wanted, static_cast<std::size_t>(context_->page_size)));
  }

  [[nodiscard]] Asked make(std::int64_t start, int limit) const {
    return {start, limit, std::make_unique<Call>(context_, walk_.request(*context_, start, limit))};
  }

  void ask(std::int64_t start, int limit) {
    Asked page = signed_ && signed_->start == start && signed_->limit == limit ? std::move(*signed_)
                                                                               : make(start, limit);
    signed_.reset();
    page.call->start({.memory = std::move(spare_),
                      .beside = ahead_.empty() ? nullptr : ahead_.front().call->transfer()});
    ahead_.push_back(std::move(page));
  }

  /// Asks for the page that the end of this one names, and continues to guess if the guesses so far
  /// were right.
  void ask_named(std::int64_t next) {
    if (ahead_.empty()) ask(next, context_->page_size);
    if (goes_on_ && ahead_.front().start == next) guess(everything);
  }

  /// Asks for more pages after those under way, until as many are under way as allowed or they hold
  /// `wanted` rows.
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

  /// Signs the request that is likely to be the next one while the answer to this one is on its
  /// way: a signature takes as long as reading hundreds of rows.
  void sign_next() {
    const auto guess = ahead_.empty() ? after(walk_.page_start(), walk_.asked_limit())
                                      : after(ahead_.back().start, ahead_.back().limit);
    if (!guess) return;
    signed_ = make(*guess, context_->page_size);
    signed_->call->authorise();
  }

  /// Returns where the page after another one is likely to begin.
  [[nodiscard]] std::optional<std::int64_t> after(std::int64_t start, int limit) const {
    const std::int64_t step = std::min<std::int64_t>(limit, walk_.server_limit().value_or(limit));
    if (step <= 0 || start > std::numeric_limits<std::int64_t>::max() - step) return std::nullopt;
    return start + step;
  }

  ContextPtr context_;
  PageWalk walk_;
  std::size_t in_flight_;
  /// Requests under way, in the order of their pages.  The first one is for the page that comes
  /// next or, until that page is named, a guess at it; the others are guesses.
  std::deque<Asked> ahead_;
  std::optional<Asked> signed_;  // not sent
  Response response_;
  std::string spare_;     // the memory of a body that was read
  bool unread_ = false;   // the page fetched last was not accepted
  bool goes_on_ = false;  // some page was not the last
};

}  // namespace

std::unique_ptr<PageSource> make_page_source(const ContextPtr& context, CallSpec call) {
  return std::make_unique<Pager>(context, std::move(call));
}

}  // namespace bitbucket::inline v0_1::detail
