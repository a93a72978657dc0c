#pragma once

#include <string>
#include <string_view>
#include <unordered_map>
#include <unordered_set>
#include <vector>

#include "tracking/bulk_insert.hpp"
#include "tracking/staging.hpp"

namespace bitbucket::inline v0_1::tracking {

/// Checks commits and writes them to the tables given_* and staged_issues.
class Stager {
 public:
  Stager(Session& session, AuthorRule rule);
  /// Adds a commit.  Throws InvalidArgument when it cannot be stored.
  void add(CommitInput& commit);
  /// Sends the remaining rows.
  Given finish();

 private:
  /// The newest commit of an author, whose name counts.
  struct Author {
    long long number = 0, time = 0, position = 0;
    std::string email;
    std::optional<std::string> name;
  };

  struct Repository {
    long long number = 0;
    std::string external_id, name;
  };

  Value repository_of(const CommitInput& commit);
  Value author_of_commit(const CommitInput& commit, long long time);
  void add_files(CommitInput& commit);
  void write_files();
  void add_issues(const CommitInput& commit);
  void write_repositories();
  void write_authors();

  Session& session_;
  Session::StagingTables& tables_;
  const AuthorRule rule_;
  BulkInsert commits_, authors_, files_, issues_;
  long long position_ = 0, repository_count_ = 0, author_count_ = 0;
  // These sets are cleared when they grow too large, so that memory stays small.  A
  // repository or an author that comes again is then written twice, which does no harm.
  std::unordered_map<std::string, long long> known_repositories_;
  std::unordered_map<std::string, Author> known_authors_;
  std::vector<Repository> new_repositories_;    // not written yet
  std::unordered_set<std::string_view> paths_;  // of one commit
  std::size_t bytes_of_files_ = 0;              // in given_.few_files
  std::string key_;
  Given given_;
};

}  // namespace bitbucket::inline v0_1::tracking
