#pragma once

#include <string>
#include <string_view>
#include <unordered_map>
#include <unordered_set>

#include "tracking/bulk_insert.hpp"
#include "tracking/staging.hpp"

namespace bitbucket::inline v0_1::tracking {

/// Checks commits and writes them to the tables given_* and staged_issues.
class Stager {
 public:
  Stager(Session& session, AuthorRule rule);
  /// Adds a commit.  Throws InvalidArgument when it cannot be stored.
  void add(CommitInput& commit);
  /// Sends what is left.
  Given finish();

 private:
  /// The newest commit of an author, whose name counts.
  struct Author {
    long long number = 0, time = 0, position = 0;
    std::string email;
    std::optional<std::string> name;
  };

  Value repository_of(const CommitInput& commit);
  Value author_of_commit(const CommitInput& commit, long long time);
  void add_files(CommitInput& commit);
  void add_issues(const CommitInput& commit);
  void write_authors();

  Session::StagingTables& tables_;
  const AuthorRule rule_;
  BulkInsert commits_, repositories_, authors_, files_, issues_;
  long long position_ = 0, repository_count_ = 0, author_count_ = 0;
  // These forget what is written when there is too much of it, so that memory stays small.  A
  // repository or an author that comes again is then written twice, which does no harm.
  std::unordered_map<std::string, long long> known_repositories_;
  std::unordered_map<std::string, Author> known_authors_;
  std::unordered_set<std::string_view> paths_;  // of one commit
  std::string key_;
  Given given_;
};

}  // namespace bitbucket::inline v0_1::tracking
