#include <gmock/gmock.h>

#include <string>
#include <thread>
#include <vector>

#include "testing/server_fixture.hpp"

// Updates of a repository: rename, move, settings, and the event that tells of them.
namespace server_test {
namespace {

namespace support = bitbucket::test_support;
using ::testing::ElementsAre;

const std::string kRest = "/rest/api/1.0/";
const std::string kPrjRepos = kRest + "projects/PRJ/repos/";

class GitServerUpdateTest : public ::testing::Test {
 protected:
  Answer put(const std::string& repository, const json& body, const std::string& user = "ann") {
    return send(server_->port(), "PUT", repository,
                Headers{{"Authorization", "Bearer " + user + "-token"},
                        {"Content-Type", "application/json"}},
                body.dump());
  }
  Answer get(const std::string& target) { return send(server_->port(), "GET", target, kBearer); }
  std::vector<std::string> slugs(const std::string& target) {
    std::vector<std::string> out;
    const json page = get(kRest + target).parsed();
    for (const json& value : page["values"]) out.push_back(value["slug"].get<std::string>());
    return out;
  }
  /// Runs git with bob's token.
  support::GitResult git(const std::filesystem::path& dir, std::vector<std::string> args) {
    args.insert(args.begin(), {"-c", "http.extraHeader=Authorization: Bearer bob-token"});
    return support::try_git(dir, args);
  }
  std::string clone_url(const std::string& path) const {
    return server_->base_url() + "/scm/" + path + ".git";
  }
  void hook(const std::string& repository, const std::string& url,
            const json& events = {"repo:modified", "repo:refs_changed"}) {
    const json body{{"name", "bot"},
                    {"url", url},
                    {"events", events},
                    {"configuration", {{"secret", "s3cret"}}}};
    ASSERT_EQ(send(server_->port(), "POST", repository + "/webhooks",
                   kBearer + Headers{{"Content-Type", "application/json"}}, body.dump())
                  .status,
              201);
  }
  std::vector<json> delivered(const Receiver& receiver) {
    EXPECT_TRUE(server_->wait_for_deliveries());
    std::vector<json> out;
    for (const auto& delivery : receiver.deliveries()) out.push_back(json::parse(delivery.body));
    return out;
  }
  void serve_version(const std::string& version) {
    GitServerOptions with = options();
    with.version = version;
    server_ = serve(with);
  }
  const support::TempDir folder_;
  std::unique_ptr<GitServer> server_ = serve();
};

TEST_F(GitServerUpdateTest, RenamesARepository) {
  const json before = get(kDemo).parsed();
  const Answer answer = put(kDemo, {{"name", "The  New (Demo)"}});
  ASSERT_EQ(answer.status, 201) << answer.body;
  const json after = answer.parsed();
  EXPECT_EQ(after["id"], before["id"]);
  EXPECT_EQ(after["hierarchyId"], before["hierarchyId"]);
  EXPECT_EQ(after["name"], "The  New (Demo)");
  EXPECT_EQ(after["slug"], "the-new-demo-");
  EXPECT_EQ(after["links"]["clone"][0]["href"], clone_url("prj/the-new-demo-"));
  EXPECT_EQ(after["links"]["self"][0]["href"],
            server_->base_url() + "/projects/PRJ/repos/the-new-demo-/browse");
  EXPECT_EQ(get(kPrjRepos + "the-new-demo-").parsed(), after);
  EXPECT_EQ(get(kDemo).exception(), "NoSuchRepositoryException");
  EXPECT_EQ(get("/scm/prj/demo.git/info/refs?service=git-upload-pack").status, 404);
  EXPECT_THAT(slugs("projects/PRJ/repos"), ElementsAre("empty", "rich", "the-new-demo-"));
}

TEST_F(GitServerUpdateTest, ChangesOnlyWhatTheBodyNames) {
  const json before = get(kDemo).parsed();
  const json described = put(kDemo, {{"description", "shows it"}, {"name", nullptr}}).parsed();
  EXPECT_EQ(described["description"], "shows it");
  json without = described;
  without.erase("description");
  EXPECT_EQ(without, before);
  const json closed = put(kDemo, {{"forkable", false}, {"public", true}}).parsed();
  EXPECT_EQ(closed["forkable"], false);
  EXPECT_EQ(closed["public"], true);
  EXPECT_EQ(closed["description"], "shows it");
  EXPECT_THAT(slugs("repos?visibility=public"), ElementsAre("demo"));
  EXPECT_FALSE(put(kDemo, {{"description", ""}}).parsed().contains("description"));
  EXPECT_EQ(put(kDemo, json::object()).status, 201);
}

TEST_F(GitServerUpdateTest, MovesARepositoryToAnotherProject) {
  const json before = get(kDemo).parsed();
  const Answer answer = put(kDemo, {{"project", {{"key", "big"}}}});
  ASSERT_EQ(answer.status, 201) << answer.body;
  EXPECT_EQ(answer.parsed()["id"], before["id"]);
  EXPECT_EQ(answer.parsed()["project"]["key"], "BIG");
  EXPECT_EQ(get(kDemo).status, 404);
  EXPECT_THAT(slugs("projects/BIG/repos"), ElementsAre("demo", "long", "wide"));
  EXPECT_EQ(git(folder_.path(), {"ls-remote", clone_url("big/demo")}).status, 0);
}

TEST_F(GitServerUpdateTest, SetsTheDefaultBranchOfItsOwnCloneOnly) {
  const std::string head = kDemo + "/branches/default";
  ASSERT_EQ(put(kDemo, {{"defaultBranch", "feature/login"}}).status, 201);
  EXPECT_EQ(get(head).parsed()["id"], "refs/heads/feature/login");
  EXPECT_EQ(get(kDemo + "/commits?limit=1").parsed()["values"][0]["id"], samples().small.feature);
  ASSERT_EQ(put(kDemo, {{"defaultBranch", "refs/heads/main"}}).status, 201);
  EXPECT_EQ(get(head).parsed()["id"], "refs/heads/main");
  EXPECT_EQ(put(kDemo, {{"name", "x"}, {"defaultBranch", "absent"}}).exception(),
            "NoSuchBranchException");
  EXPECT_EQ(get(kDemo).status, 200) << "nothing was changed";
  put(kDemo, {{"defaultBranch", "feature/login"}});
  EXPECT_EQ(support::run_git(samples().folder / "PRJ/demo", {"symbolic-ref", "HEAD"}),
            "refs/heads/main\n");
}

TEST_F(GitServerUpdateTest, ArchivesARepository) {
  const auto work = folder_ / "work";
  ASSERT_EQ(git(folder_.path(), {"clone", "-q", clone_url("prj/demo"), work.string()}).status, 0);
  EXPECT_EQ(put(kDemo, {{"archived", true}}).parsed()["archived"], true);
  EXPECT_EQ(put(kDemo, {{"name", "x"}}).status, 409);
  EXPECT_EQ(put(kDemo, {{"name", "x"}}).exception(), "RepositoryArchivedException");
  EXPECT_NE(git(work, {"push", "-q", "origin", "main:refs/heads/new"}).status, 0);
  EXPECT_EQ(git(work, {"fetch", "-q", "origin"}).status, 0);
  EXPECT_EQ(slugs("repos").size(), 5u);
  EXPECT_THAT(slugs("repos?archived=ARCHIVED"), ElementsAre("demo"));
  EXPECT_EQ(slugs("repos?archived=ALL").size(), 6u);
  EXPECT_EQ(put(kDemo, {{"archived", false}}).parsed()["archived"], false);
  EXPECT_EQ(git(work, {"push", "-q", "origin", "main:refs/heads/new"}).status, 0);
  serve_version("7.21.0");
  EXPECT_FALSE(put(kDemo, {{"archived", true}}).parsed().contains("archived"));
  EXPECT_EQ(put(kDemo, {{"name", "x"}}).status, 201);
}

TEST_F(GitServerUpdateTest, RefusesATakenName) {
  const Answer taken = put(kDemo, {{"name", "Rich"}});
  EXPECT_EQ(taken.status, 409);
  EXPECT_EQ(taken.parsed(), json::parse(R"({"errors":[{"context":"name",
                "message":"This repository URL is already taken.","exceptionName":null}]})"));
  EXPECT_EQ(put(kDemo, {{"project", {{"key", "~ann"}}}, {"name", "own"}}).status, 409);
  EXPECT_EQ(get(kDemo).parsed()["name"], "demo") << "nothing was changed";
  EXPECT_EQ(put(kDemo, {{"name", "DEMO"}}).parsed()["slug"], "demo") << "its own slug is free";
  EXPECT_EQ(get(kDemo).parsed()["name"], "DEMO");
  ASSERT_EQ(put(kDemo, {{"name", "other"}}).status, 201);
  EXPECT_EQ(put(kPrjRepos + "rich", {{"name", "demo"}}).status, 201) << "the old slug is free";
}

