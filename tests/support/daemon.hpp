#pragma once

#include <condition_variable>
#include <functional>
#include <memory>
#include <mutex>
#include <string>
#include <string_view>
#include <thread>
#include <vector>

#include <sys/types.h>

// Programs of others that run beside a test.
namespace bitbucket::test_support {

/// A program in the foreground.  It ends with its Daemon, and with the test if that dies; make it
/// on a thread that lives as long.
class Daemon {
 public:
  /// Starts it and returns when it has printed `ready`.  Throws std::runtime_error with what it
  /// printed when it ends before, or takes longer than a minute and a half.
  Daemon(const std::vector<std::string>& command, std::string_view ready);
  ~Daemon();
  Daemon(const Daemon&) = delete;
  Daemon& operator=(const Daemon&) = delete;

  [[nodiscard]] pid_t pid() const { return pid_; }
  /// Waits until it has printed `text`; throws as the constructor does.
  void wait_for(std::string_view text);
  /// Returns what it has printed so far.
  [[nodiscard]] std::string output() const;

 private:
  void read_output();
  void stop();

  const std::string name_;
  pid_t pid_ = -1;
  int output_fd_ = -1;
  mutable std::mutex mutex_;
  std::condition_variable printed_;
  std::string output_;
  bool closed_ = false;
  std::thread reader_;
};

/// Returns a port of 127.0.0.1 that nobody listened on just now.
int free_port();

/// Starts a program on a free port, on another one when somebody else was faster, and keeps it in
/// `port`.
std::unique_ptr<Daemon> start_on_free_port(
    int& port, const std::function<std::vector<std::string>(int port)>& command,
    std::string_view ready);

}  // namespace bitbucket::test_support
