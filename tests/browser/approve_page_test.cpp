#include <gmock/gmock.h>
#include <bitbucket/error.hpp>
#include <bitbucket/server.hpp>
#include <bitbucket/setup.hpp>

#include <atomic>
#include <map>

#include "browser/browser.hpp"
#include "testing/server_fixture.hpp"

// What a person sees of the second leg in a browser, with and without JavaScript.
namespace browser_test {
namespace {

using bitbucket::RequestToken;
using bitbucket::SetupClient;
using server_test::GitServer;
using server_test::GitServerOptions;
using ::testing::HasSubstr;
using ::testing::StartsWith;

const std::string kAuthorize = "/plugins/servlet/oauth/authorize";
const std::string kEvilName = "<script>document.title = 'taken'</script>";
const std::string kAllow = "button[value=allow]", kDeny = "button[value=deny]";

class ApprovePageTest : public ::testing::TestWithParam<bool> {
 protected:
  static void TearDownTestSuite() { browsers_.clear(); }

  static Browser& browser() {
    auto& out = browsers_[GetParam()];
    if (!out) out = std::make_unique<Browser>(GetParam());
    return *out;
  }
  GitServerOptions with_clock() {
    GitServerOptions out = server_test::options();
    out.clock = [this] { return std::chrono::system_clock::now() + ahead_.load(); };
    out.consumers.push_back({.key = "nameless", .public_key = server_test::key().public_pem()});
    out.consumers.push_back({.key = "evil" + std::string(300, 'x'),
                             .public_key = server_test::key().public_pem(),
                             .name = kEvilName});
    return out;
  }
  SetupClient setup(const std::string& callback = "oob", const std::string& key = "app") const {
    return SetupClient{{.base_url = server_->base_url(),
                        .consumer_key = key,
                        .private_key = server_test::key().private_pem(),
                        .callback = callback}};
  }
  /// Opens the page that asks for a new request token.
  RequestToken ask(const SetupClient& client) const {
    RequestToken request = client.get_request_token();
    browser().open(client.authorize_url(request));
    return request;
  }
  /// Returns the user to whom an access token belongs, as the server sees it.
  std::string owner(const SetupClient& client, const RequestToken& request,
                    const std::string& verifier) const {
    const bitbucket::BitbucketServer user{
        {.base_url = server_->base_url(),
         .credentials = client.credentials(client.get_access_token(request, verifier))}};
    static_cast<void>(user.repos.list().to_vector(1));
    std::string name;
    for (const auto& done : server_->requests())
      if (done.path == "/rest/api/1.0/repos") name = done.user;
    return name;
  }
  static std::string refusal(const SetupClient& client, const RequestToken& request) {
    try {
      static_cast<void>(client.get_access_token(request, "any"));
    } catch (const bitbucket::OAuthError& error) {
      return error.problem();
    }
    return "none";
  }

  std::atomic<std::chrono::seconds> ahead_{std::chrono::seconds(0)};
  const std::unique_ptr<GitServer> server_ = server_test::serve(with_clock());

