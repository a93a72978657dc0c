#include <bitbucket/tracking/commit_store.hpp>

#include <algorithm>
#include <cstddef>
#include <limits>
#include <string>
#include <unordered_set>
#include <utility>

#include "tracking/clock.hpp"
#include "tracking/commit_rows.hpp"
#include "tracking/commit_writer.hpp"
#include "tracking/database.hpp"
#include "tracking/issue_links.hpp"
#include "tracking/text.hpp"

namespace bitbucket::inline v0_1 {

namespace {

/// Commits of the repository $1.
const std::string commits_of_repository =
    " FROM commits JOIN repositories AS own ON own.id = repository_id AND own.external_id = $1 ";

/// Leaves out commits that are known only by their id.
const std::string whose_message_is_known = "WHERE commits.message IS NOT NULL ";

/// Asks for this many commits at a time.
constexpr std::size_t commits_at_once = 500;

/// Adds those of at most `commits_at_once` commits whose files are stored.
void add_with_files(tracking::Session& session, std::string_view external_id,
                    const std::vector<std::string>& ids, std::size_t from,
                    std::unordered_set<std::string>& with_files) {
  std::vector<std::string> values = {std::string(external_id)};
  std::string places;
  for (std::size_t i = from; i < ids.size() && i < from + commits_at_once; ++i) {
    if (!tracking::is_storable(ids[i])) continue;
    values.push_back(ids[i]);
    places += (places.empty() ? "$" : ", $") + std::to_string(values.size());
  }
  if (places.empty()) return;
  tracking::Rows rows(
      session,
      "SELECT hash" + commits_of_repository + "WHERE has_files = 1 AND hash IN (" + places + ")",
      values);
  while (rows.next()) with_files.emplace(rows.text(0));
}

}  // namespace

CommitInputs each_of(std::vector<CommitInput> commits) {
  const auto list = std::make_shared<std::vector<CommitInput>>(std::move(commits));
  return [list, next = std::size_t{0}](CommitInput& commit) mutable {
    if (next == list->size()) return false;
    commit = (*list)[next++];
    return true;
  };
}

CommitStore::CommitStore(std::shared_ptr<tracking::Database> database)
    : database_(std::move(database)) {}

AddedCommits CommitStore::add(const CommitInputs& commits, ResolvePolicy policy) const {
  using namespace tracking;
  Given given;
  bool begun = false;
  return database_->write_after(
      "", [&](Session& session) { given = stage(session, commits, AuthorRule::push, begun); },
      [&](Session& session) {
        const long long now = milliseconds_now();
        const long long staged =
            given.commits ? resolve_staged(session, given, AuthorRule::push) : 0;
        const AddedCommits added = insert_commits(session, staged, now);
        if (added.added < added.given)
          complete_commits(session, given);
        else
          insert_files(session, given);
        if (given.issues) write_issue_links(session, policy, now);
        clear_staged(session);
        return added;
      });
}

std::optional<StoredCommit> CommitStore::find(std::string_view external_id,
                                              std::string_view id) const {
  using namespace tracking;
  return database_->read([&](Session& session) -> std::optional<StoredCommit> {
    Rows rows(session,
              "SELECT " + commit_columns() + " FROM commits " + commit_joins +
                  "WHERE external_id = $1 AND hash = $2",
              {std::string(external_id), std::string(id)});
    std::optional<StoredCommit> commit;
    while (rows.next()) commit = commit_of(rows);
    return commit;
  });
}

std::optional<std::vector<FileChange>> CommitStore::files(std::string_view external_id,
                                                          std::string_view id) const {
  using namespace tracking;
  return database_->read([&](Session& session) -> std::optional<std::vector<FileChange>> {
    Rows rows(session,
              "SELECT path, type" + commits_of_repository +
                  "LEFT JOIN file_changes ON commit_id = commits.id "
                  "WHERE hash = $2 AND has_files = 1 ORDER BY path" +
                  by_bytes(session),
              {std::string(external_id), std::string(id)});
    if (!rows.next()) return std::nullopt;
    std::vector<FileChange> files;
    do {
      if (!rows.is_null(0)) files.push_back(file_of(rows.text(0), rows.text(1)));
    } while (rows.next());
    return files;
  });
}

std::vector<std::string> CommitStore::without_files(std::string_view external_id,
                                                    const std::vector<std::string>& ids) const {
  using namespace tracking;
  return database_->read([&](Session& session) {
    std::unordered_set<std::string> with_files;
    for (std::size_t from = 0; from < ids.size(); from += commits_at_once)
      add_with_files(session, external_id, ids, from, with_files);
    std::vector<std::string> without;
    std::copy_if(ids.begin(), ids.end(), std::back_inserter(without),
                 [&](const std::string& id) { return !with_files.contains(id); });
    return without;
  });
}

std::vector<StoredCommit> CommitStore::unreleased(std::string_view external_id,
                                                  std::size_t limit) const {
  using namespace tracking;
  constexpr std::size_t most = std::numeric_limits<int>::max();
  return database_->read([&](Session& session) {
    Rows rows(session,
              "SELECT " + commit_columns() + " FROM commits " + commit_joins +
                  whose_message_is_known +
                  "AND external_id = $1 AND NOT EXISTS (SELECT 1 FROM release_commits WHERE "
                  "release_commits.commit_id = commits.id) ORDER BY commits.date_added DESC, "
                  "commits.id DESC LIMIT " +
                  std::to_string(std::min(limit, most)),
              {std::string(external_id)});
    std::vector<StoredCommit> commits;
    while (rows.next()) commits.push_back(commit_of(rows));
    return commits;
  });
}

std::int64_t CommitStore::count(std::string_view external_id) const {
  using namespace tracking;
  return database_->read([&](Session& session) -> std::int64_t {
    Rows rows(session, "SELECT count(*)" + commits_of_repository + whose_message_is_known,
              {std::string(external_id)});
    return rows.next() ? rows.number(0) : 0;
  });
}

void CommitStore::visit_ids(std::string_view external_id,
                            const std::function<void(std::string_view)>& visit) const {
  using namespace tracking;
  database_->read([&](Session& session) {
    Rows rows(session,
              "SELECT hash" + commits_of_repository + whose_message_is_known + "ORDER BY hash" +
                  by_bytes(session),
              {std::string(external_id)});
    while (rows.next()) visit(rows.text(0));
  });
}

}  // namespace bitbucket::inline v0_1
