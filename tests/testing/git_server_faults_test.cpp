// What each fault does on the wire, as a raw socket sees it.
#include <array>
#include <chrono>
#include <cstdlib>
#include <thread>

#include <gmock/gmock.h>
#include <sys/socket.h>
#include <sys/time.h>
#include <unistd.h>

#include <bitbucket/error.hpp>

#include "support/loopback.hpp"
#include "testing/server_fixture.hpp"

namespace server_test {
namespace {

using bitbucket::testing::Fault;
using bitbucket::testing::FaultAnswer;
using ::testing::AllOf;
using ::testing::ElementsAre;
using ::testing::EndsWith;
using ::testing::HasSubstr;
using ::testing::Not;
using ::testing::StartsWith;
namespace faults = bitbucket::testing::faults;
using Place = Fault::Place;
using std::chrono::milliseconds;
using std::chrono::steady_clock;

/// A socket that tells an orderly end from a reset and from silence.
class RawClient {
 public:
  explicit RawClient(int port) : socket_(::socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0)) {
    const sockaddr_in address = bitbucket::test_support::loopback(port);
    EXPECT_EQ(::connect(socket_, reinterpret_cast<const sockaddr*>(&address), sizeof address), 0);
  }
  RawClient(const RawClient&) = delete;
  RawClient& operator=(const RawClient&) = delete;
  ~RawClient() { ::close(socket_); }

  void get(const std::string& path) {
    const std::string text = "GET " + path + " HTTP/1.1\r\nHost: x\r\n\r\n";
    EXPECT_EQ(::send(socket_, text.data(), text.size(), MSG_NOSIGNAL),
              static_cast<ssize_t>(text.size()));
  }
  /// Reads until nothing comes for so long, or `most` bytes are there; `end` says why.
  std::string read(milliseconds patience = milliseconds(300), std::size_t most = 1u << 24) {
    const auto us = static_cast<suseconds_t>(patience.count() * 1000);
    const timeval limit{us / 1'000'000, us % 1'000'000};
    ::setsockopt(socket_, SOL_SOCKET, SO_RCVTIMEO, &limit, sizeof limit);
    std::string out;
    std::array<char, 4096> buffer{};
    for (end = "enough"; out.size() < most;) {
      const ssize_t n = ::recv(socket_, buffer.data(), buffer.size(), 0);
      if (n <= 0) {
        end = n == 0 ? "closed" : errno == ECONNRESET ? "reset" : "silence";
        break;
      }
      out.append(buffer.data(), static_cast<std::size_t>(n));
    }
    return out;
  }
  std::string end;

