#include "support/daemon.hpp"

#include <poll.h>
#include <signal.h>
#include <sys/prctl.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <unistd.h>

#include <fcntl.h>

#include <chrono>
#include <stdexcept>

#include "support/loopback.hpp"

namespace bitbucket::test_support {
namespace {

/// Runs in the child between fork and exec, and does only what is allowed there.
[[noreturn]] void become(char* const* arguments, const char* other_place, int output,
                         pid_t parent) {
  ::prctl(PR_SET_PDEATHSIG, SIGKILL);
  if (::getppid() != parent) ::_exit(126);
  const int nothing = ::open("/dev/null", O_RDONLY);
  ::dup2(nothing, 0);
  ::dup2(output, 1);
  ::dup2(output, 2);
  ::syscall(SYS_close_range, 3U, ~0U, 0U);
  sigset_t none;
  sigemptyset(&none);
  ::sigprocmask(SIG_SETMASK, &none, nullptr);
  ::execvp(arguments[0], arguments);
  ::execv(other_place, arguments);
  constexpr std::string_view text = "it is not installed; tests/run.sh does that";
  const ssize_t written = ::write(1, text.data(), text.size());
  ::_exit(written < 0 ? 126 : 127);
}

}  // namespace

Daemon::Daemon(const std::vector<std::string>& command, std::string_view ready)
    : name_(command[0]) {
  int ends[2];
  if (::pipe2(ends, O_CLOEXEC) != 0) throw std::runtime_error("no pipe");
  std::vector<char*> arguments;
  for (const std::string& argument : command)
    arguments.push_back(const_cast<char*>(argument.c_str()));
  arguments.push_back(nullptr);
  const std::string other_place = "/usr/sbin/" + command[0];  // not in every PATH
  const pid_t parent = ::getpid();
  pid_ = ::fork();
  if (pid_ == 0) become(arguments.data(), other_place.c_str(), ends[1], parent);
  ::close(ends[1]);
  output_fd_ = ends[0];
  if (pid_ < 0) {
    ::close(output_fd_);
    throw std::runtime_error("cannot fork");
  }
  reader_ = std::thread([this] { read_output(); });
  try {
    wait_for(ready);
  } catch (...) {
    stop();
    throw;
  }
}

void Daemon::wait_for(std::string_view text) {
  std::unique_lock lock(mutex_);
  const auto there = [&] { return output_.find(text) != std::string::npos; };
  printed_.wait_for(lock, std::chrono::seconds(90), [&] { return closed_ || there(); });
  if (!there())
    throw std::runtime_error(name_ + " did not print \"" + std::string(text) + "\": " + output_);
}

Daemon::~Daemon() { stop(); }

std::string Daemon::output() const {
  const std::scoped_lock lock(mutex_);
  return output_;
}

void Daemon::read_output() {
  char buffer[4096];
  for (;;) {
    const ssize_t n = ::read(output_fd_, buffer, sizeof buffer);
    const std::scoped_lock lock(mutex_);
    if (n > 0) output_.append(buffer, static_cast<std::size_t>(n));
    closed_ = n <= 0;
    printed_.notify_all();
    if (closed_) return;
  }
}

void Daemon::stop() {
  ::kill(pid_, SIGTERM);
  const int process = static_cast<int>(::syscall(SYS_pidfd_open, pid_, 0U));
  pollfd ended{.fd = process, .events = POLLIN, .revents = 0};
  if (process < 0 || ::poll(&ended, 1, 10'000) != 1) ::kill(pid_, SIGKILL);
  if (process >= 0) ::close(process);
  ::waitpid(pid_, nullptr, 0);
  reader_.join();
  ::close(output_fd_);
}

int free_port() { return Listener().port(); }

std::unique_ptr<Daemon> start_on_free_port(
    int& port, const std::function<std::vector<std::string>(int port)>& command,
    std::string_view ready) {
  for (int tries = 5;; --tries) {
    port = free_port();
    try {
      return std::make_unique<Daemon>(command(port), ready);
    } catch (const std::runtime_error& error) {
      // These are the words of nginx and tinyproxy.
      const std::string_view what = error.what();
      const bool taken = what.find("in use") != std::string_view::npos ||
                         what.find("listening sockets") != std::string_view::npos;
      if (tries == 0 || !taken) throw;
    }
  }
}

}  // namespace bitbucket::test_support
