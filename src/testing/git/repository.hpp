#pragma once

#include <cstddef>
#include <cstdint>
#include <filesystem>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

// What plain git says of one repository.  Knows no HTTP and no Bitbucket.  Thread-safe.
namespace bitbucket::inline v0_1::testing::git {

struct Signature {
  std::string name;
  std::string email;
  std::int64_t seconds = 0;  ///< since 1970, UTC
};

struct CommitData {
  std::string id;
  std::vector<std::string> parents;
  Signature author;
  Signature committer;
  std::string message;  ///< UTF-8, as `git log` would show it, without the final newline
};

struct FileChange {
  char status = 'M';               ///< A C D M R T as in `git diff-tree`
  int score = 0;                   ///< similarity of R and C, percent
  std::string old_mode, new_mode;  ///< "100644", "000000" when absent
  std::string old_id, new_id;      ///< blob ids, zeros when absent
  std::string path;                ///< new path (the old one of a D)
  std::string old_path;            ///< of R and C
};

struct Ref {
  std::string name;          ///< "refs/heads/main"
  std::string commit;        ///< peeled
  std::string object;        ///< the tag object of an annotated tag, else empty
  std::int64_t seconds = 0;  ///< committer date of the commit
};

enum class MergeFilter { include, exclude, only };

struct HistoryQuery {
  std::string until{};  ///< full commit id
  std::string since{};  ///< full commit id or empty
  std::string path{};   ///< empty for all
  MergeFilter merges = MergeFilter::include;
  bool follow = false;  ///< across renames of `path`
  friend bool operator==(const HistoryQuery&, const HistoryQuery&) = default;
};

struct Slice {
  std::vector<std::string> ids;
  bool last = true;  ///< nothing follows
};

enum class ObjectType { missing, blob, tree, commit };

struct Blob {
  ObjectType type = ObjectType::missing;
  std::string content;  ///< of a blob
};

class Repository {
 public:
  /// `path` is a bare repository, a work tree or a worktree's folder; it is only ever read.
  /// `scratch` is a folder of this object's own, for the private clone; it need not exist.
  /// Throws std::runtime_error naming the path when git finds no repository there.
  Repository(std::filesystem::path path, std::filesystem::path scratch);
  ~Repository();
  Repository(const Repository&) = delete;
  Repository& operator=(const Repository&) = delete;

  /// Returns the branch HEAD points to, "refs/heads/main", also when it has no commit yet.
  std::string default_branch();
  /// Points HEAD of the private clone to a branch, "refs/heads/main".
  void set_default_branch(const std::string& branch);
  std::vector<Ref> branches();  ///< by name
  std::vector<Ref> tags();      ///< by name
  /// Returns the full id of the commit a branch, tag, full ref name or (abbreviated) id means.
  std::optional<std::string> resolve(std::string_view revision);
  /// Returns the ids from `start` on, at most `limit`, in `git rev-list` order.  A later slice of
  /// the same query costs no new walk.
  Slice history(const HistoryQuery& query, std::size_t start, std::size_t limit);
  /// Returns the number of commits of a query.
  std::size_t count(const HistoryQuery& query);
  /// Returns one commit for each id; throws std::runtime_error when an id does not name a commit.
  std::vector<CommitData> commits(const std::vector<std::string>& ids);
  /// Returns what a commit changed against its first parent (root: against nothing), as
  /// `git diff-tree --root -r -M -C` has it.  Kept for the next page.
  std::shared_ptr<const std::vector<FileChange>> changes(const std::string& commit);
  /// Returns the file `path` of a commit.
  Blob file(const std::string& commit, const std::string& path);

  /// Returns the private clone, made on the first call; from then on everything is read from it,
  /// so pushes into it are seen.  The folder given stays untouched.
  std::filesystem::path writable();
  /// Returns the git directory that is read at the moment.
  [[nodiscard]] std::filesystem::path git_dir() const;
  /// Forgets nothing that is still true: to be called after a push.
  void refresh();

 private:
  struct Impl;
  std::unique_ptr<Impl> impl_;
};

}  // namespace bitbucket::inline v0_1::testing::git
