#pragma once

#include <signal.h>
#include <sys/types.h>

#include <cstddef>
#include <cstdint>
#include <filesystem>
#include <stdexcept>
#include <string>
#include <string_view>
#include <vector>

#include "testing/git/descriptor.hpp"

// Child processes of git.  No signal disposition of the host is touched, and no descriptor but the
// three standard ones reaches a child.
namespace bitbucket::inline v0_1::testing::git {

/// Returns the variables of the host that tell a git where to find itself and where to put
/// temporary files.  git gets no others, because they may hold secrets.
std::vector<std::string> inherited_environment();
/// Returns the environment for a git that must not see the host's git settings: those variables, no
/// system configuration, and `config_file` as the user's.
std::vector<std::string> git_environment(const std::filesystem::path& config_file);
/// Writes the configuration every git of ours and its own children read.
void write_git_config(const std::filesystem::path& config_file);

/// Which git to start.
struct Command {
  std::vector<std::string> args;         ///< after "git"
  std::vector<std::string> environment;  ///< "NAME=value"
  int end_signal = SIGKILL;              ///< what ends it when it is no longer needed
};

/// A child ended, or closed its output, before it had answered.
class ChildDied : public std::runtime_error {
 public:
  using std::runtime_error::runtime_error;
};

/// A running git with pipes.  Reading and writing cannot block each other: what is written is
/// queued and goes out while answers are read.  Not thread-safe.
class Child {
 public:
  /// `input` becomes its standard input; without one it reads what is written here.
  explicit Child(const Command& command, Descriptor input = Descriptor());
  /// Ends it when it still runs, and reaps it.
  ~Child();
  Child(const Child&) = delete;
  Child& operator=(const Child&) = delete;

  void write(std::string_view text) { to_write_ += text; }
  /// Its input ends after what was written.
  void end_input() { input_ends_ = true; }

  /// Reads up to `end`, which is dropped.  Returns false when the output has ended instead.
  bool read_until(char end, std::string& text);
  /// Returns the next byte without taking it.  Throws ChildDied when the output has ended.
  char peek();
  /// Reads `size` bytes.  Throws ChildDied when the output ends before.
  std::string read_bytes(std::size_t size);
  std::string read_all();
  /// Reads what is there, at least a byte; empty when the output has ended.  The view holds until
  /// the next call.
  std::string_view read_some();
  /// Waits for its end.  Returns the exit status, or 128 + signal.
  int wait();
  /// Returns the last of what it wrote to standard error, without the newline at its end.
  [[nodiscard]] std::string errors() const;
  /// Waits for its end and throws ChildDied with what is known about it.
  [[noreturn]] void died();

 private:
  std::size_t receive(char* to, std::size_t room);
  bool receive_more();
  void send_some();
  void receive_errors();

  std::string name_;
  const int end_signal_;
  pid_t pid_ = -1;
  Descriptor in_, out_, err_;
  int status_ = -1;
  std::string to_write_;
  std::size_t written_ = 0;
  bool input_ends_ = false;
  std::string buffer_;
  std::size_t at_ = 0;
  std::string errors_;
};

struct Output {
  int status = 0;  ///< exit status, or 128 + signal
  std::string output;
  std::string errors;
};

/// Runs git to its end.
Output run(const Command& command, std::string_view input = {});
/// As run, but throws std::runtime_error with git's own words when it fails.
std::string checked(const Command& command, std::string_view input = {});

/// Returns how many gits this process has started so far.
[[nodiscard]] std::uint64_t started_children();

}  // namespace bitbucket::inline v0_1::testing::git
