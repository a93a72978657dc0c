#include <atomic>
#include <fstream>

#include <gmock/gmock.h>

#include "testing/server_fixture.hpp"

namespace server_test {
namespace {

using ::testing::HasSubstr;
using ::testing::Not;

const std::string kOAuth = "/plugins/servlet/oauth/";
const Headers kForm{{"Content-Type", "application/x-www-form-urlencoded"}};

class GitServerOAuthTest : public ::testing::Test {
 protected:
  static GitServerOptions with_clock(std::shared_ptr<std::atomic<std::chrono::seconds>> ahead) {
    GitServerOptions out = options();
    out.clock = [ahead] { return std::chrono::system_clock::now() + ahead->load(); };
    out.consumers.push_back({.key = "robot",
                             .public_key = key().public_pkcs1(),
                             .two_legged = true,
                             .two_legged_user = "bob",
                             .impersonation = true});
    out.consumers.push_back(
        {.key = "plain robot", .public_key = key().public_pem(), .two_legged = true});
    return out;
  }
  std::string origin() const { return "http://127.0.0.1:" + std::to_string(server_->port()); }
  Answer call(const std::string& method, const std::string& target, const Signer& signer,
              const Headers& headers = {}, const std::string& body = {}) const {
    return send(
        server_->port(), method, target,
        Headers{{"Authorization", signer.authorization(method, origin(), target)}} + headers, body);
  }
  Answer leg(const std::string& name, const Signer& signer) const {
    return call("POST", kOAuth + name, signer);
  }
  std::string new_request_token(const std::string& callback = "oob") const {
    const Answer answer =
        leg("request-token", {.without_token = true, .oauth = {{"oauth_callback", callback}}});
    EXPECT_EQ(answer.status, 200) << answer.body;
    return form_value(answer.body, "oauth_token");
  }
  Signer with_token(const std::string& token) const { return {.token = token}; }
  static std::string problem(const Answer& answer) {
    return form_value(answer.body, "oauth_problem");
  }
  std::string access_problem(const std::string& token, const std::string& verifier) const {
    Signer signer{.token = token};
    if (!verifier.empty()) signer.oauth = {{"oauth_verifier", verifier}};
    return problem(leg("access-token", signer));
  }
  void pass(std::chrono::seconds time) { *ahead_ = ahead_->load() + time; }
  Signer now(Signer signer) const {
    signer.timestamp = std::chrono::duration_cast<std::chrono::seconds>(
                           (std::chrono::system_clock::now() + ahead_->load()).time_since_epoch())
                           .count();
    return signer;
  }