 private:
  inline static std::map<bool, std::unique_ptr<Browser>> browsers_;
};

INSTANTIATE_TEST_SUITE_P(WithAndWithoutJavaScript, ApprovePageTest, ::testing::Bool(),
                         [](const auto& given) { return given.param ? "With" : "Without"; });

TEST_P(ApprovePageTest, RunsWithOrWithoutJavaScript) {
  browser().open("data:text/html,<title>off</title><script>document.title='on'</script>");
  EXPECT_EQ(browser().title(), GetParam() ? "on" : "off");
}

TEST_P(ApprovePageTest, SaysWhoAsksForWhichAccess) {
  ask(setup());
  EXPECT_EQ(browser().text("h1"), "Allow The <App> to use Bitbucket as you?");
  EXPECT_EQ(browser().text("#application"), "The <App>");
  EXPECT_EQ(browser().text("#consumer"), "app");
  EXPECT_THAT(browser().text("main"), HasSubstr("read the projects, repositories and commits"));
  EXPECT_THAT(browser().text("main"), HasSubstr("you are shown a code to enter in The <App>"));
}

TEST_P(ApprovePageTest, SaysFirstThatItIsATest) {
  ask(setup());
  EXPECT_THAT(browser().text("#test-server"),
              HasSubstr("a server for tests, not a real Bitbucket"));
  EXPECT_LT(browser().top("#test-server"), browser().top("h1"));
  browser().follow(kAllow);
  EXPECT_LT(browser().top("#test-server"), browser().top("h1"));
}

TEST_P(ApprovePageTest, NamesAnApplicationWithoutANameOnce) {
  ask(setup("oob", "nameless"));
  EXPECT_EQ(browser().text("#application"), "nameless");
  EXPECT_EQ(browser().count("#consumer"), 0u);
}

TEST_P(ApprovePageTest, LeadsBackToTheTerminal) {
  ask(setup());
  browser().follow(kAllow);
  EXPECT_THAT(browser().text("#back"), StartsWith("Go back to the terminal"));
  EXPECT_THAT(browser().text("#back"), HasSubstr("paste the code there and press Enter"));
  EXPECT_LE(browser().below_a_phone("#back"), 0);
}

TEST_P(ApprovePageTest, CopiesTheCode) {
  ask(setup());
  browser().follow(kAllow);
  if (!GetParam()) {  // the page does not show a button that does nothing
    EXPECT_EQ(browser().text("main").find("Copy the code"), std::string::npos);
    return;
  }
  EXPECT_EQ(browser().role("#copy"), "button");
  EXPECT_EQ(browser().label("#copy"), "Copy the code");
  EXPECT_EQ(browser().role("#copied"), "status");
  browser().press({kTab});
  EXPECT_EQ(browser().focused("id"), "copy");
  browser().press({kEnter});
  EXPECT_EQ(browser().text("#copied:not(:empty)"), "Copied.");
  EXPECT_EQ(browser().clipboard(), browser().text("#verifier"));
}

TEST_P(ApprovePageTest, CopiesTheCodeOnAPageThatMayNotUseTheClipboard) {
  if (!GetParam()) return;
  ask(setup());
  browser().follow(kAllow);
  browser().without_clipboard();
  browser().click("#copy");
  EXPECT_EQ(browser().text("#copied:not(:empty)"), "Copied.");
  const std::string verifier = browser().text("#verifier");
  browser().open(server_->base_url() + "/status");
  EXPECT_EQ(browser().clipboard(), verifier);
}

TEST_P(ApprovePageTest, GivesACodeThatGetsAccessForTheChosenUser) {
  const SetupClient client = setup();
  for (const std::string user : {"ann", "bob"}) {
    const RequestToken request = ask(client);
    browser().click("option[value=" + user + "]");
    browser().follow(kAllow);
    const std::string verifier = browser().text("#verifier");
    EXPECT_EQ(browser().selected_by_click("#verifier"), verifier);
    EXPECT_THAT(browser().text("main"), HasSubstr("Enter this code in The <App>"));
    EXPECT_EQ(owner(client, request, ' ' + verifier + '\n'), user);
  }
}

TEST_P(ApprovePageTest, GivesNoAccessWhenRefused) {
  const SetupClient client = setup();
  const RequestToken request = ask(client);
  EXPECT_EQ(refusal(client, request), "permission_unknown");
  browser().follow(kDeny);
  EXPECT_EQ(browser().text("h1"), "Access denied");
  EXPECT_EQ(browser().text("#denied"), "You gave The <App> no access.");
  EXPECT_EQ(refusal(client, request), "permission_denied");
}

TEST_P(ApprovePageTest, NeedsNoMouse) {
  const SetupClient client = setup();
  const RequestToken allowed = ask(client);
  browser().press({kTab});
  EXPECT_EQ(browser().focused("id"), "user");
  browser().press(u"b");  // bob
  browser().press({kTab});
  EXPECT_EQ(browser().focused("value"), "allow");
  browser().follow_by_key(kEnter);
  EXPECT_EQ(owner(client, allowed, browser().text("#verifier")), "bob");
  const RequestToken denied = ask(client);
  browser().press({kTab, kTab, kTab});
  EXPECT_EQ(browser().focused("value"), "deny");
  browser().follow_by_key(kSpace);
  EXPECT_EQ(browser().text("#denied"), "You gave The <App> no access.");
  EXPECT_EQ(refusal(client, denied), "permission_denied");
}

TEST_P(ApprovePageTest, TellsAScreenReaderWhatIsWhat) {
  ask(setup());
  EXPECT_EQ(browser().count("html[lang=en]"), 1u);
  EXPECT_EQ(browser().count("h1"), 1u);
  EXPECT_EQ(browser().role("main"), "main");
  EXPECT_EQ(browser().label("#user"), "Who are you?");
  EXPECT_EQ(browser().label(kAllow), "Allow");
  EXPECT_EQ(browser().role(kAllow), "button");
  EXPECT_EQ(browser().label(kDeny), "Deny");
  EXPECT_THAT(browser().title(), StartsWith("Allow The <App>"));
}

TEST_P(ApprovePageTest, SendsTheBrowserBackToTheApplication) {
  const GitServer application;
  const std::string callback = application.base_url() + "/status?step=2";
  const SetupClient client = setup(callback);
  const RequestToken allowed = ask(client);
  EXPECT_EQ(browser().text("#callback"), application.base_url());
  browser().follow(kAllow);
  EXPECT_THAT(browser().text("body"), HasSubstr("RUNNING"));
  const std::string start = callback + "&oauth_token=" + allowed.token + "&oauth_verifier=";
  ASSERT_THAT(browser().url(), StartsWith(start));
  EXPECT_EQ(owner(client, allowed, browser().url().substr(start.size())), "ann");
  const RequestToken denied = ask(client);
  browser().follow(kDeny);
  EXPECT_EQ(browser().url(), callback + "&oauth_token=" + denied.token + "&oauth_verifier=denied");
  EXPECT_EQ(refusal(client, denied), "permission_denied");
}

TEST_P(ApprovePageTest, LetsTheUserTryAgainAfterAnUnknownName) {
  const SetupClient client = setup();
  const RequestToken request = ask(client);
  browser().set_attribute("option[value=ann]", "value", "<i>nobody</i>");
  browser().follow(kAllow);
  EXPECT_EQ(browser().text("#problem"), "This server has no user \"<i>nobody</i>\".");
  EXPECT_EQ(refusal(client, request), "permission_unknown");
  browser().follow("a");
  browser().click("option[value=bob]");
  browser().follow(kAllow);
  EXPECT_EQ(owner(client, request, browser().text("#verifier")), "bob");
}

TEST_P(ApprovePageTest, SurvivesADoubleClick) {
  const SetupClient client = setup();
  const RequestToken request = ask(client);
  browser().follow_twice(kAllow);
  EXPECT_EQ(owner(client, request, browser().text("#verifier")), "ann");
}

TEST_P(ApprovePageTest, SaysWhatToDoWhenThereIsNothingToAnswer) {
  const SetupClient client = setup();
  const auto says = [&](const RequestToken& request, const std::string& what) {
    browser().open(client.authorize_url(request));
    EXPECT_EQ(browser().text("h1"), "Nothing to allow here");
    EXPECT_THAT(browser().text("#problem"), HasSubstr(what));
    EXPECT_THAT(browser().text("#problem"), HasSubstr("start again there"));
  };
  says({.token = "<script>document.title = 'taken'</script>"}, "No application asks");
  const RequestToken used = ask(client);
  browser().follow(kAllow);
  const std::string verifier = browser().text("#verifier");
  says(used, "answered already");
  static_cast<void>(client.get_access_token(used, verifier));
  says(used, "answered already");
  const RequestToken late = ask(client);
  ahead_ = std::chrono::minutes(11);
  browser().follow(kAllow);
  EXPECT_THAT(browser().text("#problem"), HasSubstr("too old"));
  says(late, "too old");
}

TEST_P(ApprovePageTest, ShowsMarkupInNamesAsText) {
  ask(setup("oob", "evil" + std::string(300, 'x')));
  EXPECT_EQ(browser().text("#application"), kEvilName);
  EXPECT_EQ(browser().count("script"), 0u);
  EXPECT_EQ(browser().text("option[value=ann]"), "Ann \"A\" <Admin> (ann)");
  EXPECT_THAT(browser().title(), StartsWith("Allow <script>"));
  browser().follow(kDeny);
  EXPECT_EQ(browser().text("#denied"), "You gave " + kEvilName + " no access.");
  EXPECT_EQ(browser().title(), "Access denied - Bitbucket");
}

TEST_P(ApprovePageTest, ShowsTheAnswersOnTheFirstScreenOfAPhone) {
  ask(setup());
  EXPECT_LE(browser().below_a_phone(kDeny), 0);
}

TEST_P(ApprovePageTest, FitsAPhone) {
  ask(setup("oob", "evil" + std::string(300, 'x')));
  EXPECT_LE(browser().overflow(320), 0);
  EXPECT_LE(browser().overflow(390), 0);
  browser().follow(kAllow);
  EXPECT_EQ(browser().text("h1"), "Access allowed");
  EXPECT_LE(browser().overflow(320), 0);
}

TEST_P(ApprovePageTest, IsNotShownInsideAnotherSite) {
  const SetupClient client = setup();
  const std::string page = client.authorize_url(client.get_request_token());
  const bitbucket::test_support::TempDir site;
  bitbucket::test_support::write_file(site / "prize.html",
                                      "<h1>Win a prize</h1><iframe src=\"" + page + "\"></iframe>");
  browser().open("file://" + (site / "prize.html").string());
  browser().enter_frame("iframe");
  EXPECT_EQ(browser().count("form"), 0u);
  EXPECT_EQ(server_->request_count("GET " + kAuthorize), 1u);
}

}  // namespace
}  // namespace browser_test
