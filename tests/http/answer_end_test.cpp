// Answers that end too early, and answers that are wrong about where they end.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <atomic>
#include <string>
#include <vector>

#include <nlohmann/json.hpp>

#include <bitbucket/server.hpp>

#include "http/raw_server.hpp"
#include "http/transfers.hpp"

namespace bitbucket::test {
namespace {

using ::testing::HasSubstr;
using Kind = TransportError::Kind;
using namespace std::chrono_literals;

/// Sends the first n bytes of an answer on connection n and closes it in an orderly way.
class CuttingServer {
 public:
  explicit CuttingServer(std::string answer) : answer_(std::move(answer)) {}
  [[nodiscard]] std::string url() const { return server_.url(); }
  [[nodiscard]] int next() const { return server_.connections(); }

 private:
  std::string answer_;
  RawServer server_{[this](Connection& connection, int number) {
    connection.read_request();
    connection.send(answer_.substr(0, static_cast<std::size_t>(number)));
  }};
};

/// An answer that ends within its first line might not be HTTP; every later end is a cut.
void expect_cuts(const std::string& answer) {
  const std::size_t first = answer.find('\n') + 1;
  CuttingServer server(answer);
  for (std::size_t bytes = 0; bytes < answer.size(); ++bytes) {
    ASSERT_EQ(server.next(), static_cast<int>(bytes));
    const TransportError error = failure_of(server.url());
    EXPECT_EQ(to_string(error.kind()), std::string(bytes < first ? "reset" : "cut"))
        << "after " << bytes << " bytes: " << error.what();
    EXPECT_TRUE(error.may_have_acted());
  }
  EXPECT_EQ(get(server.url()).status, 200);
}

const std::string status_line = "HTTP/1.1 200 OK\r\n";

TEST(AnswerEndTest, AHeadCutAtAnyByteIsNotAnAnswer) {
  expect_cuts(status_line + "Content-Type: text/plain\r\nX-Empty:\r\nContent-Length: 0\r\n\r\n");
  expect_cuts("HTTP/1.1 200 OK\nContent-Length: 0\n\n");
}

TEST(AnswerEndTest, AnInterimAnswerAloneIsNotAnAnswer) {
  expect_cuts("HTTP/1.1 100 Continue\r\n\r\nHTTP/1.1 103 Early Hints\r\nLink: </x>\r\n\r\n" +
              status_line + "Content-Length: 0\r\n\r\n");
}

TEST(AnswerEndTest, ChunksAndTrailersCutAtAnyByteAreNotAnAnswer) {
  expect_cuts(status_line +
              "Transfer-Encoding: chunked\r\n\r\n3;x=y\r\none\r\nb\r\n and a half\r\n0\r\n"
              "X-Trailer: 1\r\nContent-Length: 7\r\n\r");  // libcurl does not wait for the rest
}

TEST(AnswerEndTest, TrailersAreNotHeaders) {
  RawServer server([](Connection& connection, int) {
    connection.read_request();
    connection.send(status_line +
                    "Transfer-Encoding: chunked\r\nX-A: 1\r\n\r\n2\r\n{}\r\n0\r\n"
                    "X-B: 2\r\nContent-Length: 9\r\n\r\n");
  });
  const Response response = get(server.url());
  EXPECT_EQ(response.body, "{}");
  EXPECT_EQ(response.header("X-A"), "1");
  EXPECT_EQ(response.header("X-B"), "");
}

TEST(AnswerEndTest, AfterACutHeadAGetIsRepeatedAndAPostIsNot) {
  std::atomic<int> requests = 0;
  RawServer server([&](Connection& connection, int) {
    while (!connection.read_request().empty()) {
      if (++requests % 2 == 1)
        return connection.send(status_line + "Content-Type: text/plain\r\nCon");
      connection.answer("whole");
    }
  });
  ClientOptions options{.base_url = server.url()};
  options.connection.retry.first_delay = 1ms;
  const BitbucketServer client(options);
  EXPECT_EQ(client.files.raw("PRJ/demo", "a"), "whole");
  EXPECT_EQ(requests, 2);
  try {
    (void)BitbucketServer(options).call(Method::post, "/rest/api/1.0/x");
    FAIL() << "taken for an answer";
  } catch (const TransportError& error) {
    EXPECT_EQ(error.kind(), Kind::cut);
    EXPECT_FALSE(error.is_retryable());
    EXPECT_TRUE(error.may_have_acted());
  }
  EXPECT_EQ(requests, 3);
}

struct Misframed {
  std::string headers;
  std::string gist;
};

TEST(AnswerEndTest, AHeadThatIsWrongAboutTheEndIsRefused) {
  const std::string two = "two different Content-Lengths", no_number = "not a number of bytes";
  for (const Misframed& given : std::vector<Misframed>{
           {"Content-Length: 5, 99\r\n", no_number},
           {"Content-Length: 5, 5\r\n", no_number},
           {"Content-Length: 9223372036854775808\r\n", no_number},
           {"Content-Length: 99999999999999999999999\r\n", no_number},
           {"Content-Length: +5\r\n", no_number},
           {"Content-Length: -5\r\n", "Content-Length"},  // libcurl's words
           {"Content-Length: 5 5\r\n", no_number},
           {"Content-Length: 5x\r\n", no_number},
           {"Content-Length: 0x5\r\n", no_number},
           {"Content-Length:\r\n", "Content-Length"},
           {"Content-Length: 5\r\nContent-Length: 6\r\n", two},
           {"Content-Length: 5\r\n 9\r\n", "second line"},
           {"Content-Length : 5\r\n", "ends with a blank"},
           {"Content-Length: 5\r\nTransfer-Encoding: identity\r\n", "other than chunked"},
           {"Transfer-Encoding: gzip, chunked\r\n", "other than chunked"},
           {"Transfer-Encoding: xchunked\r\n", "other than chunked"},
           {"Transfer-Encoding: chunked\r\nTransfer-Encoding: chunked\r\n", "other than chunked"},
           {"Transfer-Encoding: chunked\r\nContent-Length: 5\r\n", "although it is chunked"},
           {"Content-Length: 5\r\nTransfer-Encoding: chunked\r\n", "although it is chunked"},
       }) {
    for (const char* status : {"200 OK", "404 Not Found"}) {
      RawServer server([&](Connection& connection, int) {
        connection.read_request();
        connection.send("HTTP/1.1 " + std::string(status) + "\r\n" + given.headers + "\r\nhello");
      });
      const TransportError error = failure_of(server.url());
      EXPECT_EQ(to_string(error.kind()), "malformed") << given.headers;
      EXPECT_THAT(error.what(), HasSubstr(given.gist)) << given.headers;
    }
  }
}

TEST(AnswerEndTest, HeadersMayContinueOnTheNextLine) {
  RawServer server([](Connection& connection, int) {
    connection.read_request();
    connection.answer("ok", "200 OK", "X-Folded: one\r\n\ttwo \r\n  three\r\n");
  });
  EXPECT_EQ(get(server.url()).header("X-Folded"), "one two three");
}

TEST(AnswerEndTest, ABodyThatEndsWithTheConnectionIsAcceptedOnlyIfItShowsItsEnd) {
  std::string body;
  RawServer server([&](Connection& connection, int) {
    connection.read_request();
    connection.send(status_line + "Content-Type: application/json\r\n\r\n" + body);
  });
  ClientOptions options{.base_url = server.url()};
  options.connection.retry.max_attempts = 1;
  const BitbucketServer client(options);
  const auto expect_refused = [&](const auto& call) {
    try {
      call();
      ADD_FAILURE() << "\"" << body << "\" was taken for a whole answer";
    } catch (const TransportError& error) {
      EXPECT_EQ(error.kind(), Kind::malformed);
      EXPECT_THAT(error.what(), HasSubstr("does not say where it ends"));
    }
  };
  const auto sink = [](std::string_view) { FAIL() << "the sink saw bytes"; };
  for (const char* text : {"", R"({"slug":"demo"})"}) {
    body = text;
    expect_refused([&] { (void)client.files.raw("PRJ/demo", "a"); });
    expect_refused([&] { client.files.raw("PRJ/demo", "a", "", sink); });
  }
  EXPECT_EQ(client.repos.get("PRJ/demo").slug, "demo");
  body = R"({"slug":"de)";
  EXPECT_THROW((void)client.repos.get("PRJ/demo"), DecodeError);
  body = "";
  expect_refused([&] { (void)client.call(Method::get, "/rest/api/1.0/x"); });
  EXPECT_EQ(client.call(Method::del, "/rest/api/1.0/x"), nullptr) << "a DELETE needs no body";
}

TEST(AnswerEndTest, AFileInAnEncodingThatWasNotRequestedIsRefused) {
  RawServer server([](Connection& connection, int) {
    while (!connection.read_request().empty())
      connection.answer("\x1f\x8b...", "200 OK", "Content-Encoding: gzip\r\n");
  });
  const BitbucketServer client({.base_url = server.url()});
  std::string got;
  EXPECT_THROW(client.files.raw("PRJ/demo", "a", "", [&](std::string_view bytes) { got += bytes; }),
               DecodeError);
  EXPECT_EQ(got, "");
  EXPECT_THROW((void)client.files.raw("PRJ/demo", "a"), DecodeError);
}

TEST(AnswerEndTest, AFileNeedsTheStatus200) {
  for (const char* status : {"201 Created", "202 Accepted", "203 Changed", "206 Partial Content"}) {
    RawServer server([&](Connection& connection, int) {
      while (!connection.read_request().empty()) connection.answer("", status);
    });
    const BitbucketServer client({.base_url = server.url()});
    EXPECT_THROW((void)client.files.raw("PRJ/demo", "a"), DecodeError) << status;
    EXPECT_THROW(client.files.raw("PRJ/demo", "a", "", [](std::string_view) {}), DecodeError)
        << status;
  }
}

TEST(AnswerEndTest, AConnectionWhose204AnnouncesABodyIsNotUsedAgain) {
  RawServer server([](Connection& connection, int) {
    while (!connection.read_request().empty())
      connection.send("HTTP/1.1 204 No Content\r\nContent-Length: 2\r\n\r\n");
  });
  const auto transport = http::make_curl_transport({});
  const auto deadline = std::chrono::steady_clock::now() + 20s;
  for (int i = 0; i < 3; ++i)
    EXPECT_EQ(transport->start({.url = server.url()})->wait(deadline, {}).status, 204);
  EXPECT_EQ(server.connections(), 3);
}

}  // namespace
}  // namespace bitbucket::test
