// A process that forks between calls: parent and child both continue, each on its own connections.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <sys/wait.h>
#include <unistd.h>

#include <cstdlib>
#include <functional>
#include <mutex>
#include <optional>
#include <stdexcept>
#include <string>
#include <vector>

#include <bitbucket/error.hpp>

#include "auth/temporary.hpp"
#include "http/tls_server.hpp"
#include "lifetime/page_server.hpp"
#include "support/sanitizers.hpp"

// A child forgets the parent's handles without freeing them.
namespace {
bool is_child = false;
}
// NOLINTNEXTLINE(bugprone-reserved-identifier): the sanitizer's name for it
extern "C" int __lsan_is_turned_off() { return is_child ? 1 : 0; }

namespace bitbucket::test {
namespace {

enum class Leave { at_once, through_exit };

/// Runs `work` in a child process, which then leaves and must not hang; returns its wait status.
int in_child(Leave leave, const std::function<bool()>& work) {
  const pid_t child = ::fork();
  if (child == 0) {
    is_child = true;
    ::alarm(60);  // ends the child by a signal
    bool good = false;
    try {
      good = work();
    } catch (const std::exception& error) {
      std::fprintf(stderr, "in the child: %s\n", error.what());
    }
    if (leave == Leave::at_once) ::_exit(good ? 0 : 1);
    std::exit(good ? 0 : 1);
  }
  int status = -1;
  EXPECT_EQ(::waitpid(child, &status, 0), child);
  return status;
}

/// Serves pages over plain HTTP or TLS from a process of its own: a lock that a thread of the
/// server holds while this process forks would stay locked in the child.
class PagesProcess {
 public:
  explicit PagesProcess(bool tls) {
    if (tls) {
      authority_.emplace(authority());
      identity_.emplace(Subject{}, &*authority_);
    }
    if (::pipe(questions_) != 0 || ::pipe(answers_) != 0) throw std::runtime_error("no pipe");
    process_ = ::fork();
    if (process_ == 0) serve();
    ::close(questions_[0]);
    ::close(answers_[1]);
    port_ = answer();
  }
  PagesProcess(const PagesProcess&) = delete;
  PagesProcess& operator=(const PagesProcess&) = delete;
  ~PagesProcess() {
    ::close(questions_[1]);
    ::waitpid(process_, nullptr, 0);
    ::close(answers_[0]);
  }

  [[nodiscard]] ClientOptions options() const {
    ClientOptions options{.base_url = (authority_ ? "https" : "http") +
                                      ("://127.0.0.1:" + std::to_string(port_))};
    if (authority_) options.connection.tls.ca_file = folder_.write("ca.pem", authority_->pem());
    return options;
  }
  /// Returns how many connections the server has accepted so far.
  [[nodiscard]] int connections() const {
    EXPECT_EQ(::write(questions_[1], "?", 1), 1);
    return answer();
  }

 private:
  [[nodiscard]] int answer() const {
    int number = -1;
    EXPECT_EQ(::read(answers_[0], &number, sizeof number), ssize_t{sizeof number});
    return number;
  }
  [[noreturn]] void serve() {
    ::alarm(120);
    ::close(questions_[1]);
    ::close(answers_[0]);
    if (identity_)
      tell(TlsServer(*identity_, {.answer = body_for}));
    else
      tell(PageServer());
    ::_exit(0);
  }
  /// Sends the port, and the number of connections whenever the other side asks.
  template <class Server>
  void tell(const Server& server) {
    char question = 0;
    int number = server.port();
    while (::write(answers_[1], &number, sizeof number) > 0 &&
           ::read(questions_[0], &question, 1) == 1)
      number = server.connections();
  }

