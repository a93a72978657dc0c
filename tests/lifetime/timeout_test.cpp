// Time-outs end a call, whatever the server fails to send.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <fcntl.h>
#include <poll.h>

#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include <bitbucket/error.hpp>
#include <bitbucket/testing/fault.hpp>

#include "lifetime/page_server.hpp"
#include "lifetime/timing.hpp"
#include "support/loopback.hpp"
#include "testing/server_fixture.hpp"

namespace bitbucket::test {
namespace {

using namespace std::chrono_literals;
using testing::Fault;
using testing::GitServer;
namespace faults = testing::faults;

constexpr milliseconds limit = 400ms;

class TimeoutTest : public LifetimeTest {};

/// A port of this machine on which not even the kernel answers, because its queue is full.
class BlackHole {
 public:
  BlackHole() {
    const sockaddr_in address = test_support::loopback(listener_.port());
    for (;;) {  // until a connection has to wait
      const int fd = ::socket(AF_INET, SOCK_STREAM | SOCK_NONBLOCK | SOCK_CLOEXEC, 0);
      fillers_.push_back(fd);
      (void)::connect(fd, reinterpret_cast<const sockaddr*>(&address), sizeof address);
      pollfd connected{fd, POLLOUT, 0};
      if (::poll(&connected, 1, 100) == 0) return;
      if (fillers_.size() > 100) throw std::runtime_error("the queue does not fill");
    }
  }
  BlackHole(const BlackHole&) = delete;
  BlackHole& operator=(const BlackHole&) = delete;
  ~BlackHole() {
    for (const int fd : fillers_) ::close(fd);
  }
  [[nodiscard]] std::string url() const { return listener_.url(); }

