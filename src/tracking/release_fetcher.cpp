#include "tracking/release_fetcher.hpp"

#include <algorithm>
#include <map>
#include <set>
#include <string_view>
#include <utility>

#include <bitbucket/error.hpp>

#include "base/hex.hpp"
#include "tracking/release_versions.hpp"

namespace bitbucket::inline v0_1::tracking {
namespace {

/// Puts the parts of "a..b" where they belong.
ReleaseRef with_range(ReleaseRef ref) {
  if (const auto dots = ref.commit.find(".."); dots != std::string::npos) {
    ref.previous_commit = ref.commit.substr(0, dots);
    ref.commit = ref.commit.substr(dots + 2);
    if (ref.previous_commit.empty() || ref.commit.starts_with('.'))
      throw InvalidArgument("a range of commits of " + ref.repository + " must be written a..b");
  }
  if (ref.commit.empty())
    throw InvalidArgument("the ref of " + ref.repository +
                          " has no commit: set ReleaseRef::commit to an id, branch or tag");
  return ref;
}

/// Returns the attached repositories by name.  Of two with the same name, the one with the higher
/// number counts, as with first_with_name(): the other one was renamed or moved.
std::map<std::string, AttachedRepository, std::less<>> attached_by_name(RepositoryStore& store) {
  std::map<std::string, AttachedRepository, std::less<>> out;
  for (AttachedRepository& repository : store.list()) {
    const auto [found, is_new] = out.try_emplace(repository.name, repository);
    const std::string& other = found->second.external_id;
    if (!is_new && std::pair(other.size(), other) <
                       std::pair(repository.external_id.size(), repository.external_id))
      found->second = std::move(repository);
  }
  return out;
}

}  // namespace

ReleaseFetcher::ReleaseFetcher(const TrackerParts& parts, NewRelease release)
    : parts_(parts), release_(std::move(release)) {
  check_version(release_.version);
}

std::vector<FetchedRef> ReleaseFetcher::set(const std::vector<ReleaseRef>& refs) {
  if (refs.empty())
    throw InvalidArgument("the release " + release_.version +
                          " has no refs: name a repository, or create it with "
                          "ReleaseStore::create()");
  const std::vector<Wanted> all = wanted(refs);
  std::vector<FetchedRef> out;
  for (const Wanted& ref : all) {
    FetchedRef& fetched = out.emplace_back();
    const long place = spool_.place();
    try {
      fetch(ref, fetched);
    } catch (const SourceFailure& failure) {
      spool_.cut(place);
      fetched.commits = 0;
      fetched.capped = false;
      fetched.error = failure.what();
    }
  }
  const bool nothing = std::all_of(out.begin(), out.end(),
                                   [](const auto& fetched) { return !fetched.error.empty(); });
  if (!nothing) write(all, out);
  return out;
}

std::vector<ReleaseFetcher::Wanted> ReleaseFetcher::wanted(
    const std::vector<ReleaseRef>& refs) const {
  const auto attached = attached_by_name(*parts_.store->repositories);
  std::vector<Wanted> out;
  std::set<std::string_view> unknown;
  std::string names;
  for (const ReleaseRef& given : refs) {
    const auto found = attached.find(given.repository);
    if (found == attached.end()) {
      if (unknown.insert(given.repository).second)
        names += (names.empty() ? "" : ", ") + given.repository;
      continue;
    }
    ReleaseRef ref = with_range(given);
    std::erase_if(out, [&](const Wanted& earlier) {
      return earlier.repository.external_id == found->second.external_id;
    });
    out.push_back({found->second, std::move(ref.previous_commit), std::move(ref.commit)});
  }
  if (!unknown.empty())
    throw InvalidArgument("no repository is attached with the name " + names +
                          "; attach it, or correct the name");
  for (Wanted& ref : out)
    if (ref.since.empty()) ref.since = previous_head(ref.repository);
  return out;
}

std::string ReleaseFetcher::previous_head(const AttachedRepository& repository) const {
  const ReleaseStore& releases = parts_.store->releases;
  std::string out;
  const ReleaseOrder order = parts_.options.release_order;
  if (const auto before = releases.previous(release_, repository.name, order))
    for (const ReleaseHead& head : releases.heads(before->version))
      if (head.external_id == repository.external_id) out = head.commit;
  return out;
}

std::string ReleaseFetcher::resolved(const RepoRef& repo, const std::string& name) const {
  if (detail::is_commit_id(name)) return name;
  std::string id;
  visit_range(*parts_.source, repo, {.until = name, .include_merges = true},
              [&](SourceCommit&& commit) {
                id = std::move(commit.id);
                return false;
              });
  ask([&] {
    if (id.empty()) throw InvalidArgument("there is no commit at " + name);
  });
  return id;
}

void ReleaseFetcher::fetch(const Wanted& ref, FetchedRef& out) {
  out.repository = ref.repository.name;
  out.since = ref.since;
  out.until = ref.until;
  out.until = resolved(ref.repository.repo, ref.until);
  CommitIntake intake(parts_, {.external_id = ref.repository.external_id,
                               .name = ref.repository.name,
                               .repo = ref.repository.repo,
                               .files = true,
                               .most = parts_.options.max_commits,
                               .on_commit = [&](CommitInput& commit) { spool_.add(commit); }});
  intake.take_range(
      {.since = ref.since, .until = out.until, .include_merges = parts_.options.include_merges});
  out.commits = intake.commits();
  out.capped = intake.is_capped();
}

void ReleaseFetcher::write(const std::vector<Wanted>& refs,
                           const std::vector<FetchedRef>& fetched) {
  ReleaseParts parts{.keep_others = true};
  for (std::size_t i = 0; i < fetched.size(); ++i)
    if (fetched[i].error.empty())
      parts.heads.push_back({.repository = fetched[i].repository,
                             .commit = fetched[i].until,
                             .external_id = refs[i].repository.external_id});
  parts_.store->releases.set_commits(release_, spool_.commits(), parts);
}

std::vector<CommitInput> compare_commits(const TrackerParts& parts, const RepoRef& repo,
                                         const CommitRange& range) {
  IntakeOptions options{.name = repo.str(), .repo = repo, .files = true, .pass_ignored = true};
  for (const AttachedRepository& repository : parts.store->repositories->list())
    if (repository.repo == repo) {
      options.external_id = repository.external_id;
      options.name = repository.name;
    }
  std::vector<CommitInput> out;
  const CommitStore& commits = parts.store->commits;
  options.on_commit = [&, external_id = options.external_id](CommitInput& commit) {
    if (!commit.files) commit.files = commits.files(external_id, commit.id);
    out.push_back(std::move(commit));
  };
  CommitIntake(parts, std::move(options)).take_range(range);
  return out;
}

}  // namespace bitbucket::inline v0_1::tracking
