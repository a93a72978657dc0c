// Real processes that share a store in files attach and detach at once, or are killed.
#include <poll.h>
#include <signal.h>
#include <sys/syscall.h>
#include <unistd.h>

#include <algorithm>
#include <chrono>
#include <memory>
#include <stdexcept>
#include <string>
#include <vector>

#include "integration/file_store.hpp"
#include "integration/repository_fixture.hpp"
#include "support/daemon.hpp"

namespace bitbucket::test {
namespace {

using ::testing::IsEmpty;

/// A process that attaches or detaches PRJ/demo once it is told to go.
class AttachingProcess {
 public:
  explicit AttachingProcess(const std::vector<std::string>& command)
      : daemon_(command, "ready\n"),
        process_(static_cast<int>(::syscall(SYS_pidfd_open, daemon_.pid(), 0U))) {}
  AttachingProcess(const AttachingProcess&) = delete;
  AttachingProcess& operator=(const AttachingProcess&) = delete;
  ~AttachingProcess() { ::close(process_); }

  void go() const { ::kill(daemon_.pid(), SIGUSR1); }
  void kill() const { ::kill(daemon_.pid(), SIGKILL); }
  /// Returns whether the process has ended, or ends in a moment.  Throws when its work failed.
  bool ends() {
    pollfd ended{.fd = process_, .events = POLLIN, .revents = 0};
    if (::poll(&ended, 1, 1) != 1) return false;
    result();
    return true;
  }
  /// Returns what the process says when its work is done.  Throws when it fails.
  std::string result() {
    daemon_.wait_for("done\n");
    return daemon_.output();
  }

 private:
  test_support::Daemon daemon_;
  int process_;
};

class EndToEndProcessesTest : public RepositoryServiceTest {
 protected:
  using Processes = std::vector<std::unique_ptr<AttachingProcess>>;

  EndToEndProcessesTest() { store_ = std::make_shared<FileRepositoryStore>(folder_.path()); }

  [[nodiscard]] std::unique_ptr<AttachingProcess> process(const std::string& work) const {
    const std::string& what = work == "attach" ? kDemoName : external_id_;
    return std::make_unique<AttachingProcess>(std::vector<std::string>{
        BITBUCKET_ATTACHING_PROGRAM, work, server_->base_url(), folder_.path(), url_, what});
  }
  void run(const std::string& work) {
    const auto fresh = process(work);
    fresh->go();
    fresh->result();
  }
  /// Lets a fresh process do this work and expects that it is done in the end.
  void expect_that_it_can(const std::string& work) {
    run(work);
    if (work == "detach") {
      EXPECT_THAT(ours(), IsEmpty());
      EXPECT_THAT(store_->list(), IsEmpty());
      return;
    }
    const auto stored = store_->find(external_id_);
    ASSERT_TRUE(stored);
    expect_attached(*stored);
  }
  static std::string said(const AttachedRepository& attached) {
    return "ready\nwebhook " + std::to_string(attached.webhook.value().value) + ", secret " +
           std::string(attached.webhook_secret.reveal()) + "\ndone\n";
  }

  /// Lets processes do these works at once, and kills the one that sends the n-th request, once the
  /// others have ended.  `acts` says whether the server does what that request asks for.  Returns
  /// false when there are fewer requests.
  bool killed_at(int n, bool acts, const std::vector<std::string>& works) {
    testing::Fault silence = faults::stall(testing::Fault::Place::before);
    if (!acts) silence.answer = testing::FaultAnswer{};
    server_->clear_requests();
    server_->misbehave({.first = n, .fault = silence});
    Processes running;
    for (const auto& work : works) running.push_back(process(work));
    for (const auto& each : running) each->go();
    const auto give_up = std::chrono::steady_clock::now() + std::chrono::seconds(20);
    while (running.size() > (stalls() ? 1 : 0)) {
      if (std::chrono::steady_clock::now() > give_up)
        throw std::runtime_error("a process does not end");
      std::erase_if(running, [](const auto& each) { return each->ends(); });
    }
    for (const auto& each : running) each->kill();
    const bool killed = !running.empty();
    running.clear();  // waits for the end
    server_->behave();
    return killed;
  }
  [[nodiscard]] bool stalls() const {
    return std::ranges::any_of(server_->requests(),
                               [](const auto& request) { return request.fault == "stall"; });
  }
  void clean_up() {
    for (const json& hook : ours()) remove_webhook(hook["id"].get<std::int64_t>());
    if (const auto stored = store_->find(external_id_)) store_->remove(*stored);
  }

