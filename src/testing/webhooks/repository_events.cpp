#include "testing/webhooks/repository_events.hpp"

#include <array>
#include <cstdio>
#include <ctime>

#include "testing/base/clock.hpp"
#include "testing/base/version.hpp"

namespace bitbucket::inline v0_1::testing::embedded {
namespace {

constexpr std::size_t most_commits = 5;  // the newest few are told
constexpr std::string_view zeros = "0000000000000000000000000000000000000000";

std::string hash_of(const RefSnapshot& refs, const std::string& name) {
  const auto found = refs.find(name);
  if (found == refs.end()) return std::string(zeros);
  return found->second.object.empty() ? found->second.commit : found->second.object;
}

Json change(const std::string& name, const std::string& from, const std::string& to) {
  const bool branch = name.starts_with("refs/heads/");
  const char* type = from == zeros ? "ADD" : to == zeros ? "DELETE" : "UPDATE";
  return {{"ref",
           {{"id", name}, {"displayId", display_name(name)}, {"type", branch ? "BRANCH" : "TAG"}}},
          {"refId", name},
          {"fromHash", from},
          {"toHash", to},
          {"type", type}};
}

/// From 10.3 on webhook bodies carry ISO times where there were milliseconds.
void write_iso_times(Json& value) {
  if (!value.is_structured()) return;
  for (auto& [name, member] : value.items()) {
    if (member.is_number_integer() && (name.ends_with("Timestamp") || name.ends_with("Date"))) {
      const auto ms = member.get<std::int64_t>();
      std::array<char, 8> fraction{};
      std::snprintf(fraction.data(), fraction.size(), ".%03dZ", static_cast<int>(ms % 1000));
      member =
          format_utc(static_cast<std::time_t>(ms / 1000), "%Y-%m-%dT%H:%M:%S") + fraction.data();
    } else {
      write_iso_times(member);
    }
  }
}

/// Starts the body of an event with what every event has.
Json event_body(const char* event, std::chrono::system_clock::time_point time, Json actor) {
  return {
      {"eventKey", event},
      {"date", format_utc(std::chrono::system_clock::to_time_t(time), "%Y-%m-%dT%H:%M:%S+0000")},
      {"actor", std::move(actor)}};
}

/// The newest commits of the first ref that still exists.
void add_commits(Json& body, const Entities& entities, ServedRepository& repository,
                 const RefSnapshot& before, const RefSnapshot& after) {
  for (const Json& entry : body["changes"]) {
    const auto to = after.find(entry["refId"].get<std::string>());
    if (to == after.end()) continue;
    git::HistoryQuery query;
    query.until = to->second.commit;
    if (const auto from = before.find(to->first); from != before.end())
      query.since = from->second.commit;
    Json commits = Json::array();
    for (const auto& commit :
         repository.git.commits(repository.git.history(query, 0, most_commits).ids)) {
      commits.push_back(entities.commit(commit));
    }
    body["commits"] = std::move(commits);
    body["toCommit"] = entities.commit(repository.git.commits({to->second.commit}).front());
    return;
  }
}

}  // namespace

RefSnapshot snapshot(git::Repository& git) {
  RefSnapshot out;
  for (git::Ref& ref : git.branches()) out.emplace(ref.name, ref);
  for (git::Ref& ref : git.tags()) out.emplace(ref.name, ref);
  return out;
}

Json refs_changed(const Entities& entities, ServedRepository& repository,
                  const GitServerUser& actor, std::chrono::system_clock::time_point time,
                  const std::string& version, const RefSnapshot& before, const RefSnapshot& after) {
  Json changes = Json::array();
  RefSnapshot all = after;
  all.insert(before.begin(), before.end());
  for (const auto& [name, ref] : all) {
    const std::string from = hash_of(before, name);
    const std::string to = hash_of(after, name);
    if (from != to) changes.push_back(change(name, from, to));
  }
  if (changes.empty()) return nullptr;
  Json body = event_body(refs_changed_event, time, entities.user(actor));
  body["repository"] = entities.repository(*repository.facts());
  body["changes"] = std::move(changes);
  if (at_least(version, 8, 0)) add_commits(body, entities, repository, before, after);
  if (at_least(version, 10, 3)) write_iso_times(body);
  return body;
}

Json repository_modified(const Entities& entities, const GitServerUser& actor,
                         std::chrono::system_clock::time_point time, const std::string& version,
                         const RepositoryFacts& before, const RepositoryFacts& after) {
  Json body = event_body(repository_modified_event, time, entities.user(actor));
  body["old"] = entities.repository(before);
  body["new"] = entities.repository(after);
  if (at_least(version, 10, 3)) write_iso_times(body);
  return body;
}

}  // namespace bitbucket::inline v0_1::testing::embedded
