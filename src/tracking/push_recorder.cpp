#include "tracking/push_recorder.hpp"

#include <algorithm>
#include <array>
#include <string_view>
#include <utility>

#include <bitbucket/error.hpp>

#include "tracking/text.hpp"

namespace bitbucket::inline v0_1::tracking {
namespace {

/// Most other branches begin at these, so few of their commits are missing once these are stored.
constexpr std::array<std::string_view, 2> common_branches = {"refs/heads/main",
                                                             "refs/heads/master"};

bool is_common(std::string_view ref) {
  return std::find(common_branches.begin(), common_branches.end(), ref) != common_branches.end();
}

RecordedRef change_of(const std::string& ref, const std::string& from, const std::string& to) {
  RecordedRef change;
  change.ref = ref;
  change.from = from;
  change.to = to;
  return change;
}

}  // namespace

PushRecorder::PushRecorder(const TrackerParts& parts, AttachedRepository repository)
    : parts_(parts), repository_(std::move(repository)) {
  for (SourceHead& head : parts_.store->branches.list(repository_.external_id)) {
    at_heads_.insert(head.commit);
    heads_.emplace(std::move(head.ref), std::move(head.commit));
  }
}

RecordedRef PushRecorder::record(const std::string& ref, const std::string& from,
                                 const std::string& to) {
  RecordedRef change = change_of(ref, from, to);
  if (to.empty()) {
    forget(ref);
    return change;
  }
  const std::string before = stored(ref);
  if (before == to) return change;
  const bool complete = fetch(change);
  // A delivery that comes late brings nothing new, and must not move the branch back.
  const bool late = !before.empty() && before != from && change.commits == 0;
  if (complete && !late) remember(ref, to);
  return change;
}

std::vector<RecordedRef> PushRecorder::reconcile() {
  for (SourceHead& head : parts_.source->heads(repository_.repo)) {
    if (stored(head.ref) == head.commit) on_server_ = head.commit;
    server_.emplace(std::move(head.ref), std::move(head.commit));
  }
  std::vector<RecordedRef> out;
  for (const bool common : {true, false})
    for (const auto& [ref, commit] : server_)
      if (is_common(ref) == common && stored(ref) != commit) {
        RecordedRef change = change_of(ref, stored(ref), commit);
        if (fetch(change)) remember(ref, commit);
        out.push_back(std::move(change));
      }
  // Branches that are gone come last, because the others may begin at them.
  const auto before = heads_;
  for (const auto& [ref, commit] : before)
    if (!server_.contains(ref)) {
      forget(ref);
      out.push_back(change_of(ref, commit, {}));
    }
  return out;
}

std::string PushRecorder::stored(const std::string& ref) const {
  const auto found = heads_.find(ref);
  return found == heads_.end() ? std::string() : found->second;
}

bool PushRecorder::is_stored_head(const std::string& commit) const {
  return at_heads_.contains(commit);
}

std::vector<PushRecorder::Base> PushRecorder::bases(const RecordedRef& change) const {
  std::vector<Base> out;
  const auto add = [&](const std::string& since, bool complete = true) {
    const bool known =
        std::any_of(out.begin(), out.end(), [&](const Base& base) { return base.since == since; });
    if (!known) out.push_back({since, complete});
  };
  if (const std::string own = stored(change.ref); !own.empty()) add(own);
  for (const std::string_view ref : common_branches)
    if (const std::string other = stored(std::string(ref)); !other.empty()) add(other);
  if (!on_server_.empty()) add(on_server_);
  if (out.empty() && !heads_.empty()) add(heads_.begin()->second);
  if (heads_.empty() && server_.empty() && !change.from.empty()) add(change.from, false);
  add({});
  return out;
}

bool PushRecorder::fetch(RecordedRef& change) {
  if (is_stored_head(change.to)) return true;
  for (const Base& base : bases(change)) {
    CommitIntake intake(parts_, {.external_id = repository_.external_id,
                                 .name = repository_.name,
                                 .repo = repository_.repo,
                                 .files = parts_.options.files_of_pushes,
                                 .most = parts_.options.max_commits});
    try {
      intake.take_range({.since = base.since,
                         .until = change.to,
                         .include_merges = parts_.options.include_merges});
      change.commits = intake.commits();
      change.added = intake.added();
      change.capped = intake.is_capped();
      return base.complete;
    } catch (const SourceFailure& failure) {
      // The server may have garbage-collected one of the commits.  The next base shows which one.
      if (!failure.is_not_found()) std::rethrow_exception(failure.cause);
    }
  }
  // Without the commit, nothing can be stored, now or later.  Without the repository, this throws.
  if (server_.empty()) (void)parts_.source->heads(repository_.repo);
  change.gone = true;
  return false;
}

void PushRecorder::remember(const std::string& ref, const std::string& commit) {
  // A branch whose name cannot be stored must not keep the others from being recorded.  Its commits
  // are stored, and asked for again next time.
  if (!is_key(ref)) return;
  parts_.store->branches.set(repository_.external_id, {.ref = ref, .commit = commit});
  drop_head(ref);
  heads_.emplace(ref, commit);
  at_heads_.insert(commit);
  if (!server_.empty()) on_server_ = commit;
}

void PushRecorder::forget(const std::string& ref) {
  if (!heads_.contains(ref)) return;
  parts_.store->branches.remove(repository_.external_id, ref);
  drop_head(ref);
}

void PushRecorder::drop_head(const std::string& ref) {
  const auto found = heads_.find(ref);
  if (found == heads_.end()) return;
  at_heads_.erase(at_heads_.find(found->second));
  heads_.erase(found);
}

}  // namespace bitbucket::inline v0_1::tracking
