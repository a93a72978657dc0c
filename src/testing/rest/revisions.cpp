#include "testing/rest/revisions.hpp"

#include <fstream>
#include <utility>

#include "base/trim.hpp"
#include "testing/base/refusal.hpp"

namespace bitbucket::inline v0_1::testing::embedded {

std::optional<git::Ref> default_branch(ServedRepository& repository) {
  const std::string name = repository.git.default_branch();
  for (git::Ref& ref : repository.git.branches()) {
    if (ref.name == name) return std::move(ref);
  }
  return std::nullopt;
}

std::optional<std::string> default_commit(ServedRepository& repository) {
  // Every page of commits asks for it: the HEAD file is read here, which costs no process.
  std::ifstream head(repository.git.git_dir() / "HEAD");
  std::string line;
  // With reftables the file is there for older gits only, and names no branch.
  if (std::getline(head, line) && line.starts_with("ref: ") && !line.ends_with("/.invalid")) {
    return repository.git.resolve(detail::trim(std::string_view(line).substr(5)));
  }
  const auto branch = default_branch(repository);
  return branch ? std::optional(branch->commit) : std::nullopt;
}

std::string resolve(ServedRepository& repository, const std::string& revision) {
  if (revision.empty()) {
    if (const auto id = default_commit(repository)) return *id;
    const std::string name = repository.git.default_branch();
    throw refusal(404,
                  "\"" + name + "\" is set as the default branch, but this branch does not exist",
                  "com.atlassian.bitbucket.repository.NoDefaultBranchException");
  }
  if (const auto id = repository.git.resolve(revision)) return *id;
  throw refusal(
      404,
      "Commit '" + revision + "' does not exist in repository '" + repository.facts()->name + "'.",
      "com.atlassian.bitbucket.commit.NoSuchCommitException");
}

}  // namespace bitbucket::inline v0_1::testing::embedded
