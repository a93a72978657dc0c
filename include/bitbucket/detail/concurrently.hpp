#pragma once

#include <concepts>
#include <cstddef>
#include <deque>
#include <functional>
#include <memory>
#include <mutex>
#include <optional>
#include <ranges>
#include <stop_token>
#include <type_traits>
#include <utility>
#include <vector>

#include <bitbucket/detail/task.hpp>

// Both forms of concurrently(), for any client built on this engine.
namespace bitbucket::inline v0_1::detail {

/// A range whose items keep their addresses until the end.
template <class Items>
concept KeepsItems = std::ranges::forward_range<Items> &&
    std::is_lvalue_reference_v<std::ranges::range_reference_t<Items>> &&
    std::same_as<std::remove_cvref_t<std::ranges::range_reference_t<Items>>,
                 std::ranges::range_value_t<Items>>;

/// Returns the items of a range one by one.  It advances only when the next item is requested, so a
/// range of pages fetches no page too early.
template <class Items>
class EachItem {
 public:
  using Item = std::ranges::range_value_t<Items>;
  explicit EachItem(Items& items) : it_(std::ranges::begin(items)), end_(std::ranges::end(items)) {}

  /// Returns the next item, or null after the last one.
  std::shared_ptr<const Item> operator()() {
    if (!first_ && it_ != end_) ++it_;
    first_ = false;
    if (it_ == end_) return nullptr;
    if constexpr (KeepsItems<Items>)
      return {std::shared_ptr<void>(), std::addressof(*it_)};
    else
      return std::make_shared<const Item>(*it_);
  }

 private:
  std::ranges::iterator_t<Items> it_;
  std::ranges::sentinel_t<Items> end_;
  bool first_ = true;
};

/// Work on one item, which may block; empty when no item is left.
using Job = std::function<void()>;
/// Runs the jobs that `next` makes, each on a thread of its own, at most `max` at the same time.
/// Only one thread at a time calls `next`.  The first error triggers `stop`; no job begins once
/// `stopped` is triggered.
BITBUCKET_EXPORT void run_on_threads(const std::function<Job()>& next, std::stop_source& stop,
                                     const std::stop_token& stopped, std::size_t max);

/// Work that takes a client and an item, and may block.
template <class Work, class Client, class Item>
concept BlockingWork = std::invocable<Work&, const Client&, const Item&>;

/// Work that takes only the item and returns a call.
template <class Work, class Item>
concept CallWork = std::invocable<Work&, const Item&> &&
    requires(std::invoke_result_t<Work&, const Item&> call) {
  { call.spec() } -> std::convertible_to<const CallSpec&>;
};

template <class Call>
struct AnswerOf;
template <class A>
struct AnswerOf<ApiCall<A>> {
  using type = A;
};
template <class Work, class Item>
using TaskOf =
    TaskFor<typename AnswerOf<std::remove_cvref_t<std::invoke_result_t<Work&, const Item&>>>::type>;

/// The results of the items, in their order.
template <class Result>
class Results {
 public:
  /// Adds a place for the result of the next item.  The place keeps its address.
  std::optional<Result>& next() { return places_.emplace_back(); }
  /// Returns all results.
  std::vector<Result> take() {
    std::vector<Result> results;
    results.reserve(places_.size());
    for (auto& place : places_) results.push_back(*std::move(place));
    return results;
  }

 private:
  std::deque<std::optional<Result>> places_;  // a deque does not move them when it grows
};

/// Sends a call for each item and returns the answers in the order of the items.
template <class Items, class Work>
auto answers_together(const ContextPtr& context, Items& items, Work& work, std::size_t max) {
  using Item = std::ranges::range_value_t<Items>;
  using Get = TaskOf<Work, Item>;
  using Result = typename Get::Result;
  EachItem<Items> next_item(items);
  if constexpr (std::is_void_v<Result>) {
    run_together(
        context,
        [&]() -> std::unique_ptr<Task> {
          const auto item = next_item();
          return item ? Get::make(std::invoke(work, *item), [] {}) : nullptr;
        },
        max);
  } else {
    Results<Result> results;
    run_together(
        context,
        [&]() -> std::unique_ptr<Task> {
          const auto item = next_item();
          if (!item) return nullptr;
          std::optional<Result>& place = results.next();
          return Get::make(std::invoke(work, *item),
                           [&place](Result result) { place.emplace(std::move(result)); });
        },
        max);
    return results.take();
  }
}

/// Sends a call for each item and gives each answer to `take` as it arrives, one at a time.
template <class Items, class Work, class Take>
void answers_as_they_come(const ContextPtr& context, Items& items, Work& work, Take& take,
                          std::size_t max) {
  using Item = std::ranges::range_value_t<Items>;
  using Get = TaskOf<Work, Item>;
  EachItem<Items> next_item(items);
  std::mutex mutex;
  run_together(
      context,
      [&]() -> std::unique_ptr<Task> {
        const auto item = next_item();
        if (!item) return nullptr;
        return Get::make(std::invoke(work, *item), [&, item](auto&&... result) {
          const std::scoped_lock lock(mutex);
          std::invoke(take, *item, std::forward<decltype(result)>(result)...);
        });
      },
      max);
}

/// Does work that may block for each item and returns the results in the order of the items.  `run`
/// gets a function that makes the job of each item, and runs the jobs.
template <class Client, class Items, class Work, class Run>
auto results_of_work(Items& items, Work& work, const Run& run) {
  using Item = std::ranges::range_value_t<Items>;
  using Result = std::invoke_result_t<Work&, const Client&, const Item&>;
  EachItem<Items> next_item(items);
  if constexpr (std::is_void_v<Result>) {
    run([&](const Client& client) -> Job {
      auto item = next_item();
      if (!item) return {};
      return [&work, &client, item] { std::invoke(work, client, *item); };
    });
  } else {
    Results<Result> results;
    run([&](const Client& client) -> Job {
      auto item = next_item();
      if (!item) return {};
      std::optional<Result>& place = results.next();
      return [&work, &client, item, &place] { place.emplace(std::invoke(work, client, *item)); };
    });
    return results.take();
  }
}

}  // namespace bitbucket::inline v0_1::detail
