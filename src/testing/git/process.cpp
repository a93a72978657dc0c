#include "testing/git/process.hpp"

#include <fcntl.h>
#include <poll.h>
#include <signal.h>
#include <spawn.h>
#include <sys/socket.h>
#include <sys/wait.h>
#include <unistd.h>

#include <algorithm>
#include <atomic>
#include <cerrno>
#include <system_error>

namespace bitbucket::inline v0_1::testing::git {
namespace {

constexpr std::size_t chunk = 64 * 1024;
constexpr std::size_t kept_errors = 4096;

std::atomic<std::uint64_t> started{0};

[[noreturn]] void fail(const char* what, int error = errno) {
  throw std::system_error(error, std::generic_category(), what);
}

/// Both ends of a pipe or socket, above the standard descriptors: a host may have closed those,
/// and dup2 in the child must not overwrite an end it still needs.
struct Ends {
  Descriptor first, second;

  static Ends socket() {
    int fd[2];
    if (::socketpair(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0, fd) != 0) fail("socketpair");
    return above_standard(fd);
  }
  static Ends pipe() {
    int fd[2];
    if (::pipe2(fd, O_CLOEXEC) != 0) fail("pipe");
    return above_standard(fd);
  }

 private:
  static Ends above_standard(const int (&fd)[2]) {
    Ends out{Descriptor(fd[0]), Descriptor(fd[1])};
    for (Descriptor* end : {&out.first, &out.second}) {
      if (end->get() > 2) continue;
      const int moved = ::fcntl(end->get(), F_DUPFD_CLOEXEC, 3);
      if (moved < 0) fail("fcntl");
      *end = Descriptor(moved);
    }
    return out;
  }
};

/// posix_spawn's settings: no signal blocked, those that end a process at their default.
class Settings {
 public:
  Settings(int in, int out, int err) {
    posix_spawnattr_init(&attributes);
    posix_spawn_file_actions_init(&actions);
    sigset_t set;
    sigemptyset(&set);
    posix_spawnattr_setsigmask(&attributes, &set);
    for (const int signal : {SIGPIPE, SIGINT, SIGQUIT, SIGTERM, SIGHUP, SIGCHLD})
      sigaddset(&set, signal);
    posix_spawnattr_setsigdefault(&attributes, &set);
    // A group of its own: Ctrl-C at a terminal is for the host, which then ends its children.
    posix_spawnattr_setpgroup(&attributes, 0);
    posix_spawnattr_setflags(
        &attributes, POSIX_SPAWN_SETSIGMASK | POSIX_SPAWN_SETSIGDEF | POSIX_SPAWN_SETPGROUP);
    posix_spawn_file_actions_adddup2(&actions, in, 0);
    posix_spawn_file_actions_adddup2(&actions, out, 1);
    posix_spawn_file_actions_adddup2(&actions, err, 2);
#if defined(__GLIBC__) && __GLIBC_PREREQ(2, 34)
    // A host's descriptors without close-on-exec: a long-lived child would keep its ports busy.
    posix_spawn_file_actions_addclosefrom_np(&actions, 3);
#endif
  }
  ~Settings() {
    posix_spawn_file_actions_destroy(&actions);
    posix_spawnattr_destroy(&attributes);
  }
  Settings(const Settings&) = delete;
  Settings& operator=(const Settings&) = delete;

