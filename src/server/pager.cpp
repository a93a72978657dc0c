#include <algorithm>
#include <memory>
#include <optional>
#include <string>
#include <utility>

#include <bitbucket/send.hpp>

#include "server/call.hpp"

namespace bitbucket::inline v0_1::detail {

PageSource::~PageSource() = default;

namespace {

class Pager final : public PageSource {
 public:
  Pager(ContextPtr context, CallSpec spec) : context_(std::move(context)), spec_(std::move(spec)) {}

  void start_at(std::int64_t start) override {
    at_end_ = start < 0;
    next_start_ = std::max<std::int64_t>(start, 0);
  }

  std::string& fetch(std::size_t wanted) override {
    if (broken_) throw *broken_;
    if (!call_) ask(wanted);
    page_start_ = next_start_;
    const auto call = std::move(call_);  // a failed page is asked for anew by the next fetch
    response_ = call->finish();
    return response_.body;
  }

  void accept(const PageHead& head, std::size_t wanted) override {
    if (head.start && *head.start != page_start_)
      fail(DecodeError("/start", "the page begins at " + std::to_string(*head.start) + ", not at " +
                                     std::to_string(page_start_) + " as asked"));
    if (head.rows == 0 && !head.start && !head.limit && !head.next && !head.last)
      fail(DecodeError({}, "this is no page: none of its members is there"));
    if (head.limit && *head.limit < asked_) server_limit_ = *head.limit;
    at_end_ = head.last.value_or(!head.next);
    if (at_end_) return;
    if (!head.next || *head.next <= page_start_) {
      // This page is good; the error comes where the next one should.
      broken_ =
          DecodeError("/nextPageStart",
                      !head.next ? std::string("more rows follow, but the page does not say where")
                                 : "the cursor does not advance: " + std::to_string(*head.next) +
                                       " after " + std::to_string(page_start_),
                      where());
      return;
    }
    next_start_ = *head.next;
    if (context_->prefetch > 0 && wanted > 0) ask(wanted);
  }

  [[noreturn]] void fail(const DecodeError& error) override { rethrow(error, spec_, response_); }

  [[nodiscard]] bool at_end() const override { return at_end_; }
  [[nodiscard]] std::int64_t page_start() const override { return page_start_; }
  [[nodiscard]] std::int64_t next_start() const override { return next_start_; }
  [[nodiscard]] std::optional<std::int64_t> server_limit() const override { return server_limit_; }

 private:
  void ask(std::size_t wanted) {
    asked_ = static_cast<int>(
        std::min<std::size_t>(wanted, static_cast<std::size_t>(context_->page_size)));
    CallSpec page = spec_;
    page.query.emplace_back("start", std::to_string(next_start_));
    page.query.emplace_back("limit", std::to_string(asked_));
    call_ = std::make_unique<Call>(context_, std::move(page));
    call_->start();
  }

  [[nodiscard]] std::string where() const {
    return std::string(to_string(spec_.operation.method)) + ' ' + spec_.path;
  }

  ContextPtr context_;
  CallSpec spec_;
  std::unique_ptr<Call> call_;
  Response response_;
  std::optional<DecodeError> broken_;
  std::optional<std::int64_t> server_limit_;
  std::int64_t page_start_ = 0;
  std::int64_t next_start_ = 0;
  int asked_ = 0;
  bool at_end_ = false;
};

}  // namespace

std::unique_ptr<PageSource> make_page_source(const ContextPtr& context, CallSpec call) {
  return std::make_unique<Pager>(context, std::move(call));
}

}  // namespace bitbucket::inline v0_1::detail
