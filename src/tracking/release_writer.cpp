#include "tracking/release_writer.hpp"

#include <bitbucket/tracking/release_store.hpp>

#include <string>
#include <utility>

#include "tracking/clock.hpp"
#include "tracking/commit_writer.hpp"
#include "tracking/database.hpp"
#include "tracking/issue_links.hpp"
#include "tracking/kept_commits.hpp"
#include "tracking/release_rows.hpp"

namespace bitbucket::inline v0_1 {
namespace tracking {
namespace {

void link_commits(Session& session, long long release, long long staged) {
  session.run(
      "INSERT INTO release_commits (release_id, commit_id, position) "
      "SELECT $1, commit_id, place FROM staged_commits",
      {release});
  session.run(
      "UPDATE releases SET commit_count = $1, "
      "author_count = (SELECT count(DISTINCT COALESCE(author_id, stored_author_id)) "
      "FROM staged_commits LEFT JOIN given_authors ON number = author), "
      "last_commit_id = (SELECT commit_id FROM staged_commits WHERE place = 0) WHERE id = $2",
      {staged, release});
}

/// The newest commit of each repository is its head, unless the release has another head of it.
void add_heads(Session& session, long long release) {
  session.run(
      "INSERT INTO release_heads (release_id, repository_id, commit_id) "
      "SELECT $1, newest.repository_id, commit_id FROM "
      "(SELECT repository_id, min(place) AS place FROM staged_commits GROUP BY repository_id) "
      "AS newest JOIN staged_commits AS staged ON staged.place = newest.place "
      "WHERE TRUE ORDER BY 2 ON CONFLICT (repository_id, release_id) DO NOTHING",
      {release});
}

}  // namespace

StoredRelease write_release(Session& session, const NewRelease& release, Given given,
                            const ReleaseParts& parts) {
  const long long now = milliseconds_now();
  if (give_kept_commits(session, release, parts)) given.commits = true;
  const long long staged = resolve_staged(session, given, AuthorRule::release);
  const AddedCommits added = insert_commits(session, staged, now);
  if (added.added < added.given) update_commits(session);
  insert_files(session, given);
  const std::vector<long long> heads = store_head_commits(session, parts.heads);
  const auto [id, is_new] = ensure_release(session, release);
  if (!is_new) session.run("DELETE FROM release_commits WHERE release_id = $1", {id});
  link_commits(session, id, staged);
  link_heads(session, id, heads);
  add_heads(session, id);
  // An issue whose commit no longer resolves it looks for another commit of the release.
  if (given.issues) write_issue_links(session, ResolvePolicy::on_release, now);
  resolve_issues_of_release(session, id, now);
  clear_staged(session);
  return std::move(find_release(session, release.version).value().release);
}

}  // namespace tracking

StoredRelease ReleaseStore::set_commits(const NewRelease& release, const CommitInputs& commits,
                                        const ReleaseParts& parts) const {
  tracking::check_version(release.version);
  tracking::check_heads(parts.heads);
  tracking::Given given;
  bool begun = false;
  return database_->write_after(
      tracking::lock_of(release),
      [&](tracking::Session& session) {
        given = tracking::stage(session, commits, tracking::AuthorRule::release, begun);
      },
      [&](tracking::Session& session) {
        return tracking::write_release(session, release, given, parts);
      });
}

}  // namespace bitbucket::inline v0_1
