#include "tracking/issue_model.hpp"

#include <algorithm>

namespace bitbucket::test {
namespace {

const std::string committer = "mia@example.com", opener = "ada@example.com";

std::string word_of(char kind, int number) {
  return number == 0 ? "-" : kind + std::to_string(number);
}
std::string version_word(int version) {
  return version == 0 ? "-" : std::to_string(version) + ".0.0";
}

}  // namespace

void IssueModel::tell(const std::string& type, const std::string& issue, int release, int commit,
                      const std::string& author, int pull_request) {
  events_.insert(type + "|" + issue + "|" + version_word(release) + "|" + word_of('c', commit) +
                 "|" + (author.empty() ? "-" : author) + "|" +
                 (pull_request == 0 ? "-" : std::to_string(pull_request)));
}

std::optional<IssueModel::Reason> IssueModel::reason_in(const std::set<int>& commits,
                                                        const std::string& issue) const {
  for (auto commit = commits.rbegin(); commit != commits.rend(); ++commit) {
    if (const auto found = links_.find(*commit);
        found != links_.end() && found->second.contains(issue))
      return Reason{*commit, committer};
    for (const auto& [number, request] : pull_requests_)
      if (request.merge_commit == *commit && request.issues.contains(issue))
        return Reason{*commit, opener};
  }
  return std::nullopt;
}

/// Finds another reason for a resolution that has lost its own, or opens the issue.
void IssueModel::settle(const std::string& issue) {
  Resolution& lost = resolutions_.at(issue);
  std::optional<Reason> other;
  if (lost.type == "in_release") {
    other = reason_in(releases_.at(lost.release), issue);
  } else {
    for (const auto& [commit, issues] : links_)
      if (issues.contains(issue)) other = Reason{commit, committer};
  }
  if (other) {
    lost.commit = other->commit;
    lost.author = other->author;
    return;
  }
  tell("reopened", issue, lost.release, lost.commit, committer);
  resolutions_.erase(issue);
}

void IssueModel::resolve(const std::string& issue, int release, const Reason& reason) {
  Resolution& resolution = resolutions_[issue];
  if (resolution.type != "in_release" || resolution.release != release)
    tell("resolved", issue, release, reason.commit, reason.author);
  resolution = {"in_release", release, reason.commit, reason.author};
}

void IssueModel::store(const std::vector<Commit>& commits, bool resolves) {
  std::vector<std::pair<int, std::string>> added, removed;
  for (const Commit& commit : commits) {
    Issues& stored = links_[commit.number];
    if (!commit.issues) continue;
    for (const std::string& issue : *commit.issues)
      if (!stored.contains(issue)) added.emplace_back(commit.number, issue);
    for (const std::string& issue : stored)
      if (!commit.issues->contains(issue)) removed.emplace_back(commit.number, issue);
    stored = *commit.issues;
  }
  std::set<std::string> lost;
  for (const auto& [commit, issue] : removed) {
    tell("unlinked", issue, 0, commit, committer);
    if (resolutions_.contains(issue) && resolutions_.at(issue).commit == commit) lost.insert(issue);
  }
  for (const std::string& issue : lost) settle(issue);
  for (const auto& [commit, issue] : added) tell("referenced", issue, 0, commit, committer);
  if (!resolves) return;
  for (const auto& [commit, issue] : added) {
    if (resolutions_.contains(issue)) continue;
    resolutions_[issue] = {"in_commit", 0, commit, committer};
    tell("resolved", issue, 0, commit, committer);
  }
}

void IssueModel::push(const Commit& commit, bool resolves) {
  if (!links_.contains(commit.number)) store({commit}, resolves);
}

void IssueModel::release(int version, const std::vector<Commit>& commits) {
  if (!releases_.contains(version)) {
    created_.push_back(version);
    for (auto& [issue, resolution] : resolutions_)
      if (resolution.type == "in_next_release" && resolution.release < version)
        resolve(issue, version, {});
  }
  std::set<int>& members = releases_[version];
  members.clear();
  for (const Commit& commit : commits) members.insert(commit.number);
  store(commits, false);
  for (const std::string& issue : issues_of(version))
    resolve(issue, version, *reason_in(members, issue));
}

void IssueModel::resolve_in_next_release(const std::string& issue) {
  const int newest = created_.empty() ? 0 : created_.back();
  const auto found = resolutions_.find(issue);
  if (found == resolutions_.end() || found->second.type != "in_next_release" ||
      found->second.release != newest)
    tell("resolved", issue, 0, 0, "");
  resolutions_[issue] = {"in_next_release", newest, 0, ""};
}

void IssueModel::reopen(const std::string& issue) {
  const auto found = resolutions_.find(issue);
  if (found == resolutions_.end()) return;
  tell("reopened", issue, found->second.type == "in_release" ? found->second.release : 0, 0, "");
  resolutions_.erase(found);
}

void IssueModel::set_pull_request(int number, int merge_commit, const Issues& issues) {
  const PullRequest before = pull_requests_[number];
  pull_requests_[number] = {merge_commit, issues};
  const auto stored = [&](int commit) { return links_.contains(commit) ? commit : 0; };
  const bool moved = before.merge_commit != merge_commit;
  for (const std::string& issue : before.issues)
    if (!issues.contains(issue))
      tell("unlinked", issue, 0, stored(before.merge_commit), opener, number);
  for (const std::string& issue : before.issues)
    if (const auto found = resolutions_.find(issue);
        (moved || !issues.contains(issue)) && found != resolutions_.end() &&
        found->second.commit != 0 && found->second.commit == before.merge_commit)
      settle(issue);
  for (const std::string& issue : issues)
    if (!before.issues.contains(issue))
      tell("referenced", issue, 0, stored(merge_commit), opener, number);
  const auto release = std::find_if(created_.rbegin(), created_.rend(), [&](int version) {
    return releases_.at(version).contains(merge_commit);
  });
  if (release == created_.rend()) return;
  for (const std::string& issue : issues)
    if ((moved || !before.issues.contains(issue)) &&
        (!resolutions_.contains(issue) || resolutions_.at(issue).type != "in_release"))
      resolve(issue, *release, {merge_commit, opener});
}

IssueModel::Issues IssueModel::issues_of(int version) const {
  Issues issues;
  for (const int commit : releases_.at(version)) {
    if (const auto found = links_.find(commit); found != links_.end())
      issues.merge(Issues(found->second));
    for (const auto& [number, request] : pull_requests_)
      if (request.merge_commit == commit) issues.merge(Issues(request.issues));
  }
  return issues;
}

std::multiset<std::string> IssueModel::links() const {
  std::multiset<std::string> lines;
  for (const auto& [commit, issues] : links_)
    for (const std::string& issue : issues) lines.insert(issue + "|" + word_of('c', commit));
  return lines;
}

std::multiset<std::string> IssueModel::resolutions() const {
  std::multiset<std::string> lines;
  for (const auto& [issue, resolution] : resolutions_)
    lines.insert(issue + "|" + resolution.type + "|" + version_word(resolution.release) + "|" +
                 word_of('c', resolution.commit) + "|" +
                 (resolution.author.empty() ? "-" : resolution.author));
  return lines;
}

}  // namespace bitbucket::test
