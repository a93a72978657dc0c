#pragma once

#include <sys/types.h>

#include <cstddef>
#include <cstdint>
#include <filesystem>
#include <string>
#include <string_view>
#include <vector>

// Folders and git repositories for tests.  Shares no code with src/testing/git, which it judges.
namespace bitbucket::test_support {

/// A new empty folder, removed with everything in it by the destructor, but not in a child process.
class TempDir {
 public:
  TempDir();
  ~TempDir();
  TempDir(const TempDir&) = delete;
  TempDir& operator=(const TempDir&) = delete;

  const std::filesystem::path& path() const { return path_; }
  std::filesystem::path operator/(const std::filesystem::path& name) const { return path_ / name; }

 private:
  std::filesystem::path path_;
  pid_t owner_;
};

struct GitOptions {
  std::string input{};                     ///< for standard input
  std::vector<std::string> environment{};  ///< "NAME=value", added to the host's without its GIT_*
};

struct GitResult {
  int status = 0;  ///< exit status, or 128 + signal
  std::string output;
  std::string errors;
};

/// Runs git in `dir` and returns its output.  Throws std::runtime_error with git's own message when
/// git fails.  Ignores the host's git configuration; each call is one minute later than the
/// one before (committer and author date), so that histories have an order.
std::string run_git(const std::filesystem::path& dir, const std::vector<std::string>& args,
                    const GitOptions& options = {});
/// Like run_git, but returns a failure instead of throwing.
GitResult try_git(const std::filesystem::path& dir, const std::vector<std::string>& args,
                  const GitOptions& options = {});

/// Returns the lines of a text, without an empty one at its end.
std::vector<std::string> lines(std::string_view text);
/// Returns the parts of `git ... -z` output.
std::vector<std::string> nul_fields(std::string_view text);
/// Returns `revision` as a full commit id.
std::string commit_id(const std::filesystem::path& repository, const std::string& revision);

void write_file(const std::filesystem::path& path, std::string_view content);

/// Runs `git init` with the branch "main".  Creates the folders above `dir`.
void init_repository(const std::filesystem::path& dir, bool bare = false);

/// Writes `files` and commits them in a work tree; returns the new commit's id.
struct FileText {
  std::string path;
  std::string content;
};
std::string commit_files(const std::filesystem::path& dir, const std::string& message,
                         const std::vector<FileText>& files);

/// Collects commits and imports them all with one `git fast-import`.  Names may contain any byte
/// but NUL.  Commits are numbered from 1 in the order of the calls.
class FastImport {
 public:
  struct CommitOptions {
    std::string branch = "refs/heads/main";
    std::string author = "Ada Lovelace <ada@example.com>";
    std::string committer = "Charles Babbage <charles@example.com>";
    /// The commit time; the author time is 30 s earlier.  0: one minute after the last commit.
    std::int64_t seconds = 0;
    std::string zone = "+0000";
    std::string encoding{};              ///< the commit's `encoding` header
    std::vector<std::size_t> parents{};  ///< numbers; empty: the branch's last commit
    bool orphan = false;                 ///< no parent at all
  };

  /// Starts a commit; the following calls add to it.
  std::size_t commit(std::string_view message, const CommitOptions& options);
  std::size_t commit(std::string_view message) { return commit(message, CommitOptions()); }
  FastImport& file(std::string_view path, std::string_view content,
                   std::string_view mode = "100644");
  FastImport& remove(std::string_view path);
  FastImport& rename(std::string_view from, std::string_view to);
  FastImport& copy(std::string_view from, std::string_view to);
  FastImport& submodule(std::string_view path, std::string_view commit);
  /// Adds a ref, e.g. "refs/heads/topic" or the lightweight tag "refs/tags/v1".
  FastImport& ref(std::string_view name, std::size_t commit);
  FastImport& annotated_tag(std::string_view name, std::size_t commit, std::string_view message);

  /// Imports into the repository at `dir`; returns the commits' ids, [0] being empty.
  std::vector<std::string> into(const std::filesystem::path& dir);

 private:
  std::string stream_;
  std::size_t commits_ = 0;
  std::int64_t clock_ = 1'600'000'000;
};

/// Makes a bare repository of `commits` commits on main, each a change of one of a few files.
/// 100,000 commits take a few seconds.  Returns the last commit's id.
std::string make_linear_history(const std::filesystem::path& dir, std::size_t commits);

/// Makes a bare repository on main: a root commit that adds `files` files, and one that modifies
/// a third, moves a third and deletes the rest.  Returns both ids.
struct WideHistory {
  std::string root;
  std::string second;
};
WideHistory make_wide_history(const std::filesystem::path& dir, std::size_t files);

/// Makes a work tree of three commits on main (README.md, src/main.cpp), the branch
/// "feature/login" one commit ahead of main~1, and the tag "v1.0" on the second commit.
struct SmallRepository {
  std::string first, second, third;  ///< on main
  std::string feature;
};
SmallRepository make_small_repository(const std::filesystem::path& dir);

/// Makes a work tree with an example of everything that git can record.
struct RichRepository {
  std::string root;       ///< adds files
  std::string modified;   ///< modifies two, adds one
  std::string moved;      ///< moves one unchanged, one with edits (src/old.cpp -> lib/new.cpp)
  std::string copied;     ///< copies one that is modified too
  std::string deleted;    ///< deletes one
  std::string mode;       ///< makes tool.sh executable
  std::string type;       ///< turns a file into a symbolic link
  std::string submodule;  ///< adds a submodule "vendor/dep"
  std::string submodule_moved_on;  ///< its commit changes
  std::string names;               ///< adds files with odd names, see odd_names()
  std::string empty;               ///< changes nothing
  std::string topic;               ///< on branch "topic/one", from `modified`
  std::string topic2;              ///< on branch "topic/two", from `modified`
  std::string merge;               ///< topic/one into main
  std::string octopus;             ///< topic/two and "unrelated" into main; three parents
  std::string unrelated;           ///< the second root, on branch "unrelated"
  std::string encoded;  ///< message in ISO-8859-1 with an encoding header; says "gr\u00fc\u00dfe"
  std::string tip;      ///< last commit of main; a long message of several paragraphs
  /// Tags: "v1.0" lightweight on `modified`, "v2.0" annotated on `merge`, "release/3" annotated
  /// tag of the tag v2.0, "a-blob" and "a-tree" on objects that are not commits.
};
RichRepository make_rich_repository(const std::filesystem::path& dir);

/// Names with spaces, quotes, tabs, newlines, backslashes, unicode (both normal forms), a leading
/// '-' and ':' and glob characters.
const std::vector<std::string>& odd_names();

}  // namespace bitbucket::test_support
