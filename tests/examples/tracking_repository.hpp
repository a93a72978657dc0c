#pragma once

#include <filesystem>
#include <map>
#include <set>
#include <string>
#include <vector>

#include "support/repository_builder.hpp"

// A repository with releases, and what git itself says of them.
namespace bitbucket::test {

/// Makes a work tree with the tags v1.0.0, v1.1.0-rc.1 and v1.1.0, a merge, files that were added,
/// changed, renamed and deleted, and commits that resolve ABC-12 and ABC-7.
inline void make_released_repository(const std::filesystem::path& dir) {
  using test_support::commit_files;
  using test_support::run_git;
  const auto git = [&](const std::vector<std::string>& arguments) { run_git(dir, arguments); };
  test_support::init_repository(dir);
  commit_files(dir, "First", {{"README.md", "one\n"}, {"src/old.cpp", "int old;\n"}});
  commit_files(dir, "Fixes ABC-1", {{"src/a.cpp", "1\n"}});
  git({"tag", "v1.0.0"});
  commit_files(dir, "Read names\n\nFixes abc-12", {{"src/a.cpp", "2\n"}, {"src/b.cpp", "b\n"}});
  git({"tag", "-a", "-m", "a candidate", "v1.1.0-rc.1"});
  git({"checkout", "--quiet", "-b", "side", "v1.0.0"});
  git({"mv", "src/old.cpp", "src/new.cpp"});
  git({"-c", "user.name=Bob", "-c", "user.email=Bob@Example.com", "commit", "--quiet", "--message",
       "Rename a file", "--author", "Bob <Bob@Example.com>"});
  git({"checkout", "--quiet", "main"});
  git({"merge", "--quiet", "--no-ff", "--message", "Merge side", "side"});
  git({"rm", "--quiet", "README.md"});
  git({"commit", "--quiet", "--message",
       "Delete <b>*a*</b> [file](http://evil)\n\nResolves: ABC-7"});
  git({"tag", "-a", "-m", "a release", "v1.1.0"});
}

/// Returns the ids that `git rev-list` lists.
inline std::set<std::string> rev_list(const std::filesystem::path& dir, const std::string& range) {
  const auto ids = test_support::lines(test_support::run_git(dir, {"rev-list", range}));
  return {ids.begin(), ids.end()};
}

/// Returns the files that a commit changed compared with its first parent, as git says: "M path".
/// A rename deletes one file and adds another.
inline std::set<std::string> diff_tree(const std::filesystem::path& dir, const std::string& id) {
  const bool root =
      test_support::try_git(dir, {"rev-parse", "--quiet", "--verify", id + "^1"}).status != 0;
  std::vector<std::string> command{"diff-tree",      "-r",           "-z", "--no-renames",
                                   "--no-commit-id", "--name-status"};
  if (root)
    command.insert(command.end(), {"--root", id});
  else
    command.insert(command.end(), {id + "^1", id});
  const auto fields = test_support::nul_fields(test_support::run_git(dir, command));
  std::set<std::string> files;
  for (std::size_t i = 0; i + 1 < fields.size(); i += 2)
    files.insert(fields[i].substr(0, 1) + ' ' + fields[i + 1]);
  return files;
}

}  // namespace bitbucket::test
