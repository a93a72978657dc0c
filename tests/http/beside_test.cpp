// Several transfers on one channel: a wait for one transfer advances the others.
#include <gtest/gtest.h>

#include <chrono>
#include <future>
#include <semaphore>
#include <string>

#include <bitbucket/error.hpp>

#include "http/curl_transport.hpp"
#include "http/raw_server.hpp"
#include "http/transfers.hpp"

namespace bitbucket::test {
namespace {

using namespace std::chrono_literals;

TEST(BesideTest, AWaitForOneTransferAdvancesTheOther) {
  // No kernel buffers this much, so the answer is sent completely only if the client reads it.
  const std::string large(32u << 20, 'x');
  std::promise<void> taken;
  RawServer server([&](Connection& connection, int) {
    const std::string request = connection.read_request();
    if (request.starts_with("GET /first ")) {
      if (taken.get_future().wait_for(20s) == std::future_status::ready) connection.answer("first");
    } else {
      connection.answer(large);
      taken.set_value();
    }
  });
  const auto transport = http::make_curl_transport({});
  const auto first = transport->start({.url = server.url("/first")});
  const auto second =
      transport->start_beside({.url = server.url("/second")}, {.beside = first.get()});
  EXPECT_EQ(first->wait(in(60s), {}).body, "first");
  EXPECT_EQ(second->wait(in(60s), {}).body, large);
}

TEST(BesideTest, ConnectionsAreKeptForLater) {
  RawServer server([](Connection& connection, int) {
    while (!connection.read_request().empty()) connection.answer("ok");
  });
  const auto transport = http::make_curl_transport({});
  for (int round = 0; round < 5; ++round) {
    const auto first = transport->start({.url = server.url()});
    const auto second = transport->start_beside({.url = server.url()}, {.beside = first.get()});
    const auto third = transport->start_beside({.url = server.url()}, {.beside = first.get()});
    for (const auto& one : {first.get(), second.get(), third.get()})
      EXPECT_EQ(one->wait(in(20s), {}).body, "ok");
  }
  // Three, or four if an answer arrived at the very moment when the next request left.
  EXPECT_LE(server.connections(), 6);
}

TEST(BesideTest, AFailedOrAbandonedTransferLeavesTheOthersAlone) {
  std::promise<void> abandoned;
  auto gone = abandoned.get_future().share();
  RawServer server([&](Connection& connection, int) {
    const std::string request = connection.read_request();
    if (request.starts_with("GET /broken ")) return connection.reset();
    if (request.starts_with("GET /silent ")) return connection.wait_for_close();
    if (gone.wait_for(20s) == std::future_status::ready) connection.answer("good");
  });
  const auto transport = http::make_curl_transport({});
  const auto good = transport->start({.url = server.url("/good")});
  const auto broken =
      transport->start_beside({.url = server.url("/broken")}, {.beside = good.get()});
  auto silent = transport->start_beside({.url = server.url("/silent")}, {.beside = good.get()});
  const auto slow = transport->start_beside({.url = server.url("/silent")}, {.beside = good.get()});
  EXPECT_THROW((void)broken->wait(in(20s), {}), TransportError);
  EXPECT_THROW((void)slow->wait(in(10ms), {}), TransportError);
  silent.reset();
  abandoned.set_value();
  EXPECT_EQ(good->wait(in(20s), {}).body, "good");
}

TEST(BesideTest, AConnectionWithBytesLeftInItIsNotUsedAgain) {
  std::counting_semaphore<> may_answer_first(0), left(0);
  RawServer server([&](Connection& connection, int) {
    for (;;) {
      const std::string request = connection.read_request();
      if (request.empty()) return;
      const std::string path = request.substr(4, request.find(' ', 4) - 4);
      // If /first ended now, the next transfer could reuse its connection before "wrong" arrives.
      if (path == "/first" && !may_answer_first.try_acquire_for(20s)) return;
      connection.answer(path);
      connection.answer("wrong");  // after the answer, unrequested
      left.release();
    }
  });
  const auto transport = http::make_curl_transport({});
  const auto first = transport->start({.url = server.url("/first")});
  for (const char* path : {"/a", "/b", "/c"}) {
    const auto next = transport->start_beside({.url = server.url(path)}, {.beside = first.get()});
    EXPECT_EQ(next->wait(in(20s), {}).body, path);
    ASSERT_TRUE(left.try_acquire_for(20s));
  }
  may_answer_first.release();
  EXPECT_EQ(first->wait(in(20s), {}).body, "/first");
  ASSERT_TRUE(left.try_acquire_for(20s));
  for (const char* path : {"/d", "/e"}) {
    EXPECT_EQ(transport->start({.url = server.url(path)})->wait(in(20s), {}).body, path);
    ASSERT_TRUE(left.try_acquire_for(20s));
  }
}

TEST(BesideTest, ATransferCanBeStartedBesideAFinishedOne) {
  RawServer server([](Connection& connection, int) {
    while (!connection.read_request().empty()) connection.answer("ok");
  });
  const auto transport = http::make_curl_transport({});
  const auto first = transport->start({.url = server.url()});
  EXPECT_EQ(first->wait(in(20s), {}).body, "ok");
  const auto second = transport->start_beside({.url = server.url()}, {.beside = first.get()});
  EXPECT_EQ(second->wait(in(20s), {}).body, "ok");
  EXPECT_EQ(server.connections(), 1);
}

}  // namespace
}  // namespace bitbucket::test
