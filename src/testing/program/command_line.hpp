#pragma once

#include <stdexcept>
#include <string>
#include <vector>

#include <bitbucket/testing/fault.hpp>
#include <bitbucket/testing/git_server.hpp>

// The words after "bitbucket-git-server".
namespace bitbucket::inline v0_1::testing::program {

/// The command line cannot work: exit code 2.
struct Usage : std::runtime_error {
  using std::runtime_error::runtime_error;
};

/// What the command line asks for.
struct Arguments {
  GitServerOptions options;
  std::vector<FaultRule> faults;
  std::vector<std::string> repositories;
  std::string ready_file;
  bool two_legged = false;
  bool help = false;
};

/// Reads the words after the program's name; throws Usage.
Arguments parse(const std::vector<std::string>& words);

/// Returns the text of --help.
std::string help();

}  // namespace bitbucket::inline v0_1::testing::program
