// Every answer of the server is cut or reset while a tracker reads it.
#include <gmock/gmock.h>

#include <cstdlib>
#include <functional>
#include <utility>

#include <bitbucket/error.hpp>

#include "tracking/tracker_fixture.hpp"

namespace bitbucket::test {
namespace {

using testing::Fault;
using ::testing::HasSubstr;
using ::testing::Not;
namespace faults = testing::faults;

constexpr std::size_t longest_head = 500;  // bytes

class TrackerFaultsTest : public TrackerFixture {
 protected:
  TrackerFaultsTest() {
    append_history(folder(), {.commits = 3, .files_per_commit = 2, .issue_every = 1});
    all_ = rev_list({"main"});
    newest_ = rev_list({"main~2..main"});
    options_ = {.find_issue =
                    [this](const IssueReference& reference) {
                      return std::optional(reference.text + "/" + id_);  // of this run only
                    },
                .files_of_pushes = true,
                .batch = 2};
  }

  /// Attaches the same repository of the server anew, so that nothing of it is stored.
  void begin() {
    id_ = std::to_string(++number_);
    store_->repositories->add(
        {.external_id = id_, .name = "PRJ/" + id_, .repo = {"PRJ", "demo"}, .url = "https://x"});
  }
  void record_push() {
    store_->branches.set(id_, {.ref = main_, .commit = commit_id(folder(), "main~2")});
    const std::string from = commit_id(folder(), "main~2");
    tracker(options_).record_push(push({change(main_, from, tip(main_))}, number_));
  }
  void reconcile() { tracker(options_).reconcile(id_); }
  void set_refs() {
    const auto fetched = tracker(options_).set_refs({.version = id_}, {{"PRJ/" + id_, "main", ""}});
    if (!fetched.at(0).error.empty()) throw Error(fetched.at(0).error);
  }

  [[nodiscard]] std::string rows(const std::string& query) const {
    return database_.query(query + "'" + id_ + "'");
  }
  /// Expects that the stored rows are consistent after a fault.
  void expect_nothing_half_stored(const std::vector<std::string>& wanted) {
    const auto commits = stored_commits(id_);
    EXPECT_TRUE(std::includes(wanted.begin(), wanted.end(), commits.begin(), commits.end()));
    const std::string head = rows(
        "SELECT head FROM branches JOIN repositories r ON r.id = repository_id "
        "WHERE external_id = ");
    if (head == tip(main_) + "\n") {
      EXPECT_EQ(commits, wanted);
    }
    EXPECT_EQ(rows("SELECT count(*) FROM commits c JOIN repositories r ON r.id = repository_id "
                   "WHERE 2 * has_files <> (SELECT count(*) FROM file_changes f "
                   "WHERE f.commit_id = c.id) AND external_id = "),
              "0\n");
    const auto released = release_commits(id_);
    if (!released.empty()) {
      EXPECT_EQ(released, wanted);
    }
    EXPECT_EQ(rows("SELECT count(*) FROM releases WHERE version = "),
              released.empty() ? "0\n" : "1\n");
    EXPECT_EQ(database_.query("SELECT count(*) FROM resolutions WHERE issue LIKE '%/" + id_ + "'"),
              std::to_string(released.size()) + "\n");
  }
  void expect_all_stored(const std::vector<std::string>& wanted) {
    EXPECT_EQ(stored_commits(id_), wanted);
    EXPECT_EQ(rows("SELECT count(*) FROM issue_links JOIN commits c ON c.id = commit_id "
                   "JOIN repositories r ON r.id = repository_id WHERE external_id = "),
              std::to_string(wanted.size()) + "\n");
    expect_nothing_half_stored(wanted);
  }

  /// Makes the call while its n-th request meets the fault, and then without a fault.  Returns
  /// whether there was such a request.
  bool attack(const std::function<void()>& call, const std::vector<std::string>& wanted,
              const Fault& fault, int n) {
    begin();
    server_->clear_requests();
    server_->misbehave({.first = n, .fault = fault});
    try {
      call();
      expect_all_stored(wanted);
    } catch (const Error& error) {
      ++failures_;
      EXPECT_THAT(error.what(), Not(HasSubstr("ann-token")));
      expect_nothing_half_stored(wanted);
    }
    server_->behave();
    bool met = false;
    for (const auto& request : server_->requests()) met = met || !request.fault.empty();
    call();
    expect_all_stored(wanted);
    ++runs_;
    return met;
  }
  /// Attacks each request of the call.
  void attack_all(const std::function<void()>& call, const std::vector<std::string>& wanted) {
    const char* const wanted_stride = std::getenv("BITBUCKET_FAULT_STRIDE");
    const std::size_t stride = wanted_stride ? std::stoul(wanted_stride) : 499;
    for (int n = 1; attack(call, wanted, faults::reset(Fault::Place::body), n); ++n) {
      SCOPED_TRACE(n);
      attack(call, wanted, faults::reset(Fault::Place::head), n);
      for (std::size_t offset = 0; offset < longest_head && !HasFailure(); offset += stride)
        attack(call, wanted, faults::cut_head(offset), n);
      std::size_t offset = 0, before = 0;
      do {  // until the body has no more bytes
        SCOPED_TRACE(offset);
        before = failures_;
        attack(call, wanted, faults::cut_body(offset), n);
        offset += stride;
      } while (failures_ > before && !HasFailure());
    }
    RecordProperty("runs", runs_);
  }

  std::vector<std::string> all_, newest_;
  TrackerOptions options_;
  std::string id_;
  int number_ = 100, runs_ = 0;
  std::size_t failures_ = 0;
};
INSTANTIATE_TEST_SUITE_P(Products, TrackerFaultsTest, ::testing::Values(Product::sqlite), name_of);

TEST_P(TrackerFaultsTest, APushIsRecordedAfterAnAnswerWasCutAtAnyOffset) {
  attack_all([this] { record_push(); }, newest_);
}

TEST_P(TrackerFaultsTest, ARepositoryIsReconciledAfterAnAnswerWasCutAtAnyOffset) {
  attack_all([this] { reconcile(); }, all_);
}

TEST_P(TrackerFaultsTest, AReleaseIsSetAfterAnAnswerWasCutAtAnyOffset) {
  attack_all([this] { set_refs(); }, all_);
}

}  // namespace
}  // namespace bitbucket::test
