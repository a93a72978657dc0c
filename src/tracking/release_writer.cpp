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

/// The totals of the staged commits, as ensure_release() wants them.
const std::string staged_totals =
    "count(*), count(DISTINCT COALESCE(author_id, stored_author_id)), "
    "max(CASE WHEN place = 0 THEN commit_id END) "
    "FROM staged_commits LEFT JOIN given_authors ON number = author";

void link_commits(Session& session, const EnsuredRelease& release) {
  if (!release.is_new)
    session.send("DELETE FROM release_commits WHERE release_id = $1", {release.row.id});
  session.send(
      "INSERT INTO release_commits (release_id, commit_id, position) "
      "SELECT $1, commit_id, place FROM staged_commits",
      {release.row.id});
}

/// Makes the newest commit of each repository its head, unless the release has a head there.
void add_heads(Session& session, long long release) {
  session.send(
      "INSERT INTO release_heads (release_id, repository_id, commit_id) "
      "SELECT $1, newest.repository_id, commit_id FROM "
      "(SELECT repository_id, min(place) AS place FROM staged_commits GROUP BY repository_id) "
      "AS newest JOIN staged_commits AS staged ON staged.place = newest.place "
      "WHERE TRUE ORDER BY 2 ON CONFLICT (repository_id, release_id) DO NOTHING",
      {release});
}

}  // namespace

StoredRelease write_release(Session& session, const NewRelease& release, const Given& given,
                            const ReleaseParts& parts) {
  const long long now = milliseconds_now();
  const bool any = give_kept_commits(session, release, parts) || given.commits;
  const long long staged = any ? resolve_staged(session, given, AuthorRule::release) : 0;
  const AddedCommits added = insert_commits(session, staged, now);
  if (added.added < added.given) update_commits(session);
  insert_files(session, given);
  const std::vector<long long> heads = store_head_commits(session, parts.heads);
  EnsuredRelease stored = ensure_release(session, release, staged_totals);
  const long long id = stored.row.id;
  link_commits(session, stored);
  link_heads(session, id, heads);
  add_heads(session, id);
  // These need the commits of the release: another one of them may have to resolve an issue.
  if (given.issues) write_issue_links(session, ResolvePolicy::on_release, now);
  resolve_issues_of_release(session, id, now);
  clear_staged(session);
  return std::move(stored.row.release);
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
