#pragma once

#include <algorithm>
#include <cstddef>
#include <functional>
#include <iterator>
#include <memory>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include <bitbucket/api_path.hpp>
#include <bitbucket/detail/export.hpp>
#include <bitbucket/detail/page_walk.hpp>
#include <bitbucket/detail/send.hpp>

// The work of concurrently() that cannot block: calls that are values, which a few threads drive.
namespace bitbucket::inline v0_1::detail {

/// The requests of one item, one after the other, and what happens to their answers.
class BITBUCKET_EXPORT Task {
 public:
  Task() = default;
  Task(const Task&) = delete;
  Task& operator=(const Task&) = delete;
  virtual ~Task();

  /// Returns the next request.
  virtual CallSpec next(const Context& context) = 0;
  /// Takes the answer to the last request; returns whether another request follows.
  virtual bool take(const Context& context, const CallSpec& call, Response& response) = 0;
};

/// Runs the tasks that `next` makes, at most `max` at the same time, on one thread per processor.
/// Only one thread at a time calls `next`, which returns null when no task is left.
BITBUCKET_EXPORT void run_together(const ContextPtr& context,
                                   const std::function<std::unique_ptr<Task>()>& next,
                                   std::size_t max);

/// A task of one request, whose answer goes to `done`.
template <class A, class Done>
class ValueTask final : public Task {
 public:
  ValueTask(CallSpec call, Done done) : call_(std::move(call)), done_(std::move(done)) {}
  CallSpec next(const Context&) override { return std::move(call_); }
  bool take(const Context& context, const CallSpec& call, Response& response) override {
    if constexpr (std::is_void_v<A>)
      done_();
    else
      done_(Answered<A>::from(context, call, response));
    return false;
  }

 private:
  CallSpec call_;
  Done done_;
};

/// A task that walks over pages and passes the first `wanted` rows to `done` when it has them all.
template <class T, class Done>
class PagesTask final : public Task {
 public:
  PagesTask(CallSpec call, std::size_t wanted, Done done)
      : walk_(std::move(call)), wanted_(wanted), done_(std::move(done)) {}
  CallSpec next(const Context& context) override {
    return walk_.next(context, std::max<std::size_t>(wanted_, 1));  // no server takes a limit of 0
  }
  bool take(const Context& context, const CallSpec& call, Response& response) override {
    Page<T> page = decode<Page<T>>(context, call, response);
    walk_.accept(context, head_of(page), response);
    // A server may return more rows than the request asked for.
    if (page.values.size() > wanted_) page.values.resize(wanted_);
    if (wanted_ != PageSource::everything) wanted_ -= page.values.size();
    if (rows_.empty())
      rows_ = std::move(page.values);
    else
      std::move(page.values.begin(), page.values.end(), std::back_inserter(rows_));
    if (wanted_ > 0 && !walk_.at_end()) return true;
    done_(std::move(rows_));
    return false;
  }

 private:
  PageWalk walk_;
  std::size_t wanted_;
  Done done_;
  std::vector<T> rows_;
};

/// The result that concurrently() returns for each item, and the task that gets it.
template <class A>
struct TaskFor {
  using Result = decltype(send(std::declval<const ContextPtr&>(), std::declval<ApiCall<A>>()));
  template <class Done>
  static std::unique_ptr<Task> make(ApiCall<A> call, Done done) {
    return std::make_unique<ValueTask<A, Done>>(std::move(call).spec(), std::move(done));
  }
};
template <class T>
struct TaskFor<PageOf<T>> {
  using Result = std::vector<T>;
  template <class Done>
  static std::unique_ptr<Task> make(ApiCall<PageOf<T>> call, Done done) {
    return std::make_unique<PagesTask<T, Done>>(std::move(call).spec(), PageSource::everything,
                                                std::move(done));
  }
};
template <class T>
struct TaskFor<FirstOf<T>> {
  using Result = std::vector<T>;
  template <class Done>
  static std::unique_ptr<Task> make(ApiCall<FirstOf<T>> call, Done done) {
    const std::size_t rows = call.rows();
    return std::make_unique<PagesTask<T, Done>>(std::move(call).spec(), rows, std::move(done));
  }
};

}  // namespace bitbucket::inline v0_1::detail
