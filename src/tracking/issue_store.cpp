#include <bitbucket/tracking/issue_store.hpp>

#include <algorithm>
#include <utility>

#include <bitbucket/error.hpp>
#include <bitbucket/tracking/release_store.hpp>

#include "tracking/clock.hpp"
#include "tracking/database.hpp"
#include "tracking/issue_events.hpp"
#include "tracking/issue_links.hpp"
#include "tracking/issue_resolutions.hpp"
#include "tracking/pull_request_links.hpp"
#include "tracking/release_dates.hpp"
#include "tracking/text.hpp"

namespace bitbucket::inline v0_1 {
namespace {

using tracking::ReleaseDate;
using tracking::Session;

std::vector<std::string> fetch_issues(soci::statement& rows, const std::string& issue) {
  std::vector<std::string> issues;
  rows.execute();
  while (rows.fetch()) issues.push_back(issue);
  std::sort(issues.begin(), issues.end());  // the products sort text in different ways
  return issues;
}

IssueResolution::Type resolution_type(const std::string& word) {
  if (word == "in_release") return IssueResolution::Type::in_release;
  return word == "in_commit" ? IssueResolution::Type::in_commit
                             : IssueResolution::Type::in_next_release;
}

/// Returns the oldest release that comes after this one, or nothing.
std::optional<ReleaseDate> release_after(Session& session, const ReleaseDate& release) {
  std::optional<ReleaseDate> next;
  for (ReleaseDate& other : tracking::all_release_dates(session))
    if (is_later(other, release) && (!next || is_later(*next, other))) next = std::move(other);
  return next;
}

std::optional<ReleaseDate> newest_release(Session& session) {
  std::optional<ReleaseDate> newest;
  for (ReleaseDate& other : tracking::all_release_dates(session))
    if (!newest || std::pair(other.date, other.id) > std::pair(newest->date, newest->id))
      newest = std::move(other);
  return newest;
}

/// A resolution as far as it matters whether a release is older.
struct ResolvedIn {
  IssueResolution::Type type = IssueResolution::Type::in_release;
  std::optional<ReleaseDate> release;
};

std::optional<ResolvedIn> find_resolved_in(Session& session, const std::string& issue) {
  std::string type;
  long long release = 0;
  session.sql() << "SELECT type, coalesce(release_id, 0) FROM resolutions WHERE issue = :issue",
      soci::use(issue), soci::into(type), soci::into(release);
  if (!session.sql().got_data()) return std::nullopt;
  ResolvedIn found{.type = resolution_type(type), .release = std::nullopt};
  if (release != 0) found.release = tracking::release_date(session, release);
  return found;
}

/// Returns whether an issue that is resolved in a release or after it is still to be expected in
/// the release `version`; `seen` is that release when it is stored.
bool is_expected(const ResolvedIn& resolved, const std::string& version,
                 const std::optional<ReleaseDate>& seen) {
  const bool in_release = resolved.type == IssueResolution::Type::in_release;
  if (!resolved.release) return false;
  if (resolved.release->version == version) return !in_release;
  if (const auto order = compare_semantic(resolved.release->version, version)) return *order > 0;
  if (!seen) return false;
  return in_release ? resolved.release->date >= seen->date : resolved.release->date > seen->date;
}

void write_manual_event(Session& session, const std::string& type, const std::string& issue,
                        long long release, long long now) {
  session.sql() << "INSERT INTO issue_events (type, issue, release_id, happened_at) "
                   "VALUES (:type, :issue, nullif(CAST(:release AS BIGINT), 0), :now)",
      soci::use(type), soci::use(issue), soci::use(release), soci::use(now);
}

/// Resolves an issue in `next`, or, when there is none, in whatever comes after `base`.
void resolve_by_hand(Session& session, const std::string& issue,
                     const std::optional<ReleaseDate>& base,
                     const std::optional<ReleaseDate>& next) {
  const long long now = tracking::milliseconds_now();
  const std::string type = next ? "in_release" : "in_next_release";
  const long long release = next ? next->id : base ? base->id : 0;
  long long changed = 0;
  session.sql() << "INSERT INTO resolutions (issue, type, release_id, resolved_at) "
                   "VALUES (:issue, :type, nullif(CAST(:release AS BIGINT), 0), :now) ON CONFLICT "
                   "(issue) DO UPDATE SET "
                   "type = excluded.type, release_id = excluded.release_id, commit_id = NULL, "
                   "author_id = NULL, resolved_at = excluded.resolved_at "
                   "WHERE resolutions.type <> excluded.type "
                   "OR coalesce(resolutions.release_id, 0) <> coalesce(excluded.release_id, 0) "
                   "RETURNING 1",
      soci::use(issue), soci::use(type), soci::use(release), soci::use(now), soci::into(changed);
  if (session.sql().got_data())
    write_manual_event(session, "resolved", issue, next ? next->id : 0, now);
}

}  // namespace

IssueStore::IssueStore(std::shared_ptr<tracking::Database> database)
    : database_(std::move(database)) {}

std::vector<std::string> IssueStore::of_commit(std::string_view external_id,
                                               std::string_view id) const {
  tracking::check_text(external_id, "the id of a repository");
  tracking::check_text(id, "the id of a commit");
  const std::string repository(external_id), hash(id);
  return database_->read(
      [&](Session& session) {
        std::string issue;
        soci::statement rows =
            (session.sql().prepare
                 << "SELECT l.issue FROM repositories r JOIN commits c ON c.repository_id = r.id "
                    "JOIN issue_links l ON l.commit_id = c.id "
                    "WHERE r.external_id = :external_id AND r.attached = 1 AND c.hash = :hash",
             soci::use(repository), soci::use(hash), soci::into(issue));
        return fetch_issues(rows, issue);
      });
}

std::vector<std::string> IssueStore::of_release(std::string_view version) const {
  tracking::check_text(version, "the version of a release");
  const std::string release(version);
  return database_->read([&](Session& session) {
    std::string issue;
    soci::statement rows =
        (session.sql().prepare
             << "SELECT l.issue FROM releases r JOIN release_commits rc ON rc.release_id = r.id "
                "JOIN issue_links l ON l.commit_id = rc.commit_id WHERE r.version = :version "
                "UNION SELECT p.issue FROM releases r "
                "JOIN release_commits rc ON rc.release_id = r.id "
                "JOIN commits c ON c.id = rc.commit_id JOIN pull_request_links p "
                "ON p.merge_commit = c.hash AND p.repository_id = c.repository_id "
                "WHERE r.version = :version2",
         soci::use(release), soci::use(release), soci::into(issue));
    return fetch_issues(rows, issue);
  });
}

void IssueStore::set_pull_request(const PullRequestLink& link) const {
  tracking::check_pull_request(link);
  database_->write("the issues of a pull request", [&](Session& session) {
    write_pull_request_links(session, link, tracking::milliseconds_now());
  });
}

std::optional<IssueResolution> IssueStore::resolution(std::string_view issue) const {
  tracking::check_issue(issue);
  return database_->read([&](Session& session) -> std::optional<IssueResolution> {
    IssueResolution found{.issue = std::string(issue)};
    std::string type, name, email;
    soci::indicator has_author = soci::i_null;
    long long time = 0;
    session.sql() << "SELECT r.type, coalesce(l.version, ''), coalesce(p.name, ''), "
                     "coalesce(c.hash, ''), a.email, coalesce(a.name, ''), r.resolved_at "
                     "FROM resolutions r LEFT JOIN releases l ON l.id = r.release_id "
                     "LEFT JOIN commits c ON c.id = r.commit_id "
                     "LEFT JOIN repositories p ON p.id = c.repository_id "
                     "LEFT JOIN authors a ON a.id = r.author_id WHERE r.issue = :issue",
        soci::use(found.issue), soci::into(type), soci::into(found.release),
        soci::into(found.repository), soci::into(found.commit), soci::into(email, has_author),
        soci::into(name), soci::into(time);
    if (!session.sql().got_data()) return std::nullopt;
    found.type = resolution_type(type);
    if (has_author == soci::i_ok) found.author = CommitAuthor{.name = name, .email = email};
    found.time = tracking::time_of(time);
    return found;
  });
}

void IssueStore::resolve_in_next_release(std::string_view issue, std::string_view version) const {
  tracking::check_issue(issue);
  tracking::check_text(version, "the version of a release");
  const std::string key(issue), name(version);
  database_->write("an issue", [&](Session& session) {
    tracking::lock_issues(session);
    if (name.empty()) {
      resolve_by_hand(session, key, newest_release(session), std::nullopt);
      return;
    }
    const auto base = tracking::find_release_date(session, name);
    if (!base)
      throw InvalidArgument("there is no release " + name +
                            ", so nothing can come after it; create it first");
    resolve_by_hand(session, key, base, release_after(session, *base));
  });
}

void IssueStore::reopen(std::string_view issue) const {
  tracking::check_issue(issue);
  const std::string key(issue);
  database_->write("an issue", [&](Session& session) {
    tracking::lock_issues(session);
    long long release = 0;
    session.sql() << "DELETE FROM resolutions WHERE issue = :issue "
                     "RETURNING CASE WHEN type = 'in_release' THEN release_id ELSE 0 END",
        soci::use(key), soci::into(release);
    if (session.sql().got_data())
      write_manual_event(session, "reopened", key, release, tracking::milliseconds_now());
  });
}

bool IssueStore::has_resolution(std::string_view issue, std::string_view version) const {
  tracking::check_issue(issue);
  tracking::check_text(version, "the version of a release");
  const std::string key(issue), name(version);
  return database_->read([&](Session& session) {
    const auto resolved = find_resolved_in(session, key);
    if (!resolved || name.empty()) return resolved.has_value();
    const auto seen = tracking::find_release_date(session, name);
    // A release that had the commit would have taken over.
    if (resolved->type == IssueResolution::Type::in_commit) return seen.has_value();
    return is_expected(*resolved, name, seen);
  });
}

std::size_t IssueStore::take_events(const std::function<void(const IssueEvent&)>& handle,
                                    std::size_t limit, std::chrono::milliseconds lease) const {
  return tracking::take_issue_events(*database_, handle, limit, lease);
}

}  // namespace bitbucket::inline v0_1
