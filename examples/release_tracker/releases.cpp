#include "releases.hpp"

#include <algorithm>
#include <optional>
#include <utility>

namespace tracker {
namespace {

using bitbucket::AttachedRepository;
using bitbucket::TrackingStore;

std::optional<bitbucket::Commit> resolve(const Connection& connected,
                                         const AttachedRepository& repository,
                                         const std::string& name) {
  auto newest =
      connected.client.commits.last(repository.repo, 1, {.until = name, .ignore_missing = true});
  if (newest.empty()) return std::nullopt;
  return std::move(newest[0]);
}

// The date of a release is that of its commit, so that tags that are found late still come in
// order.
void store_release(const Connection& connected, const AttachedRepository& repository,
                   const std::string& version, const bitbucket::Commit& commit) {
  const bitbucket::NewRelease release{.version = version,
                                      .date_added = commit.committer_timestamp,
                                      .date_released = commit.committer_timestamp};
  for (const bitbucket::FetchedRef& fetched : connected.tracker.set_refs(
           release, {{.repository = repository.name, .commit = commit.id}})) {
    if (!fetched.error.empty())
      throw Refused("The commits of " + fetched.repository + " for the release " + version +
                    " cannot be fetched: " + fetched.error);
    if (fetched.capped)
      throw Refused("The release " + version + " has only the newest commits of " +
                    fetched.repository + ", because there are too many.");
  }
}

}  // namespace

void set_release(const Connection& connected, const AttachedRepository& repository,
                 const std::string& version, const std::string& commit) {
  const auto found = resolve(connected, repository, commit);
  if (!found)
    throw Refused("'" + commit + "' is not a branch, tag or commit of " + repository.name + ".");
  store_release(connected, repository, version, *found);
}

std::vector<std::string> set_releases(const Connection& connected,
                                      const AttachedRepository& repository,
                                      const std::vector<std::string>& tags) {
  std::vector<std::pair<std::string, bitbucket::Commit>> found;
  std::vector<std::string> problems;
  for (const std::string& tag : tags)
    if (auto commit = resolve(connected, repository, "refs/tags/" + tag))
      found.emplace_back(tag, std::move(*commit));
  std::stable_sort(found.begin(), found.end(), [](const auto& a, const auto& b) {
    return a.second.committer_timestamp < b.second.committer_timestamp;
  });
  for (const auto& [tag, commit] : found) try {
      store_release(connected, repository, tag, commit);
    } catch (const bitbucket::InvalidArgument& error) {
      problems.push_back("The tag " + tag + " of " + repository.name +
                         " cannot be a release: " + error.what());
    } catch (const Refused& error) {
      problems.emplace_back(error.what());
    }
  return problems;
}

std::vector<std::string> new_tags(const Connection& connected, const TrackingStore& store,
                                  const AttachedRepository& repository) {
  std::vector<std::string> names;
  for (const bitbucket::Tag& tag : connected.client.tags.list(repository.repo)) {
    const auto heads = store.releases.heads(tag.display_id);
    const bool known = std::any_of(heads.begin(), heads.end(), [&](const auto& head) {
      return head.external_id == repository.external_id && head.commit == tag.latest_commit;
    });
    if (!known) names.push_back(tag.display_id);
  }
  return names;
}

}  // namespace tracker
