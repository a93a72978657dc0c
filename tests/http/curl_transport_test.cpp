#include "http/curl_transport.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <csignal>
#include <future>
#include <latch>

#include <bitbucket/error.hpp>
#include <bitbucket/server.hpp>

#include "http/raw_server.hpp"
#include "http/transfers.hpp"

namespace bitbucket::test {
namespace {

using namespace std::chrono_literals;
using ::testing::HasSubstr;
using ::testing::Not;
using Kind = TransportError::Kind;

TEST(CurlTransportTest, ReusesItsConnection) {
  RawServer server([](Connection& connection, int) {
    while (!connection.read_request().empty()) connection.answer("ok");
  });
  const auto transport = http::make_curl_transport({});
  for (int i = 0; i < 20; ++i) EXPECT_EQ(send(*transport, {.url = server.url()}).body, "ok");
  EXPECT_EQ(server.connections(), 1);
}

TEST(CurlTransportTest, OneRequestLeavesNothingBehindForTheNext) {
  RawServer server([](Connection& connection, int) {
    for (std::string request; !(request = connection.read_request()).empty();) {
      const std::string head = request.substr(0, request.find("\r\n\r\n"));
      const std::string text = head.substr(0, head.find(' ')) +
                               (head.find("X-Once") == std::string::npos ? "" : " once") + ' ' +
                               request.substr(head.size() + 4);
      if (request.starts_with("HEAD "))
        connection.send("HTTP/1.1 200 OK\r\nContent-Length: 5\r\n\r\n");
      else
        connection.answer(text);
    }
  });
  const auto transport = http::make_curl_transport({});
  const auto sent = [&](Method method, std::vector<Header> headers, std::string body) {
    return send(*transport, {.method = method,
                             .url = server.url(),
                             .headers = std::move(headers),
                             .body = std::move(body)})
        .body;
  };
  for (int round = 0; round < 2; ++round)
    for (const Method method : {Method::get, Method::post, Method::put, Method::get, Method::head,
                                Method::del, Method::head, Method::post, Method::get}) {
      const bool body = method != Method::get && method != Method::head;
      const std::string name(to_string(method));
      EXPECT_EQ(sent(method, {{"X-Once", "1"}}, body ? "text" : ""),
                method == Method::head ? "" : name + " once " + (body ? "text" : ""));
      EXPECT_EQ(sent(Method::get, {}, ""), "GET ");
    }
  EXPECT_EQ(server.connections(), 1);
}

TEST(CurlTransportTest, ClosesConnectionsThatWereIdleForTooLong) {
  RawServer server([](Connection& connection, int) {
    while (!connection.read_request().empty()) connection.answer("ok");
  });
  const auto transport = http::make_curl_transport({.max_idle = 0ms});
  for (int i = 0; i < 3; ++i) send(*transport, {.url = server.url()});
  EXPECT_EQ(server.connections(), 3);
}

TEST(CurlTransportTest, ClosesAConnectionAtOnceWhenNoneMayBeIdle) {
  std::promise<std::string> next;
  RawServer server([&](Connection& connection, int) {
    connection.read_request();
    connection.answer("ok");
    next.set_value(connection.read_request());
  });
  const auto transport = http::make_curl_transport({.max_idle = 0ms});
  send(*transport, {.url = server.url()});
  auto end = next.get_future();
  ASSERT_EQ(end.wait_for(20s), std::future_status::ready);
  EXPECT_EQ(end.get(), "");
}

TEST(CurlTransportTest, SendsWhatIsAskedAndNothingElse) {
  std::promise<std::string> seen;
  RawServer server([&](Connection& connection, int) {
    seen.set_value(connection.read_request());
    connection.answer("{}");
  });
  const auto transport = http::make_curl_transport({});
  send(*transport, {.method = Method::del,
                    .url = server.url("/a/../b/%2E/c?x=1%2B2"),
                    .headers = {{"X-One", "1"}, {"Accept", "application/json"}},
                    .body = "{\"name\":\"x\"}"});
  const std::string request = seen.get_future().get();
  EXPECT_THAT(request, ::testing::StartsWith("DELETE /a/../b/%2E/c?x=1%2B2 HTTP/1.1\r\n"));
  EXPECT_THAT(request, HasSubstr("X-One: 1\r\n"));
  EXPECT_THAT(request, HasSubstr("Accept: application/json\r\n"));
  EXPECT_THAT(request, HasSubstr("Content-Length: 12\r\n"));
  EXPECT_THAT(request, ::testing::EndsWith("\r\n\r\n{\"name\":\"x\"}"));
  EXPECT_THAT(request, Not(HasSubstr("Expect")));
}

TEST(CurlTransportTest, LeavesRoomBehindABodyForItsReader) {
  RawServer server([](Connection& connection, int) {
    for (const std::size_t size : {15, 1000, 4096, 65536, 1 << 20}) {
      connection.read_request();
      connection.answer(std::string(size, 'x'));
    }
  });
  const auto transport = http::make_curl_transport({});
  for (const std::size_t size : {15, 1000, 4096, 65536, 1 << 20}) {
    const std::string body = send(*transport, {.url = server.url()}).body;
    ASSERT_EQ(body.size(), size);
    EXPECT_GE(body.capacity() - body.size(), 64U) << size;
  }
}

TEST(CurlTransportTest, RefusesAHeaderThatWouldBecomeTwo) {
  const auto transport = http::make_curl_transport({});
  EXPECT_THROW(transport->start({.url = "http://127.0.0.1:1/", .headers = {{"A", "x\r\nB: y"}}}),
               InvalidArgument);
}

TEST(CurlTransportTest, SendsAPrefetchedRequestBeforeAnybodyWaits) {
  std::latch second(1);
  RawServer server([&](Connection& connection, int) {
    for (int n = 0; !connection.read_request().empty(); ++n) {
      if (n == 1) second.count_down();
      connection.answer("ok");
    }
  });
  const auto transport = http::make_curl_transport({});
  send(*transport, {.url = server.url()});
  const auto exchange = transport->start({.url = server.url()});
  second.wait();  // hangs if the request was not sent
  EXPECT_EQ(exchange->wait(in(10s), {}).body, "ok");
}

TEST(CurlTransportTest, AStopTokenEndsAWaitAtOnce) {
  std::latch asked(1);
  RawServer server([&](Connection& connection, int) {
    connection.read_request();
    asked.count_down();
    connection.wait_for_close();
  });
  const auto transport = http::make_curl_transport({});
  std::stop_source source;
  std::chrono::steady_clock::time_point stopped;
  std::jthread stopper([&] {
    asked.wait();
    stopped = std::chrono::steady_clock::now();
    source.request_stop();
  });
  try {
    send(*transport, {.url = server.url()}, source.get_token());
    ADD_FAILURE() << "no error was thrown";
  } catch (const Cancelled& error) {
    EXPECT_TRUE(error.may_have_acted()) << "the server has read the request";
  }
  const auto ended = std::chrono::steady_clock::now();
  stopper.join();
  EXPECT_LT(ended - stopped, 1s);
}

TEST(CurlTransportTest, CancelEndsAWaitOfAnotherThread) {
  std::latch asked(1);
  RawServer server([&](Connection& connection, int) {
    connection.read_request();
    asked.count_down();
    connection.wait_for_close();
  });
  const auto transport = http::make_curl_transport({});
  const auto exchange = transport->start({.url = server.url()});
  std::jthread canceller([&] {
    asked.wait();
    exchange->cancel();
  });
  EXPECT_THROW(exchange->wait(in(60s), {}), Cancelled);
}

TEST(CurlTransportTest, KeepsTheDeadline) {
  RawServer server([](Connection& connection, int) {
    connection.read_request();
    connection.send("HTTP/1.1 200 OK\r\nContent-Length: 10\r\n\r\nhalf");
    connection.wait_for_close();
  });
  const auto transport = http::make_curl_transport({});
  const auto began = std::chrono::steady_clock::now();
  const TransportError error = failure_of(*transport, {.url = server.url()}, 200ms);
  EXPECT_EQ(error.kind(), Kind::timeout);
  EXPECT_TRUE(error.may_have_acted());
  EXPECT_GE(std::chrono::steady_clock::now() - began, 200ms);
  EXPECT_LT(std::chrono::steady_clock::now() - began, 2s);
}

TEST(CurlTransportTest, AStreamThatStallsTimesOut) {
  RawServer server([](Connection& connection, int) {
    connection.read_request();
    connection.send("HTTP/1.1 200 OK\r\nContent-Length: 10\r\n\r\nhalf");
    connection.wait_for_close();
  });
  const auto transport = http::make_curl_transport({});
  std::string got;
  const TransportError error = failure_of(
      *transport,
      {.url = server.url(), .sink = [&](std::string_view b) { got += b; }, .idle_timeout = 100ms});
  EXPECT_EQ(error.kind(), Kind::timeout);
  EXPECT_THAT(error.what(), HasSubstr("no byte arrived for 100 ms"));
  EXPECT_EQ(got, "half");
}

TEST(CurlTransportTest, TellsWhereAnAttemptBroke) {
  int unused_port = 0;
  {
    RawServer gone([](Connection&, int) {});
    unused_port = gone.port();
  }
  const auto transport = http::make_curl_transport({});
  const TransportError refused =
      failure_of(*transport, {.url = "http://127.0.0.1:" + std::to_string(unused_port) + "/"});
  EXPECT_EQ(refused.kind(), Kind::connect);
  EXPECT_FALSE(refused.may_have_acted());
  const TransportError unknown = failure_of(*transport, {.url = "http://no-such-host.invalid/"});
  EXPECT_EQ(unknown.kind(), Kind::resolve);
  EXPECT_FALSE(unknown.may_have_acted());
}

struct BrokenAnswer {
  std::string bytes;
  Kind kind;
  bool reset = false;
};

TEST(CurlTransportTest, NamesWhatIsWrongWithAnAnswer) {
  const std::string head = "HTTP/1.1 200 OK\r\n";
  for (const BrokenAnswer& broken : std::vector<BrokenAnswer>{
           {head + "Content-Length: 100\r\n\r\nshort", Kind::cut},
           {head + "Transfer-Encoding: chunked\r\n\r\n10\r\nshort", Kind::cut},
           {"", Kind::reset},
           {"", Kind::reset, true},
           {"SSH-2.0-OpenSSH_9.2\r\n\r\n", Kind::malformed},
           {head + "Content-Length: 99999\r\n\r\n" + std::string(99999, 'x'), Kind::too_large},
           {head + "\r\n" + std::string(99999, 'x'), Kind::too_large},
           {head + "X: " + std::string(400000, 'h') + "\r\n\r\n", Kind::too_large},
       }) {
    RawServer server([&](Connection& connection, int) {
      connection.read_request();
      connection.send(broken.bytes);
      if (broken.reset) connection.reset();
    });
    const auto transport = http::make_curl_transport({});
    const TransportError error = failure_of(*transport, {.url = server.url(), .max_body = 5000});
    EXPECT_EQ(static_cast<int>(error.kind()), static_cast<int>(broken.kind))
        << broken.bytes.substr(0, 60) << ": " << error.what();
    EXPECT_TRUE(error.may_have_acted());
  }
}

TEST(CurlTransportTest, NeverSendsAPostTwiceByItself) {
  std::atomic<int> posts = 0;
  RawServer server([&](Connection& connection, int) {
    for (std::string request = connection.read_request(); !request.empty();
         request = connection.read_request()) {
      if (request.starts_with("POST")) {
        ++posts;
        return;  // the server has acted, and the connection breaks before the answer
      }
      connection.answer("ok");
    }
  });
  const auto transport = http::make_curl_transport({});
  for (const char* body : {"", "{\"name\":\"x\"}"}) {
    posts = 0;
    send(*transport, {.url = server.url()});  // leaves a kept connection
    const TransportError error =
        failure_of(*transport, {.method = Method::post, .url = server.url(), .body = body});
    EXPECT_EQ(error.kind(), Kind::reset);
    EXPECT_TRUE(error.may_have_acted());
    EXPECT_EQ(posts, 1);
  }
}

TEST(CurlTransportTest, ABrokenConnectionIsNotUsedAgain) {
  RawServer server([](Connection& connection, int number) {
    connection.read_request();
    connection.send("HTTP/1.1 200 OK\r\nContent-Length: 9\r\n\r\n" +
                    std::string(number == 0 ? "cut" : "recovered"));
    if (number > 0) connection.wait_for_close();
  });
  const auto transport = http::make_curl_transport({});
  EXPECT_EQ(failure_of(*transport, {.url = server.url()}).kind(), Kind::cut);
  EXPECT_EQ(send(*transport, {.url = server.url()}).body, "recovered");
  EXPECT_EQ(server.connections(), 2);
}

TEST(CurlTransportTest, TakesTheHeadersOfTheLastStatusLine) {
  RawServer server([](Connection& connection, int) {
    connection.read_request();
    connection.send("HTTP/1.1 103 Early Hints\r\nX-Hint: 1\r\n\r\n");
    connection.answer("body", "201 Created", "X-Real: a\r\nx-real: b\r\n");
  });
  const Response response = send(*http::make_curl_transport({}), {.url = server.url()});
  EXPECT_EQ(response.status, 201);
  EXPECT_EQ(response.header("X-REAL"), "a");
  EXPECT_EQ(response.header("X-Hint"), "");
}

TEST(CurlTransportTest, FollowsNoRedirect) {
  std::atomic<int> requests = 0;
  RawServer server([&](Connection& connection, int) {
    while (!connection.read_request().empty()) {
      ++requests;
      connection.answer("", "302 Found", "Location: /elsewhere\r\n");
    }
  });
  EXPECT_EQ(send(*http::make_curl_transport({}), {.url = server.url()}).status, 302);
  EXPECT_EQ(requests, 1);
}

TEST(CurlTransportTest, TheSinkGetsOnlySuccessfulBodies) {
  RawServer server([](Connection& connection, int) {
    while (true) {
      const std::string request = connection.read_request();
      if (request.empty()) return;
      const bool good = request.starts_with("GET /good");
      connection.answer(good ? std::string(300000, 'x') : "no", good ? "200 OK" : "404 Not Found");
    }
  });
  const auto transport = http::make_curl_transport({});
  std::size_t bytes = 0;
  const Sink sink = [&](std::string_view piece) { bytes += piece.size(); };
  EXPECT_EQ(send(*transport, {.url = server.url("/good"), .sink = sink, .max_body = 10}).body, "");
  EXPECT_EQ(bytes, 300000u);
  EXPECT_EQ(send(*transport, {.url = server.url("/bad"), .sink = sink}).body, "no");
  EXPECT_EQ(bytes, 300000u);
}

TEST(CurlTransportTest, ThrowsWhatTheSinkThrows) {
  RawServer server([](Connection& connection, int) {
    connection.read_request();
    connection.answer("x");
  });
  struct DiskFull {};
  EXPECT_THROW(send(*http::make_curl_transport({}),
                    {.url = server.url(), .sink = [](std::string_view) { throw DiskFull(); }}),
               DiskFull);
}

TEST(CurlTransportTest, LeavesTheSignalsOfTheProcessAlone) {
  struct sigaction before {
  }, after{};
  sigaction(SIGPIPE, nullptr, &before);
  RawServer server([](Connection& connection, int) {
    connection.read_request();
    connection.answer("x");
  });
  send(*http::make_curl_transport({}), {.url = server.url()});
  sigaction(SIGPIPE, nullptr, &after);
  EXPECT_EQ(before.sa_handler, after.sa_handler);
  sigset_t mask;
  pthread_sigmask(SIG_BLOCK, nullptr, &mask);
  EXPECT_EQ(sigismember(&mask, SIGPIPE), 0);
}

TEST(CurlTransportTest, RefusesMissingFiles) {
  EXPECT_THROW(http::make_curl_transport({.tls = {.ca_file = "/no/such/ca.pem"}}), InvalidArgument);
}

TEST(CurlTransportTest, TheTimeOutOfACallIncludesItsRetries) {
  RawServer server([](Connection& connection, int) {
    while (!connection.read_request().empty()) connection.answer("{}", "503 Unavailable");
  });
  ClientOptions options{.base_url = server.url()};
  options.connection.retry = {.max_attempts = 1000, .first_delay = 20ms, .max_delay = 40ms};
  BitbucketServer client(options);
  const auto began = std::chrono::steady_clock::now();
  // The error of the last answer, or a time-out if the time ends while an answer is on its way.
  EXPECT_THROW((void)client.with({.timeout = 300ms}).repos.get("PRJ/demo"), Error);
  EXPECT_LT(std::chrono::steady_clock::now() - began, 1500ms);
}

TEST(CurlTransportTest, LeavingARangeDoesNotWaitForThePageOnItsWay) {
  RawServer server([](Connection& connection, int) {
    connection.read_request();
    connection.answer(
        R"({"values":[{"slug":"a"}],"start":0,"isLastPage":false,"nextPageStart":1})");
    connection.read_request();
    connection.wait_for_close();  // the second page never arrives
  });
  BitbucketServer client({.base_url = server.url()});
  const auto began = std::chrono::steady_clock::now();
  for (const Repo& repo : client.repos.list()) {
    EXPECT_EQ(repo.slug, "a");
    break;
  }
  EXPECT_LT(std::chrono::steady_clock::now() - began, 2s);
}

}  // namespace
}  // namespace bitbucket::test
