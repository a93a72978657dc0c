#include <chrono>
#include <functional>
#include <memory>
#include <string>
#include <vector>

#include <gmock/gmock.h>
#include <sys/resource.h>

#include "support/no_more_threads.hpp"
#include "testing/server_fixture.hpp"

// What a client can make the server hold: bodies, connections, time.
namespace server_test {
namespace {

using std::chrono::seconds;

const std::string kPost =
    "POST /rest/api/1.0/projects/PRJ/repos/demo/webhooks HTTP/1.1\r\nHost: x\r\n"
    "Authorization: Bearer ann-token\r\nContent-Type: application/json\r\n";
constexpr std::size_t kMiB = std::size_t{1} << 20;

seconds duration(const std::function<void()>& act) {
  const auto start = std::chrono::steady_clock::now();
  act();
  return std::chrono::duration_cast<seconds>(std::chrono::steady_clock::now() - start);
}

/// Lets this process open at most so many files, until the end of a test.
class DescriptorLimit {
 public:
  explicit DescriptorLimit(rlim_t soft) {
    ::getrlimit(RLIMIT_NOFILE, &old_);
    const rlimit now{soft, old_.rlim_max};
    EXPECT_EQ(::setrlimit(RLIMIT_NOFILE, &now), 0);
  }
  ~DescriptorLimit() { ::setrlimit(RLIMIT_NOFILE, &old_); }
  DescriptorLimit(const DescriptorLimit&) = delete;
  DescriptorLimit& operator=(const DescriptorLimit&) = delete;