  const std::shared_ptr<std::atomic<std::chrono::seconds>> ahead_ =
      std::make_shared<std::atomic<std::chrono::seconds>>(std::chrono::seconds(0));
  const std::unique_ptr<GitServer> server_ = serve(with_clock(ahead_));
};

TEST_F(GitServerOAuthTest, GivesAccessInThreeLegs) {
  const Answer first =
      leg("request-token", {.without_token = true, .oauth = {{"oauth_callback", "oob"}}});
  ASSERT_EQ(first.status, 200) << first.body;
  EXPECT_THAT(first.header("Content-Type"), HasSubstr("text/plain"));
  EXPECT_EQ(form_value(first.body, "oauth_callback_confirmed"), "true");
  const std::string token = form_value(first.body, "oauth_token");
  EXPECT_EQ(access_problem(token, "x"), "permission_unknown");
  const std::string verifier = server_->approve(token, "bob");
  EXPECT_EQ(access_problem(token, ""), "parameter_absent");
  EXPECT_EQ(access_problem(token, "wrong"), "token_rejected");
  const Answer third =
      leg("access-token", {.token = token, .oauth = {{"oauth_verifier", verifier}}});
  ASSERT_EQ(third.status, 200) << third.body;
  EXPECT_EQ(form_value(third.body, "oauth_expires_in"), "157680000");
  EXPECT_EQ(form_value(third.body, "oauth_authorization_expires_in"), "160272000");
  EXPECT_EQ(access_problem(token, verifier), "token_used");
  const Answer call_answer = call("GET", kDemo, with_token(form_value(third.body, "oauth_token")));
  EXPECT_EQ(call_answer.status, 200);
  EXPECT_EQ(call_answer.header("X-AUSERNAME"), "bob");
}

TEST_F(GitServerOAuthTest, RenewsAnExpiredTokenByItsSession) {
  const auto access = server_->issue_access_token("app", "ann");
  pass(std::chrono::seconds(157'680'001));
  EXPECT_EQ(problem(call("GET", kDemo, now(with_token(access.token)))), "token_expired");
  const auto renew = [&](const std::string& handle) {
    Signer signer = now(with_token(access.token));
    if (!handle.empty()) signer.oauth = {{"oauth_session_handle", handle}};
    return leg("access-token", signer);
  };
  EXPECT_EQ(problem(renew("")), "parameter_absent");
  EXPECT_EQ(problem(renew("wrong")), "token_rejected");
  const Answer renewed = renew(access.session_handle);
  ASSERT_EQ(renewed.status, 200);
  EXPECT_EQ(problem(renew(access.session_handle)), "token_rejected");  // the old one is gone
  EXPECT_EQ(call("GET", kDemo, now(with_token(form_value(renewed.body, "oauth_token")))).status,
            200);
}

TEST_F(GitServerOAuthTest, EndsASession) {
  const auto access = server_->issue_access_token("app", "ann");
  pass(std::chrono::seconds(160'272'001));
  Signer signer = now(with_token(access.token));
  signer.oauth = {{"oauth_session_handle", access.session_handle}};
  EXPECT_EQ(problem(leg("access-token", signer)), "permission_denied");
}

TEST_F(GitServerOAuthTest, RejectsTokensOfEveryBadKind) {
  const std::string request = new_request_token();
  EXPECT_EQ(problem(call("GET", kDemo, with_token(request))), "token_rejected");
  EXPECT_EQ(problem(call("GET", kDemo, with_token("unknown"))), "token_rejected");
  const auto access = server_->issue_access_token("app", "ann");
  EXPECT_EQ(problem(call("GET", kDemo, {.consumer = "robot", .token = access.token})),
            "token_rejected");
  server_->revoke_access_token(access.token);
  EXPECT_EQ(problem(call("GET", kDemo, with_token(access.token))), "token_revoked");
  server_->deny(request);
  EXPECT_EQ(access_problem(request, "denied"), "permission_denied");
  const std::string late = new_request_token();
  pass(std::chrono::minutes(11));
  Signer signer = now({.token = late, .oauth = {{"oauth_verifier", "x"}}});
  EXPECT_EQ(problem(leg("access-token", signer)), "token_expired");
}

TEST_F(GitServerOAuthTest, ReportsProblemsAsTheProviderDoes) {
  const auto access = server_->issue_access_token("app", "ann");
  const Answer answer = call("GET", kDemo, {.consumer = "nobody", .token = access.token});
  EXPECT_EQ(answer.status, 401);
  EXPECT_THAT(answer.header("Content-Type"), HasSubstr("application/x-www-form-urlencoded"));
  EXPECT_EQ(problem(answer), "consumer_key_unknown");
  EXPECT_EQ(answer.header("WWW-Authenticate"),
            "OAuth realm=\"" + server_->base_url() + "\", oauth_problem=\"consumer_key_unknown\"");
  EXPECT_FALSE(answer.header("Date").empty());
}

TEST_F(GitServerOAuthTest, TakesARealmWithCommas) {
  const std::string target = kOAuth + "request-token";
  const Signer signer{.without_token = true};
  std::string header = signer.authorization("POST", origin(), target);
  header.replace(0, 6, "OAuth realm=\"a, b\", ");
  EXPECT_EQ(send(server_->port(), "POST", target, {{"Authorization", header}}).status, 200);
}

TEST_F(GitServerOAuthTest, ChecksTimestampsNoncesMethodsAndVersions) {
  const std::string token = server_->issue_access_token("app", "ann").token;
  const Answer old = call("GET", kDemo, {.token = token, .timestamp = 1'000'000'000});
  EXPECT_EQ(old.status, 401);
  EXPECT_EQ(problem(old), "timestamp_refused");
  EXPECT_THAT(form_value(old.body, "oauth_acceptable_timestamps"),
              ::testing::MatchesRegex("[0-9]+-[0-9]+"));
  const Signer signer = now({.token = token, .nonce = "once"});
  EXPECT_EQ(call("GET", kDemo, signer).status, 200);
  EXPECT_EQ(problem(call("GET", kDemo, signer)), "nonce_used");
  const Answer method = call("GET", kDemo, {.token = token, .method = "HMAC-SHA1"});
  EXPECT_EQ(problem(method), "signature_method_rejected");
  EXPECT_EQ(method.status, 400);
  EXPECT_EQ(problem(call("GET", kDemo, {.token = token, .version = "2.0"})), "version_rejected");
  EXPECT_EQ(problem(call("GET", kDemo, {.without_token = true})), "parameter_absent");
  EXPECT_EQ(problem(call("GET", kDemo, {.token = token, .oauth = {{"oauth_nonce", "twice"}}})),
            "parameter_rejected");
  EXPECT_EQ(problem(leg("request-token",
                        {.without_token = true, .oauth = {{"oauth_callback", "ftp://x"}}})),
            "parameter_rejected");
}

TEST_F(GitServerOAuthTest, VerifiesWhatWasSentOnTheWire) {
  const std::string token = server_->issue_access_token("app", "ann").token;
  const auto status = [&](const std::string& target) {
    return call("GET", target, with_token(token)).status;
  };
  EXPECT_EQ(status("/rest/api/1.0/repos?name=my%20repo&limit=250"), 200);
  EXPECT_EQ(status("/rest/api/1.0/repos?name=a+b&name=%C3%A4&name=&b=%25&a=1%2B1"), 200);
  EXPECT_EQ(status(kDemo + "/raw/%52EADME.md?at=refs%2Fheads%2Fmain"), 200);
  EXPECT_EQ(status("/rest/api/1.0/projects/PRJ/./repos/demo"), 200);
  // Signed for another query, path or method.
  const std::string good = with_token(token).authorization("GET", origin(), kDemo + "?a=1");
  const auto sent = [&](const std::string& method, const std::string& target) {
    return problem(send(server_->port(), method, target, {{"Authorization", good}}));
  };
  EXPECT_EQ(sent("GET", kDemo + "?a=2"), "signature_invalid");
  EXPECT_EQ(sent("GET", kDemo + "?a=1&a=1"), "signature_invalid");
  EXPECT_EQ(sent("GET", kDemo + "/commits?a=1"), "signature_invalid");
  EXPECT_EQ(sent("DELETE", kDemo + "?a=1"), "signature_invalid");
  EXPECT_EQ(sent("GET", kDemo + "?a=1"), "");
}

TEST_F(GitServerOAuthTest, SignsForTheHostHeaderOrThePublicUrl) {
  const std::string token = server_->issue_access_token("app", "ann").token;
  const auto status = [](const GitServer& server, const std::string& with, const std::string& host,
                         const std::string& t) {
    return send(server.port(), "GET", kDemo,
                {{"Host", host},
                 {"Authorization", Signer{.token = t}.authorization("GET", with, kDemo)}})
        .status;
  };
  EXPECT_EQ(status(*server_, "http://git.example.com", "Git.Example.COM:80", token), 200);
  EXPECT_EQ(status(*server_, "http://git.example.com", "other.example.com", token), 401);
  GitServerOptions with = options();
  with.public_url = "https://Git.example.com:443/";
  const auto proxied = serve(with);
  const std::string other = proxied->issue_access_token("app", "ann").token;
  EXPECT_EQ(status(*proxied, "https://git.example.com", "localhost", other), 200);
  EXPECT_EQ(status(*proxied, "http://localhost", "localhost", other), 401);
  EXPECT_EQ(send(proxied->port(), "GET", kDemo, kBearer).parsed()["links"]["clone"][0]["href"],
            "https://Git.example.com:443/scm/prj/demo.git");
}

TEST_F(GitServerOAuthTest, SignsFormBodies) {
  Signer signer = with_token(server_->issue_access_token("app", "ann").token);
  signer.form = {{"a b", "c&d"}, {"a b", "\xc3\xa9"}};
  const std::string body = "a+b=c%26d&a%20b=%C3%A9";
  const Answer good = call("POST", kDemo + "/webhooks", signer, kForm + kNoCheck, body);
  EXPECT_EQ(good.status, 415) << good.body;  // the signature was right, the type is not
  EXPECT_EQ(problem(call("POST", kDemo + "/webhooks", signer, kForm + kNoCheck, body + "&x=y")),
            "signature_invalid");
}

TEST_F(GitServerOAuthTest, LetsApplicationsActWithoutAToken) {
  EXPECT_EQ(call("GET", kDemo, {.consumer = "robot"}).header("X-AUSERNAME"), "bob");
  EXPECT_EQ(call("GET", kDemo + "?user_id=eve", {.consumer = "robot"}).header("X-AUSERNAME"),
            "eve");
  EXPECT_EQ(
      call("GET", kDemo + "?xoauth_requestor_id=ann", {.consumer = "robot"}).header("X-AUSERNAME"),
      "ann");
  EXPECT_EQ(problem(call("GET", kDemo + "?user_id=nobody", {.consumer = "robot"})),
            "permission_denied");
  EXPECT_EQ(call("GET", kDemo, {.consumer = "plain robot"}).header("X-AUSERNAME"), "ann");
  EXPECT_EQ(problem(call("GET", kDemo + "?user_id=eve", {.consumer = "plain robot"})),
            "permission_denied");
  EXPECT_EQ(problem(call("GET", kDemo, {})), "permission_denied");
  EXPECT_EQ(problem(call("GET", kDemo, {.consumer = "robot", .without_token = true})),
            "parameter_absent");
}

std::string input_value(const std::string& page, const std::string& name) {
  const auto at = page.find("name=\"" + name + "\" value=\"");
  if (at == std::string::npos) return {};
  const auto start = page.find("value=\"", at) + 7;
  return page.substr(start, page.find('"', start) - start);
}

TEST_F(GitServerOAuthTest, ShowsAPageThatAsks) {
  const std::string token = new_request_token();
  const Answer page = send(server_->port(), "GET", kOAuth + "authorize?oauth_token=" + token,
                           basic("ann", "secret"));
  EXPECT_EQ(page.status, 200);
  EXPECT_THAT(page.header("Content-Type"), HasSubstr("text/html"));
  EXPECT_THAT(page.body, HasSubstr("The &lt;App&gt;"));
  EXPECT_THAT(page.body, HasSubstr("Ann &quot;A&quot; &lt;Admin&gt;"));
  EXPECT_THAT(page.body, HasSubstr("value=\"allow\">Allow<"));
  EXPECT_THAT(page.body, HasSubstr("value=\"deny\">Deny<"));
  EXPECT_THAT(page.body, Not(HasSubstr("<script")));
  const Answer anybody = send(server_->port(), "GET", kOAuth + "authorize?oauth_token=" + token);
  EXPECT_THAT(anybody.body, HasSubstr("<option value=\"bob\">"));
  EXPECT_EQ(send(server_->port(), "GET", kOAuth + "authorize?oauth_token=%3Cx%3E").status, 401);

  const auto answer = [&](const std::string& form_token, const std::string& what) {
    return send(server_->port(), "POST", kOAuth + "authorize", kForm,
                "oauth_token=" + token + "&form_token=" + form_token + "&user=bob&answer=" + what);
  };
  EXPECT_EQ(answer("forged", "allow").status, 403);
  EXPECT_EQ(answer(input_value(page.body, "form_token"), "perhaps").status, 400);
  const Answer allowed = answer(input_value(page.body, "form_token"), "allow");
  EXPECT_EQ(allowed.status, 200);
  const auto at = allowed.body.find("<code id=\"verifier\">") + 20;
  const std::string verifier = allowed.body.substr(at, allowed.body.find('<', at) - at);
  EXPECT_EQ(leg("access-token", {.token = token, .oauth = {{"oauth_verifier", verifier}}}).status,
            200);
}

TEST_F(GitServerOAuthTest, RepeatsAnAnswerUntilItsTokenIsUsed) {
  const std::string token = new_request_token();
  const Answer page = send(server_->port(), "GET", kOAuth + "authorize?oauth_token=" + token);
  const auto answer = [&](const std::string& user, const std::string& what) {
    return send(server_->port(), "POST", kOAuth + "authorize", kForm,
                "oauth_token=" + token + "&form_token=" + input_value(page.body, "form_token") +
                    "&user=" + user + "&answer=" + what);
  };
  const Answer nobody = answer("%3Cb%3E", "allow");
  EXPECT_EQ(nobody.status, 400);
  EXPECT_THAT(nobody.body, HasSubstr("no user &quot;&lt;b&gt;&quot;"));
  EXPECT_THAT(nobody.body, HasSubstr("href=\"" + kOAuth + "authorize?oauth_token=" + token));
  const Answer first = answer("bob", "allow");
  EXPECT_EQ(first.status, 200);
  EXPECT_EQ(answer("bob", "allow").body, first.body);  // a second click
  EXPECT_EQ(answer("ann", "allow").status, 401);
  EXPECT_EQ(answer("bob", "deny").status, 401);
  const Answer later = send(server_->port(), "GET", kOAuth + "authorize?oauth_token=" + token);
  EXPECT_EQ(later.status, 401);
  EXPECT_THAT(later.body, HasSubstr("answered already"));
  const std::string verifier = server_->approve(token, "bob");
  ASSERT_EQ(leg("access-token", {.token = token, .oauth = {{"oauth_verifier", verifier}}}).status,
            200);
  EXPECT_EQ(answer("bob", "allow").status, 401);
}

TEST_F(GitServerOAuthTest, KeepsItsPagesFromCachesFramesAndOtherSites) {
  const auto guarded = [](const Answer& answer) {
    EXPECT_EQ(answer.header("Cache-Control"), "no-store");
    EXPECT_EQ(answer.header("X-Frame-Options"), "DENY");
    EXPECT_EQ(answer.header("Referrer-Policy"), "no-referrer");
    EXPECT_EQ(answer.header("X-Content-Type-Options"), "nosniff");
    EXPECT_THAT(answer.header("Content-Security-Policy"), HasSubstr("default-src 'none'"));
    EXPECT_THAT(answer.header("Content-Security-Policy"), HasSubstr("frame-ancestors 'none'"));
  };
  const std::string token = new_request_token("http://app.example.com/");
  const std::string target = kOAuth + "authorize";
  const Answer page = send(server_->port(), "GET", target + "?oauth_token=" + token);
  guarded(page);
  guarded(send(server_->port(), "GET", target + "?oauth_token=unknown"));
  guarded(send(server_->port(), "POST", target, kForm, "oauth_token=" + token));
  const Answer back = send(
      server_->port(), "POST", target, kForm,
      "oauth_token=" + token + "&answer=deny&form_token=" + input_value(page.body, "form_token"));
  EXPECT_EQ(back.status, 302);
  guarded(back);
}

TEST_F(GitServerOAuthTest, SendsTheBrowserBack) {
  const auto answer = [&](const std::string& token, const std::string& what,
                          const std::string& more = {}) {
    const Answer page =
        send(server_->port(), "GET", kOAuth + "authorize?oauth_token=" + token + more);
    std::string body = "oauth_token=" + token + "&user=ann&answer=" + what +
                       "&form_token=" + input_value(page.body, "form_token");
    body += "&oauth_callback=" + encode(input_value(page.body, "oauth_callback"));
    return send(server_->port(), "POST", kOAuth + "authorize", kForm, body);
  };
  const std::string first = new_request_token("https://app.example.com/back?x=1#top");
  const Answer allowed = answer(first, "allow");
  EXPECT_EQ(allowed.status, 302);
  EXPECT_THAT(allowed.header("Location"),
              ::testing::StartsWith("https://app.example.com/back?x=1&oauth_token=" + first +
                                    "&oauth_verifier="));
  EXPECT_THAT(allowed.header("Location"), ::testing::EndsWith("#top"));
  const std::string second = new_request_token("https://app.example.com/back");
  EXPECT_EQ(answer(second, "deny").header("Location"),
            "https://app.example.com/back?oauth_token=" + second + "&oauth_verifier=denied");
  EXPECT_THAT(answer(new_request_token(), "deny").body, HasSubstr("id=\"denied\""));
  // An address of the authorize page counts only when leg 1 named none.
  const std::string more = "&oauth_callback=" + encode("http://other.example.com/");
  EXPECT_EQ(answer(new_request_token(), "allow", more).status, 200);
  const Answer plain = leg("request-token", {.without_token = true});
  const std::string old = form_value(plain.body, "oauth_token");
  EXPECT_THAT(answer(old, "allow", more).header("Location"),
              ::testing::StartsWith("http://other.example.com/?"));
  const std::string another =
      form_value(leg("request-token", {.without_token = true}).body, "oauth_token");
  const std::string broken = "&oauth_callback=" + encode("http://x/\r\nSet-Cookie: a=b");
  EXPECT_EQ(answer(another, "allow", broken).status, 200);  // a page, and no header of theirs
  // And then it is OAuth 1.0, which knows no verifier.
  EXPECT_EQ(leg("access-token", {.token = old, .oauth = {{"oauth_verifier", old}}}).status, 200);
}

TEST_F(GitServerOAuthTest, ApprovesByItselfWhenTold) {
  GitServerOptions with = options();
  with.auto_approve = true;
  const auto server = serve(with);
  const std::string base = "http://127.0.0.1:" + std::to_string(server->port());
  const std::string target = kOAuth + "request-token";
  const Signer signer{.without_token = true,
                      .oauth = {{"oauth_callback", "http://app.example.com/"}}};
  const Answer first = send(server->port(), "POST", target,
                            {{"Authorization", signer.authorization("POST", base, target)}});
  const Answer page =
      send(server->port(), "GET",
           kOAuth + "authorize?oauth_token=" + form_value(first.body, "oauth_token"));
  EXPECT_EQ(page.status, 302);
}

TEST_F(GitServerOAuthTest, TellsTestsWhatCannotBeApproved) {
  EXPECT_THROW(server_->approve("nothing"), std::runtime_error);
  EXPECT_THROW(server_->approve(new_request_token(), "nobody"), std::runtime_error);
  EXPECT_THROW(server_->issue_access_token("nothing", "ann"), std::runtime_error);
}

TEST_F(GitServerOAuthTest, WritesDownWhatItVerified) {
  const bitbucket::test_support::TempDir folder;
  GitServerOptions with = options();
  with.record_signed_requests = folder / "signed";
  const auto server = serve(with);
  const std::string token = server->issue_access_token("app", "ann").token;
  const std::string base = "http://127.0.0.1:" + std::to_string(server->port());
  const auto go = [&](const std::string& method, const std::string& target, Signer signer,
                      const Headers& more, const std::string& body) {
    signer.token = token;
    return send(server->port(), method, target,
                Headers{{"Authorization", signer.authorization(method, base, target)}} + more,
                body);
  };
  go("GET", kDemo + "?a=%20", {}, {}, {});
  go("GET", kDemo, {.consumer = "nobody"}, {}, {});
  go("POST", kDemo + "/webhooks", {.form = {{"x", "y"}}}, kForm + kNoCheck, "x=y");
  go("POST", kDemo + "/webhooks", {}, {{"Content-Type", "application/json"}}, "{}");
  std::vector<json> lines;
  for (const auto& file : std::filesystem::directory_iterator(folder / "signed")) {
    std::ifstream in(file.path());
    for (std::string line; std::getline(in, line);) lines.push_back(json::parse(line));
  }
  ASSERT_EQ(lines.size(), 3u);
  EXPECT_EQ(lines[0]["method"], "GET");
  EXPECT_EQ(lines[0]["url"], base + kDemo + "?a=%20");
  EXPECT_EQ(lines[0]["public_key"], key().public_pem());
  EXPECT_EQ(lines[0]["rsa"], true);
  EXPECT_FALSE(lines[0].contains("body"));
  EXPECT_THAT(lines[0]["authorization"].get<std::string>(), ::testing::StartsWith("OAuth realm="));
  EXPECT_EQ(lines[1]["body"], "x=y");
  EXPECT_EQ(lines[1]["content_type"], "application/x-www-form-urlencoded");
  EXPECT_FALSE(lines[2].contains("body"));
}

}  // namespace
}  // namespace server_test
