#include <set>

#include "testing/server_fixture.hpp"

namespace server_test {
namespace {

constexpr const char* kCommits = "/rest/api/1.0/projects/BIG/repos/long/commits";

struct Walk {
  std::vector<std::string> ids;
  std::size_t pages = 0, empty = 0;
};

Walk walk(const GitServer& server, const std::string& query) {
  Walk out;
  Connection connection(server.port());
  std::int64_t start = 0;
  for (;; ++out.pages) {
    const Answer answer =
        connection.get(std::string(kCommits) + "?start=" + std::to_string(start) + query, kBearer);
    EXPECT_EQ(answer.status, 200);
    if (answer.status != 200) return out;
    const json page = answer.parsed();
    EXPECT_EQ(page["start"], start);
    EXPECT_EQ(page["size"], page["values"].size());
    if (page["values"].empty()) ++out.empty;
    for (const json& commit : page["values"]) out.ids.push_back(commit["id"].get<std::string>());
    if (page["isLastPage"] == true) {
      EXPECT_TRUE(page["nextPageStart"].is_null());
      ++out.pages;
      return out;
    }
    EXPECT_GT(page["nextPageStart"].get<std::int64_t>(), start);
    start = page["nextPageStart"].get<std::int64_t>();
  }
}

void expect_all(const Walk& got) {
  EXPECT_EQ(got.ids.size(), 2500u);
  EXPECT_EQ(std::set<std::string>(got.ids.begin(), got.ids.end()).size(), 2500u);
  EXPECT_EQ(got.ids.front(), samples().long_tip);
}

TEST(GitServerPagingTest, GivesEveryRowOnce) {
  const auto server = serve();
  const Walk got = walk(*server, "&limit=100");
  expect_all(got);
  EXPECT_EQ(got.pages, 25u);
}

TEST(GitServerPagingTest, ClampsTheLimitAndSaysSo) {
  GitServerOptions with = options();
  with.max_commits_limit = 100;
  with.max_page_limit = 2;
  const auto server = serve(with);
  EXPECT_EQ(
      send(server->port(), "GET", std::string(kCommits) + "?limit=5000", kBearer).parsed()["limit"],
      100);
  EXPECT_EQ(
      send(server->port(), "GET", "/rest/api/1.0/repos?limit=5000", kBearer).parsed()["limit"], 2);
  EXPECT_EQ(send(server->port(), "GET", kCommits, kBearer).parsed()["limit"], 25);
}

TEST(GitServerPagingTest, GivesShortPages) {
  GitServerOptions with = options();
  with.short_pages = 300;
  const auto server = serve(with);
  const Walk got = walk(*server, "&limit=1000");
  expect_all(got);
  EXPECT_EQ(got.pages, 9u);
}

TEST(GitServerPagingTest, GivesEmptyPagesThatAreNotTheLast) {
  for (const std::size_t every : {1u, 2u, 3u}) {
    GitServerOptions with = options();
    with.empty_pages = every;
    const auto server = serve(with);
    const Walk got = walk(*server, "&limit=500");
    expect_all(got);
    EXPECT_GE(got.empty, 1u);
    EXPECT_EQ(got.pages, 5u + got.empty);
  }
}

TEST(GitServerPagingTest, AnswersBeyondTheEndWithAnEmptyLastPage) {
  const auto server = serve();
  const json page =
      send(server->port(), "GET", std::string(kCommits) + "?start=99999", kBearer).parsed();
  EXPECT_EQ(page["size"], 0);
  EXPECT_EQ(page["isLastPage"], true);
}

TEST(GitServerPagingTest, RefusesBadNumbers) {
  const auto server = serve();
  for (const std::string query :
       {"limit=0", "limit=-1", "limit=x", "start=-1", "start=1.5", "limit=99999999999999999999"}) {
    const Answer answer = send(server->port(), "GET", std::string(kCommits) + '?' + query, kBearer);
    EXPECT_EQ(answer.status, 400) << query;
    EXPECT_EQ(answer.exception(), "ArgumentValidationException") << query;
    EXPECT_EQ(answer.parsed()["errors"][0]["context"], query.substr(0, 5)) << query;
  }
}

}  // namespace
}  // namespace server_test