TEST_F(GitServerUpdateTest, RefusesWhatIsNotValid) {
  for (const json& body :
       {json{{"name", ""}}, json{{"name", " "}}, json{{"name", ".."}}, json{{"name", "-"}},
        json{{"name", 7}}, json{{"name", std::string(129, 'a')}}, json{{"description", 7}},
        json{{"forkable", "true"}}, json{{"public", 1}}, json{{"project", "BIG"}},
        json{{"project", json::object()}}, json::array()}) {
    const Answer answer = put(kDemo, body);
    EXPECT_EQ(answer.status, 400) << body;
    EXPECT_EQ(answer.exception(), "ArgumentValidationException") << body;
  }
  EXPECT_EQ(put(kDemo, {{"name", std::string(128, 'a')}}).status, 201);
  EXPECT_EQ(put(kPrjRepos + "rich", {{"project", {{"key", "NONE"}}}}).exception(),
            "NoSuchProjectException");
  EXPECT_EQ(put(kPrjRepos + "absent", {{"name", "x"}}).exception(), "NoSuchRepositoryException");
}

TEST_F(GitServerUpdateTest, AllowsOnlyAdministrators) {
  EXPECT_EQ(put(kDemo, {{"name", "x"}}, "bob").status, 401);
  EXPECT_EQ(put(kDemo, {{"name", "x"}}, "eve").status, 401);
  EXPECT_EQ(send(server_->port(), "PUT", kDemo, kBearer + kNoCheck, R"({"name":"x"})").status, 415);
  EXPECT_EQ(get(kDemo).parsed()["name"], "demo");
}

