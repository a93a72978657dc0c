#pragma once

#include <string>
#include <string_view>
#include <vector>

#include <bitbucket/tracking/commit_store.hpp>

#include "tracking/commit_author.hpp"
#include "tracking/session.hpp"

// Temporary tables of a connection, which hold the commits that a transaction is going to write:
//
//   given_commits       the commits as they were given
//   given_repositories  their repositories, with the ids of the stored ones
//   given_authors       their authors, with the ids of the stored ones
//   given_files         their files; position is that of given_commits
//   staged_commits      each commit once, the newest place first, with its id in `commits`
//   staged_issues       their issues; position is that of given_commits and staged_commits
namespace bitbucket::inline v0_1::tracking {

/// A changed file of the commit at a position.
struct GivenFile {
  long long position = 0;
  std::string path;
  std::string_view type;
};

/// What the given commits contain.
struct Given {
  bool commits = false, authors = false, issues = false;
  bool files = false;                ///< given_files has rows
  std::vector<GivenFile> few_files;  ///< the files, when there are few; given_files has none then
  bool many = false;                 ///< so many commits that PostgreSQL needs ANALYZE to plan well
};

/// Fills the tables given_* and staged_issues without a lock on the database.  Throws
/// InvalidArgument for a commit that cannot be stored.  `begun` becomes true when the first commit
/// is asked for.  Throws StoreError when it was true before, because the commits can be read only
/// once.
Given stage(Session& session, const CommitInputs& commits, AuthorRule rule, bool& begun);

/// Fills staged_commits, and the ids of repositories and authors, which it creates where they are
/// missing.  Returns the number of different commits.
long long resolve_staged(Session& session, const Given& given, AuthorRule rule);

/// Empties the temporary tables.
void clear_staged(Session& session);

/// Returns the COLLATE clause that sorts a column of text by its bytes.
std::string by_bytes(const Session& session);

}  // namespace bitbucket::inline v0_1::tracking
