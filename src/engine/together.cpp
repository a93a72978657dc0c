#include <algorithm>
#include <chrono>
#include <deque>
#include <memory>
#include <span>
#include <system_error>
#include <thread>
#include <utility>
#include <vector>

#include <bitbucket/detail/task.hpp>

#include "engine/call.hpp"
#include "engine/first_error.hpp"
#include "engine/processors.hpp"
#include "engine/retry.hpp"
#include "engine/supply.hpp"

namespace bitbucket::inline v0_1::detail {

Task::~Task() = default;

namespace {

using std::chrono::milliseconds;
using TaskPtr = std::unique_ptr<Task>;
using Tasks = Supply<TaskPtr>;

/// Drives the calls of up to `room` tasks on one thread.
class Driver {
 public:
  Driver(ContextPtr context, Tasks& tasks, std::size_t room)
      : context_(std::move(context)), tasks_(tasks), room_(room) {}

  /// Drives `first` and whatever tasks are left.
  void run(TaskPtr first = {}) {
    if (first) begin(std::move(first));
    fill();
    while (!active_.empty()) {
      step();
      fill();
    }
  }
  /// Takes tasks until there is no room for more.
  void fill() {
    while (active_.size() < room_) {
      if (!unfinished_.empty()) {
        TaskPtr task = std::move(unfinished_.front());
        unfinished_.pop_front();
        begin(std::move(task));
      } else if (TaskPtr task = active_.empty() ? tasks_.take() : tasks_.try_take()) {
        begin(std::move(task));
      } else {
        return;
      }
    }
  }
  [[nodiscard]] bool is_full() const noexcept { return active_.size() == room_; }

 private:
  struct Active {
    TaskPtr task;
    std::unique_ptr<Call> call;
  };

  void begin(TaskPtr task) {
    auto call = std::make_unique<Call>(context_, task->next(*context_));
    call->start({.memory = std::move(spare_), .beside = neighbour()});
    spare_.clear();
    call->begin_time();
    active_.push_back({std::move(task), std::move(call)});
    // A call that failed before it was sent, or that meets a pause, has no transfer.
    if (!active_.back().call->transfer()) go_on(active_.size() - 1);
  }

  /// Returns a transfer that the next one may share connections with.
  [[nodiscard]] const Exchange* neighbour() const noexcept {
    for (const Active& each : active_)
      if (each.call->transfer()) return each.call->transfer();
    return nullptr;
  }

  /// Waits for answers or for the next due time, whichever comes first, and continues those calls.
  void step() {
    transfers_.clear();
    Deadline until = Deadline::max();
    std::size_t earliest = 0;
    for (std::size_t i = 0; i < active_.size(); ++i) {
      const Call& call = *active_[i].call;
      if (call.transfer()) transfers_.push_back(call.transfer());
      if (call.due() < until) {
        until = call.due();
        earliest = i;
      }
    }
    if (transfers_.empty()) {
      sleep_until(until);
      return go_on(earliest);
    }
    // A steady stream of answers must not delay a call that is due.
    if (until <= now(context_->core->connection.retry)) return go_on(earliest);
    const std::vector<Exchange*> ready =
        context_->core->transport->wait_any(transfers_, until, context_->stop);
    if (ready.empty()) return go_on(earliest);
    for (const Exchange* each : ready)
      if (const std::size_t i = call_of(each); i < active_.size()) go_on(i);
  }

  /// Returns the index of the call that owns a transfer, or active_.size() if no call does.
  [[nodiscard]] std::size_t call_of(const Exchange* transfer) const noexcept {
    const auto found = std::find_if(active_.begin(), active_.end(), [&](const Active& each) {
      return each.call->transfer() == transfer;
    });
    return static_cast<std::size_t>(found - active_.begin());
  }

  void sleep_until(Deadline until) {
    const RetryOptions& retry = context_->core->connection.retry;
    const auto time = std::chrono::ceil<milliseconds>(until - now(retry));
    if (time > milliseconds(0) && !sleep_for(retry, time, context_->stop)) throw Cancelled();
  }

  void go_on(std::size_t i) {
    Call& call = *active_[i].call;
    call.go_on();
    if (!call.ended()) return;
    Active ended = std::move(active_[i]);
    active_[i] = std::move(active_.back());
    active_.pop_back();
    // The next request is on its way while this answer is read.
    fill();
    Response response = ended.call->take();
    const bool goes_on = ended.task->take(*context_, ended.call->spec(), response);
    spare_ = std::move(response.body);
    if (goes_on) unfinished_.push_back(std::move(ended.task));
  }

  ContextPtr context_;
  Tasks& tasks_;
  const std::size_t room_;
  std::vector<Active> active_;
  std::deque<TaskPtr> unfinished_;  // tasks that have another request
  std::vector<Exchange*> transfers_;
  std::string spare_;  // the memory of a body that was read
};

}  // namespace

void run_together(const ContextPtr& context, const std::function<TaskPtr()>& next,
                  std::size_t max) {
  std::stop_source stop;
  const ContextPtr view = change_context(context, {.stop = stop.get_token()});
  FirstError error;
  Tasks tasks(next, view->stop, max);
  const std::size_t threads_wanted =
      view->core->transport->waits_for_many() ? std::min(max, processors()) : max;
  // The first threads take the remainder of the division.
  const auto room = [&](std::size_t thread) {
    return max / threads_wanted + (thread < max % threads_wanted ? 1 : 0);
  };
  const auto drive = [&](Driver& driver, TaskPtr first) {
    try {
      driver.run(std::move(first));
    } catch (...) {
      error.keep(stop);
    }
  };

  std::vector<std::jthread> threads;
  Driver own(view, tasks, room(0));
  try {
    own.fill();
    // Another thread begins only when there is a task for it.
    while (own.is_full() && threads.size() + 1 < threads_wanted) {
      TaskPtr first = tasks.take();
      if (!first) break;
      // std::jthread copies its function, which cannot hold a unique_ptr.
      auto shared = std::make_shared<TaskPtr>(std::move(first));
      try {
        threads.emplace_back([&, shared, room = room(threads.size() + 1)] {
          Driver driver(view, tasks, room);
          drive(driver, std::move(*shared));
        });
      } catch (const std::system_error&) {  // no more threads: this one does the work
        own.run(std::move(*shared));
        break;
      }
    }
  } catch (...) {
    error.keep(stop);
  }
  drive(own, nullptr);
  threads.clear();  // joins
  error.rethrow();
  if (!tasks.exhausted()) throw Cancelled();  // by the caller's token
}

}  // namespace bitbucket::inline v0_1::detail