 private:
  const test_support::Listener listener_{0};
  std::vector<int> fillers_;
};

TEST_F(TimeoutTest, ACallEndsInTimeWhenNobodyAcceptsTheConnection) {
  const BlackHole nobody;
  const BitbucketServer client({.base_url = nobody.url()});
  const BitbucketServer view = client.with({.timeout = limit});
  expect_time_out(limit, [&] { view.repos.get(demo); });
  expect_time_out(limit, [&] { view.tags.list(demo).to_vector(); });
}

TEST_F(TimeoutTest, TheConnectTimeOutAppliesToEachAttempt) {
  const BlackHole nobody;
  ClientOptions options{.base_url = nobody.url()};
  options.connection.connect_timeout = limit;
  for (const int attempts : {1, 2}) {
    options.connection.retry = {.max_attempts = attempts, .first_delay = 1ms};
    const BitbucketServer client(options);
    expect_time_out(attempts * limit, [&] { client.repos.get(demo); });
  }
}

TEST_F(TimeoutTest, TheConnectTimeOutBoundsStreams) {
  const BlackHole nobody;
  ClientOptions options{.base_url = nobody.url()};
  options.connection.connect_timeout = limit;
  options.connection.retry.max_attempts = 1;
  const BitbucketServer client(options);
  expect_time_out(limit, [&] { client.files.raw(demo, "a", "", [](std::string_view) {}); });
}

TEST_F(TimeoutTest, BothTimeOutsApplyWhenTheTlsHandshakeStalls) {
  RawServer silent([](Connection& connection, int) { connection.wait_for_close(); });
  ClientOptions options{.base_url = "https://127.0.0.1:" + std::to_string(silent.port())};
  options.connection.retry.max_attempts = 1;
  {
    const BitbucketServer client(options);
    const BitbucketServer view = client.with({.timeout = limit});
    expect_time_out(limit, [&] { view.repos.get(demo); });
  }
  options.connection.connect_timeout = limit;
  const BitbucketServer client(options);
  expect_time_out(limit, [&] { client.repos.get(demo); });
}

/// A server that misbehaves in one way, and a client of it.
struct Misbehaving {
  explicit Misbehaving(const Fault& fault, ConnectionOptions connection = {})
      : server(server_test::serve()) {
    server->misbehave({.times = 0, .fault = fault});
    client.emplace(ClientOptions{.base_url = server->base_url(),
                                 .credentials = BearerToken{"ann-token"},
                                 .connection = std::move(connection)});
  }
  std::unique_ptr<GitServer> server;
  std::optional<BitbucketServer> client;
};

TEST_F(TimeoutTest, ACallEndsInTimeWhereverTheAnswerStops) {
  using Place = Fault::Place;
  for (const Place place : {Place::before, Place::head, Place::after_head, Place::body}) {
    SCOPED_TRACE(static_cast<int>(place));
    const Misbehaving stalled(faults::stall(place));
    const BitbucketServer view = stalled.client->with({.timeout = limit});
    expect_time_out(limit, [&] { view.repos.get(demo); });
  }
}

TEST_F(TimeoutTest, ACallEndsInTimeWhenBytesDrip) {
  const Misbehaving dripping(faults::slow_drip(1, 20ms));
  const BitbucketServer view = dripping.client->with({.timeout = limit});
  expect_time_out(limit, [&] { view.repos.get(demo); });
}

TEST_F(TimeoutTest, TheTimeOutAppliesToEachPage) {
  for (const int pages : {1, 8}) {
    PageServer server(page_rows);  // the second page never arrives
    const BitbucketServer client(server.options());
    const BitbucketServer view = client.with({.timeout = limit, .paging = in_flight(pages)});
    Paged<Tag> tags = view.tags.list(demo);
    auto it = tags.begin();
    for (int i = 1; i < page_rows; ++i) ++it;
    for (int attempt = 0; attempt < 2; ++attempt) expect_time_out(limit, [&] { ++it; });
    server.gate().open();
    EXPECT_EQ(rest_of(tags), expected_names(page_rows, all_rows)) << "the range continues";
  }
}

// The next two tests expect any Error: a call that is out of time throws what its last attempt
// ended with, which is the server's answer, a broken connection or a time-out.

TEST_F(TimeoutTest, ACallEndsInTimeOverManyAttempts) {
  const ConnectionOptions often{.retry = {.max_attempts = 1000000, .first_delay = 20ms}};
  const Misbehaving unavailable(faults::server_error(), often);
  const BitbucketServer view = unavailable.client->with({.timeout = limit});
  expect_to_take_at_most(limit, [&] { EXPECT_THROW(view.repos.get(demo), Error); });
  EXPECT_GT(unavailable.server->requests().size(), 2u);
  const Misbehaving resetting(faults::reset(Fault::Place::before), often);
  const BitbucketServer other = resetting.client->with({.timeout = limit});
  expect_to_take_at_most(limit, [&] { EXPECT_THROW(other.repos.get(demo), Error); });
}

TEST_F(TimeoutTest, ACallEndsInTimeDespiteRequestedPauses) {
  const Misbehaving busy(faults::too_many_requests(1s));
  const BitbucketServer patient = busy.client->with({.timeout = 1300ms});
  expect_to_take_at_most(1300ms, [&] { EXPECT_THROW(patient.repos.get(demo), Error); });
  // The pause applies to all calls, and is longer than this call may take.
  const BitbucketServer hasty = busy.client->with({.timeout = 100ms});
  expect_to_take_at_most(100ms, [&] { EXPECT_THROW(hasty.repos.get(demo), Error); });
}

TEST_F(TimeoutTest, AnIdleStreamEndsInTimeWhereverItStops) {
  using Place = Fault::Place;
  for (const Place place : {Place::before, Place::head, Place::after_head, Place::body}) {
    SCOPED_TRACE(static_cast<int>(place));
    const Misbehaving stalled(
        faults::stall(place),
        {.timeout = 50ms, .idle_timeout = limit, .retry = {.max_attempts = 1}});
    expect_time_out(
        limit, [&] { stalled.client->files.raw(demo, "README.md", "", [](std::string_view) {}); });
  }
}

TEST_F(TimeoutTest, TheIdleTimeOutLeavesASlowStreamAlone) {
  const Misbehaving dripping(faults::slow_drip(40, 20ms), {.timeout = 50ms, .idle_timeout = 15s});
  std::string got;
  dripping.client->files.raw(demo, "README.md", "", [&](std::string_view bytes) { got += bytes; });
  EXPECT_FALSE(got.empty());
}

}  // namespace
}  // namespace bitbucket::test
