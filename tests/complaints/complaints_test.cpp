// Complaints of users of similar libraries that do not apply here, as far as no other test proves
// it; docs/complaints.md has the whole list.
#include <curl/curl.h>
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <atomic>
#include <filesystem>
#include <thread>

#include "http/raw_server.hpp"
#include "server/signed_client.hpp"
#include "support/demo.hpp"

namespace bitbucket::test {
namespace {

using bitbucket::test_support::commit_files;
using bitbucket::test_support::init_repository;
using bitbucket::test_support::run_git;
using bitbucket::test_support::TempDir;
using ::testing::HasSubstr;

std::size_t threads_of_this_process() {
  const std::filesystem::directory_iterator tasks("/proc/self/task");
  return static_cast<std::size_t>(std::distance(begin(tasks), end(tasks)));
}

TEST(ComplaintsTest, NoCallLeavesAThreadBehind) {
  const std::string page = R"({"values":[],"isLastPage":true,"start":0})";
  RawServer server([&](Connection& connection, int) {
    while (!connection.read_request().empty()) connection.answer(page);
  });
  const BitbucketServer client({.base_url = server.url()});
  (void)client.repos.list().to_vector();
  // The server has started its thread for the connection; the connection is kept, so it starts no
  // other.
  const std::size_t before = threads_of_this_process();
  for (int i = 0; i < 20; ++i) (void)client.repos.list().to_vector();
  EXPECT_EQ(threads_of_this_process(), before);
}

TEST(ComplaintsTest, ABranchBeyondTheFirstPageOfAFilterIsFound) {
  const TempDir folder;
  init_repository(folder / "repo");
  commit_files(folder / "repo", "One", {{"a.txt", "1"}});
  for (int i = 0; i < 30; ++i)
    run_git(folder / "repo", {"branch", "release-" + std::to_string(i) + "-candidate"});
  run_git(folder / "repo", {"branch", "release"});
  testing::GitServerOptions options = server_test::options();
  options.max_page_limit = 7;
  testing::GitServer server(options);
  server.add_repository("PRJ", "many", folder / "repo");
  const BitbucketServer client(
      {.base_url = server.base_url(), .credentials = BearerToken{"ann-token"}});
  int found = 0;
  for (const Branch& branch : client.branches.list("PRJ/many", {.filter_text = "release"}))
    found += branch.display_id == "release" ? 1 : 0;
  EXPECT_EQ(found, 1);
}

TEST(ComplaintsTest, EveryListTakesThePageSize) {
  const auto server = signed_server();
  const BitbucketServer client =
      BitbucketServer(signed_options(*server)).with({.paging = {.page_size = 3, .prefetch = 0}});
  (void)client.repos.list().begin();
  (void)client.commits.list(demo).begin();
  (void)client.commits.changes(demo, server_test::samples().small.third).begin();
  (void)client.branches.list(demo).begin();
  (void)client.tags.list(demo).begin();
  (void)client.hooks.list(demo).begin();
  const auto requests = server->requests();
  EXPECT_EQ(requests.size(), 6u);
  for (const testing::GitServerRequest& request : requests)
    EXPECT_THAT(request.target, HasSubstr("start=0&limit=3")) << request.target;
}

TEST(ComplaintsTest, AnErrorLeavesItsConnectionUsable) {
  const auto server = signed_server();
  const BitbucketServer client(signed_options(*server));
  for (int i = 0; i < 5; ++i) {
    EXPECT_THROW((void)client.repos.get("PRJ/absent"), ApiError);
    EXPECT_THROW((void)client.files.raw("PRJ/demo", "no/such.txt"), ApiError);
    EXPECT_EQ(client.repos.get("PRJ/demo").slug, "demo");
  }
  EXPECT_EQ(server->connections(), 1u);
}

TEST(ComplaintsTest, RefsAndFilesOfAnyNameArriveAsTheyAre) {
  const TempDir folder;
  init_repository(folder / "repo");
  const std::string file = "a, b/c+d #1&x=y;%41 \xc3\xbc.txt";
  const std::string first = commit_files(folder / "repo", "One", {{"other.txt", "1"}});
  const std::string second = commit_files(folder / "repo", "Two", {{file, "content"}});
  testing::GitServer server(server_test::options());
  server.add_repository("PRJ", "odd", folder / "repo");
  const BitbucketServer client(
      {.base_url = server.base_url(), .credentials = BearerToken{"ann-token"}});
  for (const std::string name :
       {"feature/login", "fix/#1&until=x", "a+b,c", "%2e%2F", "\xc3\xbc"}) {
    run_git(folder / "repo", {"tag", "v/" + name, second});
    run_git(folder / "repo", {"branch", name, second});
    for (const std::string& until : {"refs/heads/" + name, "v/" + name}) {
      const auto commits =
          client.commits.list("PRJ/odd", {.since = first, .until = until, .path = file})
              .to_vector();
      ASSERT_EQ(commits.size(), 1u) << until;
      EXPECT_EQ(commits[0].id, second);
      EXPECT_EQ(client.files.raw("PRJ/odd", file, until), "content") << until;
    }
  }
}

TEST(ComplaintsTest, PersonalProjectsWithDotsWorkBelowAContextPath) {
  const server_test::Samples& samples = server_test::samples();
  const auto server = signed_server();  // below /bitbucket
  server->add_repository("~jo.doe", "own.repo", samples.folder / "PRJ/demo");
  const BitbucketServer client(signed_options(*server));
  const Repo repo = client.repos.get("~jo.doe/own.repo");
  EXPECT_EQ(repo.slug, "own.repo");
  EXPECT_EQ(client.commits.last(repo, 1).at(0).id, samples.small.third);
  EXPECT_EQ(server->requests().back().target.find("/bitbucket/rest/api/1.0/projects/~jo.doe/"), 0u)
      << server->requests().back().target;
}

TEST(ComplaintsTest, NoProxyIsComparedWithTheHostAndNotWithTheUrl) {
  const auto server = signed_server();
  const auto ask = [&](const std::string& no_proxy) {
    const BitbucketServer client(
        {.base_url = server->base_url(),
         .connection = {.proxy = {.url = "http://127.0.0.1:1", .no_proxy = no_proxy},
                        .retry = {.max_attempts = 1}}});
    (void)client.server.application_properties();
  };
  EXPECT_NO_THROW(ask("other.example.com,127.0.0.1"));
  EXPECT_THROW(ask("other.example.com"), TransportError);
  EXPECT_THROW(ask("bitbucket"), TransportError) << "this is only in the path";
}

TEST(ComplaintsTest, AProxyUserNeedsNoPassword) {
  std::string seen;
  RawServer proxy([&](Connection& connection, int) {
    seen = connection.read_request();
    connection.answer(R"({"version":"8.19.0"})", "200 OK", "Content-Type: application/json\r\n");
  });
  std::string url = proxy.url();
  url.pop_back();
  const BitbucketServer client(
      {.base_url = "http://127.0.0.1:9",
       .connection = {.proxy = {.url = url, .username = "jo", .no_proxy = "nothing.example"}}});
  EXPECT_EQ(client.server.application_properties().version, "8.19.0");
  EXPECT_THAT(seen, HasSubstr("Proxy-Authorization: Basic am86\r\n"));  // "jo:"
}

std::size_t drop(char*, std::size_t size, std::size_t count, void*) { return size * count; }

TEST(ComplaintsTest, TheHostsOwnCurlWorksWhileAClientLivesAndAfterIt) {
  const auto server = signed_server();
  const std::string url = server->base_url() + "/rest/api/1.0/application-properties";
  CURL* mine = curl_easy_init();
  curl_easy_setopt(mine, CURLOPT_URL, url.c_str());
  curl_easy_setopt(mine, CURLOPT_WRITEFUNCTION, drop);
  EXPECT_EQ(curl_easy_perform(mine), CURLE_OK);
  {
    const BitbucketServer client({.base_url = server->base_url()});
    (void)client.server.application_properties();
    EXPECT_EQ(curl_easy_perform(mine), CURLE_OK);
  }
  EXPECT_EQ(curl_easy_perform(mine), CURLE_OK);
  curl_easy_cleanup(mine);
}

TEST(ComplaintsTest, EveryDefaultLimitIsFinite) {
  const ConnectionOptions options;
  for (const auto limit :
       {options.timeout, options.connect_timeout, options.idle_timeout, options.max_idle,
        options.retry.max_delay, options.retry.max_retry_after}) {
    EXPECT_GT(limit, std::chrono::milliseconds(0));
    EXPECT_LE(limit, std::chrono::minutes(1));
  }
  EXPECT_LE(options.retry.max_attempts, 10);
}

TEST(ComplaintsTest, TheMessagesOfTheServerAreInTheText) {
  const auto server = signed_server();
  const BitbucketServer client(signed_options(*server, "eve"));
  try {
    (void)client.hooks.create(
        "PRJ/demo", {.name = "n", .url = "http://127.0.0.1:9/", .events = {"repo:refs_changed"}});
    FAIL() << "eve may only read";
  } catch (const ApiError& error) {
    EXPECT_TRUE(error.is_forbidden());
    ASSERT_FALSE(error.errors().empty());
    EXPECT_THAT(error.what(), HasSubstr(error.errors()[0].message));
  }
}

}  // namespace
}  // namespace bitbucket::test
