#include "testing/server_fixture.hpp"

namespace server_test {
namespace {

const Headers kJson{{"Content-Type", "application/json"}};
const std::string kHook =
    R"({"name":"n","url":"http://x.example.com/","events":["repo:refs_changed"]})";

TEST(GitServerAuthTest, AsksForCredentials) {
  const auto server = serve();
  const Answer answer = send(server->port(), "GET", kDemo);
  EXPECT_EQ(answer.status, 401);
  EXPECT_EQ(answer.exception(), "AuthenticationRequiredException");
  EXPECT_EQ(answer.header("WWW-Authenticate"), "Basic realm=\"Atlassian Bitbucket\"");
  EXPECT_EQ(answer.header("X-AUSERNAME"), "");
}

TEST(GitServerAuthTest, LetsAnybodyReadWhenTold) {
  GitServerOptions with = options();
  with.anonymous_reads = true;
  const auto server = serve(with);
  EXPECT_EQ(send(server->port(), "GET", kDemo).parsed()["public"], true);
  EXPECT_EQ(send(server->port(), "GET", "/rest/api/1.0/repos").parsed()["size"], 6);
  EXPECT_EQ(send(server->port(), "GET", kDemo + "/webhooks").status, 401);
  EXPECT_EQ(send(server->port(), "GET", kDemo, {{"Authorization", "Bearer wrong"}}).status, 401);
}

TEST(GitServerAuthTest, TakesPasswordsAndTokens) {
  const auto server = serve();
  EXPECT_EQ(send(server->port(), "GET", kDemo, basic("ann", "secret")).header("X-AUSERNAME"),
            "ann");
  EXPECT_EQ(send(server->port(), "GET", kDemo, basic("bob", "bob-token")).header("X-AUSERNAME"),
            "bob");
  EXPECT_EQ(send(server->port(), "GET", kDemo, basic("bob", "ann-token")).status, 401);
  EXPECT_EQ(send(server->port(), "GET", kDemo, {{"Authorization", "bearer eve-token"}})
                .header("X-AUSERNAME"),
            "eve");
  const Answer wrong = send(server->port(), "GET", kDemo, {{"Authorization", "Bearer nothing"}});
  EXPECT_EQ(wrong.status, 401);
  EXPECT_EQ(wrong.exception(), "IncorrectPasswordAuthenticationException");
}

TEST(GitServerAuthTest, EncodesUserNamesInTheHeader) {
  GitServerOptions with = options();
  with.users.push_back({.name = "J\xc3\xb6rg Doe", .password = "x"});
  const auto server = serve(with);
  EXPECT_EQ(send(server->port(), "GET", kDemo, basic("J\xc3\xb6rg Doe", "x")).header("X-AUSERNAME"),
            "J%C3%B6rg%20Doe");
  const json user =
      send(server->port(), "GET", "/rest/api/1.0/users?filter=Doe", kBearer).parsed()["values"][0];
  EXPECT_EQ(user["slug"], "j__rg_doe");
}

TEST(GitServerAuthTest, WantsACaptchaAfterTooManyWrongPasswords) {
  const auto server = serve();
  for (int i = 0; i < 5; ++i) {
    EXPECT_EQ(send(server->port(), "GET", kDemo, basic("ann", "wrong")).exception(),
              "IncorrectPasswordAuthenticationException");
  }
  const Answer locked = send(server->port(), "GET", kDemo, basic("ann", "secret"));
  EXPECT_EQ(locked.status, 401);
  EXPECT_EQ(locked.exception(), "CaptchaRequiredAuthenticationException");
  EXPECT_EQ(send(server->port(), "GET", kDemo, basic("bob", "builder")).status, 200);
  server->clear_captcha("ann");
  EXPECT_EQ(send(server->port(), "GET", kDemo, basic("ann", "secret")).status, 200);
  for (int i = 0; i < 5; ++i) send(server->port(), "GET", kDemo, basic("eve", "wrong"));
  EXPECT_EQ(send(server->port(), "DELETE", "/rest/api/1.0/admin/users/captcha?name=eve",
                 kBearer + kNoCheck)
                .status,
            204);
  EXPECT_EQ(send(server->port(), "GET", kDemo, basic("eve", "reader")).status, 200);
}

TEST(GitServerAuthTest, RefusesWhatAUserMayNotDoWith401) {
  const auto server = serve();
  const Answer answer =
      send(server->port(), "GET", kDemo + "/webhooks", {{"Authorization", "Bearer bob-token"}});
  EXPECT_EQ(answer.status, 401);
  EXPECT_EQ(answer.exception(), "AuthorisationException");
  EXPECT_EQ(answer.header("X-AUSERNAME"), "bob");
}

TEST(GitServerAuthTest, ChecksForCrossSiteRequests) {
  const auto server = serve();
  const auto create = [&](const Headers& headers) {
    return send(server->port(), "POST", kDemo + "/webhooks", kBearer + headers, kHook);
  };
  for (const char* type :
       {"text/plain", "application/x-www-form-urlencoded", "multipart/form-data; boundary=x"}) {
    const Answer refused = create({{"Content-Type", type}});
    EXPECT_EQ(refused.status, 403) << type;
    EXPECT_EQ(refused.body, "XSRF check failed");
    EXPECT_EQ(refused.header("Content-Type"), "text/html;charset=UTF-8");
    EXPECT_EQ(create({{"Content-Type", type}, {"X-Atlassian-Token", "no-check"}}).status, 415)
        << type;
  }
  EXPECT_EQ(create({}).status, 403);
  EXPECT_EQ(create(kJson).status, 201);
  EXPECT_EQ(create(kJson + kNoCheck).status, 201);
  EXPECT_EQ(send(server->port(), "DELETE", kDemo + "/webhooks/1", kBearer).status, 403);
}

TEST(GitServerAuthTest, RefusesMethodsTypesAndBrokenBodies) {
  const auto server = serve();
  const Answer method = send(server->port(), "PUT", kDemo + "/commits", kBearer + kJson, "{}");
  EXPECT_EQ(method.status, 405);
  EXPECT_EQ(method.header("Allow"), "GET");
  EXPECT_EQ(send(server->port(), "GET", kDemo, kBearer + Headers{{"Accept", "text/plain"}}).status,
            406);
  EXPECT_EQ(send(server->port(), "GET", kDemo + "/raw/README.md",
                 kBearer + Headers{{"Accept", "text/plain"}})
                .status,
            200);
  const Answer broken = send(server->port(), "POST", kDemo + "/webhooks", kBearer + kJson, "{");
  EXPECT_EQ(broken.status, 400);
  EXPECT_EQ(broken.exception(), "JsonParseException");
  EXPECT_EQ(send(server->port(), "HEAD", kDemo, kBearer).status, 200);
}

}  // namespace
}  // namespace server_test
