#pragma once

#include <fcntl.h>
#include <spawn.h>
#include <sys/wait.h>
#include <unistd.h>

#include <csignal>
#include <cstdlib>
#include <stdexcept>
#include <string>
#include <vector>

namespace bitbucket::test {

/// A running program, with pipes to its input, output and errors.
class Program {
 public:
  /// The program gets only `environment` and PATH.
  Program(const std::string& path, std::vector<std::string> arguments,
          std::vector<std::string> environment = {}, const std::string& folder = "/") {
    arguments.insert(arguments.begin(), path);
    if (const char* path_of_ours = std::getenv("PATH"))
      environment.push_back(std::string("PATH=") + path_of_ours);
    int pipes[3][2];
    posix_spawn_file_actions_t actions;
    posix_spawn_file_actions_init(&actions);
    for (int i = 0; i < 3; ++i) {
      if (::pipe2(pipes[i], O_CLOEXEC) != 0) throw std::runtime_error("no pipe");
      posix_spawn_file_actions_adddup2(&actions, pipes[i][i == 0 ? 0 : 1], i);
    }
    posix_spawn_file_actions_addchdir_np(&actions, folder.c_str());
    const int error = ::posix_spawn(&pid_, path.c_str(), &actions, nullptr,
                                    pointers(arguments).data(), pointers(environment).data());
    posix_spawn_file_actions_destroy(&actions);
    for (int i = 0; i < 3; ++i) {
      ::close(pipes[i][i == 0 ? 0 : 1]);
      ends_[i] = pipes[i][i == 0 ? 1 : 0];
    }
    if (error != 0) throw std::runtime_error("cannot run " + path);
  }
  ~Program() {
    if (pid_ > 0) ::kill(pid_, SIGKILL), (void)exit_code();
    for (const int end : ends_) ::close(end);
  }
  Program(const Program&) = delete;
  Program& operator=(const Program&) = delete;

  void type(const std::string& line) {
    const std::string text = line + '\n';
    if (::write(ends_[0], text.data(), text.size()) < 0)
      throw std::runtime_error("it does not read");
  }
  /// Returns the next line of its output, without the line break; empty at the end.
  std::string line() {
    std::string text;
    for (char c = 0; ::read(ends_[1], &c, 1) == 1 && c != '\n';) text += c;
    return text;
  }
  /// Returns the rest of its output.  The program must write little to standard error.
  std::string output() { return rest(ends_[1]); }
  std::string errors() { return rest(ends_[2]); }
  void signal(int number) const { ::kill(pid_, number); }
  int exit_code() {
    int status = 0;
    ::waitpid(pid_, &status, 0);
    pid_ = -1;
    return WIFEXITED(status) ? WEXITSTATUS(status) : 128 + WTERMSIG(status);
  }

 private:
  static std::vector<char*> pointers(std::vector<std::string>& texts) {
    std::vector<char*> out;
    for (std::string& text : texts) out.push_back(text.data());
    out.push_back(nullptr);
    return out;
  }
  static std::string rest(int end) {
    std::string text;
    char buffer[4096];
    for (ssize_t n = 0; (n = ::read(end, buffer, sizeof buffer)) > 0;)
      text.append(buffer, static_cast<std::size_t>(n));
    return text;
  }

  pid_t pid_ = -1;
  int ends_[3] = {-1, -1, -1};
};

}  // namespace bitbucket::test
