#pragma once

#include <cstddef>
#include <functional>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include <bitbucket/detail/export.hpp>
#include <bitbucket/ids.hpp>
#include <bitbucket/model/common.hpp>

namespace bitbucket::inline v0_1 {

class BitbucketServer;

/// What a commit did to a file.
enum class FileChangeType : char { added = 'A', deleted = 'D', modified = 'M' };

/// A file that a commit changed.
struct FileChange {
  std::string path;                                ///< "src/main.cpp"
  FileChangeType type = FileChangeType::modified;  ///< what the commit did to it
  friend bool operator==(const FileChange&, const FileChange&) = default;
};

/// A commit as a product of Bitbucket reports it.
struct SourceCommit {
  std::string id;            ///< 40 or 64 hexadecimal digits in lower case
  std::string message;       ///< may be empty
  std::string author_name;   ///< the display name if the product has one; empty when unknown
  std::string author_email;  ///< empty when unknown
  Timestamp timestamp{};     ///< when the commit was written
  friend bool operator==(const SourceCommit&, const SourceCommit&) = default;
};

/// Which commits to ask for: those that `until` reaches and `since` does not.
struct CommitRange {
  /// Id, branch or tag; the whole history when empty or an id of zeros.
  std::string since = {};
  std::string until = {};       ///< id, branch or tag; empty: the default branch
  bool include_merges = false;  ///< whether commits with several parents count
};

/// A branch and the commit that it points to.
struct SourceHead {
  std::string ref;     ///< "refs/heads/main"
  std::string commit;  ///< 40 or 64 hexadecimal digits in lower case
  friend bool operator==(const SourceHead&, const SourceHead&) = default;
};

/// How tracking asks a product for commits, for their files and for branches.  Every function may
/// be called from any thread, and throws the errors of the client.
class BITBUCKET_EXPORT CommitSource {
 public:
  CommitSource() = default;
  CommitSource(const CommitSource&) = delete;
  CommitSource& operator=(const CommitSource&) = delete;
  virtual ~CommitSource();

  /// Passes the commits of a range to `visit`, newest first, until `visit` returns false; none when
  /// `until` is empty and there is no default branch.  Throws InvalidArgument when `until` is an id
  /// of zeros, which stands for a deleted ref.
  virtual void visit_commits(const RepoRef& repo, const CommitRange& range,
                             const std::function<bool(SourceCommit&&)>& visit) = 0;
  /// Returns the files that each of the commits changed, in the order of `commits`; a commit is
  /// compared with its first parent.  A moved file is deleted and added, a copy is added.  Each
  /// path comes once: one that was deleted and added, because another file took its place, is
  /// modified.  Throws InvalidArgument unless each commit is a full id.
  virtual std::vector<std::vector<FileChange>> changes(const RepoRef& repo,
                                                       const std::vector<std::string>& commits) = 0;
  /// Returns all branches.  A branch that is created or deleted meanwhile may be missing.
  virtual std::vector<SourceHead> heads(const RepoRef& repo) = 0;
};

/// Returns a source that asks a Bitbucket Server; it keeps working after `client` is gone.
///
/// A walk over n commits takes n/1000 requests, rounded up (at least one), where the server allows
/// such pages, and one more for each end of the range that is not a full id.  A server may stop
/// after a configured number of files of a commit (1000 by default) without saying so.
BITBUCKET_EXPORT std::shared_ptr<CommitSource> make_commit_source(const BitbucketServer& client);

}  // namespace bitbucket::inline v0_1