 private:
  rlimit old_{};
};

TEST(GitServerLimitsTest, RefusesATooLargeBodyBeforeItArrives) {
  const auto server = serve();
  for (const std::string size : {"16777217", "5000000000"}) {
    Connection connection(server->port());
    connection.write(kPost + "Content-Length: " + size + "\r\n\r\n{");
    Answer answer;
    EXPECT_LT(duration([&] { answer = connection.read(); }), seconds(2));
    EXPECT_EQ(answer.status, 413);
    EXPECT_EQ(answer.header("Connection"), "close");
    EXPECT_TRUE(connection.closed_by_peer());
  }
}

TEST(GitServerLimitsTest, RefusesATooLargeBodyOfUnknownLengthWhileItArrives) {
  const auto server = serve();
  Connection connection(server->port());
  connection.write(kPost + "Transfer-Encoding: chunked\r\n\r\n1100000\r\n");
  connection.write(std::string(17 * kMiB, ' '));
  Answer answer;
  EXPECT_LT(duration([&] { answer = connection.read(); }), seconds(2));
  EXPECT_EQ(answer.status, 413);
}

TEST(GitServerLimitsTest, RefusesATooLargePushBeforeItArrives) {
  const auto server = serve();
  Connection connection(server->port());
  connection.write(
      "POST /scm/PRJ/demo.git/git-receive-pack HTTP/1.1\r\nHost: x\r\n"
      "Authorization: Bearer ann-token\r\nContent-Length: 5000000000\r\n\r\nx");
  Answer answer;
  EXPECT_LT(duration([&] { answer = connection.read(); }), seconds(2));
  EXPECT_EQ(answer.status, 413);
}

TEST(GitServerLimitsTest, RefusesALineBetweenChunksThatDoesNotEnd) {
  const auto server = serve();
  for (const std::string before : {"", "1\r\n{\r\n"}) {
    Connection connection(server->port());
    connection.write(kPost + "Transfer-Encoding: chunked\r\n\r\n" + before);
    connection.write(std::string(32u << 10, '0'));
    Answer answer;
    EXPECT_LT(duration([&] { answer = connection.read(); }), seconds(5));
    EXPECT_EQ(answer.status, 400);
    EXPECT_EQ(answer.header("Connection"), "close");
  }
}

TEST(GitServerLimitsTest, TakesAnyNumberOfSmallChunks) {
  const auto server = serve();
  Connection connection(server->port());
  std::string body;
  for (int i = 0; i < 20'000; ++i) body += "1\r\n \r\n";
  connection.write(kPost + "Transfer-Encoding: chunked\r\n\r\n" + body + "2\r\n{}\r\n0\r\n\r\n");
  EXPECT_EQ(connection.read().exception(), "ArgumentValidationException") << "it was read";
}

TEST(GitServerLimitsTest, RefusesTheMethodOfHttp2BeforeItsBody) {
  const auto server = serve();
  Connection connection(server->port());
  connection.write("PRI / HTTP/1.1\r\nHost: x\r\nContent-Length: 1000000000\r\n\r\nx");
  Answer answer;
  EXPECT_LT(duration([&] { answer = connection.read(); }), seconds(5));
  EXPECT_EQ(answer.status, 405);
  EXPECT_EQ(answer.header("Connection"), "close");
  EXPECT_TRUE(connection.closed_by_peer());
}

TEST(GitServerLimitsTest, TellsAClientThatSendsAllBeforeItReads) {
  const auto server = serve();
  const std::string body(100 * kMiB, ' ');
  const std::string answer = send_raw(
      server->port(), kPost + "Content-Length: " + std::to_string(body.size()) + "\r\n\r\n" + body);
  EXPECT_EQ(answer.substr(0, 12), "HTTP/1.1 413");
}

TEST(GitServerLimitsTest, DoesNotWaitForABodyThatNobodyWants) {
  const auto server = serve();
  server->misbehave({.times = 0, .fault = bitbucket::testing::faults::too_many_requests()});
  Connection connection(server->port());
  connection.write(kPost + "Content-Length: 1000\r\n\r\nx");
  Answer answer;
  EXPECT_LT(duration([&] { answer = connection.read(); }), seconds(5));
  EXPECT_EQ(answer.status, 429);
  EXPECT_TRUE(connection.closed_by_peer());
}

TEST(GitServerLimitsTest, KeepsTheConnectionAfterABodyThatNobodyWants) {
  const auto server = serve();
  server->misbehave({.times = 0, .fault = bitbucket::testing::faults::too_many_requests()});
  Connection connection(server->port());
  for (int i = 0; i < 3; ++i) {
    connection.write(kPost + "Content-Length: 1000\r\n\r\n" + std::string(1000, ' '));
    EXPECT_EQ(connection.read().status, 429);
  }
  EXPECT_EQ(server->connections(), 1u);
}

TEST(GitServerLimitsTest, ClosesTheOldestIdleConnectionForANewOne) {
  const DescriptorLimit descriptors(4000);
  const auto server = serve();
  std::vector<std::unique_ptr<Connection>> idle;
  const auto took = duration([&] {
    for (int i = 0; i < 515; ++i) {
      idle.push_back(std::make_unique<Connection>(server->port()));
      ASSERT_EQ(idle.back()->get(kProperties).status, 200);
    }
  });
  EXPECT_LT(took, seconds(20));
  EXPECT_TRUE(idle[0]->closed_by_peer());
  EXPECT_EQ(idle[3]->get(kProperties).status, 200);
  EXPECT_EQ(idle[514]->get(kProperties).status, 200);
}

TEST(GitServerLimitsTest, ServesThoughManyConnectionsSendNothingOrHalfAHead) {
  const DescriptorLimit descriptors(1024);
  const auto server = serve();
  std::vector<std::unique_ptr<Connection>> silent;
  for (int i = 0; i < 300; ++i) {
    silent.push_back(std::make_unique<Connection>(server->port()));
    if (i % 2 == 0) silent.back()->write("GET " + kProperties + " HTTP/1.1\r\nHos");
  }
  Answer answer;
  EXPECT_LT(duration([&] { answer = send(server->port(), "GET", kProperties); }), seconds(5));
  EXPECT_EQ(answer.status, 200);
}

TEST(GitServerLimitsTest, RefusesAConnectionThatNoThreadIsLeftFor) {
  const auto server = serve();
  {
    const bitbucket::test::NoMoreThreads limit;
    Connection connection(server->port());
    EXPECT_TRUE(connection.closed_by_peer());
  }
  EXPECT_EQ(send(server->port(), "GET", kProperties).status, 200);
}

TEST(GitServerLimitsTest, RefusesAFloodOfHeaders) {
  const auto server = serve();
  std::string flood = "GET " + kProperties + " HTTP/1.1\r\nHost: x\r\n";
  for (int i = 0; i < 100'000; ++i) flood += "X-" + std::to_string(i) + ": " + "y\r\n";
  std::string answer;
  EXPECT_LT(duration([&] { answer = send_raw(server->port(), flood + "\r\n"); }), seconds(5));
  EXPECT_EQ(answer.substr(0, 12), "HTTP/1.1 400");
  EXPECT_EQ(send(server->port(), "GET", kProperties).status, 200);
}

}  // namespace
}  // namespace server_test
