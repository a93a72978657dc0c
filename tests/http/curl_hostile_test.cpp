#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <sys/wait.h>
#include <unistd.h>

#include <latch>
#include <limits>
#include <thread>

#include <bitbucket/error.hpp>
#include <bitbucket/server.hpp>

#include "http/curl_transport.hpp"
#include "http/raw_server.hpp"
#include "http/transfers.hpp"

// Servers that misbehave, and calls at the worst moments.

namespace bitbucket::test {
namespace {

using namespace std::chrono_literals;
using ::testing::HasSubstr;
using Kind = TransportError::Kind;

TEST(CurlHostileTest, APostThatAKeptConnectionCarriedCountsAsSent) {
  // libcurl sends the request again on a new connection by itself.  When that connection fails, the
  // server may still have acted on the first request.
  RawServer server([&](Connection& connection, int) {
    for (;;) {
      const std::string request = connection.read_request();
      if (request.empty()) return;
      if (request.starts_with("POST")) return server.refuse_connections();
      connection.answer("ok");
    }
  });
  const auto transport = http::make_curl_transport({});
  send(*transport, {.url = server.url()});
  const TransportError error =
      failure_of(*transport, {.method = Method::post, .url = server.url(), .body = "{}"});
  EXPECT_TRUE(error.may_have_acted()) << error.what();
}

TEST(CurlHostileTest, ASlowSinkIsNotTheServersSilence) {
  std::latch first_taken(1);
  RawServer server([&](Connection& connection, int) {
    connection.read_request();
    connection.send("HTTP/1.1 200 OK\r\nContent-Length: 6\r\n\r\none");
    first_taken.wait();
    connection.send("two");
    connection.wait_for_close();
  });
  std::string got;
  const Sink sink = [&](std::string_view bytes) {
    got += bytes;
    if (got.size() > 3) return;
    std::this_thread::sleep_for(300ms);  // longer than the idle limit
    first_taken.count_down();
  };
  send(*http::make_curl_transport({}), {.url = server.url(), .sink = sink, .idle_timeout = 200ms});
  EXPECT_EQ(got, "onetwo");
}

TEST(CurlHostileTest, AStreamMayTakeLongerThanACall) {
  RawServer server([](Connection& connection, int) {
    connection.read_request();
    connection.send("HTTP/1.1 200 OK\r\nContent-Length: 6\r\n\r\none");
    std::this_thread::sleep_for(300ms);
    connection.send("two");
    connection.wait_for_close();
  });
  BitbucketServer client({.base_url = server.url()});
  std::string got;
  client.with({.timeout = 150ms}).files.raw("PRJ/demo", "a", "", [&](std::string_view bytes) {
    got += bytes;
  });
  EXPECT_EQ(got, "onetwo");
}

TEST(CurlHostileTest, AnAnnouncedLengthReservesNoMemory) {
  RawServer server([](Connection& connection, int) {
    connection.read_request();
    connection.send("HTTP/1.1 200 OK\r\nContent-Length: 9223372036854775807\r\n\r\nx");
  });
  const TransportError error =
      failure_of(*http::make_curl_transport({}),
                 {.url = server.url(), .max_body = std::numeric_limits<std::size_t>::max()});
  EXPECT_EQ(error.kind(), Kind::cut);
}

TEST(CurlHostileTest, ManySmallHeadersAreBounded) {
  RawServer server([](Connection& connection, int) {
    connection.read_request();
    std::string headers = "HTTP/1.1 200 OK\r\n";
    for (int i = 0; i < 100000; ++i) headers += "A:b\r\n";
    connection.send(headers + "Content-Length: 0\r\n\r\n");
  });
  EXPECT_EQ(failure_of(*http::make_curl_transport({}), {.url = server.url()}).kind(),
            Kind::too_large);
}

TEST(CurlHostileTest, AConnectionThatWasIdleForTooLongIsNotUsedAgain) {
  RawServer server([](Connection& connection, int) {
    while (!connection.read_request().empty()) connection.answer("ok");
  });
  const auto transport = http::make_curl_transport({.max_idle = 50ms});
  send(*transport, {.url = server.url()});
  std::this_thread::sleep_for(100ms);
  send(*transport, {.url = server.url()});
  EXPECT_EQ(server.connections(), 2);
}

TEST(CurlHostileTest, AChildProcessLeavesTheConnectionsOfItsParentAlone) {
  RawServer server([](Connection& connection, int) {
    while (!connection.read_request().empty()) connection.answer("ok");
  });
  auto transport = http::make_curl_transport({});
  auto under_way = transport->start({.url = server.url()});
  send(*transport, {.url = server.url()});  // leaves a kept connection behind
  const pid_t child = ::fork();
  if (child == 0) {
    bool good = false;
    try {
      under_way.reset();
      good = send(*transport, {.url = server.url()}).body == "ok";
      transport.reset();
    } catch (const std::exception&) {
    }
    ::_exit(good ? 0 : 1);
  }
  int status = -1;
  ASSERT_EQ(::waitpid(child, &status, 0), child);
  EXPECT_EQ(status, 0);
  EXPECT_EQ(under_way->wait(std::chrono::steady_clock::now() + 10s, {}).body, "ok");
  EXPECT_EQ(send(*transport, {.url = server.url()}).body, "ok");
  EXPECT_EQ(server.connections(), 3) << "two connections of the parent and one of the child";
}

TEST(CurlHostileTest, AChildProcessDoesNotTakeItsParentsAnswer) {
  RawServer server([](Connection& connection, int) {
    while (!connection.read_request().empty()) connection.answer("ok");
  });
  const auto transport = http::make_curl_transport({});
  const auto under_way = transport->start({.url = server.url()});
  const auto soon = std::chrono::steady_clock::now() + 10s;
  const pid_t child = ::fork();
  if (child == 0) {
    int end = 1;
    try {
      under_way->wait(soon, {});
    } catch (const TransportError& error) {
      end = error.kind() == Kind::reset && error.may_have_acted() ? 0 : 2;
    } catch (...) {
      end = 3;
    }
    ::_exit(end);
  }
  int status = -1;
  ASSERT_EQ(::waitpid(child, &status, 0), child);
  EXPECT_EQ(status, 0);
  EXPECT_EQ(under_way->wait(soon, {}).body, "ok");
  EXPECT_EQ(server.connections(), 1);
}

TEST(CurlHostileTest, TheConnectTimeOutCoversProxyAndHandshake) {
  RawServer silent([](Connection& connection, int) { connection.wait_for_close(); });
  const std::string port = std::to_string(silent.port());
  const auto by_proxy = http::make_curl_transport({.proxy = {.url = "http://127.0.0.1:" + port}});
  const auto directly = http::make_curl_transport({});
  for (const auto& [transport, url] : {std::pair(by_proxy, std::string("https://git.example.com/")),
                                       std::pair(directly, "https://127.0.0.1:" + port + "/")}) {
    const TransportError error = failure_of(*transport, {.url = url, .connect_timeout = 100ms});
    EXPECT_EQ(error.kind(), Kind::timeout);
    EXPECT_THAT(error.what(), HasSubstr("no connection in the time allowed for it"));
    EXPECT_FALSE(error.may_have_acted()) << url;
  }
}

TEST(CurlHostileTest, InfiniteLimitsAreAccepted) {
  RawServer server([](Connection& connection, int) {
    while (!connection.read_request().empty()) connection.answer(R"({"slug":"demo"})");
  });
  constexpr auto forever = std::chrono::milliseconds::max();
  ClientOptions options{.base_url = server.url("/")};
  options.connection.timeout = options.connection.connect_timeout = forever;
  options.connection.idle_timeout = options.connection.max_idle = forever;
  options.connection.retry.max_delay = options.connection.retry.max_retry_after = forever;
  BitbucketServer client(options);
  EXPECT_EQ(client.repos.get("PRJ/demo").slug, "demo");
  EXPECT_EQ(client.with({.timeout = forever}).repos.get("PRJ/demo").slug, "demo");
  std::string got;
  client.files.raw("PRJ/demo", "a", "", [&](std::string_view bytes) { got += bytes; });
  EXPECT_THAT(got, HasSubstr("demo"));
  EXPECT_EQ(server.connections(), 1) << "no connection is idle for too long";
}

TEST(CurlHostileTest, AStopWhileTheTransferFailsTouchesNothingFreed) {
  // Mostly for the sanitizers: the token's callback runs on another thread while the handles are
  // destroyed.
  RawServer server([](Connection& connection, int) {
    connection.read_request();
    connection.send("HTTP/1.1 200 OK\r\nContent-Length: 10\r\n\r\n");
  });
  const auto transport = http::make_curl_transport({});
  for (int i = 0; i < 300; ++i) {
    std::stop_source source;
    const auto exchange = transport->start({.url = server.url()});
    std::jthread stopper([&] { source.request_stop(); });
    EXPECT_THROW(exchange->wait(std::chrono::steady_clock::now() + 10s, source.get_token()), Error);
  }
}

}  // namespace
}  // namespace bitbucket::test
