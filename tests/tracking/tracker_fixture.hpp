#pragma once

#include <algorithm>
#include <filesystem>
#include <memory>
#include <string>
#include <utility>
#include <vector>

#include <bitbucket/server.hpp>

#include "support/history_builder.hpp"
#include "support/repository_builder.hpp"
#include "testing/server_fixture.hpp"
#include "tracking/databases.hpp"

namespace bitbucket::test {

using test_support::append_history;
using test_support::commit_id;
using test_support::lines;
using test_support::run_git;

/// A tracker of git repositories that an embedded server serves.  PRJ/demo has the id 1 and
/// PRJ/other the id 2; neither has a commit.
class TrackerFixture : public StoreTest {
 protected:
  TrackerFixture() {
    server_ = std::make_unique<testing::GitServer>(server_test::options());
    ClientOptions options{.base_url = server_->base_url(), .credentials = BearerToken{"ann-token"}};
    options.connection.retry.max_attempts = 1;
    source_ = make_commit_source(BitbucketServer(options));
    attach("demo", "1");
    attach("other", "2");
  }
  void attach(const std::string& slug, const std::string& id) {
    test_support::init_repository(folder(slug), true);
    server_->add_repository("PRJ", slug, folder(slug));
    store_->repositories->add(
        {.external_id = id, .name = "PRJ/" + slug, .repo = {"PRJ", slug}, .url = "https://x"});
  }

  [[nodiscard]] std::filesystem::path folder(const std::string& slug = "demo") const {
    return dir_ / (slug + ".git");
  }
  std::vector<std::string> git(const std::vector<std::string>& args,
                               const std::string& slug = "demo") const {
    return lines(run_git(folder(slug), args));
  }
  /// What `git rev-list` says, sorted by id.
  std::vector<std::string> rev_list(std::vector<std::string> args,
                                    const std::string& slug = "demo") const {
    args.insert(args.begin(), {"rev-list", "--no-merges"});
    return sorted(git(args, slug));
  }
  static std::vector<std::string> sorted(std::vector<std::string> ids) {
    std::sort(ids.begin(), ids.end());
    return ids;
  }
  [[nodiscard]] std::vector<std::string> stored_commits(const std::string& id = "1") const {
    return sorted(lines(database_.query(
        "SELECT hash FROM commits JOIN repositories ON repositories.id = repository_id "
        "WHERE external_id = '" +
        id + "'")));
  }
  [[nodiscard]] std::string stored_heads() const {
    return database_.query("SELECT ref, head FROM branches ORDER BY ref");
  }
  [[nodiscard]] std::vector<std::string> release_commits(const std::string& version) const {
    return sorted(lines(
        database_.query("SELECT hash FROM release_commits JOIN commits ON commits.id = commit_id "
                        "JOIN releases ON releases.id = release_id WHERE version = '" +
                        version + "'")));
  }

  /// A change of a branch; an empty commit stands for none.
  static RefChange change(const std::string& ref, const std::string& from, const std::string& to) {
    RefChange out;
    out.ref_id = out.ref.id = ref;
    if (!from.empty()) out.from_hash = from;
    if (!to.empty()) out.to_hash = to;
    return out;
  }
  static RefsChanged push(std::vector<RefChange> changes, std::int64_t repository = 1) {
    RefsChanged out;
    out.repository.id = repository;
    out.changes = std::move(changes);
    return out;
  }
  /// Appends commits to a branch and returns what a webhook would say.
  RefsChanged push_commits(std::size_t commits, const std::string& ref = "refs/heads/main",
                           std::size_t files = 1) {
    const std::string from = tip(ref);
    append_history(folder(),
                   {.commits = commits, .first = made_, .branch = ref, .files_per_commit = files});
    made_ += commits;
    return push({change(ref, from, tip(ref))});
  }
  [[nodiscard]] std::string tip(const std::string& ref, const std::string& slug = "demo") const {
    const auto answer = test_support::try_git(folder(slug), {"rev-parse", "--verify", "-q", ref});
    return answer.status == 0 ? lines(answer.output).front() : std::string();
  }
  [[nodiscard]] std::size_t requests(const std::string& what, const std::string& slug = "demo") {
    return server_->request_count("GET /rest/api/1.0/projects/PRJ/repos/" + slug + '/' + what);
  }
  [[nodiscard]] Tracker tracker(TrackerOptions options = {}) const {
    return {store_, source_, std::move(options)};
  }
  /// Counts the requests for files.
  [[nodiscard]] std::size_t changes_requests() const {
    const auto all = server_->requests();
    return static_cast<std::size_t>(std::count_if(all.begin(), all.end(), [](const auto& request) {
      return request.path.ends_with("/changes");
    }));
  }

  const std::string main_ = "refs/heads/main";
  test_support::TempDir dir_;
  std::unique_ptr<testing::GitServer> server_;
  std::shared_ptr<CommitSource> source_;
  std::shared_ptr<TrackingStore> store_ = open();
  std::size_t made_ = 0;
};

}  // namespace bitbucket::test