TEST_F(GitServerUpdateTest, TellsTheWebhooksThatWantIt) {
  const Receiver receiver, other;
  hook(kDemo, receiver.url());
  hook(kDemo, other.url(), {"repo:refs_changed"});
  const json before = get(kDemo).parsed();
  const json after = put(kDemo, {{"name", "renamed"}}).parsed();
  EXPECT_EQ(put(kPrjRepos + "renamed", {{"name", "renamed"}}).status, 201);  // changes nothing
  EXPECT_EQ(put(kPrjRepos + "renamed", {{"name", "rich"}}).status, 409);
  const auto bodies = delivered(receiver);
  ASSERT_EQ(bodies.size(), 1u);
  EXPECT_EQ(delivered(other).size(), 0u);
  EXPECT_EQ(bodies[0]["eventKey"], "repo:modified");
  EXPECT_THAT(bodies[0]["date"].get<std::string>(),
              ::testing::MatchesRegex("....-..-..T..:..:...0000"));
  EXPECT_EQ(bodies[0]["actor"]["name"], "ann");
  EXPECT_EQ(bodies[0]["old"], before);
  EXPECT_EQ(bodies[0]["new"], after);
  EXPECT_EQ(bodies[0].size(), 5u);
  const auto delivery = receiver.deliveries()[0];
  EXPECT_EQ(delivery.header("X-Event-Key"), "repo:modified");
  EXPECT_EQ(delivery.header("X-Request-Id").size(), 36u);
  EXPECT_EQ(delivery.header("X-Hub-Signature"),
            "sha256=" + hmac_sha256_hex("s3cret", delivery.body));
}

