#pragma once

#include <cstddef>
#include <cstdint>
#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include <bitbucket/detail/export.hpp>
#include <bitbucket/integration/commit_source.hpp>
#include <bitbucket/model/common.hpp>

namespace bitbucket::inline v0_1 {

namespace tracking {
class Database;
}

/// The policy that decides when a commit resolves an issue.
enum class ResolvePolicy {
  on_release,  ///< when a release contains the commit
  on_commit,   ///< as soon as the commit is stored
};

/// A commit to store.  A member that is not set keeps what is stored.
///
/// Git allows bytes in messages, names, addresses and paths that no database stores: NUL, and those
/// that are not UTF-8.  U+FFFD replaces each one.  Ids, names of repositories and keys of
/// issues with such bytes are refused with InvalidArgument, as is a message or a path of more than
/// 256 MiB; nothing is stored then.
///
/// The address identifies the author.  CommitStore::add() leaves a commit without an author when
/// the address is missing or has more than 75 characters, and does not rename stored authors.
/// ReleaseStore::set_commits() makes a missing address from the letters, digits, "-", "_" and "."
/// of the name ("foo bar" becomes `foobar@localhost`), cuts a long one to 75 characters, of which
/// the last three are "...", and gives an author the name in the newest commit.
struct CommitInput {
  /// Name of at most 300 characters, "PRJ/demo".  If several repositories have that name, an
  /// attached one is taken before a detached one, and then the one whose id is the highest number,
  /// which the server created last.  A repository that is not stored is created.
  std::string repository = {};
  /// Id of an attached repository, which takes precedence over `repository`.
  std::string external_id = {};
  std::string id = {};                      ///< 1 to 64 characters, mostly 40 hexadecimal digits
  std::optional<std::string> message = {};  ///< may be empty
  std::optional<std::string> author_name = {};   ///< cut after 128 characters
  std::optional<std::string> author_email = {};  ///< identifies the author, in lower case
  std::optional<Timestamp> timestamp = {};       ///< when the commit was written
  /// All files that it changed.  Files that are stored never change.  If a path is given twice, the
  /// first change counts.
  std::optional<std::vector<FileChange>> files = {};
  /// All issues that it resolves, by the service's own keys of at most 200 characters.
  std::optional<std::vector<std::string>> issues = {};
};

/// Gives the commits one by one: fills in the commit and returns true, or returns false at the end.
/// The commit is fresh for each call.  The function is called before any lock is held, so it may
/// take its time and use the store; what it throws reaches the caller, and nothing is stored.
using CommitInputs = std::function<bool(CommitInput&)>;

/// Returns the commits of a list, one by one.
BITBUCKET_EXPORT CommitInputs each_of(std::vector<CommitInput> commits);

/// Who wrote a commit.
struct CommitAuthor {
  std::string name;   ///< may be empty
  std::string email;  ///< in lower case
  friend bool operator==(const CommitAuthor&, const CommitAuthor&) = default;
};

/// A commit as it is stored.
struct StoredCommit {
  std::string repository;              ///< name, "PRJ/demo"
  std::string id;                      ///< mostly 40 hexadecimal digits
  std::string message;                 ///< may be empty
  std::optional<CommitAuthor> author;  ///< none when the commit has no address and no name
  Timestamp timestamp{};               ///< when it was written, or else when it was stored
  bool has_files = false;              ///< whether the files that it changed are stored

  /// Returns the first line of the message.
  [[nodiscard]] std::string_view title() const noexcept {
    return std::string_view(message).substr(0, message.find('\n'));
  }
  /// Returns the first seven of 40 digits, or else the whole id.
  [[nodiscard]] std::string_view short_id() const noexcept {
    return std::string_view(id).substr(0, id.size() == 40 ? 7 : id.size());
  }
  friend bool operator==(const StoredCommit&, const StoredCommit&) = default;
};

/// What an addition of commits did.
struct AddedCommits {
  std::int64_t given = 0;  ///< commits that were given, each counted once
  std::int64_t added = 0;  ///< those of them that were not stored before
  friend bool operator==(const AddedCommits&, const AddedCommits&) = default;
};

/// The commits of a TrackingStore.  A commit is known only by its id until its message is given:
/// heads of releases may be such commits, because merges and ignored commits are left out.
/// The commits of a detached repository can be read like those of an attached one.
class BITBUCKET_EXPORT CommitStore {
 public:
  /// Stores commits that are not stored yet, in one transaction.  A commit that is stored gets its
  /// files if it has none, and everything that is given if it is known only by its id; nothing else
  /// changes.
  AddedCommits add(const CommitInputs& commits,
                   ResolvePolicy policy = ResolvePolicy::on_release) const;
  /// Returns a commit of a repository, or nothing.
  [[nodiscard]] std::optional<StoredCommit> find(std::string_view external_id,
                                                 std::string_view id) const;
  /// Returns the files that a commit of a repository changed, sorted by path; nothing when they are
  /// not stored.
  [[nodiscard]] std::optional<std::vector<FileChange>> files(std::string_view external_id,
                                                             std::string_view id) const;
  /// Returns those of the commits whose files are not stored, in the same order.
  [[nodiscard]] std::vector<std::string> without_files(std::string_view external_id,
                                                       const std::vector<std::string>& ids) const;
  /// Returns at most `limit` commits of a repository that no release has, the newest first, without
  /// those that are known only by their id.
  [[nodiscard]] std::vector<StoredCommit> unreleased(std::string_view external_id,
                                                     std::size_t limit = 1000) const;
  /// Returns the number of commits of a repository, without those that are known only by their id.
  [[nodiscard]] std::int64_t count(std::string_view external_id) const;
  /// Passes the ids of the commits that count() counts to `visit`, sorted, with one at a time in
  /// memory.
  void visit_ids(std::string_view external_id,
                 const std::function<void(std::string_view)>& visit) const;

 private:
  friend class TrackingStore;
  explicit CommitStore(std::shared_ptr<tracking::Database> database);
  std::shared_ptr<tracking::Database> database_;
};

}  // namespace bitbucket::inline v0_1