  posix_spawn_file_actions_t actions;
  posix_spawnattr_t attributes;
};

std::vector<char*> pointers(const std::vector<std::string>& strings) {
  std::vector<char*> out;
  out.reserve(strings.size() + 1);
  for (const std::string& text : strings) out.push_back(const_cast<char*>(text.c_str()));
  out.push_back(nullptr);
  return out;
}

ssize_t read_bytes_of(int fd, char* to, std::size_t room) {
  ssize_t n = 0;
  do n = ::read(fd, to, room);
  while (n < 0 && errno == EINTR);
  return n;
}

}  // namespace

Child::Child(const Command& command, Descriptor input) : end_signal_(command.end_signal) {
  std::vector<std::string> args = {"git"};
  args.insert(args.end(), command.args.begin(), command.args.end());
  for (const std::string& arg : args) {
    if (arg.find('\0') != std::string::npos) throw std::runtime_error("NUL in a git argument");
    name_ += name_.empty() ? arg : ' ' + arg;
  }
  if (!input) {
    // A socket: a pipe whose reader died raises SIGPIPE in the host.
    Ends in = Ends::socket();
    input = std::move(in.first);
    in_ = std::move(in.second);
  }
  Ends out = Ends::pipe(), err = Ends::pipe();
  const Settings settings(input.get(), out.second.get(), err.second.get());
  const int error = ::posix_spawnp(&pid_, "git", &settings.actions, &settings.attributes,
                                   pointers(args).data(), pointers(command.environment).data());
  if (error != 0) fail("cannot start git", error);
  ++started;
  out_ = std::move(out.first);
  err_ = std::move(err.first);
}

Child::~Child() {
  in_.close();
  out_.close();
  err_.close();
  if (status_ >= 0) return;
  // Asks first: when a host has reaped it, the number may be another process' by now.
  int status = 0;
  if (::waitpid(pid_, &status, WNOHANG) != 0) return;
  ::kill(pid_, end_signal_);
  while (::waitpid(pid_, &status, 0) < 0 && errno == EINTR) {
  }
}

void Child::send_some() {
  const ssize_t n = ::send(in_.get(), to_write_.data() + written_, to_write_.size() - written_,
                           MSG_NOSIGNAL | MSG_DONTWAIT);
  if (n > 0) written_ += static_cast<std::size_t>(n);
  // Whoever died takes no more; that it died is seen at the end of its output.
  const bool gone = n < 0 && errno != EAGAIN && errno != EINTR;
  if (!gone && written_ < to_write_.size()) return;
  to_write_.clear();
  written_ = 0;
}

void Child::receive_errors() {
  char bytes[4096];
  const ssize_t n = read_bytes_of(err_.get(), bytes, sizeof bytes);
  if (n <= 0) return err_.close();
  errors_.append(bytes, static_cast<std::size_t>(n));
  if (errors_.size() > kept_errors) errors_.erase(0, errors_.size() - kept_errors);
}

std::size_t Child::receive(char* to, std::size_t room) {
  for (;;) {
    if (to_write_.empty() && input_ends_) in_.close();
    pollfd fds[3] = {{out_.get(), POLLIN, 0}, {err_.get(), POLLIN, 0}, {-1, POLLOUT, 0}};
    if (!to_write_.empty()) fds[2].fd = in_.get();
    if (::poll(fds, 3, -1) < 0) {
      if (errno == EINTR) continue;
      fail("poll");
    }
    if (fds[1].revents != 0) receive_errors();
    if (fds[2].revents != 0) send_some();
    if (fds[0].revents == 0) continue;
    const ssize_t n = read_bytes_of(out_.get(), to, room);
    if (n < 0) fail("read");
    return static_cast<std::size_t>(n);
  }
}

bool Child::receive_more() {
  if (at_ == buffer_.size() || at_ > 1024 * 1024) {
    buffer_.erase(0, at_);
    at_ = 0;
  }
  const std::size_t size = buffer_.size();
  buffer_.resize(size + chunk);
  const std::size_t n = receive(buffer_.data() + size, chunk);
  buffer_.resize(size + n);
  return n != 0;
}

bool Child::read_until(char end, std::string& text) {
  std::size_t looked = 0;
  for (;;) {
    const std::size_t found = buffer_.find(end, at_ + looked);
    if (found != std::string::npos) {
      text.assign(buffer_, at_, found - at_);
      at_ = found + 1;
      return true;
    }
    looked = buffer_.size() - at_;
    if (!receive_more()) return false;
  }
}

char Child::peek() {
  if (at_ == buffer_.size() && !receive_more()) died();
  return buffer_[at_];
}

std::string Child::read_bytes(std::size_t size) {
  std::string out;
  out.resize(size);
  const std::size_t here = std::min(size, buffer_.size() - at_);
  std::copy_n(buffer_.data() + at_, here, out.data());
  at_ += here;
  for (std::size_t have = here; have < size;) {
    const std::size_t n = receive(out.data() + have, size - have);
    if (n == 0) died();
    have += n;
  }
  return out;
}

std::string Child::read_all() {
  std::string out = buffer_.substr(at_);
  buffer_.clear();
  at_ = 0;
  for (std::size_t n = 1; n != 0;) {
    const std::size_t size = out.size();
    out.resize(std::max(out.capacity(), size + chunk));
    n = receive(out.data() + size, out.size() - size);
    out.resize(size + n);
  }
  return out;
}

std::string_view Child::read_some() {
  if (at_ == buffer_.size() && !receive_more()) return {};
  const std::string_view out = std::string_view(buffer_).substr(at_);
  at_ = buffer_.size();
  return out;
}

int Child::wait() {
  if (status_ >= 0) return status_;
  in_.close();
  out_.close();
  while (err_) receive_errors();
  int status = 0;
  pid_t ended = 0;
  do ended = ::waitpid(pid_, &status, 0);
  while (ended < 0 && errno == EINTR);
  if (ended < 0)  // reaped by the host (SIGCHLD ignored): what it said must do
    status_ = errors_.empty() ? 0 : 128;
  else
    status_ = WIFEXITED(status) ? WEXITSTATUS(status) : 128 + WTERMSIG(status);
  return status_;
}

std::string Child::errors() const {
  std::string out = errors_;
  while (out.ends_with('\n')) out.pop_back();
  return out;
}

void Child::died() {
  const int status = wait();
  throw ChildDied(name_ + ": ended with status " + std::to_string(status) + ": " + errors());
}

Output run(const Command& command, std::string_view input) {
  Child child(command);
  child.write(input);
  child.end_input();
  Output out;
  out.output = child.read_all();
  out.status = child.wait();
  out.errors = child.errors();
  return out;
}

std::string checked(const Command& command, std::string_view input) {
  Output out = run(command, input);
  if (out.status == 0) return std::move(out.output);
  std::string name = "git";
  for (const std::string& arg : command.args) name += ' ' + arg;
  throw std::runtime_error(name + ": exit status " + std::to_string(out.status) + ": " +
                           out.errors);
}

std::uint64_t started_children() { return started; }

}  // namespace bitbucket::inline v0_1::testing::git
