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

// Programs by others that run beside a test.
namespace bitbucket::test_support {

/// A program in the foreground, which ends with its Daemon, or with the test if that dies.  Create
/// it on a thread that lives as long.
class Daemon {
 public:
  /// Starts the program and returns when it has printed `ready`.  If it ends before, or takes
  /// longer than a minute and a half, throws std::runtime_error with its output.
  Daemon(const std::vector<std::string>& command, std::string_view ready);
  ~Daemon();
  Daemon(const Daemon&) = delete;
  Daemon& operator=(const Daemon&) = delete;

  [[nodiscard]] pid_t pid() const { return pid_; }
  /// Waits until the program has printed `text`; throws like the constructor.
  void wait_for(std::string_view text);
  /// Returns what the program has printed so far.
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

/// Returns a port of 127.0.0.1 on which no program listens at the moment.
int free_port();

/// Starts a program on a free port and stores the port in `port`.  Tries another port if a
/// different program was faster.
std::unique_ptr<Daemon> start_on_free_port(
    int& port, const std::function<std::vector<std::string>(int port)>& command,
    std::string_view ready);

}  // namespace bitbucket::test_support
