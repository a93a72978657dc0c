// bitbucket-git-server: the embedded server from a shell, for tests in any language.

#include <signal.h>

#include <exception>
#include <filesystem>
#include <fstream>
#include <iostream>
#include <stdexcept>
#include <string>

#include <bitbucket/error.hpp>
#include <bitbucket/testing/git_server.hpp>

#include "testing/program/command_line.hpp"

namespace {

using bitbucket::testing::GitServer;
using namespace bitbucket::testing::program;

void add_repositories(GitServer& server, const std::string& text) {
  const auto equal = text.find('=');
  if (equal == std::string::npos || std::filesystem::is_directory(text)) {
    server.add_projects_folder(text);
    return;
  }
  const std::string name = text.substr(0, equal), path = text.substr(equal + 1);
  const auto slash = name.find('/');
  if (name.empty() || path.empty() || slash == 0 || slash + 1 == name.size()) {
    throw Usage('"' + text + "\" is neither a folder nor of the form PROJECT/SLUG=PATH");
  }
  if (slash == std::string::npos) {
    throw Usage('"' + text + "\" names a project but no repository; write " + name +
                "/SLUG=" + path);
  }
  server.add_repository(name.substr(0, slash), name.substr(slash + 1), path);
}

sigset_t signals_that_end() {
  sigset_t out;
  sigemptyset(&out);
  sigaddset(&out, SIGTERM);
  sigaddset(&out, SIGINT);
  struct sigaction hang_up {};
  ::sigaction(SIGHUP, nullptr, &hang_up);
  if (hang_up.sa_handler != SIG_IGN) sigaddset(&out, SIGHUP);  // nohup ignores it
  return out;
}

int serve(const Arguments& arguments) {
  // Blocked before any thread is made, so that only this one gets them.
  const sigset_t signals = signals_that_end();
  pthread_sigmask(SIG_BLOCK, &signals, nullptr);

  GitServer server(arguments.options);
  for (const auto& rule : arguments.faults) server.misbehave(rule);
  for (const std::string& text : arguments.repositories) add_repositories(server, text);
  if (!arguments.ready_file.empty()) {
    std::ofstream out(arguments.ready_file);
    out << server.base_url() << '\n';
    if (!out.flush()) throw std::runtime_error("cannot write " + arguments.ready_file);
  }
  std::cout << "Listening on " << server.base_url() << std::endl;
  int got = 0;
  sigwait(&signals, &got);
  return 0;
}

int complain(const std::exception& error, int exit_status) {
  std::cerr << "bitbucket-git-server: " << error.what() << '\n';
  if (exit_status == 2) std::cerr << "Try --help.\n";
  return exit_status;
}

}  // namespace

int main(int argc, char** argv) {
  try {
    const Arguments arguments = parse({argv + 1, argv + argc});
    if (arguments.help) {
      std::cout << help();
      return 0;
    }
    return serve(arguments);
  } catch (const Usage& e) {
    return complain(e, 2);
  } catch (const bitbucket::InvalidArgument& e) {
    return complain(e, 2);
  } catch (const std::exception& e) {
    return complain(e, 1);
  }
}
