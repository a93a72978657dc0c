// Bytes that a server sends without a request must not become the answer to another request.
#include <gtest/gtest.h>

#include <poll.h>

#include <algorithm>
#include <atomic>
#include <chrono>
#include <map>
#include <mutex>
#include <set>
#include <string>
#include <thread>

#include <nlohmann/json.hpp>

#include <bitbucket/server.hpp>

#include "http/raw_server.hpp"
#include "http/transfers.hpp"

namespace bitbucket::test {
namespace {

using namespace std::chrono_literals;

std::string authorization(const std::string& request) {
  const std::size_t at = request.find("Authorization: ");
  return at == std::string::npos ? "" : request.substr(at, request.find("\r\n", at) - at);
}

/// Remembers which credentials came on which connection.
class Registry {
 public:
  void note(int connection, const std::string& request) {
    const std::scoped_lock lock(mutex_);
    seen_[connection].insert(authorization(request));
  }
  [[nodiscard]] std::size_t most_on_one() {
    const std::scoped_lock lock(mutex_);
    std::size_t most = 0;
    for (const auto& [number, who] : seen_) most = std::max(most, who.size());
    return most;
  }

 private:
  std::mutex mutex_;
  std::map<int, std::set<std::string>> seen_;
};

BitbucketServer as(const BitbucketServer& client, const std::string& token) {
  return client.with({.credentials = BearerToken{token}});
}

constexpr const char* path = "/rest/api/1.0/x";

TEST(KeptConnectionTest, CarriesTheRequestsOfOneAccountOnly) {
  Registry registry;
  RawServer server([&](Connection& connection, int number) {
    for (std::string request; !(request = connection.read_request()).empty();) {
      registry.note(number, request);
      connection.answer("{}");
    }
  });
  const BitbucketServer client({.base_url = server.url(), .credentials = BearerToken{"a"}});
  for (int round = 0; round < 5; ++round)
    for (const char* token : {"a", "b", "c", "a"}) (void)as(client, token).call(Method::get, path);
  EXPECT_EQ(registry.most_on_one(), 1u);
  EXPECT_EQ(server.connections(), 3) << "each account keeps its connection warm";
}

TEST(KeptConnectionTest, PagesOfChangingCredentialsShareNoConnection) {
  Registry registry;
  RawServer server([&](Connection& connection, int number) {
    for (std::string request; !(request = connection.read_request()).empty();) {
      registry.note(number, request);
      const std::size_t at = request.find("start=") + 6;
      const int start = std::stoi(request.substr(at));
      connection.answer(
          R"({"size":1,"limit":1,"start":)" + std::to_string(start) +
          R"(,"values":[{"slug":"r"}],"isLastPage":)" +
          (start < 20 ? R"(false,"nextPageStart":)" + std::to_string(start + 1) : "true") + "}");
    }
  });
  std::atomic<int> asked = 0;
  const BitbucketServer client(
      {.base_url = server.url(), .credentials = CredentialsProvider([&]() -> FixedCredentials {
                                   return BearerToken{"token" + std::to_string(asked++ % 3)};
                                 })});
  EXPECT_EQ(
      client.with({.paging = {.page_size = 1, .max_in_flight = 3}}).repos.list().to_vector().size(),
      21u);
  EXPECT_EQ(registry.most_on_one(), 1u);
}

/// Answers, and sends something else a little later.
void answer_and_more(Connection& connection, std::chrono::microseconds later,
                     const std::string& answer, const std::string& more) {
  connection.send(answer);
  std::this_thread::sleep_for(later);
  connection.send(more);
}

TEST(KeptConnectionTest, ALateAnswerReachesNoOtherAccount) {
  const std::string stolen = R"({"of":"Authorization: Bearer victim"})";
  const std::string whole =
      "HTTP/1.1 200 OK\r\nContent-Length: " + std::to_string(stolen.size()) + "\r\n\r\n" + stolen;
  struct Late {
    std::string answer, more;
  };
  for (const auto& [answer, more] :
       {Late{whole, whole}, Late{"HTTP/1.1 204 No Content\r\n\r\n", whole}}) {
    for (const auto later : {0us, 50us, 300us, 1000us, 3000us}) {
      RawServer server([&, &answer = answer, &more = more](Connection& connection, int) {
        for (std::string request; !(request = connection.read_request()).empty();) {
          const std::string who = authorization(request);
          if (who == "Authorization: Bearer victim")
            answer_and_more(connection, later, answer, more);
          else
            connection.answer(R"({"of":")" + who + "\"}");
        }
      });
      const BitbucketServer victim(
          {.base_url = server.url(), .credentials = BearerToken{"victim"}});
      const BitbucketServer other = as(victim, "other");
      for (int round = 0; round < 20; ++round) {
        try {
          (void)victim.call(Method::get, path);  // may well be wrong: HTTP/1.1 cannot tell
        } catch (const Error&) {
        }
        EXPECT_EQ(other.call(Method::get, path)["of"], "Authorization: Bearer other")
            << later.count() << " us";
      }
    }
  }
}

/// Answers the first request of a connection, and later requests before they have arrived
/// completely: they are longer than what the kernel accepts unread.
void answer_without_reading(Connection& connection, const std::string& status) {
  connection.read_request();
  connection.answer("first");
  pollfd readable{connection.fd(), POLLIN, 0};
  ::poll(&readable, 1, 20'000);
  std::this_thread::sleep_for(100ms);  // until the unread request fills the kernel's buffers
  connection.answer("second", status);
  connection.wait_for_close();
}

TEST(KeptConnectionTest, AnAnswerSentBeforeTheRequestArrivedIsRefused) {
  RawServer server(
      [](Connection& connection, int) { answer_without_reading(connection, "200 OK"); });
  const auto transport = http::make_curl_transport({});
  const auto deadline = std::chrono::steady_clock::now() + 20s;
  int connections = 0;
  const auto expect_refused = [&](Request request) {
    request.url = server.url();
    (void)transport->start({.url = server.url()})->wait(deadline, {});
    EXPECT_EQ(server.connections(), ++connections) << "the last one was dropped";
    try {
      const Response response = transport->start(std::move(request))->wait(deadline, {});
      ADD_FAILURE() << response.body << " was taken for the answer";
    } catch (const TransportError& error) {
      EXPECT_EQ(error.kind(), TransportError::Kind::reset) << error.what();
      EXPECT_TRUE(error.may_have_acted());
    }
  };
  expect_refused({.headers = {{"X-Long", std::string(900'000, 'x')}}});
  expect_refused({.method = Method::put, .body = std::string(32u << 20, 'x')});
}

TEST(KeptConnectionTest, AnErrorMayComeBeforeTheEndOfALongRequest) {
  RawServer server(
      [](Connection& connection, int) { answer_without_reading(connection, "413 Too Large"); });
  const auto transport = http::make_curl_transport({});
  const auto deadline = std::chrono::steady_clock::now() + 20s;
  (void)transport->start({.url = server.url()})->wait(deadline, {});
  const std::string large(32u << 20, 'x');
  EXPECT_EQ(transport->start({.method = Method::put, .url = server.url(), .body = large})
                ->wait(deadline, {})
                .status,
            413);
}

TEST(KeptConnectionTest, WithoutIdleTimeEachRequestHasItsOwnConnection) {
  RawServer server([](Connection& connection, int) {
    while (!connection.read_request().empty()) connection.answer("ok");
  });
  const auto transport = http::make_curl_transport({.max_idle = 0ms});
  const auto deadline = std::chrono::steady_clock::now() + 20s;
  const auto first = transport->start({.url = server.url()});
  for (int i = 0; i < 3; ++i) {
    const auto next = transport->start_beside({.url = server.url()}, {.beside = first.get()});
    EXPECT_EQ(next->wait(deadline, {}).body, "ok");
  }
  EXPECT_EQ(first->wait(deadline, {}).body, "ok");
  EXPECT_EQ(server.connections(), 4);
}

TEST(KeptConnectionTest, ManyAccountsDoNotPileUpConnections) {
  std::atomic<int> open = 0;
  RawServer server([&](Connection& connection, int) {
    ++open;
    while (!connection.read_request().empty()) connection.answer("{}");
    --open;
  });
  const auto transport = http::make_curl_transport({});
  const auto deadline = std::chrono::steady_clock::now() + 60s;
  for (std::uint64_t account = 1; account <= 400; ++account)
    (void)transport->start({.url = server.url(), .account = account})->wait(deadline, {});
  EXPECT_EQ(server.connections(), 400);
  EXPECT_LE(open, 140) << "the longest unused ones are closed";
}

}  // namespace
}  // namespace bitbucket::test
