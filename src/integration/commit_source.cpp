#include <bitbucket/integration/commit_source.hpp>

#include <numeric>
#include <unordered_set>
#include <utility>

#include <bitbucket/api/commits.hpp>
#include <bitbucket/error.hpp>
#include <bitbucket/model/change.hpp>
#include <bitbucket/server.hpp>

#include "integration/file_list.hpp"

namespace bitbucket::inline v0_1 {
namespace {

constexpr int page_size = 1000;
// No repository or commit has more rows than these, so a longer list may be one that never ends.
constexpr std::size_t most_commits = 10'000'000, most_branches = 500'000, most_files = 1'000'000;
// Change has many members that are not kept: a longer list is read page by page.
constexpr std::size_t most_files_at_once = 10'000;

bool is_id(std::string_view text) {
  return (text.size() == 40 || text.size() == 64) &&
         text.find_first_not_of("0123456789abcdefABCDEF") == std::string_view::npos;
}

/// Returns whether a text stands for a ref that does not exist.
bool is_zero(std::string_view text) {
  return is_id(text) && text.find_first_not_of('0') == std::string_view::npos;
}

std::string list_of(std::string_view rows, const RepoRef& repo) {
  return "the list of " + std::string(rows) + " of " + repo.str();
}

/// Moves an id out of an answer.  Git writes ids in lower case, and the same id in two spellings
/// would be two commits.
std::string checked_id(std::string&& id, std::string_view list) {
  const bool lower = id.find_first_of("ABCDEF") == std::string::npos;
  if (!is_id(id) || !lower || is_zero(id))
    throw DecodeError("/values", "a commit id is not 40 or 64 hexadecimal digits in lower case",
                      list);
  return std::move(id);
}

/// Counts the rows of a list and throws when there are too many.
class RowCount {
 public:
  RowCount(std::size_t most, std::string_view list) : most_(most), list_(list) {}
  void add(std::size_t rows = 1) {
    rows_ += rows;
    if (rows_ > most_)
      throw DecodeError("", "there are more than " + std::to_string(most_) + " rows", list_);
  }

 private:
  std::size_t rows_ = 0;
  const std::size_t most_;
  const std::string_view list_;
};

/// Finds an id that comes twice within a page or in two pages that follow each other.  Remembering
/// all ids would take memory for the whole history.
class RecentIds {
 public:
  /// Returns false for an id that came already.
  bool add(const std::string& id) {
    if (recent_.size() == page_size) before_ = std::exchange(recent_, {});
    return !before_.contains(id) && recent_.insert(id).second;
  }

 private:
  std::unordered_set<std::string> recent_, before_;
};

SourceCommit source_commit(Commit&& commit, std::string_view list) {
  Person& author = commit.author;
  return {.id = checked_id(std::move(commit.id), list),
          .message = std::move(commit.message),
          .author_name = std::move(author.display_name.empty() ? author.name : author.display_name),
          .author_email = std::move(author.email_address),
          .timestamp = commit.author_timestamp};
}

/// Asks a Bitbucket Server.
class ServerCommitSource final : public CommitSource {
 public:
  explicit ServerCommitSource(const BitbucketServer& client)
      : client_(client.with({.paging = {.page_size = page_size}})) {}

  void visit_commits(const RepoRef& repo, const CommitRange& range,
                     const std::function<bool(SourceCommit&&)>& visit) override;
  std::vector<std::vector<FileChange>> changes(const RepoRef& repo,
                                               const std::vector<std::string>& commits) override;
  std::vector<SourceHead> heads(const RepoRef& repo) override;

 private:
  [[nodiscard]] std::string resolved(const RepoRef& repo, const std::string& revision) const;
  [[nodiscard]] std::vector<FileChange> page_by_page(const RepoRef& repo,
                                                     const std::string& commit) const;

