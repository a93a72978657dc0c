#pragma once

#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <sys/wait.h>

#include <cerrno>
#include <string>
#include <vector>

#include "support/repository_builder.hpp"
#include "testing/git/process.hpp"
#include "testing/git/repository.hpp"

// What the tests of src/testing/git have in common: answers of plain git commands.
namespace bitbucket::inline v0_1::testing::git {

using namespace bitbucket::test_support;

/// A repository in a folder of its own, "repo", and its Repository.
class GitTest : public ::testing::Test {
 protected:
  std::filesystem::path dir() const { return temp / "repo"; }
  std::filesystem::path scratch() const { return temp / "scratch"; }
  std::string git(const std::vector<std::string>& args) const { return run_git(dir(), args); }

  TempDir temp;
};

/// Adds 10,000 branches.  Writes packed-refs directly, which is faster than running git.
inline void add_ten_thousand_branches(const std::filesystem::path& dir, const std::string& commit) {
  std::string packed;
  for (int i = 0; i < 10'000; ++i) packed += commit + " refs/heads/b/" + std::to_string(i) + '\n';
  write_file(dir / ".git/packed-refs", packed);
}

inline std::vector<std::string> all_commits(const std::filesystem::path& dir) {
  return lines(run_git(dir, {"rev-list", "--all"}));
}

/// Returns a change as `git diff-tree -z` has it.
inline std::string raw(const FileChange& change) {
  std::string text = ':' + change.old_mode + ' ' + change.new_mode + ' ' + change.old_id + ' ' +
                     change.new_id + ' ' + change.status;
  if (change.score != 0) {
    const std::string score = std::to_string(change.score);
    text += std::string(3 - score.size(), '0') + score;
  }
  text += '\0';
  if (!change.old_path.empty()) text += change.old_path + '\0';
  return text + change.path + '\0';
}

inline std::string raw(const std::vector<FileChange>& changes) {
  std::string text;
  for (const FileChange& change : changes) text += raw(change);
  return text;
}

/// Returns what a plain diff-tree says a commit changed against its first parent.
inline std::string plain_changes(const std::filesystem::path& dir, const std::string& commit) {
  std::vector<std::string> args = {"diff-tree", "--root", "-r", "-M", "-C", "-z", "--no-commit-id"};
  const GitResult parent = try_git(dir, {"rev-parse", "--verify", "--quiet", commit + "^1"});
  if (parent.status == 0) args.push_back(lines(parent.output).front());
  args.push_back(commit);
  return run_git(dir, args);
}

inline bool has_children() {
  return waitid(P_ALL, 0, nullptr, WEXITED | WNOHANG | WNOWAIT) == 0 || errno != ECHILD;
}

inline std::size_t open_descriptors() {
  std::size_t count = 0;
  for (const auto& entry : std::filesystem::directory_iterator("/proc/self/fd"))
    count += entry.is_symlink() ? 1 : 0;
  return count;
}

}  // namespace bitbucket::inline v0_1::testing::git
