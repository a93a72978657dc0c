#include <atomic>
#include <memory>
#include <thread>

#include <gmock/gmock.h>

#include "testing/server_fixture.hpp"

namespace server_test {
namespace {

TEST(GitServerHttpTest, KeepsAConnectionOpenAcrossRequests) {
  const auto server = serve();
  Connection connection(server->port());
  for (int i = 0; i < 50; ++i) ASSERT_EQ(connection.get(kProperties).status, 200);
  EXPECT_EQ(server->connections(), 1u);
  EXPECT_EQ(server->request_count("GET " + kProperties), 50u);
}

TEST(GitServerHttpTest, AnswersOnManyOpenConnections) {
  const auto server = serve();
  std::vector<std::unique_ptr<Connection>> idle;
  for (int i = 0; i < 100; ++i) {
    idle.push_back(std::make_unique<Connection>(server->port()));
    ASSERT_EQ(idle.back()->get(kProperties).status, 200);
  }
  EXPECT_EQ(send(server->port(), "GET", kProperties).status, 200);
}

TEST(GitServerHttpTest, AnswersManyThreadsAtOnce) {
  const auto server = serve();
  std::atomic<int> good{0};
  std::vector<std::thread> threads;
  for (int t = 0; t < 16; ++t) {
    threads.emplace_back([&] {
      Connection connection(server->port());
      for (const std::string path :
           {"repos/demo", "repos/demo/commits?limit=2", "repos/demo/branches", "repos/rich/commits",
            "repos/rich/tags", "repos/demo/raw/README.md"}) {
        if (connection.get("/rest/api/1.0/projects/PRJ/" + path, kBearer).status == 200) ++good;
      }
    });
  }
  for (std::thread& thread : threads) thread.join();
  EXPECT_EQ(good, 16 * 6);
}

TEST(GitServerHttpTest, StopsAtOnceWithOpenConnections) {
  auto server = serve();
  Connection connection(server->port());
  connection.get(kProperties);
  const auto start = std::chrono::steady_clock::now();
  server.reset();
  EXPECT_LT(std::chrono::steady_clock::now() - start, std::chrono::seconds(5));
  EXPECT_TRUE(connection.closed_by_peer());
}

TEST(GitServerHttpTest, ServesBelowItsContextPathOnly) {
  GitServerOptions with = options();
  with.context_path = "bitbucket/";
  const auto server = serve(with);
  EXPECT_EQ(server->base_url(),
            "http://127.0.0.1:" + std::to_string(server->port()) + "/bitbucket");
  EXPECT_EQ(send(server->port(), "GET", "/bitbucket" + kProperties).status, 200);
  EXPECT_EQ(send(server->port(), "GET", "/bitbucketx" + kProperties).status, 404);
  const Answer outside = send(server->port(), "GET", kProperties);
  EXPECT_EQ(outside.status, 404);
  EXPECT_EQ(outside.header("Content-Type").substr(0, 9), "text/html");
  EXPECT_EQ(server->request_count("GET " + kProperties), 2u);
}

TEST(GitServerHttpTest, TellsTheTwoKindsOf404Apart) {
  const auto server = serve();
  for (const std::string path :
       {"/rest/api/1.0/nothing", "/rest/api/3.0/repos", "/rest/other/1.0/repos",
        "/rest/api/1.0/projects/PRJ%2Frepos/demo", "/rest/api/1.0/projects/PRJ%5cx",
        "/rest//api/1.0/repos", "/rest/api/1.0//repos"}) {
    const Answer answer = send(server->port(), "GET", path, kBearer);
    EXPECT_EQ(answer.status, 404) << path;
    EXPECT_EQ(answer.parsed(),
              json::parse(R"({"message":"HTTP 404 Not Found","status-code":404,"sub-code":-1})"))
        << path;
  }
  EXPECT_EQ(send(server->port(), "GET", "/rest/api/1.0/projects/NO", kBearer).exception(),
            "NoSuchProjectException");
  EXPECT_EQ(send(server->port(), "GET", "/rest/api/1.0/projects/PRJ/repos/no", kBearer).exception(),
            "NoSuchRepositoryException");
}

TEST(GitServerHttpTest, ReadsPathsAsAServletContainerDoes) {
  const auto server = serve();
  const auto status = [&](const std::string& target) {
    return send(server->port(), "GET", target, kBearer).status;
  };
  EXPECT_EQ(status("/rest/api/1.0/repos/"), 200);
  EXPECT_EQ(status("/rest/api/1.0/repos;jsessionid=1"), 200);
  EXPECT_EQ(status("/rest/api/1.0/projects/../repos"), 200);
  EXPECT_EQ(status("/rest/api/1.0/projects/%2e%2E/repos"), 200);
  EXPECT_EQ(status("/rest/api/1.0/projects/PR%4A/repos/demo"), 200);
  EXPECT_EQ(status("/../rest/api/1.0/repos"), 400);
  EXPECT_EQ(status("/rest/api/1.0/repos/%zz"), 400);
  EXPECT_EQ(status("/rest/api/1.0/repos/a%00b"), 400);
  EXPECT_EQ(status("/rest/api/1.0/repos?name=[x]"), 400);
  EXPECT_EQ(status("/rest/api/1.0/repos?name=\xc3\xa4"), 400);
  EXPECT_EQ(status("/rest/api/1.0/repos?name=%C3%A4"), 200);
  EXPECT_EQ(status("/rest/api/1.0/repos?name=%C3%"), 400);
}

TEST(GitServerHttpTest, RefusesABodyWhoseEndIsUnclear) {
  const auto server = serve();
  const std::string head = "POST /rest/api/1.0/repos HTTP/1.1\r\nHost: x\r\n";
  for (const std::string lengths :
       {"Content-Length: 3\r\nTransfer-Encoding: chunked\r\n",
        "Content-Length: 3\r\nContent-Length: 4\r\n", "Content-Length: x\r\n"}) {
    const std::string answer = send_raw(server->port(), head + lengths + "\r\nabc");
    EXPECT_EQ(answer.substr(0, 12), "HTTP/1.1 400") << lengths;
  }
}

TEST(GitServerHttpTest, NamesEachRequest) {
  const auto server = serve();
  const Answer first = send(server->port(), "GET", kProperties);
  const Answer second = send(server->port(), "GET", "/rest/api/1.0/nothing", kBearer);
  EXPECT_FALSE(first.header("X-AREQUESTID").empty());
  EXPECT_NE(first.header("X-AREQUESTID"), second.header("X-AREQUESTID"));
  EXPECT_EQ(second.header("X-AUSERNAME"), "ann");
}

TEST(GitServerHttpTest, LogsWhatItAnswered) {
  const auto server = serve();
  send(server->port(), "GET", "/rest/api/1.0/repos?limit=3", kBearer);
  const auto requests = server->requests();
  ASSERT_EQ(requests.size(), 1u);
  EXPECT_EQ(requests[0].method, "GET");
  EXPECT_EQ(requests[0].target, "/rest/api/1.0/repos?limit=3");
  EXPECT_EQ(requests[0].path, "/rest/api/1.0/repos");
  EXPECT_EQ(requests[0].status, 200);
  EXPECT_EQ(requests[0].user, "ann");
  EXPECT_EQ(requests[0].authentication, "bearer");
  server->clear_requests();
  EXPECT_EQ(server->request_count("GET /rest/api/1.0/repos"), 0u);
}

/// Returns what the constructor says of options that cannot work.
std::string complaint(const GitServerOptions& with) {
  try {
    const GitServer server(with);
  } catch (const std::runtime_error& e) {
    return e.what();
  }
  return "nothing";
}

TEST(GitServerStartTest, SaysWhatIsWrongWithItsOptions) {
  using ::testing::HasSubstr;
  GitServerOptions with = options();
  with.consumers = {{.key = "app", .public_key = key().private_pem()}};
  EXPECT_THAT(complaint(with), HasSubstr("\"app\" is a private key"));
  with.consumers = {{.key = "app", .public_key = "AAAA"}};
  EXPECT_THAT(complaint(with), HasSubstr("not PEM"));
  with.consumers = {
      {.key = "app", .public_key = "-----BEGIN PUBLIC KEY-----\nAAAA\n-----END PUBLIC KEY-----\n"}};
  EXPECT_THAT(complaint(with), HasSubstr("not an RSA public key"));
  with = options();
  with.tokens = {{"t", "nobody"}};
  EXPECT_THAT(complaint(with), HasSubstr("unknown user \"nobody\""));
  with = options();
  with.users.push_back({.name = "ann"});
  EXPECT_THAT(complaint(with), HasSubstr("two users \"ann\""));
  with = options();
  with.users[0].permission = "ROOT";
  EXPECT_THAT(complaint(with), HasSubstr("ROOT"));
  const GitServer first;
  with = {};
  with.port = first.port();
  EXPECT_THAT(complaint(with), HasSubstr("port is in use"));
}

TEST(GitServerStartTest, SaysWhatIsWrongWithAFolder) {
  using ::testing::HasSubstr;
  GitServer server;
  const auto complaint_of = [&](const std::filesystem::path& folder) -> std::string {
    try {
      server.add_projects_folder(folder);
    } catch (const std::runtime_error& e) {
      return e.what();
    }
    return "nothing";
  };
  EXPECT_THAT(complaint_of("/does/not/exist"), HasSubstr("there is no folder /does/not/exist"));
  const bitbucket::test_support::TempDir empty;
  EXPECT_THAT(complaint_of(empty.path()), HasSubstr("there is no repository in"));
  EXPECT_EQ(server.add_projects_folder(samples().folder), 6u);
  EXPECT_THAT(complaint_of(samples().folder), HasSubstr("two repositories"));
}

TEST(GitServerStartTest, MakesSlugsOfNames) {
  GitServer server;
  server.add_repository("NEW", "My Great  Repo!", samples().folder / "PRJ/demo");
  const Answer answer =
      send(server.port(), "GET", "/rest/api/1.0/projects/new/repos/my-great-repo-",
           basic("admin", "admin"));
  EXPECT_EQ(answer.parsed()["name"], "My Great  Repo!");
}

}  // namespace
}  // namespace server_test