  const BitbucketServer client_;
};

/// Returns the commit that a branch or tag points to now, since the pages of a walk would not fit
/// together when the branch moves.  Returns nothing for an empty revision when there is no default
/// branch.
std::string ServerCommitSource::resolved(const RepoRef& repo, const std::string& revision) const {
  if (is_id(revision)) return revision;
  auto commits = client_.commits.last(repo, 1, {.until = revision});
  const std::string list = list_of("commits", repo);
  if (!commits.empty()) return checked_id(std::move(commits.front().id), list);
  // Without this error, an unknown `since` would mean the whole history.
  if (!revision.empty()) throw DecodeError("/values", "there is no commit at " + revision, list);
  return {};
}

void ServerCommitSource::visit_commits(const RepoRef& repo, const CommitRange& range,
                                       const std::function<bool(SourceCommit&&)>& visit) {
  if (is_zero(range.until))
    throw InvalidArgument(
        "CommitRange::until is the id of zeros, which stands for a deleted ref; "
        "skip deleted refs");
  CommitFilter filter;
  filter.until = resolved(repo, range.until);
  if (filter.until.empty()) return;
  if (!range.since.empty() && !is_zero(range.since)) filter.since = resolved(repo, range.since);
  if (!range.include_merges) filter.merges = CommitFilter::Merges::exclude;

  const std::string list = list_of("commits", repo);
  RowCount count(most_commits, list);
  RecentIds recent;
  for (Commit& row : client_.commits.list(repo, filter)) {
    count.add();
    SourceCommit commit = source_commit(std::move(row), list);
    if (!recent.add(commit.id))
      throw DecodeError("/values", "the commit " + commit.id + " comes twice", list);
    if (!visit(std::move(commit))) return;
  }
}

std::vector<std::vector<FileChange>> ServerCommitSource::changes(
    const RepoRef& repo, const std::vector<std::string>& commits) {
  for (const std::string& id : commits)
    if (!is_id(id) || is_zero(id))
      throw InvalidArgument(
          "a commit whose changes are wanted needs its full id, 40 or 64 "
          "hexadecimal digits");
  std::vector<std::vector<FileChange>> out(commits.size());
  std::vector<std::size_t> large, places(commits.size());
  std::iota(places.begin(), places.end(), std::size_t{0});
  client_.concurrently(
      places,
      [&](std::size_t i) {
        return api::commits::changes(repo, commits[i]).first(most_files_at_once + 1);
      },
      [&](std::size_t i, const std::vector<Change>& rows) {
        if (rows.size() > most_files_at_once) return large.push_back(i);
        integration::FileList files(commits[i]);
        for (const Change& change : rows) files.add(change);
        out[i] = files.take();
      });
  for (const std::size_t i : large) out[i] = page_by_page(repo, commits[i]);
  return out;
}

std::vector<FileChange> ServerCommitSource::page_by_page(const RepoRef& repo,
                                                         const std::string& commit) const {
  const std::string list = list_of("changes", repo);
  RowCount count(most_files, list);
  integration::FileList files(commit);
  for (const Change& change : client_.commits.changes(repo, commit)) {
    count.add();
    files.add(change);
  }
  return files.take();
}

std::vector<SourceHead> ServerCommitSource::heads(const RepoRef& repo) {
  const std::string list = list_of("branches", repo);
  RowCount count(most_branches, list);
  std::vector<SourceHead> out;
  std::unordered_set<std::string> names;
  // In the server's own order, a push between two pages would move a branch to the other page.
  for (Branch& branch :
       client_.branches.list(repo, {.order_by = BranchFilter::Order::alphabetical})) {
    count.add();
    if (!branch.id.starts_with("refs/heads/"))
      throw DecodeError("/values", "the id of a branch does not begin with refs/heads/", list);
    if (!names.insert(branch.id).second)
      throw DecodeError("/values", "the branch " + branch.id + " comes twice", list);
    out.push_back(
        {.ref = std::move(branch.id), .commit = checked_id(std::move(branch.latest_commit), list)});
  }
  return out;
}

}  // namespace

CommitSource::~CommitSource() = default;

std::shared_ptr<CommitSource> make_commit_source(const BitbucketServer& client) {
  return std::make_shared<ServerCommitSource>(client);
}

}  // namespace bitbucket::inline v0_1
