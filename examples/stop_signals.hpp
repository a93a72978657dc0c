// Ends a program on Ctrl-C or SIGTERM, so that it can put things in order first.
#pragma once
#include <csignal>
#include <functional>
#include <thread>
#include <utility>

namespace example {

// Calls `stop` once, from a thread of its own, on SIGINT or SIGTERM.  Make it before any other
// thread, so that all of them leave the signals to it.
class StopSignals {
 public:
  StopSignals() {
    sigemptyset(&signals_);
    sigaddset(&signals_, SIGINT);
    sigaddset(&signals_, SIGTERM);
    ::pthread_sigmask(SIG_BLOCK, &signals_, nullptr);
  }
  StopSignals(const StopSignals&) = delete;
  StopSignals& operator=(const StopSignals&) = delete;
  ~StopSignals() {
    if (!thread_.joinable()) return;
    ::pthread_kill(thread_.native_handle(), SIGINT);  // sigwait() takes it
    thread_.join();
  }

  void on_stop(std::function<void()> stop) {
    thread_ = std::thread([signals = signals_, stop = std::move(stop)] {
      int signal = 0;
      sigwait(&signals, &signal);
      stop();
    });
  }

 private:
  sigset_t signals_{};
  std::thread thread_;
};

}  // namespace example
