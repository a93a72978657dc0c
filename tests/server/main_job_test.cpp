// The main job over real HTTP: the three legs, repositories, a webhook, a push, the commits.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <algorithm>
#include <set>

#include <nlohmann/json.hpp>

#include "server/methods.hpp"
#include "server/signed_client.hpp"
#include "support/demo.hpp"

namespace bitbucket::test {
namespace {

using bitbucket::test_support::commit_files;
using bitbucket::test_support::commit_id;
using bitbucket::test_support::run_git;
using bitbucket::test_support::TempDir;
using ::testing::Contains;
using ::testing::HasSubstr;

SetupOptions setup_options(const testing::GitServer& server) {
  return {.base_url = server.base_url(),
          .consumer_key = "release-bot",
          .private_key = server_test::key().private_pem()};
}

TEST(MainJobTest, TheEmbeddedServerHasAHandlerForEachRowThatIsNotMarked) {
  const auto server = signed_server();
  const BitbucketServer client{signed_options(*server)};
  api::for_each_operation([&](std::string_view name, const auto& row) {
    bool unrouted = false;
    try {
      invoke(client, row);
    } catch (const ApiError& error) {  // there is no such commit, say
      unrouted = error.is_unrouted();
    }
    EXPECT_EQ(unrouted, without_handler.contains(name)) << name;
  });
}

TEST(MainJobTest, ListsTheRepositoriesOfOneProject) {
  const auto server = signed_server();
  const BitbucketServer client{signed_options(*server)};
  std::vector<std::string> names;
  for (const Repo& repo : client.repos.list_in_project("PRJ")) names.push_back(repo.full_name());
  EXPECT_THAT(names, ::testing::ElementsAre("PRJ/demo", "PRJ/empty", "PRJ/rich"));
  EXPECT_EQ(client.repos.list_in_project("~ann").to_vector().size(), 1u);
  try {
    (void)client.repos.list_in_project("NONE").to_vector();
    FAIL() << "a wrong key was accepted";
  } catch (const ApiError& error) {
    EXPECT_TRUE(error.is_not_found());
    EXPECT_TRUE(error.has_exception("NoSuchProjectException")) << error.what();
  }
  EXPECT_THROW((void)client.repos.list_in_project("..").to_vector(), InvalidArgument);
}

TEST(MainJobTest, AnEmptyRepositoryHasNoLastCommits) {
  const auto server = signed_server();
  const BitbucketServer client{signed_options(*server)};
  EXPECT_TRUE(client.commits.last("PRJ/empty", 3).empty());
  EXPECT_THROW((void)client.commits.last("PRJ/empty", 3, {.until = "v1"}), ApiError);
  EXPECT_THROW((void)client.commits.last("PRJ/absent", 3), ApiError);
}

TEST(MainJobTest, GoesFromTheThreeLegsToTheCommitsOfAPush) {
  const auto server = signed_server();

  const SetupClient setup{setup_options(*server)};
  const RequestToken request = setup.get_request_token();
  EXPECT_THAT(setup.authorize_url(request),
              HasSubstr(server->base_url() + "/plugins/servlet/oauth/authorize?oauth_token="));
  const std::string verifier = server->approve(request.token, "ann");
  const AccessToken access =
      setup.get_access_token(RequestToken::restore(request.save()), verifier);
  const BitbucketServer client{
      {.base_url = server->base_url(), .credentials = setup.credentials(access)}};
  EXPECT_EQ(client.server.who_am_i(), "ann");

  std::set<std::string> repositories;
  for (const Repo& repo : client.repos.list()) repositories.insert(repo.full_name());
  EXPECT_THAT(repositories, Contains("PRJ/demo"));
  const auto found = client.repos.list({.name = "dem"}).to_vector();
  ASSERT_EQ(found.size(), 1u);
  EXPECT_EQ(found[0], client.repos.get(demo));

  const server_test::Receiver receiver;
  const Hook hook = client.hooks.create(demo, {.name = "release-bot",
                                               .url = receiver.url(),
                                               .events = {"repo:refs_changed", "pr:merged"},
                                               .secret = "webhook secret"});
  EXPECT_EQ(client.hooks.get(demo, hook.id), hook);

  const TempDir folder;
  std::string clone_url(found[0].clone_url());
  clone_url.insert(clone_url.find("://") + 3, "bob:builder@");
  run_git(folder.path(), {"clone", "-q", clone_url, "work"});
  const std::string before = commit_id(folder / "work", "HEAD");
  commit_files(folder / "work", "Pushed one", {{"new.txt", "1\n"}});
  const std::string after =
      commit_files(folder / "work", "Pushed two", {{"new.txt", "2\n"}, {"dir/other.txt", "x"}});
  run_git(folder / "work", {"push", "-q", "origin", "HEAD:main"});
  ASSERT_TRUE(server->wait_for_deliveries());

  ASSERT_EQ(receiver.deliveries().size(), 1u);
  const auto delivery = receiver.deliveries()[0];
  EXPECT_EQ(delivery.header("X-Event-Key"), "repo:refs_changed");
  EXPECT_FALSE(delivery.header("X-Request-Id").empty());
  EXPECT_EQ(delivery.header("X-Hub-Signature"),
            "sha256=" + server_test::hmac_sha256_hex("webhook secret", delivery.body));
  const auto change = nlohmann::json::parse(delivery.body).at("changes").at(0);
  EXPECT_EQ(change.at("fromHash"), before);
  EXPECT_EQ(change.at("toHash"), after);

  std::vector<std::string> titles;
  std::vector<std::string> files;
  for (const Commit& commit : client.commits.list(demo, {.since = before, .until = after})) {
    titles.emplace_back(commit.title());
    for (const Change& file : client.commits.changes(demo, commit.id))
      files.push_back(std::string(file.type.text()) + ' ' + file.path.str());
  }
  EXPECT_EQ(titles, (std::vector<std::string>{"Pushed two", "Pushed one"}));
  EXPECT_EQ(files,
            (std::vector<std::string>{"ADD dir/other.txt", "MODIFY new.txt", "ADD new.txt"}));
  client.hooks.remove(demo, hook.id);
  EXPECT_TRUE(client.hooks.list(demo).to_vector().empty());
}

TEST(MainJobTest, RenewsAnAccessToken) {
  const auto server = signed_server();
  const SetupClient setup{setup_options(*server)};
  const RequestToken request = setup.get_request_token();
  const AccessToken first = setup.get_access_token(request, server->approve(request.token));
  EXPECT_GT(first.expires_in, std::chrono::hours(24));
  EXPECT_GT(first.authorization_expires_in, first.expires_in);
  const AccessToken second = setup.renew(first);
  EXPECT_NE(first.token, second.token);
  const BitbucketServer client{
      {.base_url = server->base_url(), .credentials = setup.credentials(second)}};
  EXPECT_EQ(client.server.who_am_i(), "ann");
  try {
    (void)client.with({.credentials = setup.credentials(first)}).repos.get(demo);
    FAIL() << "the old token still works";
  } catch (const OAuthError& error) {
    EXPECT_EQ(error.problem(), "token_rejected");
  }
}

TEST(MainJobTest, SaysWhatTheServerObjectsTo) {
  const auto server = signed_server();
  const SetupClient setup{setup_options(*server)};
  const auto problem_of = [](auto&& call) -> std::string {
    try {
      call();
    } catch (const OAuthError& error) {
      return error.problem();
    }
    return "none";
  };
  const RequestToken unanswered = setup.get_request_token();
  EXPECT_EQ(problem_of([&] { (void)setup.get_access_token(unanswered, "guess"); }),
            "permission_unknown");
  const RequestToken refused = setup.get_request_token();
  server->deny(refused.token);
  EXPECT_EQ(problem_of([&] { (void)setup.get_access_token(refused, "guess"); }),
            "permission_denied");
  const RequestToken used = setup.get_request_token();
  const std::string verifier = server->approve(used.token);
  (void)setup.get_access_token(used, verifier);
  EXPECT_THAT(problem_of([&] { (void)setup.get_access_token(used, verifier); }),
              ::testing::AnyOf("token_used", "token_rejected"));
  SetupOptions stranger = setup_options(*server);
  stranger.consumer_key = "nobody";
  EXPECT_EQ(problem_of([&] { (void)SetupClient(stranger).get_request_token(); }),
            "consumer_key_unknown");
}

TEST(MainJobTest, RepairsAClockThatIsWrong) {
  testing::GitServerOptions options = server_test::options();
  options.clock = [] { return std::chrono::system_clock::now() + std::chrono::hours(5); };
  const auto server = signed_server(options);
  int attempts = 0;
  ClientOptions mine = signed_options(*server);
  mine.connection.observer = [&](const Attempt&) { ++attempts; };
  const BitbucketServer client(mine);
  EXPECT_EQ(client.repos.get(demo).slug, "demo");
  EXPECT_EQ(attempts, 2) << "refused once, then signed with the server's clock";
  EXPECT_EQ(client.repos.get(demo).slug, "demo");
  EXPECT_EQ(attempts, 3) << "and the clock is remembered";
}

TEST(MainJobTest, WorksWithEveryKindOfCredentials) {
  const auto server = signed_server();
  const auto name_of = [&](Credentials credentials) {
    return BitbucketServer({.base_url = server->base_url(), .credentials = std::move(credentials)})
        .server.who_am_i();
  };
  EXPECT_EQ(name_of(BearerToken{"ann-token"}), "ann");
  EXPECT_EQ(name_of(BasicCredentials{"bob", "builder"}), "bob");
  EXPECT_EQ(name_of(Anonymous{}), "");
  const BitbucketServer wrong(
      {.base_url = server->base_url(), .credentials = BasicCredentials{"bob", "guess"}});
  try {
    (void)wrong.repos.get(demo);
    FAIL();
  } catch (const ApiError& error) {
    EXPECT_TRUE(error.is_unauthenticated());
    EXPECT_TRUE(error.has_exception("IncorrectPasswordAuthenticationException"));
  }
  EXPECT_EQ(server->request_count("GET /rest/api/1.0/projects/PRJ/repos/demo"), 1u)
      << "a 401 is never repeated";
}

TEST(MainJobTest, TellsErrorsOfARealServerApart) {
  const auto server = signed_server();
  const BitbucketServer client(signed_options(*server));
  const auto error_of = [](auto&& call) -> ApiError {
    try {
      call();
    } catch (const ApiError& error) {
      return error;
    }
    throw std::logic_error("no error was thrown");
  };
  const ApiError repo = error_of([&] { (void)client.repos.get("PRJ/absent"); });
  EXPECT_TRUE(repo.is_not_found());
  EXPECT_TRUE(repo.has_exception("NoSuchRepositoryException"));
  EXPECT_FALSE(repo.request_id().empty());
  EXPECT_FALSE(repo.is_unrouted());
  EXPECT_TRUE(error_of([&] {
                (void)client.commits.get(demo, "ffffffffffff");
              }).has_exception("NoSuchCommitException"));
  EXPECT_TRUE(error_of([&] { (void)client.files.raw(demo, "no/such.txt"); }).is_not_found());
  EXPECT_TRUE(
      error_of([&] { (void)client.call(Method::get, "/rest/api/1.0/no-such-api"); }).is_unrouted());
  EXPECT_TRUE(error_of([&] { (void)client.hooks.get(demo, HookId{4711}); }).is_not_found());
}

TEST(MainJobTest, ExplainsASlashThatNoRouteAccepts) {
  const auto server = signed_server();
  const BitbucketServer client{signed_options(*server)};
  constexpr ApiPath<Method::get, Tag, RepoRef, PathParam<"tag">> tag{
      "/rest/api/1.0/projects/{project}/repos/{repo}/tags/{tag}"};
  try {
    (void)client.call(tag, demo, PathParam<"tag">{"release/1.0"});
    FAIL();
  } catch (const ApiError& error) {
    EXPECT_TRUE(error.is_unrouted());
    EXPECT_THAT(error.what(), HasSubstr("tags/release%2F1.0: HTTP 404"));
    EXPECT_THAT(error.what(), HasSubstr("does not allow a slash"));
  }
}

TEST(MainJobTest, UpdatesAWebhookOfAServerThatShowsItsSecretAndOneThatHidesIt) {
  for (const bool masked : {false, true}) {
    testing::GitServerOptions options = server_test::options();
    options.mask_webhook_secrets = masked;
    const auto server = signed_server(options);
    const BitbucketServer client(signed_options(*server));
    const Hook hook = client.hooks.create(demo, {.name = "n",
                                                 .url = "http://127.0.0.1:9/x",
                                                 .events = {"repo:refs_changed"},
                                                 .secret = "s3cret"});
    if (masked) {
      EXPECT_THROW(client.hooks.update(demo, hook.id, {.name = "m"}), InvalidArgument);
      EXPECT_EQ(client.hooks.get(demo, hook.id).name, "n") << "nothing was changed";
    } else {
      const Hook updated = client.hooks.update(demo, hook.id, {.name = "m"});
      EXPECT_EQ(updated.name, "m");
      EXPECT_EQ(updated.configuration.secret, Secret("s3cret"));
      EXPECT_TRUE(client.hooks.update(demo, hook.id, {.secret = HookUpdate::clear})
                      .configuration.secret.empty());
    }
    EXPECT_EQ(client.hooks.update(demo, hook.id, {.active = false, .secret = Secret("new")}).active,
              false);
  }
}

TEST(MainJobTest, UpdatesARepository) {
  const auto server = signed_server();
  const BitbucketServer client(signed_options(*server));
  const Repo before = client.repos.get(demo);
  Repo expected = before;
  expected.description = "shows it";
  EXPECT_EQ(client.repos.update(demo, {.description = "shows it"}), expected);
  expected.forkable = false;
  expected.is_public = true;
  EXPECT_EQ(client.repos.update(demo, {.forkable = false, .is_public = true}), expected)
      << "what is not set is not sent";
  EXPECT_EQ(client.repos.update(demo, {}), expected);
  EXPECT_EQ(client.repos.update(demo, {.description = ""}).description, "");
  (void)client.repos.update(demo, {.default_branch = "feature/login"});
  EXPECT_EQ(client.branches.get_default(demo)->display_id, "feature/login");

  const Repo renamed = client.repos.update(demo, {.name = "New Name", .project = "BIG"});
  EXPECT_EQ(renamed.id, before.id);
  EXPECT_EQ(renamed.ref(), RepoRef("BIG", "new-name"));
  EXPECT_EQ(client.repos.get(renamed), renamed);
  EXPECT_EQ(client.commits.last(renamed, 1).size(), 1u);
  EXPECT_TRUE(client.repos.update(renamed, {.archived = true}).archived);
  EXPECT_FALSE(client.repos.update(renamed, {.archived = false}).archived);
}

TEST(MainJobTest, SaysWhyARepositoryCannotBeUpdated) {
  const auto server = signed_server();
  const BitbucketServer client(signed_options(*server));
  const auto error_of = [&](const RepoRef& repo, const RepoUpdate& update) -> ApiError {
    try {
      client.repos.update(repo, update);
    } catch (const ApiError& error) {
      return error;
    }
    throw std::logic_error("no error was thrown");
  };
  const ApiError taken = error_of(demo, {.name = "rich"});
  EXPECT_TRUE(taken.is_conflict());
  EXPECT_THAT(taken.what(), HasSubstr("This repository URL is already taken"));
  EXPECT_EQ(error_of(demo, {.name = " "}).status(), 400);
  EXPECT_TRUE(error_of("PRJ/absent", {.name = "x"}).has_exception("NoSuchRepositoryException"));
  EXPECT_TRUE(error_of(demo, {.project = "NONE"}).has_exception("NoSuchProjectException"));
  EXPECT_EQ(client.repos.get(demo).name, "demo");
  client.repos.update(demo, {.name = "renamed"});
  EXPECT_TRUE(error_of(demo, {.description = "x"}).is_not_found()) << "the slug is another now";
  const BitbucketServer writer(signed_options(*server, "bob"));
  EXPECT_THROW(writer.repos.update("PRJ/renamed", {.name = "x"}), ApiError);
  EXPECT_THROW(client.repos.update({"PRJ", ".."}, {.name = "x"}), InvalidArgument);
}

TEST(MainJobTest, TestsAWebhook) {
  const auto server = signed_server();
  const BitbucketServer client(signed_options(*server));
  const server_test::Receiver receiver;
  const HookTestResult result = client.hooks.test(demo, receiver.url());
  EXPECT_FALSE(result.request.empty());
  ASSERT_EQ(receiver.deliveries().size(), 1u);
  EXPECT_EQ(receiver.deliveries()[0].header("X-Event-Key"), "diagnostics:ping");
}

TEST(MainJobTest, SignsTheAddressThatTheServerSeesBehindAProxy) {
  testing::GitServerOptions options = server_test::options();
  options.public_url = "https://git.example.com/bitbucket";
  const auto server = signed_server(options);
  ClientOptions mine = signed_options(*server);
  try {
    (void)BitbucketServer(mine).repos.get(demo);
    FAIL();
  } catch (const OAuthError& error) {
    EXPECT_EQ(error.problem(), "signature_invalid");
  }
  std::get<OAuth1Credentials>(mine.credentials).sign_base_url = "https://git.example.com/bitbucket";
  EXPECT_EQ(BitbucketServer(mine).repos.get(demo).slug, "demo");
}

}  // namespace
}  // namespace bitbucket::test
