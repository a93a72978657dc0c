#include <chrono>

#include <gmock/gmock.h>

#include "support/loopback.hpp"
#include "testing/server_fixture.hpp"

namespace server_test {
namespace {

namespace support = bitbucket::test_support;

const std::string kZeros(40, '0');

class GitServerScmTest : public ::testing::Test {
 protected:
  /// Runs git with a token of a user; empty for nobody.
  support::GitResult git(const std::filesystem::path& dir, std::vector<std::string> args,
                         const std::string& user = "bob") {
    if (!user.empty()) {
      args.insert(args.begin(),
                  {"-c", "http.extraHeader=Authorization: Bearer " + user + "-token"});
    }
    return support::try_git(dir, args);
  }
  std::string url(const std::string& path = "prj/demo.git") const {
    return server_->base_url() + "/scm/" + path;
  }
  std::filesystem::path clone(const std::string& path = "prj/demo.git",
                              const std::string& user = "bob") {
    const auto to = folder_ / ("clone" + std::to_string(++clones_));
    const auto result = git(folder_.path(), {"clone", "--quiet", url(path), to.string()}, user);
    EXPECT_EQ(result.status, 0) << result.errors;
    return to;
  }
  void hook(const std::string& address, const json& more = {}) {
    json body{{"name", "bot"}, {"url", address}, {"events", {"repo:refs_changed"}}};
    if (more.is_object()) body.update(more);
    const Answer made = send(server_->port(), "POST", kDemo + "/webhooks",
                             kBearer + Headers{{"Content-Type", "application/json"}}, body.dump());
    ASSERT_EQ(made.status, 201) << made.body;
    hook_ = made.parsed()["id"].get<int>();
  }
  std::vector<json> delivered(const Receiver& receiver) {
    EXPECT_TRUE(server_->wait_for_deliveries());
    std::vector<json> out;
    for (const auto& delivery : receiver.deliveries()) out.push_back(json::parse(delivery.body));
    return out;
  }