TEST_F(GitServerUpdateTest, WebhooksClonesAndPushesGoOnUnderTheNewSlug) {
  const Receiver receiver;
  hook(kDemo, receiver.url());
  const auto work = folder_ / "work";
  ASSERT_EQ(git(folder_.path(), {"clone", "-q", clone_url("prj/demo"), work.string()}).status, 0);
  const std::string first = support::commit_files(work, "Before", {{"a", "1"}});
  ASSERT_EQ(git(work, {"push", "-q", "origin", "main"}).status, 0);
  const json after = put(kDemo, {{"name", "Renamed"}, {"project", {{"key", "BIG"}}}}).parsed();
  const std::string second = support::commit_files(work, "After", {{"a", "2"}});
  EXPECT_NE(git(work, {"push", "-q", "origin", "main"}).status, 0);
  support::run_git(work, {"remote", "set-url", "origin", clone_url("big/renamed")});
  ASSERT_EQ(git(work, {"push", "-q", "origin", "main"}).status, 0);

  const std::string now = kRest + "projects/BIG/repos/renamed";
  EXPECT_EQ(get(now + "/commits?limit=2").parsed()["values"][1]["id"], first);
  EXPECT_EQ(get(now + "/webhooks").parsed()["size"], 1);
  const auto bodies = delivered(receiver);
  ASSERT_EQ(bodies.size(), 3u);
  EXPECT_EQ(bodies[0]["repository"]["slug"], "demo");
  EXPECT_EQ(bodies[1]["eventKey"], "repo:modified");
  EXPECT_EQ(bodies[2]["repository"], after);
  EXPECT_EQ(bodies[2]["changes"][0]["fromHash"], first);
  EXPECT_EQ(bodies[2]["changes"][0]["toHash"], second);
}

TEST_F(GitServerUpdateTest, UpdatesAtTheSameTimeFollowEachOther) {
  const Receiver receiver;
  hook(kDemo, receiver.url());
  json last = get(kDemo).parsed();
  {
    std::vector<std::jthread> threads;
    for (int t = 0; t < 4; ++t) {
      threads.emplace_back([&, t] {
        for (int i = 0; i < 40; ++i) {
          const json flag{{"forkable", i % 2 == 1}};
          const json text{{"description", std::to_string(t) + '-' + std::to_string(i)}};
          EXPECT_EQ(put(kDemo, t == 0 ? flag : text).status, 201);
        }
      });
    }
  }
  const auto bodies = delivered(receiver);
  EXPECT_EQ(bodies.size(), 160u);
  for (const json& body : bodies) {
    EXPECT_EQ(body["old"], last);
    last = body["new"];
  }
  EXPECT_EQ(get(kDemo).parsed(), last);
}

TEST_F(GitServerUpdateTest, EachAnswerIsOfOneMomentWhileARepositoryIsRenamed) {
  const std::jthread renaming([this] {
    std::string from = "demo";
    for (int i = 0; i < 60; ++i) {
      const std::string to = "renamed-" + std::to_string(i);
      EXPECT_EQ(put(kPrjRepos + from, {{"name", to}}).status, 201);
      from = to;
    }
  });
  std::vector<std::jthread> reading;
  for (int t = 0; t < 3; ++t) {
    reading.emplace_back([this] {
      for (int i = 0; i < 60; ++i) {
        const json page = get(kRest + "repos").parsed();
        EXPECT_EQ(page["size"], 6);
        for (const json& repository : page["values"]) {
          const auto slug = repository["slug"].get<std::string>();
          EXPECT_EQ(repository["name"], slug);
          EXPECT_THAT(repository["links"]["clone"][0]["href"].get<std::string>(),
                      ::testing::EndsWith('/' + slug + ".git"));
        }
      }
    });
  }
}

}  // namespace
}  // namespace server_test
