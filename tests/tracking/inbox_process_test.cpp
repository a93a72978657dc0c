// Real processes with an inbox share a database, or are killed.
#include <algorithm>
#include <cstdio>
#include <cstdlib>
#include <fstream>
#include <iterator>
#include <map>
#include <memory>
#include <mutex>
#include <random>
#include <set>
#include <stdexcept>
#include <string>
#include <thread>
#include <vector>

#include "support/daemon.hpp"
#include "tracking/databases.hpp"
#include "tracking/webhook.hpp"

namespace bitbucket::test {
namespace {

/// A process with an inbox.
class InboxProcess {
 public:
  explicit InboxProcess(const std::vector<std::string>& command) : daemon_(command, "port ") {
    daemon_.wait_for("\n");
    port_ = std::stoi(daemon_.output().substr(5));
  }
  /// Returns the status of the answer, or 0 when there was none.
  [[nodiscard]] int deliver(const std::string& id) const {
    try {
      return server_test::send(port_, "POST", "/hook", signed_headers(body_, id), body_).status;
    } catch (const std::runtime_error&) {  // it cannot connect, because the process is gone
      return 0;
    }
  }

 private:
  test_support::Daemon daemon_;
  const std::string body_ = push_to("main");
  int port_ = 0;
};

class InboxProcessTest : public StoreTest {
 protected:
  /// Starts a process that dies at the n-th time it comes to this place.
  [[nodiscard]] std::unique_ptr<InboxProcess> start(const std::string& place = "nowhere",
                                                    int n = 0) const {
    return std::make_unique<InboxProcess>(std::vector<std::string>{
        BITBUCKET_INBOX_PROGRAM, database_.address(), log_.string(), place, std::to_string(n)});
  }
  /// Returns how often each delivery was handled, and the processes that did so.
  [[nodiscard]] std::map<std::string, int> handled(std::set<std::string>* processes = {}) const {
    std::map<std::string, int> counts;
    std::ifstream log(log_);
    for (std::string process, id; log >> process >> id;) {
      ++counts[id];
      if (processes) processes->insert(process);
    }
    return counts;
  }
  /// Lets the leases of dead processes end, and hands the rest on.
  void recover() const {
    database_.query("UPDATE deliveries SET due_at = 0");
    const auto store = open();
    const Inbox inbox(store, WebhookReceiver({.secrets = {kWebhookSecret}}));
    std::ofstream log(log_, std::ios::app);
    inbox.drain([&](const WebhookEvent& event) { log << "test " << event.request_id << '\n'; });
    EXPECT_EQ(store->deliveries.unfinished(), 0);
  }
  /// Delivers from two threads until the process is gone.  Adds the ids that were answered.
  void deliver_until_it_dies(const InboxProcess& process, const std::string& prefix,
                             std::set<std::string>& answered) {
    std::mutex mutex;
    const auto deliver = [&](const std::string& sender) {
      for (int i = 0;; ++i) {
        const std::string id = prefix + sender + std::to_string(i);
        if (process.deliver(id) != 204) return;
        const std::scoped_lock lock(mutex);
        answered.insert(id);
      }
    };
    const std::jthread one(deliver, "a"), two(deliver, "b");
  }

  const test_support::TempDir folder_;
  const std::filesystem::path log_ = folder_ / "log";
};
INSTANTIATE_TEST_SUITE_P(Products, InboxProcessTest, both_products(), name_of);

TEST_P(InboxProcessTest, ProcessesShareAnInboxAndHandleEachDeliveryOnce) {
  constexpr int count = 150;
  {
    const auto one = start(), two = start();
    for (int i = 0; i < count; ++i) {
      const std::string id = std::to_string(i);
      EXPECT_EQ((i % 2 ? one : two)->deliver(id), 204);
      EXPECT_EQ((i % 3 ? one : two)->deliver(id), 204) << "it arrives twice";
    }
    wait_until([&] { return database_.query("SELECT min(done) FROM deliveries") == "1\n"; });
  }
  std::set<std::string> processes;
  const auto counts = handled(&processes);
  EXPECT_EQ(counts.size(), static_cast<std::size_t>(count));
  for (const auto& [id, times] : counts) EXPECT_EQ(times, 1) << id;
  EXPECT_EQ(processes.size(), 2u) << "both took part";
}

TEST_P(InboxProcessTest, AProcessDiesAfterStoring) {
  EXPECT_EQ(start("stored", 1)->deliver("one"), 0) << "the answer did not leave";
  EXPECT_EQ(database_.query("SELECT request_id FROM deliveries"), "one\n");
  EXPECT_EQ(start("stored", 2)->deliver("one"), 204) << "somebody delivers it again";
  recover();
  EXPECT_EQ(handled(), (std::map<std::string, int>{{"one", 1}}));
}

TEST_P(InboxProcessTest, AProcessDiesWhileHandling) {
  const auto dying = start("handling", 1);
  (void)dying->deliver("one");  // it may die before it answers
  wait_until([&] { return dying->deliver("one") == 0; });
  EXPECT_EQ(handled(), (std::map<std::string, int>{}));
  recover();
  EXPECT_EQ(handled(), (std::map<std::string, int>{{"one", 1}}));
}

// Nobody can know that the handler was done, so the delivery is handed on again.
TEST_P(InboxProcessTest, AProcessDiesAfterHandling) {
  const auto dying = start("handled", 1);
  (void)dying->deliver("one");
  wait_until([&] { return dying->deliver("one") == 0; });
  recover();
  EXPECT_EQ(handled(), (std::map<std::string, int>{{"one", 2}}));
}

// Set BITBUCKET_TEST_KILLS=1000 for a long run.
TEST_P(InboxProcessTest, LosesNothingWhenItIsKilledAtRandom) {
  const char* asked = std::getenv("BITBUCKET_TEST_KILLS");
  const int kills = asked ? std::atoi(asked) : 20;
  std::mt19937 random(20);  // NOLINT(cert-msc51-cpp): the same kills in each run
  std::set<std::string> answered;
  for (int i = 0; i < kills; ++i) {
    const auto process = start("statement", std::uniform_int_distribution(1, 80)(random));
    deliver_until_it_dies(*process, std::to_string(i), answered);
  }
  recover();
  const auto counts = handled();
  int again = 0;
  for (const auto& [id, times] : counts) again += times - 1;
  for (const std::string& id : answered) EXPECT_TRUE(counts.contains(id)) << id << " is lost";
  EXPECT_GT(answered.size(), static_cast<std::size_t>(kills));
  EXPECT_LE(again, 2 * kills) << "each of two threads can be interrupted once";
  RecordProperty("answered", static_cast<int>(answered.size()));
  RecordProperty("handed on again", again);
  if (asked)
    std::printf("%d kills, %zu answered, %zu handled, %d handed on again\n", kills, answered.size(),
                counts.size(), again);
}

}  // namespace
}  // namespace bitbucket::test
