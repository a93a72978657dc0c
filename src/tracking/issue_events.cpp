#include "tracking/issue_events.hpp"

#include <algorithm>
#include <random>
#include <string>
#include <string_view>
#include <vector>

#include "tracking/clock.hpp"

namespace bitbucket::inline v0_1::tracking {
namespace {

constexpr std::size_t events_at_a_time = 100;

IssueEventType event_type(const std::string& word) {
  if (word == "referenced") return IssueEventType::referenced;
  if (word == "resolved") return IssueEventType::resolved;
  return word == "reopened" ? IssueEventType::reopened : IssueEventType::unlinked;
}

std::string random_name() {
  std::random_device random;
  std::string name;
  for (int word = 0; word < 4; ++word) name += std::to_string(random()) + ".";
  return name;
}

/// Returns the oldest events.
std::vector<IssueEvent> oldest_events(Session& session, std::size_t limit) {
  const long long most = static_cast<long long>(limit);
  long long id = 0, pull_request = 0, time = 0;
  std::string type, email;
  IssueEvent event;
  CommitAuthor author;
  soci::indicator has_author = soci::i_null;
  soci::statement rows =
      (session.sql().prepare
           << "SELECT e.id, e.type, e.issue, coalesce(l.version, ''), coalesce(p.name, ''), "
              "coalesce(e.pull_request, 0), coalesce(c.hash, ''), a.email, coalesce(a.name, ''), "
              "e.happened_at FROM issue_events e LEFT JOIN releases l ON l.id = e.release_id "
              "LEFT JOIN repositories p ON p.id = e.repository_id "
              "LEFT JOIN commits c ON c.id = e.commit_id "
              "LEFT JOIN authors a ON a.id = e.author_id ORDER BY e.id LIMIT :most",
       soci::use(most), soci::into(id), soci::into(type), soci::into(event.issue),
       soci::into(event.release), soci::into(event.repository), soci::into(pull_request),
       soci::into(event.commit), soci::into(email, has_author), soci::into(author.name),
       soci::into(time));
  rows.execute();
  std::vector<IssueEvent> events;
  while (rows.fetch()) {
    event.id = id;
    event.type = event_type(type);
    event.pull_request = pull_request;
    event.author.reset();
    if (has_author == soci::i_ok) event.author = CommitAuthor{author.name, email};
    event.time = time_of(time);
    events.push_back(event);
  }
  return events;
}

/// The right to hand events on, which one call at a time has.  It expires when its process dies.
class EventsLease {
 public:
  EventsLease(Database& database, std::chrono::milliseconds length)
      : database_(database), length_(length.count()) {}
  EventsLease(const EventsLease&) = delete;
  EventsLease& operator=(const EventsLease&) = delete;
  ~EventsLease() {
    if (!held_) return;
    try {
      database_.write(what, [this](Session& session) { give_back(session); });
    } catch (...) {  // NOLINT(bugprone-empty-catch): the lease expires
    }
  }

  /// Takes or renews the lease and returns the oldest events.  Returns nothing when another call
  /// has the lease.  Gives the lease back in the same transaction when there is no event, so that
  /// the lease is free when the next event is written.
  std::vector<IssueEvent> next(std::size_t limit) {
    return database_.write(what, [&](Session& session) {
      if (!take(session)) return std::vector<IssueEvent>();
      std::vector<IssueEvent> events = oldest_events(session, limit);
      if (events.empty()) give_back(session);
      return events;
    });
  }
  /// Removes an event and renews the lease.  Returns false when the lease had ended and another
  /// call has had it since.
  bool finish(const IssueEvent& event) {
    return database_.write(what, [&](Session& session) {
      const long long id = event.id;
      session.sql() << "DELETE FROM issue_events WHERE id = :id", soci::use(id);
      return take(session, "owner = :holder");
    });
  }

 private:
  static constexpr std::string_view what = "handing issue events on";

  bool take(Session& session) {
    // A lease that begins much later than now was taken before a clock was set back.
    const long long now = milliseconds_now();
    return take(session, "(owner = :holder OR owner = '' OR ends_at <= " + std::to_string(now) +
                             " OR begins_at > " + std::to_string(now + 60'000) + ")");
  }
  bool take(Session& session, const std::string& condition) {
    const long long now = milliseconds_now(), end = now + length_;
    long long taken = 0;
    session.sql() << "UPDATE issue_events_lease SET owner = :owner, begins_at = :begin, "
                     "ends_at = :end WHERE " +
                         condition + " RETURNING id",
        soci::use(owner_), soci::use(now), soci::use(end), soci::use(owner_), soci::into(taken);
    held_ = session.sql().got_data();
    return held_;
  }
  void give_back(Session& session) {
    session.sql() << "UPDATE issue_events_lease SET owner = '' WHERE owner = :owner",
        soci::use(owner_);
    held_ = false;
  }

  Database& database_;
  const long long length_;
  const std::string owner_ = random_name();
  bool held_ = false;  // as far as this call knows
};

}  // namespace

std::size_t take_issue_events(Database& database,
                              const std::function<void(const IssueEvent&)>& handle,
                              std::size_t limit, std::chrono::milliseconds lease_length) {
  EventsLease lease(database, lease_length);
  std::size_t taken = 0;
  while (taken < limit) {
    const auto events = lease.next(std::min(limit - taken, events_at_a_time));
    if (events.empty()) break;
    for (const IssueEvent& event : events) {
      handle(event);
      ++taken;
      if (!lease.finish(event)) break;
    }
  }
  return taken;
}

}  // namespace bitbucket::inline v0_1::tracking
