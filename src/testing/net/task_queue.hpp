#pragma once

#include <condition_variable>
#include <cstddef>
#include <deque>
#include <exception>
#include <functional>
#include <mutex>
#include <thread>
#include <utility>
#include <vector>

#include <httplib.h>

namespace bitbucket::inline v0_1::testing::embedded {

/// Gives each connection a thread of its own: a kept-alive connection holds its thread, and the
/// library's fixed pool starves after as many.  Grows on demand up to a bound; a connection beyond
/// it waits, and `crowded` is told so.  A connection for which the system has no thread goes to
/// `refuse`, in the thread that accepts connections.
class ElasticTaskQueue : public httplib::TaskQueue {
 public:
  using Task = std::function<void()>;

  ElasticTaskQueue(std::size_t max_threads, std::function<void(bool)> crowded,
                   std::function<void(const Task&)> refuse)
      : max_threads_(max_threads), crowded_(std::move(crowded)), refuse_(std::move(refuse)) {}

  void enqueue(Task task) override {
    std::unique_lock lock(mutex_);
    const auto room = [&] {
      return stopping_ || idle_ > tasks_.size() || threads_.size() < max_threads_;
    };
    if (!room()) {
      crowded_(true);
      room_.wait(lock, room);
      crowded_(false);
    }
    if (idle_ <= tasks_.size() && threads_.size() < max_threads_ && !add_thread()) {
      lock.unlock();
      return refuse_(task);
    }
    tasks_.push_back(std::move(task));
    lock.unlock();
    work_.notify_one();
  }

  void shutdown() override {
    {
      const std::scoped_lock lock(mutex_);
      stopping_ = true;
    }
    work_.notify_all();
    room_.notify_all();
    for (std::thread& thread : threads_) thread.join();
    threads_.clear();
  }

 private:
  bool add_thread() {
    try {
      threads_.emplace_back([this] { work(); });
      return true;
    } catch (const std::exception&) {
      return false;
    }
  }

  void work() {
    std::unique_lock lock(mutex_);
    for (;;) {
      ++idle_;
      room_.notify_one();
      work_.wait(lock, [&] { return stopping_ || !tasks_.empty(); });
      --idle_;
      if (tasks_.empty()) return;
      const Task task = std::move(tasks_.front());
      tasks_.pop_front();
      lock.unlock();
      task();
      lock.lock();
    }
  }

  const std::size_t max_threads_;
  const std::function<void(bool)> crowded_;
  const std::function<void(const Task&)> refuse_;
  std::mutex mutex_;
  std::condition_variable work_, room_;
  std::deque<Task> tasks_;
  std::vector<std::thread> threads_;
  std::size_t idle_ = 0;
  bool stopping_ = false;
};

}  // namespace bitbucket::inline v0_1::testing::embedded
