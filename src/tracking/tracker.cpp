#include <bitbucket/tracking/tracker.hpp>

#include <string_view>
#include <utility>

#include <bitbucket/error.hpp>

#include "base/hex.hpp"
#include "tracking/commit_intake.hpp"
#include "tracking/push_recorder.hpp"
#include "tracking/release_fetcher.hpp"

namespace bitbucket::inline v0_1 {
namespace {

using detail::is_commit_id;
using tracking::SourceFailure;

/// Calls a function, and throws what the source threw as it was.
template <class Function>
auto with_own_errors(const Function& function) {
  try {
    return function();
  } catch (const SourceFailure& failure) {
    std::rethrow_exception(failure.cause);
  }
}

/// Returns the commit that a side of a change shows; empty when the ref did or does not exist.
std::string text_of(const std::optional<CommitId>& id) {
  const bool zeros = id && id->value.find_first_not_of('0') == std::string::npos;
  return id && !zeros ? id->value : std::string();
}

/// Records a branch.  A name in place of a commit would be looked up again and again: the branch
/// would be stored, and what is pushed later would never be asked for.
RecordedRef record(tracking::PushRecorder& recorder, const std::string& ref,
                   const RefChange& change) {
  std::string from = text_of(change.from_hash), to = text_of(change.to_hash);
  if (!is_commit_id(from)) from.clear();
  if (to.empty() || is_commit_id(to)) return recorder.record(ref, from, to);
  RecordedRef none;
  none.ref = ref;
  none.from = std::move(from);
  none.to = std::move(to);
  none.gone = true;
  return none;
}

}  // namespace

class Tracker::Impl {
 public:
  explicit Impl(tracking::TrackerParts of) : parts(std::move(of)) {}
  const tracking::TrackerParts parts;
};

Tracker::Tracker(std::shared_ptr<const TrackingStore> store, std::shared_ptr<CommitSource> source,
                 TrackerOptions options) {
  if (!store || !source) throw InvalidArgument("a tracker needs a store and a source");
  IssueReferences references(options.references);
  impl_ = std::make_unique<Impl>(tracking::TrackerParts{std::move(store), std::move(source),
                                                        std::move(options), std::move(references)});
}
Tracker::Tracker(Tracker&&) noexcept = default;
Tracker& Tracker::operator=(Tracker&&) noexcept = default;
Tracker::~Tracker() = default;

std::vector<RecordedRef> Tracker::record_push(const RefsChanged& push) const {
  const auto& parts = impl_->parts;
  auto repository = parts.store->repositories->find(std::to_string(push.repository.id));
  if (!repository) return {};
  return with_own_errors([&] {
    tracking::PushRecorder recorder(parts, *std::move(repository));
    std::vector<RecordedRef> out;
    for (const RefChange& change : push.changes) {
      const std::string& ref = change.ref_id.empty() ? change.ref.id : change.ref_id;
      if (ref.starts_with("refs/heads/")) out.push_back(record(recorder, ref, change));
    }
    return out;
  });
}

std::vector<RecordedRef> Tracker::reconcile(std::string_view external_id) const {
  const auto& parts = impl_->parts;
  auto repository = parts.store->repositories->find(external_id);
  if (!repository)
    throw InvalidArgument("no repository with the id " + std::string(external_id) +
                          " is attached: attach it first");
  return with_own_errors(
      [&] { return tracking::PushRecorder(parts, *std::move(repository)).reconcile(); });
}

std::vector<CommitInput> Tracker::compare_commits(const RepoRef& repo,
                                                  const CommitRange& range) const {
  return with_own_errors([&] { return tracking::compare_commits(impl_->parts, repo, range); });
}

std::vector<FetchedRef> Tracker::set_refs(const NewRelease& release,
                                          const std::vector<ReleaseRef>& refs) const {
  return with_own_errors([&] { return tracking::ReleaseFetcher(impl_->parts, release).set(refs); });
}

}  // namespace bitbucket::inline v0_1
