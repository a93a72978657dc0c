#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <atomic>
#include <barrier>
#include <list>
#include <memory>
#include <thread>

#include <nlohmann/json.hpp>

#include "server/fake_client.hpp"
#include "support/demo.hpp"

namespace bitbucket::test {
namespace {

using namespace std::chrono_literals;
using ::testing::HasSubstr;
using ::testing::Not;

TEST(ViewTest, DiffersOnlyInTheOptionsThatAreSet) {
  const auto transport = tag_server(3, 1000);
  ClientOptions options = fake_options(transport);
  options.credentials = BearerToken{"mine"};
  options.paging.page_size = 77;
  BitbucketServer client(options);
  client.with({.credentials = BearerToken{"theirs"}}).tags.list(demo).to_vector();
  client.with({.paging = {.page_size = 5}}).tags.list(demo).to_vector();
  client.tags.list(demo).to_vector();
  const auto requests = transport->requests();
  ASSERT_EQ(requests.size(), 3u);
  EXPECT_EQ(find_header(requests[0].headers, "Authorization"), "Bearer theirs");
  EXPECT_EQ(query_value(requests[0].url, "limit"), "77");
  EXPECT_EQ(find_header(requests[1].headers, "Authorization"), "Bearer mine");
  EXPECT_EQ(query_value(requests[1].url, "limit"), "5");
  EXPECT_EQ(query_value(requests[2].url, "limit"), "77");
}

TEST(ViewTest, StopsWithItsOwnTokenAndWithItsParents) {
  BitbucketServer client(fake_options(tag_server(3, 10)));
  std::stop_source outer, inner;
  BitbucketServer below = client.with({.stop = outer.get_token()});
  BitbucketServer view = below.with({.stop = inner.get_token()});
  EXPECT_EQ(view.tags.list(demo).to_vector().size(), 3u);
  inner.request_stop();
  EXPECT_THROW(view.tags.list(demo).to_vector(), Cancelled);
  EXPECT_NO_THROW(below.tags.list(demo).to_vector());
  BitbucketServer other = below.with({.stop = std::stop_source().get_token()});
  outer.request_stop();
  EXPECT_THROW(other.tags.list(demo).to_vector(), Cancelled);
  EXPECT_NO_THROW(client.tags.list(demo).to_vector());
}

TEST(ViewTest, RefusesATimeoutThatIsNotPositive) {
  BitbucketServer client(fake_options(tag_server(3, 10)));
  EXPECT_THROW(client.with({.timeout = 0s}), InvalidArgument);
  EXPECT_THROW(client.with({.timeout = -1s}), InvalidArgument);
}

TEST(CallTest, SendsAnUntypedRequestAndReturnsItsJson) {
  const auto transport =
      FakeTransport::in_turn({json_answer(R"({"a":[1,2]})"), json_answer("", 204)});
  BitbucketServer client(fake_options(transport));
  EXPECT_EQ(client.call(Method::get, "/rest/api/1.0/admin/groups",
                        {{"filter", "a b&c"}, {"filter", "x"}})["a"][1],
            2);
  EXPECT_TRUE(client.call(Method::put, "/rest/x/latest/y", {}, {{"name", "n"}, {"list", {1, 2}}})
                  .is_null());
  const auto requests = transport->requests();
  EXPECT_EQ(
      requests[0].url,
      "https://git.example.com/bitbucket/rest/api/1.0/admin/groups?filter=a%20b%26c&filter=x");
  EXPECT_EQ(nlohmann::json::parse(requests[1].body),
            (nlohmann::json{{"name", "n"}, {"list", {1, 2}}}));
  EXPECT_EQ(find_header(requests[1].headers, "X-Atlassian-Token"), "no-check");
  EXPECT_EQ(find_header(requests[1].headers, "Content-Type"), "application/json");
}

TEST(CallTest, RefusesAPathThatLeadsElsewhere) {
  const auto transport = FakeTransport::in_turn({repo_answer()});
  BitbucketServer client(fake_options(transport));
  for (const char* path :
       {"", "rest/api", "https://evil.example.com/rest/", "//evil.example.com/rest/", "/plugins/x",
        "/rest/../x", "/rest/api/..", "/rest/a?b=c", "/rest/a#b", "/rest/a b", "/rest/\xc3\xa9"})
    EXPECT_THROW((void)client.call(Method::get, path), InvalidArgument) << path;
  EXPECT_THROW((void)client.call(Method::post, "/rest/a", {}, nlohmann::json("\xff")),
               InvalidArgument);
  EXPECT_EQ(transport->started(), 0u);
}

TEST(CallTest, ForgedAnswersOfAnUntypedCallAreDecodeErrors) {
  BitbucketServer client(fake_options(FakeTransport::in_turn({json_answer("{\"a\":")})));
  EXPECT_THROW((void)client.call(Method::get, "/rest/a"), DecodeError);
}

TEST(ObserverTest, SeesEachAttemptAndNoSecret) {
  Response refused = json_answer("{}", 503);
  refused.headers.insert(
      refused.headers.end(),
      {{"Set-Cookie", "BITBUCKETSESSIONID=s3cret"}, {"X-AREQUESTID", "@7"}, {"Retry-After", "0"}});
  const auto transport = FakeTransport::in_turn({refused, repo_answer()});
  ClientOptions options = fake_options(transport);
  options.credentials = BearerToken{"s3cret"};
  std::string seen;
  std::vector<int> statuses;
  options.connection.observer = [&](const Attempt& attempt) {
    statuses.push_back(attempt.status);
    seen += std::string(to_string(attempt.method)) + ' ' + std::string(attempt.path) + ' ' +
            std::to_string(attempt.number) + ' ' + std::string(attempt.request_id);
    for (const Header& header : *attempt.headers) seen += ' ' + header.name + '=' + header.value;
    seen += '\n';
    throw std::runtime_error("an observer's trouble is not the call's");
  };
  BitbucketServer client(options);
  client.repos.get(demo);
  EXPECT_EQ(statuses, (std::vector<int>{503, 200}));
  EXPECT_THAT(seen, HasSubstr("GET /rest/api/1.0/projects/{project}/repos/{repo} 1 @7 "));
  EXPECT_THAT(seen, HasSubstr("Retry-After=0"));
  EXPECT_THAT(seen, Not(HasSubstr("s3cret")));
  EXPECT_THAT(seen, Not(HasSubstr("demo")));
}

TEST(WhoAmITest, DecodesTheHeader) {
  Response response = repo_answer();
  response.headers.push_back({"x-ausername", "j%C3%B6rg"});
  BitbucketServer client(fake_options(FakeTransport::in_turn({response, repo_answer()})));
  EXPECT_EQ(client.server.who_am_i(), "j\xc3\xb6rg");
  EXPECT_EQ(client.server.who_am_i(), "") << "anonymous";
}

TEST(DefaultBranchTest, IsAbsentForAnEmptyRepository) {
  const std::string no_default =
      R"({"errors":[{"message":"m","exceptionName":"com.atlassian.bitbucket.repository.NoDefaultBranchException"}]})";
  BitbucketServer client(fake_options(FakeTransport::in_turn(
      {json_answer("", 204), json_answer(no_default, 404),
       json_answer(R"({"errors":[{"message":"m","exceptionName":"x.NoSuchRepositoryException"}]})",
                   404)})));
  EXPECT_EQ(client.branches.get_default(demo), std::nullopt);
  EXPECT_EQ(client.branches.get_default(demo), std::nullopt);
  EXPECT_THROW(client.branches.get_default(demo), ApiError);
}

const char* const shown_hook =
    R"({"id":3,"name":"old","url":"https://a.example.com","active":true,"events":["repo:refs_changed"],)"
    R"("configuration":{"secret":"s3cret","createdBy":"bitbucket","x":1},"sslVerificationRequired":true,"future":[1]})";

TEST(HookTest, UpdateKeepsMembersThatAreNotSet) {
  const auto transport = FakeTransport::in_turn({json_answer(shown_hook)});
  BitbucketServer client(fake_options(transport));
  client.hooks.update(demo, HookId{3}, {.name = "new", .active = false});
  const auto requests = transport->requests();
  ASSERT_EQ(requests.size(), 2u);
  EXPECT_EQ(requests[1].method, Method::put);
  const auto body = nlohmann::json::parse(requests[1].body);
  EXPECT_EQ(body["name"], "new");
  EXPECT_EQ(body["active"], false);
  EXPECT_EQ(body["url"], "https://a.example.com");
  EXPECT_EQ(body["configuration"]["secret"], "s3cret");
  EXPECT_EQ(body["configuration"]["x"], 1);
  EXPECT_EQ(body["future"], nlohmann::json::array({1}));
  EXPECT_EQ(body["sslVerificationRequired"], true);
}

TEST(HookTest, UpdateReplacesOrClearsTheSecret) {
  const auto transport = FakeTransport::in_turn({json_answer(shown_hook)});
  BitbucketServer client(fake_options(transport));
  client.hooks.update(demo, HookId{3}, {.secret = Secret("fresh")});
  client.hooks.update(demo, HookId{3}, {.secret = HookUpdate::clear});
  const auto requests = transport->requests();
  EXPECT_EQ(nlohmann::json::parse(requests[1].body)["configuration"]["secret"], "fresh");
  EXPECT_FALSE(nlohmann::json::parse(requests[3].body)["configuration"].contains("secret"));
}

TEST(HookTest, RefusesToKeepASecretThatTheServerHides) {
  for (const char* configuration :
       {"{}", "null", R"({"secret":"*****"})", R"({"secret":"\u2022\u2022\u2022"})",
        R"({"secret":null})", R"({"secret":""})"}) {
    const auto transport = FakeTransport::in_turn(
        {json_answer(R"({"id":3,"configuration":)" + std::string(configuration) + "}")});
    BitbucketServer client(fake_options(transport));
    EXPECT_THROW(client.hooks.update(demo, HookId{3}, {.name = "new"}), InvalidArgument)
        << configuration;
    EXPECT_EQ(transport->started(), 1u) << "no PUT";
  }
}

TEST(HookTest, RefusesToKeepCredentialsWhosePasswordIsNeverShown) {
  const std::string hook =
      R"({"id":3,"configuration":{"secret":"x"},"credentials":{"username":"u"}})";
  const auto transport = FakeTransport::in_turn({json_answer(hook)});
  BitbucketServer client(fake_options(transport));
  EXPECT_THROW(client.hooks.update(demo, HookId{3}, {.name = "new"}), InvalidArgument);
  client.hooks.update(demo, HookId{3}, {.credentials = HookCredentials{"u", "p"}});
  EXPECT_EQ(nlohmann::json::parse(transport->requests().back().body)["credentials"]["password"],
            "p");
}

TEST(HookTest, RefusesAnInvalidWebhookBeforeAnythingIsSent) {
  const auto transport = FakeTransport::in_turn({repo_answer()});
  BitbucketServer client(fake_options(transport));
  const NewHook good{.name = "n", .url = "https://bot.example.com/hook", .events = {"pr:merged"}};
  for (const char* url :
       {"", "bot.example.com", "ftp://x", "https://", "https://u:p@x", "https://a b"}) {
    NewHook bad = good;
    bad.url = url;
    EXPECT_THROW(client.hooks.create(demo, bad), InvalidArgument) << url;
    EXPECT_THROW(client.hooks.test(demo, url), InvalidArgument) << url;
    EXPECT_THROW(client.hooks.update(demo, HookId{1}, {.url = url}), InvalidArgument) << url;
  }
  NewHook nameless = good, eventless = good, garbage = good;
  nameless.name = "";
  eventless.events = {};
  garbage.name = "\xff";
  EXPECT_THROW(client.hooks.create(demo, nameless), InvalidArgument);
  EXPECT_THROW(client.hooks.create(demo, eventless), InvalidArgument);
  EXPECT_THROW(client.hooks.create(demo, garbage), InvalidArgument);
  EXPECT_EQ(transport->started(), 0u);
}

TEST(ConcurrentlyTest, GivesResultsInTheOrderOfTheItems) {
  BitbucketServer client(fake_options(tag_server(1, 1)));
  const auto squares = client.concurrently(
      first_numbers(200), [](const BitbucketServer&, const int& n) { return n * n; }, {.max = 16});
  ASSERT_EQ(squares.size(), 200u);
  for (int i = 0; i < 200; ++i) EXPECT_EQ(squares[static_cast<std::size_t>(i)], i * i);
  EXPECT_TRUE(
      client.concurrently(first_numbers(0), [](const BitbucketServer&, int) { return 1; }).empty());
}

TEST(ConcurrentlyTest, LeavesTheItemsOfAContainerWhereTheyAre) {
  BitbucketServer client(fake_options(tag_server(1, 1)));
  std::list<std::unique_ptr<int>> items;
  for (int i = 0; i < 50; ++i) items.push_back(std::make_unique<int>(i));
  const auto seen = client.concurrently(
      items, [](const BitbucketServer&, const auto& item) { return &item; }, {.max = 4});
  std::vector<const std::unique_ptr<int>*> there;
  for (const auto& item : items) there.push_back(&item);
  EXPECT_EQ(seen, there);
  // The items that a range creates are kept until the work ends.
  const std::vector<bool> bits{true, false, true, true};
  const auto numbers = client.concurrently(
      bits, [](const BitbucketServer&, const bool& bit) { return bit ? 1 : 0; }, {.max = 4});
  EXPECT_EQ(numbers, (std::vector<int>{1, 0, 1, 1}));
}

TEST(ConcurrentlyTest, RunsAsManyAtATimeAsAllowedAndNoMore) {
  BitbucketServer client(fake_options(tag_server(1, 1)));
  std::atomic<int> now = 0, most = 0;
  std::barrier all(4);  // passes only if four run at the same time
  client.concurrently(first_numbers(40),
                      [&](const BitbucketServer&, int) {
                        const int running = ++now;
                        for (int seen = most;
                             seen < running && !most.compare_exchange_weak(seen, running);) {
                        }
                        all.arrive_and_wait();
                        --now;
                      },
                      {.max = 4});
  EXPECT_EQ(most, 4);
  EXPECT_THROW(
      client.concurrently(first_numbers(1), [](const BitbucketServer&, int) {}, {.max = 0}),
      InvalidArgument);
}

TEST(ConcurrentlyTest, StopsTheOthersAndThrowsTheFirstError) {
  BitbucketServer client(fake_options(tag_server(1, 1)));
  std::atomic<int> begun = 0;
  std::barrier both(2);
  try {
    client.concurrently(first_numbers(1000),
                        [&](const BitbucketServer& c, int n) {
                          ++begun;
                          if (n < 2) both.arrive_and_wait();
                          if (n == 0) throw std::runtime_error("the first");
                          for (;;) c.tags.list(demo).to_vector();  // until it is cancelled
                        },
                        {.max = 2});
    FAIL();
  } catch (const std::runtime_error& error) {
    EXPECT_STREQ(error.what(), "the first");
  }
  EXPECT_LE(begun, 3);
}

TEST(ConcurrentlyTest, TheCallersTokenCancelsEverything) {
  BitbucketServer client(fake_options(tag_server(1, 1)));
  std::stop_source source;
  BitbucketServer view = client.with({.stop = source.get_token()});
  EXPECT_THROW(view.concurrently(first_numbers(100),
                                 [&](const BitbucketServer& c, int n) {
                                   if (n == 3) source.request_stop();
                                   c.tags.list(demo).to_vector();
                                 },
                                 {.max = 4}),
               Cancelled);
}

TEST(ConcurrentlyTest, NestsAndWalksPages) {
  BitbucketServer client(fake_options(tag_server(23, 10)));
  const auto counts = client.concurrently(
      client.tags.list(demo),
      [](const BitbucketServer& c, const Tag&) {
        const auto inner = c.concurrently(
            first_numbers(5),
            [](const BitbucketServer& d, int) { return d.tags.list(demo).to_vector().size(); },
            {.max = 3});
        std::size_t sum = 0;
        for (const std::size_t n : inner) sum += n;
        return sum;
      },
      {.max = 4});
  ASSERT_EQ(counts.size(), 23u);
  for (const std::size_t n : counts) EXPECT_EQ(n, 115u);
}

TEST(ConcurrentlyTest, AClientMayBeUsedByManyThreads) {
  BitbucketServer client(fake_options(tag_server(50, 7)));
  std::vector<std::jthread> threads;
  std::atomic<int> right = 0;
  for (int i = 0; i < 16; ++i)
    threads.emplace_back([&] {
      for (int n = 0; n < 20; ++n)
        if (client.with({.timeout = 5s}).tags.list(demo).to_vector().size() == 50) ++right;
    });
  threads.clear();
  EXPECT_EQ(right, 320);
}

}  // namespace
}  // namespace bitbucket::test
