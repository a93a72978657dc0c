#include "tracking/commit_intake.hpp"

#include <algorithm>
#include <optional>
#include <unordered_map>
#include <utility>

#include <bitbucket/error.hpp>

namespace bitbucket::inline v0_1::tracking {
namespace {

constexpr std::size_t commits_without_files = 1000;
// A batch ends early when its messages are long.
constexpr std::size_t longest_batch = std::size_t{8} * 1024 * 1024;

// A long message may refer to millions of issues, each of which costs the service a lookup.
constexpr std::size_t most_lookups = 1000;  // for each message
constexpr std::size_t longest_reference = 200;

/// Returns the keys of the issues that a message refers to.
std::vector<std::string> issues_of(const TrackerParts& parts, const std::string& message) {
  std::vector<std::string> issues;
  std::size_t lookups = 0;
  for (const IssueReference& reference : parts.references.find(message)) {
    if (reference.text.size() > longest_reference) continue;
    if (++lookups > most_lookups) break;
    if (auto issue = parts.options.find_issue(reference)) issues.push_back(*std::move(issue));
  }
  std::sort(issues.begin(), issues.end());
  issues.erase(std::unique(issues.begin(), issues.end()), issues.end());
  return issues;
}

std::size_t batch_size_of(const TrackerParts& parts, bool files) {
  return files ? std::max<std::size_t>(parts.options.batch, 1) : commits_without_files;
}

}  // namespace

bool SourceFailure::is_not_found() const noexcept {
  try {
    std::rethrow_exception(cause);
  } catch (const Error& error) {
    return error.is_not_found();
  } catch (...) {
    return false;
  }
}

std::string SourceFailure::what() const {
  try {
    std::rethrow_exception(cause);
  } catch (const std::exception& error) {
    return error.what();
  }
}

void ask(const std::function<void()>& question) {
  try {
    question();
  } catch (const Cancelled&) {
    throw;
  } catch (const Error&) {
    throw SourceFailure{std::current_exception()};
  }
}

void visit_range(CommitSource& source, const RepoRef& repo, const CommitRange& range,
                 const std::function<bool(SourceCommit&&)>& take) {
  std::exception_ptr own;
  ask([&] {
    source.visit_commits(repo, range, [&](SourceCommit&& commit) {
      try {
        return take(std::move(commit));
      } catch (...) {
        own = std::current_exception();
        return false;
      }
    });
  });
  if (own) std::rethrow_exception(own);
}

CommitIntake::CommitIntake(const TrackerParts& parts, IntakeOptions options)
    : parts_(parts),
      options_(std::move(options)),
      batch_size_(batch_size_of(parts, options_.files)) {}

void CommitIntake::take_range(const CommitRange& range) {
  visit_range(*parts_.source, options_.repo, range,
              [&](SourceCommit&& commit) { return take(std::move(commit)); });
  flush();
}

bool CommitIntake::take(SourceCommit&& commit) {
  if (options_.most != 0 && static_cast<std::size_t>(commits_) == options_.most) {
    capped_ = true;
    return false;
  }
  ++commits_;
  const bool ignored = parts_.references.is_ignored(commit.message);
  if (ignored && !options_.pass_ignored) return true;
  bytes_ += commit.message.size();
  batch_.push_back(input_of(std::move(commit)));
  ignored_.push_back(ignored);
  if (batch_.size() >= batch_size_ || bytes_ >= longest_batch) flush();
  return true;
}

CommitInput CommitIntake::input_of(SourceCommit&& commit) const {
  CommitInput out;
  out.repository = options_.name;
  out.external_id = options_.external_id;
  out.id = std::move(commit.id);
  out.timestamp = commit.timestamp;
  if (parts_.options.find_issue) out.issues = issues_of(parts_, commit.message);
  out.message = std::move(commit.message);
  if (!commit.author_name.empty()) out.author_name = std::move(commit.author_name);
  if (!commit.author_email.empty()) out.author_email = std::move(commit.author_email);
  return out;
}

void CommitIntake::flush() {
  if (batch_.empty()) return;
  if (options_.files) ask_for_files();
  if (!options_.external_id.empty()) store();
  if (options_.on_commit)
    for (CommitInput& commit : batch_) options_.on_commit(commit);
  batch_.clear();
  ignored_.clear();
  bytes_ = 0;
}

void CommitIntake::ask_for_files() {
  std::vector<std::string> ids;
  std::unordered_map<std::string_view, CommitInput*> by_id;
  for (CommitInput& commit : batch_) {
    ids.push_back(commit.id);
    by_id.emplace(commit.id, &commit);
  }
  if (!options_.external_id.empty())
    ids = parts_.store->commits.without_files(options_.external_id, ids);
  if (ids.empty()) return;
  std::vector<std::vector<FileChange>> files;
  ask([&] {
    files = parts_.source->changes(options_.repo, ids);
    if (files.size() != ids.size())
      throw InvalidArgument("CommitSource::changes must return the files of each commit, and " +
                            std::to_string(ids.size()) + " commits got " +
                            std::to_string(files.size()) + " lists");
  });
  for (std::size_t i = 0; i < ids.size(); ++i)
    if (const auto found = by_id.find(ids[i]); found != by_id.end())
      found->second->files = std::move(files[i]);
}

void CommitIntake::store() {
  const auto next_one = [this, i = std::size_t{0}](CommitInput& commit) mutable {
    while (i < batch_.size() && ignored_[i]) ++i;
    if (i == batch_.size()) return false;
    // The commit is needed afterwards only if it is passed to on_commit.
    commit = options_.on_commit ? batch_[i] : std::move(batch_[i]);
    ++i;
    return true;
  };
  added_ += parts_.store->commits.add(next_one, parts_.options.policy).added;
}

}  // namespace bitbucket::inline v0_1::tracking