  const test_support::TempDir folder_;
  const std::string external_id_ = service().describe(kDemoName).external_id;
};

TEST_F(EndToEndProcessesTest, TwoAttachAtOnceAndDetachAtOnce) {
  for (int time = 0; time < 10; ++time) {
    SCOPED_TRACE(time);
    for (const char* work : {"attach", "detach"}) {
      const auto first = process(work), second = process(work);
      first->go();
      second->go();
      const std::string said_first = first->result(), said_second = second->result();
      if (work == std::string("detach")) continue;
      const auto stored = store_->find(external_id_);
      ASSERT_TRUE(stored);
      expect_attached(*stored);
      EXPECT_EQ(said_first, said(*stored));
      EXPECT_EQ(said_second, said(*stored));
    }
    EXPECT_THAT(ours(), IsEmpty());
    EXPECT_THAT(store_->list(), IsEmpty());
  }
}

TEST_F(EndToEndProcessesTest, AnotherCompletesOrUndoesAnAttachThatWasKilledAtAnyRequest) {
  for (const char* next : {"attach", "detach"}) {
    for (const bool acts : {false, true}) {
      int n = 1;
      for (bool killed = true; killed; ++n) {
        SCOPED_TRACE(next + (" " + std::to_string(acts)) + " " + std::to_string(n));
        clean_up();
        killed = killed_at(n, acts, {"attach"});
        expect_that_it_can(next);
      }
      EXPECT_EQ(n - 2, 4);  // the repository, the webhooks, the POST, the webhooks again
    }
  }
}

TEST_F(EndToEndProcessesTest, AnotherCompletesATakeOverThatWasKilledAtAnyRequest) {
  for (const bool acts : {false, true}) {
    int n = 1;
    for (bool killed = true; killed; ++n) {
      SCOPED_TRACE(std::to_string(acts) + " " + std::to_string(n));
      clean_up();
      webhook(url_);
      webhook(url_);
      killed = killed_at(n, acts, {"attach"});
      expect_that_it_can("attach");
    }
    EXPECT_EQ(n - 2, 5);  // the repository, the webhooks, GET and PUT of one, DELETE of the other
  }
}

TEST_F(EndToEndProcessesTest, AnotherCompletesOrUndoesADetachThatWasKilledAtAnyRequest) {
  for (const char* next : {"attach", "detach"}) {
    for (const bool pending : {false, true}) {
      for (const bool acts : {false, true}) {
        int n = 1;
        for (bool killed = true; killed; ++n) {
          SCOPED_TRACE(next + (" " + std::to_string(pending)) + std::to_string(acts) + " " +
                       std::to_string(n));
          clean_up();
          const auto attached = service().attach(kDemoName);
          auto stored = attached;
          if (pending) stored.webhook.reset();
          ASSERT_TRUE(store_->replace(attached, stored));
          killed = killed_at(n, acts, {"detach"});
          expect_that_it_can(next);
        }
        EXPECT_EQ(n - 2, 3);  // the repository, the webhooks, DELETE
      }
    }
  }
}

TEST_F(EndToEndProcessesTest, OneOfTwoThatAttachAtOnceIsKilledAtAnyRequest) {
  for (const char* next : {"attach", "detach"}) {
    for (const bool acts : {false, true}) {
      for (int n = 1; n <= 8; ++n) {
        SCOPED_TRACE(next + (" " + std::to_string(acts)) + " " + std::to_string(n));
        clean_up();
        EXPECT_TRUE(killed_at(n, acts, {"attach", "attach"}));
        expect_that_it_can(next);
      }
    }
  }
}

}  // namespace
}  // namespace bitbucket::test
