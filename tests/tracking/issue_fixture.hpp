#pragma once

#include <chrono>
#include <memory>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "tracking/databases.hpp"

namespace bitbucket::test {

/// A store with one repository, and short words for what the tests do and see.
class IssueTest : public StoreTest {
 protected:
  using Issues = std::vector<std::string>;

  IssueTest() { attach("10", "PRJ/demo"); }

  void attach(std::string external_id, std::string name) const {
    AttachedRepository repository;
    repository.external_id = std::move(external_id);
    repository.name = std::move(name);
    store_->repositories->add(repository);
  }

  /// Returns a commit that is newer than those that were made before.
  CommitInput commit(std::string id, std::optional<Issues> issues = {}) {
    return {.repository = "PRJ/demo",
            .external_id = "10",
            .id = std::move(id),
            .message = "m",
            .author_name = "Mia",
            .author_email = "mia@example.com",
            .timestamp = at(++made_),
            .issues = std::move(issues)};
  }
  void push(const std::vector<CommitInput>& commits,
            ResolvePolicy policy = ResolvePolicy::on_release) const {
    store_->commits.add(each_of(commits), policy);
  }
  /// Sets the commits of a release that was created at a minute.
  void release(std::string version, const std::vector<CommitInput>& commits, int minute = 0) const {
    store_->releases.set_commits({.version = std::move(version), .date_added = at(minute)},
                                 each_of(commits));
  }
  void create(std::string version, int minute) const {
    store_->releases.create({.version = std::move(version), .date_added = at(minute)});
  }
  static Timestamp at(int minute) { return Timestamp(std::chrono::minutes(minute)); }

  static std::string text_of(const IssueEvent& event) {
    constexpr std::string_view types[] = {"referenced", "unlinked", "resolved", "reopened"};
    std::string text(types[static_cast<int>(event.type)]);
    text += " " + event.issue;
    for (const std::string& word : {event.release, event.commit})
      if (!word.empty()) text += " " + word;
    if (event.pull_request != 0) text += " #" + std::to_string(event.pull_request);
    if (event.author) text += " " + event.author->email;
    return text;
  }
  /// Takes all events.
  [[nodiscard]] std::vector<std::string> events() const {
    std::vector<std::string> texts;
    store_->issues.take_events([&](const IssueEvent& event) { texts.push_back(text_of(event)); });
    return texts;
  }
  [[nodiscard]] std::string resolution(std::string_view issue) const {
    constexpr std::string_view types[] = {"in_release", "in_next_release", "in_commit"};
    const auto found = store_->issues.resolution(issue);
    if (!found) return "open";
    std::string text(types[static_cast<int>(found->type)]);
    for (const std::string& word : {found->release, found->commit})
      if (!word.empty()) text += " " + word;
    if (found->author) text += " " + found->author->email;
    return text;
  }

  std::shared_ptr<TrackingStore> store_ = open();

 private:
  int made_ = 0;
};

/// The lines of a list of texts, for EXPECT_EQ.
using Texts = std::vector<std::string>;

}  // namespace bitbucket::test