  TemporaryFolder folder_;
  std::optional<Identity> authority_, identity_;
  int questions_[2], answers_[2];
  pid_t process_ = -1;
  int port_ = 0;
};

struct Way {
  bool tls;
  Leave leave;
  int pages;
};

class ForkTest : public LifetimeTest, public ::testing::WithParamInterface<Way> {
 protected:
  ForkTest() {
    server_.emplace(GetParam().tls);
    ClientOptions options = server_->options();
    options.connection.retry.first_delay = std::chrono::milliseconds(1);
    options.paging = in_flight(GetParam().pages);
    options.connection.observer = [](const Attempt& attempt) {
      const std::scoped_lock lock(mutex_);
      if (!attempt.error.empty()) errors_.emplace_back(attempt.error);
    };
    errors_.clear();
    client_.emplace(options);
  }
  void TearDown() override {
    client_.reset();
    server_.reset();
    LifetimeTest::TearDown();
  }
  int in_child(const std::function<bool()>& work) { return test::in_child(GetParam().leave, work); }

  std::optional<PagesProcess> server_;
  inline static std::mutex mutex_;
  inline static std::vector<std::string> errors_;        // of attempts
  inline static std::optional<BitbucketServer> client_;  // exit() destroys a child's
};

INSTANTIATE_TEST_SUITE_P(Ways, ForkTest,
                         ::testing::Values(Way{false, Leave::at_once, 1},
                                           Way{false, Leave::through_exit, 4},
                                           Way{true, Leave::at_once, 4},
                                           Way{true, Leave::through_exit, 1},
                                           Way{true, Leave::through_exit, 4}),
                         [](const auto& way) {
                           return std::string(way.param.tls ? "Tls" : "Plain") +
                                  (way.param.leave == Leave::at_once ? "AtOnce" : "ThroughExit") +
                                  std::to_string(way.param.pages);
                         });

std::vector<std::string> from(int first) { return expected_names(first, all_rows); }

TEST_P(ForkTest, ParentAndChildContinueAfterCallsAndWorkers) {
  client_->concurrently(std::vector{1, 2, 3, 4},
                        [](const BitbucketServer& c, int) { c.repos.get(demo); }, {.max = 4});
  const int before = server_->connections();
  Paged<Tag> all = client_->tags.list(demo);
  const int status = in_child([&] {
    bool good = client_->repos.get(demo).slug == "demo" && rest_of(all) == all_names();
#ifndef BITBUCKET_TEST_TSAN  // it allows no threads in a child
    good = good && client_->concurrently(std::vector{1, 2}, [](const BitbucketServer& c, int) {
      return c.repos.get(demo).slug;
    }) == std::vector<std::string>{"demo", "demo"};
#endif
    client_.reset();
    return good;
  });
  EXPECT_EQ(status, 0);
  const int of_child = server_->connections() - before;
  EXPECT_GE(of_child, 1) << "the child has connections of its own";
  EXPECT_EQ(client_->repos.get(demo).slug, "demo");
  EXPECT_EQ(server_->connections() - before, of_child) << "the parent's connections are still good";
}

TEST_P(ForkTest, AChildThatUsesNothingBreaksNothing) {
  Paged<Tag> tags = client_->tags.list(demo);
  (void)tags.begin();
  client_->repos.get(demo);
  const int before = server_->connections();
  EXPECT_EQ(in_child([&] {
              { const Paged<Tag> dropped = std::move(tags); }
              client_.reset();
              return true;
            }),
            0);
  EXPECT_EQ(rest_of(tags), all_names());
  EXPECT_EQ(client_->repos.get(demo).slug, "demo");
  if (GetParam().pages == 1) {
    EXPECT_EQ(server_->connections(), before);
  }
}

TEST_P(ForkTest, APausedRangeContinuesInBoth) {
  Paged<Tag> tags = client_->tags.list(demo);
  (void)tags.begin();
  EXPECT_EQ(tags.to_vector(15).back().display_id, "t14");
  EXPECT_EQ(
      in_child([&] { return rest_of(tags) == from(15) && !client_->repos.get(demo).slug.empty(); }),
      0);
  EXPECT_EQ(rest_of(tags), from(15));
  EXPECT_EQ(client_->repos.get(demo).slug, "demo");
}

TEST_P(ForkTest, ARangeWithPagesInFlightContinuesInBoth) {
  Paged<Tag> tags = client_->tags.list(demo);
  auto it = tags.begin();
  for (int i = 0; i < 15; ++i) ++it;  // the second page of a walk without limit
  const int status = in_child([&] {
    std::vector<std::string> seen;
    for (; it != tags.end(); ++it) seen.push_back(it->display_id);
    // The pages that were in flight are requested again, and nothing else goes wrong.
    const std::string text = "the request belongs to the parent process";
    return seen == from(15) &&
           errors_ == std::vector(static_cast<std::size_t>(GetParam().pages), text);
  });
  EXPECT_EQ(status, 0);
  std::vector<std::string> seen;
  for (; it != tags.end(); ++it) seen.push_back(it->display_id);
  EXPECT_EQ(seen, from(15));
}

TEST_P(ForkTest, WithoutRetriesTheChildLearnsThatThePageIsItsParentsAndCanAskAgain) {
  ClientOptions options = server_->options();
  options.connection.retry.max_attempts = 1;
  options.paging = in_flight(GetParam().pages);
  const BitbucketServer once(options);
  Paged<Tag> tags = once.tags.list(demo);
  (void)tags.begin();
  EXPECT_EQ(in_child([&] {
              for (const auto& name : expected_names(0, page_rows))  // they are here
                if (tags.to_vector(1).front().display_id != name) return false;
              try {
                tags.to_vector();
                return false;
              } catch (const TransportError& error) {
                if (error.kind() != TransportError::Kind::reset ||
                    std::string(error.what()).find("the parent process") == std::string::npos)
                  return false;
              }
              std::vector<std::string> seen;
              for (const Tag& tag : tags) seen.push_back(tag.display_id);
              return seen == from(page_rows);
            }),
            0);
  EXPECT_EQ(rest_of(tags), all_names());
}

TEST_P(ForkTest, ParentAndChildWorkAtTheSameTime) {
  Paged<Tag> tags = client_->tags.list(demo);
  (void)tags.begin();
  int ready[2];
  ASSERT_EQ(::pipe(ready), 0);
  const pid_t child = ::fork();
  if (child == 0) {
    is_child = true;
    ::alarm(60);
    bool good = false;
    try {
      good = ::write(ready[1], "x", 1) == 1 && rest_of(tags) == all_names();
      for (int i = 0; i < 50 && good; ++i) good = client_->repos.get(demo).slug == "demo";
    } catch (const std::exception& error) {
      std::fprintf(stderr, "in the child: %s\n", error.what());
    }
    ::_exit(good ? 0 : 1);
  }
  char byte = 0;
  EXPECT_EQ(::read(ready[0], &byte, 1), 1);
  EXPECT_EQ(rest_of(tags), all_names());
  for (int i = 0; i < 50; ++i) EXPECT_EQ(client_->repos.get(demo).slug, "demo");
  int status = -1;
  EXPECT_EQ(::waitpid(child, &status, 0), child);
  EXPECT_EQ(status, 0);
  ::close(ready[0]);
  ::close(ready[1]);
}

TEST_P(ForkTest, AGrandchildLeavesBothAlone) {
  client_->repos.get(demo);
  EXPECT_EQ(in_child([&] {
              client_->repos.get(demo);
              const int status = test::in_child(
                  Leave::through_exit, [&] { return client_->repos.get(demo).slug == "demo"; });
              return status == 0 && client_->repos.get(demo).slug == "demo";
            }),
            0);
  EXPECT_EQ(client_->repos.get(demo).slug, "demo");
  EXPECT_EQ(server_->connections(), 3);
}

}  // namespace
}  // namespace bitbucket::test