 private:
  int socket_;
};

std::string body_of(const std::string& answer) {
  return answer.substr(answer.find("\r\n\r\n") + 4);
}

class GitServerFaultsTest : public ::testing::Test {
 protected:
  /// Asks for the properties, which meet this fault once.
  std::string meet(Fault fault, milliseconds patience = milliseconds(300),
                   std::size_t most = 1u << 24) {
    server_->misbehave({.path = kProperties, .fault = std::move(fault)});
    RawClient client(server_->port());
    client.get(kProperties);
    std::string answer = client.read(patience, most);
    end_ = client.end;
    server_->behave();
    return answer;
  }
  Answer ask(const Fault& fault) {
    server_->misbehave({.fault = fault});
    Answer answer = send(server_->port(), "GET", kDemo, kBearer);
    server_->behave();
    return answer;
  }
  std::unique_ptr<GitServer> server_ = serve();
  std::string end_;
  const std::string honest_ = meet(Fault());
};

TEST_F(GitServerFaultsTest, AnswersAsABitbucketInTrouble) {
  Answer answer = ask(faults::too_many_requests(std::chrono::seconds(2)));
  EXPECT_EQ(answer.status, 429);
  EXPECT_EQ(answer.header("Retry-After"), "2");
  EXPECT_FALSE(answer.header("X-AREQUESTID").empty());
  EXPECT_EQ(ask(faults::too_many_requests("soon")).header("Retry-After"), "soon");
  EXPECT_EQ(ask(faults::too_many_requests()).header("Retry-After"), "");
  answer = ask(faults::captcha_required());
  EXPECT_EQ(answer.status, 401);
  EXPECT_EQ(answer.exception(), "CaptchaRequiredAuthenticationException");
  EXPECT_THAT(answer.header("X-Authentication-Denied-Reason"), StartsWith("CAPTCHA_CHALLENGE"));
  answer = ask(faults::xsrf_refused());
  EXPECT_EQ(answer.status, 403);
  EXPECT_EQ(answer.body, "XSRF check failed");
  answer = ask(faults::version_conflict(7));
  EXPECT_EQ(answer.status, 409);
  EXPECT_EQ(answer.parsed()["errors"][0]["currentVersion"], 7);
  answer = ask(faults::login_page());
  EXPECT_EQ(answer.status, 200);
  EXPECT_THAT(answer.header("Content-Type"), StartsWith("text/html"));
  answer = ask(faults::login_redirect());
  EXPECT_EQ(answer.status, 302);
  EXPECT_THAT(answer.header("Location"), StartsWith("/login"));
  EXPECT_THAT(ask(faults::xml_error(500)).body, HasSubstr("<status-code>500</status-code>"));
  answer = ask(faults::no_such_route());
  EXPECT_EQ(answer.status, 404);
  EXPECT_EQ(answer.parsed()["sub-code"], -1);
  EXPECT_THAT(ask(faults::dead_link()).body, HasSubstr("dead link"));
  EXPECT_EQ(ask(faults::no_such_entity()).exception(), "NoSuchEntityException");
  answer = ask(faults::empty_answer());
  EXPECT_EQ(answer.status, 200);
  EXPECT_EQ(answer.body, "");
  EXPECT_EQ(ask(faults::server_error(502)).status, 502);
  answer = ask(faults::answer(418, {{"X-Pot", "tea"}, {"Date", "today"}}, "short"));
  EXPECT_EQ(answer.status, 418);
  EXPECT_EQ(answer.header("X-Pot"), "tea");
  EXPECT_EQ(answer.header("Date"), "today");
  EXPECT_EQ(answer.body, "short");
}

TEST_F(GitServerFaultsTest, FollowsItsScript) {
  server_->misbehave({.method = "get",
                      .path = "/rest/api/1.0/projects/{project}/repos/{repo}",
                      .first = 2,
                      .times = 2,
                      .fault = faults::server_error(503)});
  server_->misbehave({.path = kDemo, .first = 3, .times = 0, .fault = faults::server_error(504)});
  server_->misbehave({.path = "/rest/api/1.0/projects/PRJ/repos/demo/raw/{path...}",
                      .fault = faults::server_error(500)});
  const auto ask_for = [&](const std::string& path, const std::string& method = "GET") {
    return send(server_->port(), method, path, kBearer).status;
  };
  std::vector<int> statuses;
  for (int i = 0; i < 5; ++i) statuses.push_back(ask_for(kDemo));
  EXPECT_THAT(statuses, ElementsAre(200, 503, 503, 504, 504));
  EXPECT_EQ(ask_for(kDemo + "/raw/src/none.txt"), 500);
  EXPECT_EQ(ask_for("/rest/api/1.0/repos"), 200);
  server_->behave();
  EXPECT_EQ(ask_for(kDemo), 200);
}

TEST_F(GitServerFaultsTest, ReachesEveryAddressBelowTheContextPath) {
  GitServerOptions with = options();
  with.context_path = "/bitbucket";
  server_ = serve(with);
  server_->misbehave({.path = "/plugins/servlet/oauth/{leg}", .fault = faults::server_error(503)});
  server_->misbehave({.path = "/scm/{rest...}", .fault = faults::server_error(502)});
  const auto status = [&](const std::string& path) {
    return send(server_->port(), "GET", "/bitbucket" + path).status;
  };
  EXPECT_EQ(status("/plugins/servlet/oauth/authorize"), 503);
  EXPECT_EQ(status("/scm/PRJ/demo.git/info/refs"), 502);
}

TEST_F(GitServerFaultsTest, LogsFaultsToo) {
  server_->clear_requests();
  meet(faults::reset(Place::before));
  meet(faults::stall(Place::body));
  ask(faults::captcha_required());
  const auto log = server_->requests();
  ASSERT_EQ(log.size(), 3u);
  EXPECT_EQ(log[0].fault, "reset");
  EXPECT_EQ(log[0].status, 0);
  EXPECT_EQ(log[1].status, 200);
  EXPECT_EQ(log[2].status, 401);
  EXPECT_EQ(log[2].connection, log[1].connection + 1);
  EXPECT_EQ(log[2].connection, server_->connections());
}

TEST_F(GitServerFaultsTest, CarriesTheRequestOutUnlessTheAnswerIsGiven) {
  const std::string hooks = kDemo + "/webhooks";
  const std::string body = R"({"name":"a","url":"https://x.example.com","events":["pr:merged"]})";
  const Headers headers = kBearer + kNoCheck + Headers{{"Content-Type", "application/json"}};
  const auto count = [&] {
    return send(server_->port(), "GET", hooks, kBearer).parsed()["size"].get<int>();
  };
  server_->misbehave({.method = "POST", .fault = faults::reset(Place::before)});
  EXPECT_EQ(send(server_->port(), "POST", hooks, headers, body).status, 0);
  EXPECT_EQ(count(), 1);
  Fault refused = faults::reset(Place::before);
  refused.answer = FaultAnswer{};
  server_->behave();
  server_->misbehave({.method = "POST", .fault = refused});
  EXPECT_EQ(send(server_->port(), "POST", hooks, headers, body).status, 0);
  EXPECT_EQ(count(), 1);
}

TEST_F(GitServerFaultsTest, ResetsAtItsPlace) {
  EXPECT_EQ(meet(faults::reset(Place::before)), "");
  EXPECT_EQ(end_, "reset");
  const std::string head = meet(faults::reset(Place::head));
  EXPECT_THAT(head, AllOf(StartsWith("HTTP/1.1 200"), Not(HasSubstr("\r\n\r\n"))));
  EXPECT_EQ(end_, "reset");
  EXPECT_THAT(meet(faults::reset(Place::after_head)), EndsWith("\r\n\r\n"));
  EXPECT_EQ(end_, "reset");
  const std::string part = body_of(meet(faults::reset(Place::body)));
  EXPECT_EQ(part, body_of(honest_).substr(0, part.size()));
  EXPECT_GT(part.size(), 0u);
  EXPECT_LT(part.size(), body_of(honest_).size());
  EXPECT_EQ(end_, "reset");
  EXPECT_EQ(body_of(meet(faults::reset(Place::after))), body_of(honest_));
  EXPECT_EQ(end_, "reset");
}

TEST_F(GitServerFaultsTest, FallsSilentAtItsPlace) {
  EXPECT_EQ(meet(faults::stall(Place::before)), "");
  EXPECT_EQ(end_, "silence");
  EXPECT_THAT(meet(faults::stall(Place::head)), Not(HasSubstr("\r\n\r\n")));
  EXPECT_EQ(end_, "silence");
  EXPECT_THAT(meet(faults::stall(Place::after_head)), EndsWith("\r\n\r\n"));
  EXPECT_EQ(end_, "silence");
  EXPECT_LT(body_of(meet(faults::stall(Place::body))).size(), body_of(honest_).size());
  EXPECT_EQ(end_, "silence");
}

TEST_F(GitServerFaultsTest, StopsAtOnceWhileClientsWait) {
  server_->misbehave({.times = 0, .fault = faults::stall(Place::before)});
  server_->misbehave({.fault = faults::server_error()});  // never due
  RawClient first(server_->port());
  RawClient second(server_->port());
  first.get(kProperties);
  second.get(kProperties);
  EXPECT_EQ(first.read(), "");
  server_->behave();
  server_->misbehave({.fault = faults::slow_drip(1, std::chrono::hours(1))});
  RawClient third(server_->port());
  third.get(kProperties);
  EXPECT_EQ(third.read(), "H");
  const auto began = steady_clock::now();
  server_.reset();
  EXPECT_LT(steady_clock::now() - began, std::chrono::seconds(5));
}

TEST_F(GitServerFaultsTest, LiesAboutTheLength) {
  const std::string size = std::to_string(body_of(honest_).size());
  EXPECT_THAT(honest_, HasSubstr("Content-Length: " + size + "\r\n"));
  const std::string less = meet(faults::wrong_length(-3));
  EXPECT_THAT(less, HasSubstr("Content-Length: " + std::to_string(std::stoi(size) - 3) + "\r\n"));
  EXPECT_EQ(body_of(less), body_of(honest_));
  EXPECT_EQ(end_, "silence");
  EXPECT_THAT(meet(faults::wrong_length(3)),
              HasSubstr("Content-Length: " + std::to_string(std::stoi(size) + 3) + "\r\n"));
  EXPECT_EQ(end_, "closed");
  EXPECT_THAT(meet(faults::length_text("x y")), HasSubstr("Content-Length: x y\r\n"));
  EXPECT_EQ(end_, "closed");
  EXPECT_THAT(meet(faults::two_lengths(1)),
              AllOf(HasSubstr("Content-Length: " + size + "\r\n"),
                    HasSubstr("Content-Length: " + std::to_string(std::stoi(size) + 1) + "\r\n")));
  EXPECT_EQ(body_of(meet(faults::cut_body(5))), body_of(honest_).substr(0, 5));
  EXPECT_EQ(end_, "closed");
  EXPECT_EQ(body_of(meet(faults::overlong_body("more"))), body_of(honest_) + "more");
  EXPECT_EQ(end_, "silence");
}

TEST_F(GitServerFaultsTest, LiesAboutTheEnd) {
  const std::string body = body_of(honest_);
  EXPECT_EQ(meet(faults::cut_head(40)).size(), 40u);
  EXPECT_EQ(end_, "closed");
  const std::string coded = meet(faults::transfer_encoding());
  EXPECT_THAT(coded, AllOf(HasSubstr("Transfer-Encoding: identity\r\n"),
                           HasSubstr("Content-Length: " + std::to_string(body.size()) + "\r\n")));
  EXPECT_EQ(body_of(coded), body.substr(0, body.size() / 2));
  EXPECT_EQ(end_, "closed");
  const std::string endless = meet(faults::no_length());
  EXPECT_THAT(endless, Not(HasSubstr("Content-Length")));
  EXPECT_EQ(body_of(endless), body);
  EXPECT_EQ(end_, "closed");
  const std::string part = meet(faults::partial_content());
  EXPECT_THAT(part, AllOf(StartsWith("HTTP/1.1 206 "), HasSubstr("Content-Range: bytes 0-")));
  EXPECT_EQ(body_of(part), body);
  EXPECT_EQ(end_, "silence");
  EXPECT_EQ(body_of(meet(faults::late_bytes("more", milliseconds(20)))), body + "more");
  EXPECT_EQ(end_, "silence");
}

TEST_F(GitServerFaultsTest, DripsAndAnswersInBetween) {
  const auto began = steady_clock::now();
  EXPECT_EQ(body_of(meet(faults::slow_drip(50, milliseconds(5)))), body_of(honest_));
  EXPECT_GE(steady_clock::now() - began, milliseconds(5) * (honest_.size() / 50 - 1));
  const std::string hints = meet(faults::interim_answers(103, 2));
  EXPECT_THAT(hints,
              StartsWith("HTTP/1.1 103 Interim\r\n\r\nHTTP/1.1 103 Interim\r\n\r\nHTTP/1.1 200"));
  EXPECT_EQ(end_, "silence");
  EXPECT_THAT(meet(faults::bad_status_line("nonsense")), StartsWith("nonsense\r\n"));
  EXPECT_EQ(end_, "closed");
}

TEST_F(GitServerFaultsTest, NeverEnds) {
  const std::string headers = meet(faults::endless_headers(), milliseconds(5000), 5'000'000);
  EXPECT_EQ(end_, "enough");
  EXPECT_THAT(headers, Not(HasSubstr("\r\n\r\n")));
  const std::string body = meet(faults::endless_body(), milliseconds(5000), 5'000'000);
  EXPECT_EQ(end_, "enough");
  EXPECT_THAT(body.substr(0, 1000), HasSubstr("Transfer-Encoding: chunked"));
}

/// Unpacks with the gzip program.
std::string gunzip(const std::string& packed) {
  const bitbucket::test_support::TempDir folder;
  const std::string from = (folder / "a.gz").string();
  bitbucket::test_support::write_file(folder / "a.gz", packed);
  std::FILE* pipe = ::popen(("gzip -dc " + from).c_str(), "r");
  std::string out;
  std::array<char, 65536> buffer{};
  for (std::size_t n; (n = std::fread(buffer.data(), 1, buffer.size(), pipe)) > 0;)
    out.append(buffer.data(), n);
  EXPECT_EQ(::pclose(pipe), 0) << "gzip finds it damaged";
  return out;
}

TEST_F(GitServerFaultsTest, PacksAnswers) {
  const std::string packed = meet(faults::gzip());
  EXPECT_THAT(packed, HasSubstr("Content-Encoding: gzip\r\n"));
  EXPECT_EQ(end_, "silence");
  EXPECT_EQ(gunzip(body_of(packed)), body_of(honest_));
  for (const std::size_t size : {32u, 289u, 3'000'000u}) {
    const std::string bomb = body_of(meet(faults::gzip_bomb(size)));
    EXPECT_LT(bomb.size(), size / 100 + 300);
    const std::string text = gunzip(bomb);
    EXPECT_EQ(text.size(), size);
    EXPECT_TRUE(json::accept(text));
  }
}

TEST_F(GitServerFaultsTest, PacksWhatIsLongerThanABlock) {
  Fault fault = faults::gzip();
  fault.answer = FaultAnswer{.body = std::string(200'000, 'a') + std::string(100'000, 'b')};
  EXPECT_EQ(gunzip(body_of(meet(fault))), fault.answer->body);
}

TEST_F(GitServerFaultsTest, RefusesRulesThatFitNothing) {
  const auto refused = [&](bitbucket::testing::FaultRule rule) {
    EXPECT_THROW(server_->misbehave(std::move(rule)), bitbucket::InvalidArgument);
  };
  refused({.path = "rest", .fault = faults::gzip()});
  refused({.path = "/a/{b", .fault = faults::gzip()});
  refused({.path = "/a/x{b}", .fault = faults::gzip()});
  refused({.path = "/a/{b}c", .fault = faults::gzip()});
  refused({.first = 0, .fault = faults::gzip()});
  refused({.times = -1, .fault = faults::gzip()});
}

}  // namespace
}  // namespace server_test