  const support::TempDir folder_;
  std::unique_ptr<GitServer> server_ = serve();
  int clones_ = 0;
  int hook_ = 0;
};

TEST_F(GitServerScmTest, ServesClones) {
  EXPECT_EQ(support::commit_id(clone(), "HEAD"), samples().small.third);
  EXPECT_EQ(support::commit_id(clone("PRJ/demo"), "HEAD"), samples().small.third);
  EXPECT_EQ(support::commit_id(clone("~ann/own.git", "eve"), "origin/feature/login"),
            samples().small.feature);
  const auto shallow = folder_ / "shallow";
  const auto result = git(folder_.path(), {"-c", "protocol.version=2", "clone", "--quiet",
                                           "--depth=5", url("big/long.git"), shallow.string()});
  EXPECT_EQ(result.status, 0) << result.errors;
  EXPECT_EQ(support::commit_id(shallow, "HEAD"), samples().long_tip);
}

TEST_F(GitServerScmTest, FetchesWithCompressedRequests) {
  // A clone that has a lot asks for little: its negotiation is long enough to be compressed.
  const auto work = clone("big/long.git");
  support::run_git(work, {"checkout", "--quiet", "-b", "own"});
  for (int i = 0; i < 30; ++i)
    support::commit_files(work, "own " + std::to_string(i), {{"own", std::to_string(i)}});
  support::run_git(work, {"update-ref", "-d", "refs/remotes/origin/main"});
  support::run_git(work, {"update-ref", "-d", "refs/heads/main"});
  const auto result = git(work, {"-c", "protocol.version=0", "fetch", "--quiet", "origin"});
  EXPECT_EQ(result.status, 0) << result.errors;
  EXPECT_EQ(support::commit_id(work, "origin/main"), samples().long_tip);
}

TEST_F(GitServerScmTest, AsksForCredentials) {
  EXPECT_NE(git(folder_.path(), {"ls-remote", url()}, "").status, 0);
  const Answer answer =
      send(server_->port(), "GET", "/scm/prj/demo.git/info/refs?service=git-upload-pack");
  EXPECT_EQ(answer.status, 401);
  EXPECT_EQ(answer.header("WWW-Authenticate"), "Basic realm=\"Atlassian Bitbucket\"");
  const std::string with_password =
      "http://ann:secret@127.0.0.1:" + std::to_string(server_->port()) + "/scm/prj/demo.git";
  EXPECT_EQ(git(folder_.path(), {"ls-remote", with_password}, "").status, 0);
  EXPECT_EQ(send(server_->port(), "GET", "/scm/prj/no.git/info/refs", kBearer).exception(),
            "NoSuchRepositoryException");
  EXPECT_EQ(send(server_->port(), "GET", "/scm/prj/demo.git/config", kBearer).status, 404);
}

TEST_F(GitServerScmTest, LetsAnybodyCloneButNotPushWhenReadsAreOpen) {
  GitServerOptions with = options();
  with.anonymous_reads = true;
  server_ = serve(with);
  const auto work = clone("prj/demo.git", "");
  support::commit_files(work, "more", {{"x", "y"}});
  EXPECT_NE(git(work, {"push", "--quiet", "origin", "main"}, "").status, 0);
  EXPECT_NE(git(work, {"push", "--quiet", "origin", "main"}, "eve").status, 0);
  EXPECT_EQ(git(work, {"push", "--quiet", "origin", "main"}, "bob").status, 0);
  // Of two services git takes the last one.
  const std::string both = "?service=git-upload-pack&service=git-receive-pack";
  EXPECT_EQ(send(server_->port(), "GET", "/scm/prj/demo.git/info/refs" + both).status, 401);
}

TEST_F(GitServerScmTest, TakesPushesWithoutTouchingTheGivenRepository) {
  const auto work = clone();
  const std::string id = support::commit_files(work, "A push", {{"pushed.txt", "hello\n"}});
  const auto result = git(work, {"push", "--quiet", "origin", "main"});
  ASSERT_EQ(result.status, 0) << result.errors;
  EXPECT_EQ(
      send(server_->port(), "GET", kDemo + "/commits?limit=1", kBearer).parsed()["values"][0]["id"],
      id);
  EXPECT_EQ(send(server_->port(), "GET", kDemo + "/raw/pushed.txt", kBearer).body, "hello\n");
  EXPECT_EQ(support::commit_id(clone(), "HEAD"), id);
  EXPECT_EQ(support::commit_id(samples().folder / "PRJ/demo", "main"), samples().small.third);
}

TEST_F(GitServerScmTest, TakesLargePushes) {
  const auto work = clone();
  std::string noise;
  std::uint64_t x = 88172645463325252u;  // xorshift: nothing a pack could shrink
  while (noise.size() < (8u << 20)) {
    x ^= x << 13, x ^= x >> 7, x ^= x << 17;
    noise.append(reinterpret_cast<const char*>(&x), sizeof x);
  }
  support::commit_files(work, "large", {{"noise", noise}});
  const auto result =
      git(work, {"-c", "http.postBuffer=65536", "push", "--quiet", "origin", "main"});  // chunked
  ASSERT_EQ(result.status, 0) << result.errors;
  EXPECT_EQ(send(server_->port(), "GET", kDemo + "/raw/noise", kBearer).body, noise);
}

TEST_F(GitServerScmTest, DeliversOneWebhookForAllRefsOfAPush) {
  const Receiver receiver;
  hook(receiver.url(), {{"configuration", {{"secret", "s3cret"}}},
                        {"credentials", {{"username", "u"}, {"password", "p"}}}});
  const auto work = clone();
  const std::string id = support::commit_files(work, "A push", {{"pushed.txt", "hello\n"}});
  ASSERT_EQ(git(work, {"push", "--quiet", "origin", "main", "main:refs/heads/new/one",
                       "main:refs/tags/v9", ":refs/heads/feature/login"})
                .status,
            0);
  const auto bodies = delivered(receiver);
  ASSERT_EQ(bodies.size(), 1u);
  const json& body = bodies[0];
  EXPECT_EQ(body["eventKey"], "repo:refs_changed");
  EXPECT_EQ(body["actor"]["name"], "bob");
  EXPECT_EQ(body["repository"]["slug"], "demo");
  EXPECT_THAT(body["date"].get<std::string>(), ::testing::MatchesRegex("....-..-..T..:..:...0000"));
  json expected = json::array();
  const auto add = [&](const char* name, const char* shown, const char* kind,
                       const std::string& from, const std::string& to, const char* type) {
    expected.push_back({{"ref", {{"id", name}, {"displayId", shown}, {"type", kind}}},
                        {"refId", name},
                        {"fromHash", from},
                        {"toHash", to},
                        {"type", type}});
  };
  add("refs/heads/feature/login", "feature/login", "BRANCH", samples().small.feature, kZeros,
      "DELETE");
  add("refs/heads/main", "main", "BRANCH", samples().small.third, id, "UPDATE");
  add("refs/heads/new/one", "new/one", "BRANCH", kZeros, id, "ADD");
  add("refs/tags/v9", "v9", "TAG", kZeros, id, "ADD");
  EXPECT_EQ(body["changes"], expected);
  EXPECT_EQ(body["toCommit"]["id"], id);
  EXPECT_EQ(body["commits"].size(), 1u);

  const auto delivery = receiver.deliveries()[0];
  EXPECT_EQ(delivery.header("X-Event-Key"), "repo:refs_changed");
  EXPECT_EQ(delivery.header("X-Request-Id").size(), 36u);
  EXPECT_EQ(delivery.header("X-Hub-Signature"),
            "sha256=" + hmac_sha256_hex("s3cret", delivery.body));
  EXPECT_EQ(delivery.header("Content-Type"), "application/json; charset=utf-8");
  EXPECT_EQ(delivery.header("Authorization"), basic("u", "p")[0].second);
  const json latest = send(server_->port(), "GET",
                           kDemo + "/webhooks/" + std::to_string(hook_) + "/latest", kBearer)
                          .parsed();
  EXPECT_EQ(latest["event"], "repo:refs_changed");
  EXPECT_EQ(latest["result"], json({{"outcome", "SUCCESS"}, {"description", "200"}}));
  EXPECT_EQ(latest["request"]["body"], delivery.body);
}

TEST_F(GitServerScmTest, DeliversOnlyToHooksThatWantIt) {
  const Receiver receiver;
  hook(receiver.url(), {{"active", false}});
  hook(receiver.url(), {{"events", {"pr:merged"}}});
  const auto work = clone();
  support::commit_files(work, "A push", {{"a", "b"}});
  ASSERT_EQ(git(work, {"push", "--quiet", "origin", "main"}).status, 0);
  EXPECT_EQ(delivered(receiver).size(), 0u);
  hook(receiver.url());
  ASSERT_EQ(git(work, {"push", "--quiet", "origin", "main"}).status, 0);  // nothing new
  EXPECT_EQ(delivered(receiver).size(), 0u);
  support::commit_files(work, "Another push", {{"a", "c"}});
  ASSERT_EQ(git(work, {"push", "--quiet", "origin", "main"}).status, 0);
  const auto bodies = delivered(receiver);
  ASSERT_EQ(bodies.size(), 1u);
  EXPECT_EQ(receiver.deliveries()[0].header("X-Hub-Signature"), "");
}

TEST_F(GitServerScmTest, WritesIsoTimesFrom103On) {
  for (const std::string version : {"9.10.0", "10.2.9", "10.3.0"}) {
    GitServerOptions with = options();
    with.version = version;
    server_ = serve(with);
    const Receiver receiver;
    hook(receiver.url());
    const auto work = clone();
    support::commit_files(work, "A push", {{"a", "b"}});
    ASSERT_EQ(git(work, {"push", "--quiet", "origin", "main"}).status, 0);
    const auto bodies = delivered(receiver);
    ASSERT_EQ(bodies.size(), 1u);
    const json time = bodies[0]["toCommit"]["authorTimestamp"];
    if (version == "10.3.0") {
      EXPECT_THAT(time.get<std::string>(), ::testing::MatchesRegex("....-..-..T..:..:...000Z"));
    } else {
      EXPECT_TRUE(time.is_number_integer()) << version;
    }
  }
}

TEST_F(GitServerScmTest, StopsAtOnceWhileAReceiverIsSilent) {
  const support::Listener receiver;  // the kernel accepts the connection, but no program answers
  hook(receiver.url("/hook"));
  const auto work = clone();
  support::commit_files(work, "A push", {{"a", "b"}});
  ASSERT_EQ(git(work, {"push", "--quiet", "origin", "main"}).status, 0);
  EXPECT_FALSE(server_->wait_for_deliveries(std::chrono::milliseconds(50)));
  const auto began = std::chrono::steady_clock::now();
  server_.reset();
  EXPECT_LT(std::chrono::steady_clock::now() - began, std::chrono::seconds(5));
}

TEST_F(GitServerScmTest, GoesOnWhenAReceiverAnswersTooSlowly) {
  namespace faults = bitbucket::testing::faults;
  GitServerOptions with = options();
  with.delivery_timeout = std::chrono::milliseconds(300);
  server_ = serve(with);
  GitServer receiver;
  receiver.misbehave({.times = 0, .fault = faults::slow_drip(1, std::chrono::milliseconds(50))});
  hook(receiver.base_url());
  const auto work = clone();
  ASSERT_EQ(git(work, {"push", "--quiet", "origin", "HEAD:refs/heads/slow"}).status, 0);
  EXPECT_TRUE(server_->wait_for_deliveries(std::chrono::seconds(5)));
  const json latest = send(server_->port(), "GET",
                           kDemo + "/webhooks/" + std::to_string(hook_) + "/latest", kBearer)
                          .parsed();
  EXPECT_EQ(latest["result"]["outcome"], "ERROR");
  EXPECT_EQ(latest["result"]["description"], "No answer within 300 ms");
}

TEST_F(GitServerScmTest, GoesOnWhenNobodyReceives) {
  hook("http://127.0.0.1:1/hook");
  const auto work = clone();
  support::commit_files(work, "A push", {{"a", "b"}});
  ASSERT_EQ(git(work, {"push", "--quiet", "origin", "main"}).status, 0);
  EXPECT_TRUE(server_->wait_for_deliveries());
  const json latest = send(server_->port(), "GET",
                           kDemo + "/webhooks/" + std::to_string(hook_) + "/latest", kBearer)
                          .parsed();
  EXPECT_EQ(latest["result"]["outcome"], "ERROR");
}

}  // namespace
}  // namespace server_test
