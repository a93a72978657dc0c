// Runs examples/release_tracker as a process, uses it as a browser does, and compares what it shows
// with git.
#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <httplib.h>

#include <csignal>
#include <filesystem>
#include <regex>

#include "examples/program.hpp"
#include "examples/tracking_repository.hpp"
#include "server/signed_client.hpp"
#include "tracking/databases.hpp"

namespace bitbucket::test {
namespace {

using test_support::commit_files;
using test_support::commit_id;
using test_support::run_git;
using test_support::TempDir;
using ::testing::AllOf;
using ::testing::HasSubstr;
using ::testing::IsEmpty;
using ::testing::Not;
using ::testing::StartsWith;

std::string unescaped(std::string text) {
  for (const auto& [code, character] :
       {std::pair{"&lt;", "<"}, {"&gt;", ">"}, {"&quot;", "\""}, {"&#39;", "'"}, {"&amp;", "&"}})
    text = std::regex_replace(text, std::regex(code), character);
  return text;
}

/// Returns what the group of an expression matches, each time.
std::set<std::string> all(const std::string& html, const std::string& expression) {
  const std::regex pattern(expression);
  std::set<std::string> found;
  for (std::sregex_iterator match(html.begin(), html.end(), pattern), end; match != end; ++match)
    found.insert(unescaped((*match)[1]));
  return found;
}

/// The running service, and a browser without scripts.
class RunningTracker {
 public:
  RunningTracker(std::vector<std::string> arguments, const std::string& folder)
      : program_(BITBUCKET_EXAMPLES "/release_tracker", with_port(std::move(arguments)), {},
                 folder) {
    do {
      const std::string line = wait_for("");
      if (line.starts_with("  git push ")) {
        clone_link = line.substr(std::string("  git push ").size());
        clone_link.resize(clone_link.find(' '));
      }
      if (line.starts_with("Open ")) address = line.substr(std::string("Open ").size());
    } while (address.empty());
  }

  /// Reads the output up to a line with this text, and returns that line.
  std::string wait_for(const std::string& text) {
    for (std::string line = program_.line(); !line.empty(); line = program_.line())
      if (line.find(text) != std::string::npos) return line;
    throw std::runtime_error("the program ended: " + program_.errors());
  }
  httplib::Result get(const std::string& target) const {
    return httplib::Client(address).Get(target);
  }
  std::string page(const std::string& target) const {
    const auto answer = get(target);
    EXPECT_EQ(answer->status, 200) << target << answer->body;
    return answer->body;
  }
  /// Sends a form with the token that pages have.
  httplib::Result send(const std::string& target, httplib::Params fields) const {
    const auto tokens = all(get("/connect")->body, "name=\"token\" value=\"([^\"]*)\"");
    fields.emplace("token", *tokens.begin());
    return httplib::Client(address).Post(target, fields);
  }
  /// Connects a server, as the administrator who allows the access.
  void connect(const httplib::Params& fields, const std::string& user) const {
    const auto answer = send("/connect", fields);
    ASSERT_EQ(answer->status, 303) << answer->body;
    const std::string page = answer->get_header_value("Location");
    const std::size_t path = page.find('/', sizeof "http://");
    httplib::Client server(page.substr(0, path));
    httplib::Params approval{{"user", user}, {"answer", "allow"}};
    const std::string html = server.Get(page.substr(path))->body;
    const std::regex hidden("<input type=\"hidden\" name=\"([^\"]*)\" value=\"([^\"]*)\"");
    for (std::sregex_iterator field(html.begin(), html.end(), hidden), end; field != end; ++field)
      approval.emplace((*field)[1], (*field)[2]);
    const std::string back = server.Post(page.substr(path), approval)->get_header_value("Location");
    ASSERT_THAT(back, StartsWith(address + "/callback?"));
    EXPECT_EQ(get(back.substr(address.size()))->get_header_value("Location"), "/repositories");
  }
  /// Connects with what the form suggests, and attaches a repository.
  void set_up(const std::string& repository) {
    const std::string form = page("/connect");
    const auto value = [&](const std::string& expression) {
      return *all(form, expression).begin();
    };
    connect({{"url", value("name=\"url\"[^>]* value=\"([^\"]*)\"")},
             {"consumer_key", value("name=\"consumer_key\"[^>]* value=\"([^\"]*)\"")},
             {"private_key", value("<textarea[^>]*>\n([^<]*)</textarea>")}},
            "git");
    attach(repository);
  }
  void attach(const std::string& repository) {
    EXPECT_EQ(send("/attach", {{"repository", repository}})->get_header_value("Location"), "/");
    wait_for(repository + " is up to date");
  }
  void stop() {
    program_.signal(SIGTERM);
    EXPECT_EQ(program_.exit_code(), 0);
  }
  std::string errors() { return program_.errors(); }
  int exit_code() { return program_.exit_code(); }

  std::string address, clone_link;

 private:
  static std::vector<std::string> with_port(std::vector<std::string> arguments) {
    arguments.insert(arguments.end(), {"--port", "0"});
    return arguments;
  }
  Program program_;
};

class ReleaseTrackerProgramTest : public ::testing::Test {
 protected:
  ReleaseTrackerProgramTest() { make_released_repository(demo); }
  std::unique_ptr<RunningTracker> start_demo(std::vector<std::string> more = {}) const {
    more.insert(more.begin(), {"--demo", "demo"});
    return std::make_unique<RunningTracker>(more, folder.path());
  }
  /// Starts the service for a server of its own, which keeps what it knows in a folder.
  std::unique_ptr<RunningTracker> start() const {
    return std::make_unique<RunningTracker>(std::vector<std::string>{"--data", "data"},
                                            folder.path());
  }
  httplib::Params form() const {
    return {{"url", server->base_url()},
            {"consumer_key", "release-bot"},
            {"private_key", server_test::key().private_pem()}};
  }
  /// Clones the repository of a running demo.
  std::filesystem::path clone(const RunningTracker& service) const {
    run_git(folder.path(), {"clone", "--quiet", service.clone_link, "clone"});
    return folder / "clone";
  }

  const TempDir folder;
  const std::filesystem::path demo = folder / "demo";
  const std::unique_ptr<testing::GitServer> server = signed_server();
};

TEST_F(ReleaseTrackerProgramTest, ShowsTheReleaseThatAPushedTagBecomes) {
  const auto service = start_demo();
  EXPECT_EQ(service->get("/")->get_header_value("Location"), "/connect");
  service->set_up("LOCAL/demo");
  const std::filesystem::path work = clone(*service);
  commit_files(work, "Fixes ABC-99", {{"new.txt", "new"}, {"src/a.cpp", "3\n"}});
  run_git(work, {"push", "--quiet", "origin", "HEAD:main"});
  service->wait_for("pushed to LOCAL/demo");
  EXPECT_THAT(service->page("/"), AllOf(HasSubstr("<strong>Fixes ABC-99</strong>")));
  EXPECT_THAT(service->page("/issue?key=abc-99"), HasSubstr("<p id=\"state\">Open</p>"));

  commit_files(work, "Close ABC-7: again", {{"README.md", "back"}});
  run_git(work, {"tag", "v2.0.0"});
  run_git(work, {"push", "--quiet", "origin", "HEAD:main", "v2.0.0"});
  service->wait_for("ABC-99 is resolved by");
  const std::string page = service->page("/release?version=v2.0.0");
  std::set<std::string> ids, files;
  for (const std::string& id : rev_list(work, "v1.1.0..v2.0.0")) {
    ids.insert(id.substr(0, 7));
    for (const std::string& file : diff_tree(work, id)) files.insert(file.substr(2));
  }
  EXPECT_EQ(all(page, "<code>([0-9a-f]{7})</code>"), ids);
  EXPECT_EQ(all(page, "<li class=\"file\">([^<]*) <"), files);
  EXPECT_EQ(all(page, "<span class=\"author\">([^<]*)<"), std::set<std::string>{"Ada Lovelace"});
  EXPECT_EQ(all(page, "/issue\\?key=([A-Z0-9-]*)\""), (std::set<std::string>{"ABC-7", "ABC-99"}));
  EXPECT_THAT(service->page("/issue?key=ABC-99"),
              AllOf(HasSubstr("Resolved in the release <a href=\"/release?version=v2.0.0\">"),
                    HasSubstr(commit_id(work, "HEAD~1")), HasSubstr("Ada Lovelace")));
  EXPECT_THAT(service->page("/"), HasSubstr("Every commit is in a release."));
  service->stop();
}

TEST_F(ReleaseTrackerProgramTest, MakesReleasesOfTheTagsThatAreThere) {
  const auto service = start_demo();
  service->set_up("LOCAL/demo");
  EXPECT_EQ(all(service->page("/"), "/release\\?version=([^\"]*)\""),
            (std::set<std::string>{"v1.0.0", "v1.1.0-rc.1", "v1.1.0"}));
  std::set<std::string> ids;
  for (const std::string& id : rev_list(demo, "v1.1.0-rc.1..v1.1.0")) ids.insert(id.substr(0, 7));
  EXPECT_EQ(all(service->page("/release?version=v1.1.0"), "<code>([0-9a-f]{7})</code>"), ids);
}

TEST_F(ReleaseTrackerProgramTest, MakesAReleaseOfABranch) {
  run_git(demo, {"checkout", "--quiet", "-b", "next"});
  commit_files(demo, "Fixes ABC-3", {{"c", "c"}});
  const auto service = start_demo();
  service->set_up("LOCAL/demo");
  const auto choices = all(service->page("/"), "<option value=\"([^\"]*)\"");
  const auto next = std::find_if(choices.begin(), choices.end(), [](const std::string& choice) {
    return choice.ends_with(" refs/heads/next");
  });
  ASSERT_NE(next, choices.end());
  const auto made = service->send("/release", {{"version", "2.0 & more"}, {"from", *next}});
  EXPECT_EQ(made->get_header_value("Location"), "/release?version=2.0 & more")
      << made->body;  // cpp-httplib decodes headers
  EXPECT_THAT(service->page("/release?version=2.0%20%26%20more"),
              AllOf(HasSubstr("<h1>Release 2.0 &amp; more</h1>"), HasSubstr("Fixes ABC-3")));
  EXPECT_THAT(service->page("/issue?key=ABC-3"), HasSubstr("Resolved in the release"));
  EXPECT_EQ(service->send("/release", {{"version", "a/b"}, {"from", *next}})->status, 400);
  EXPECT_EQ(service->send("/release", {{"version", "3"}, {"from", "999 main"}})->status, 409);
}

TEST_F(ReleaseTrackerProgramTest, ShowsTextsOfOthersAsText) {
  const std::string evil = "<script>alert(1)</script>\" onload='x' &lt; \xE2\x80\xAE \x01 \xFF";
  commit_files(demo, evil + "\n\n" + evil + " Fixes ABC-5",
               {{"<img src=x onerror=alert(1)>", "x"}});
  run_git(demo, {"tag", "<b>bold</b>\"'&"});
  const auto service = start_demo();
  service->set_up("LOCAL/demo");
  for (const std::string target :
       {"/", "/release?version=%3Cb%3Ebold%3C%2Fb%3E%22'%26",
        "/repositories?query=%22%3E%3Cscript%3E", "/release?version=%3Cscript%3E",
        "/issue?key=%3Cscript%3E", "/%3Cscript%3E"}) {
    const auto answer = service->get(target);
    for (const std::string bad : {"<script", "<img", "<b>", "\x01", "\xFF", "\xE2\x80\xAE"})
      EXPECT_THAT(answer->body, Not(HasSubstr(bad))) << target;
    EXPECT_THAT(answer->get_header_value("Content-Security-Policy"),
                StartsWith("default-src 'none'; style-src 'self';"))
        << target;
    EXPECT_EQ(answer->get_header_value("X-Content-Type-Options"), "nosniff");
  }
  EXPECT_THAT(service->page("/"), HasSubstr("&lt;script&gt;alert(1)&lt;/script&gt;"));
}

TEST_F(ReleaseTrackerProgramTest, RefusesFormsAndWebhooksOfOthers) {
  const auto service = start_demo();
  service->set_up("LOCAL/demo");
  httplib::Client other(service->address);
  const std::string id =
      *all(service->page("/repositories"), "name=\"repository\" value=\"(\\d+)\"").begin();
  for (const httplib::Params& fields : {httplib::Params{{"repository", id}},
                                        {{"repository", id}, {"token", ""}},
                                        {{"repository", id}, {"token", std::string(64, 'A')}}})
    EXPECT_EQ(other.Post("/detach", fields)->status, 403);
  EXPECT_EQ(other.Get("/", {{"Host", "evil.example.com"}})->status, 421);
  EXPECT_EQ(
      other.Post("/hook/" + id, {{"X-Event-Key", "repo:refs_changed"}}, "{}", "application/json")
          ->status,
      401);
  EXPECT_EQ(
      other.Post("/hook/999", {{"X-Event-Key", "repo:refs_changed"}}, "{}", "application/json")
          ->status,
      401);
  EXPECT_THAT(service->page("/repositories"), HasSubstr("LOCAL/demo"));
  EXPECT_EQ(service->send("/detach", {{"repository", id}})->status, 303);
  EXPECT_THAT(service->page("/repositories"), HasSubstr("No repository is attached."));
}

TEST_F(ReleaseTrackerProgramTest, LearnsAfterARestartWhatWasPushedInTheMeantime) {
  server->add_repository("PRJ", "released", demo);
  {
    const auto service = start();
    service->connect(form(), "ann");
    service->attach("PRJ/released");
    service->stop();
  }
  const BitbucketServer client(signed_options(*server));
  std::string link(client.repos.get("PRJ/released").clone_url());
  link.insert(link.find("://") + 3, "ann:secret@");
  run_git(folder.path(), {"clone", "--quiet", link, "clone"});
  const std::string id = commit_files(folder / "clone", "Fixes ABC-8", {{"d", "d"}});
  run_git(folder / "clone", {"tag", "v3.0.0"});
  run_git(folder / "clone", {"push", "--quiet", "origin", "HEAD:main", "v3.0.0"});
  ASSERT_TRUE(server->wait_for_deliveries());  // nobody receives them
  const auto service = start();
  service->wait_for("PRJ/released is up to date");
  EXPECT_THAT(service->page("/release?version=v3.0.0"), HasSubstr("Fixes ABC-8"));
  EXPECT_THAT(service->page("/issue?key=ABC-8"), HasSubstr(id));
  EXPECT_THAT(service->page("/connect"), HasSubstr(server->base_url()));
  for (const auto& entry : std::filesystem::directory_iterator(folder / "data")) {
    if (entry.path().extension() == ".json")
      EXPECT_THAT(std::string(read_file(entry.path()).reveal()), Not(HasSubstr("PRIVATE KEY")));
  }
}

TEST_F(ReleaseTrackerProgramTest, SaysWhatIsWrongWithTheForm) {
  const auto service = start();
  EXPECT_EQ(service->get("/")->get_header_value("Location"), "/connect");
  httplib::Params fields = form();
  fields.find("private_key")->second = "no key";
  fields.find("url")->second = "git.example.com";
  const auto answer = service->send("/connect", fields);
  EXPECT_EQ(answer->status, 422);
  EXPECT_THAT(answer->body, AllOf(HasSubstr("class=\"note\""), Not(HasSubstr("no key<"))));
  fields = form();
  fields.find("consumer_key")->second = "nobody";
  EXPECT_THAT(service->send("/connect", fields)->body,
              HasSubstr("no application link has this consumer key"));
  EXPECT_EQ(service->get("/callback?oauth_token=unknown&oauth_verifier=x")->status, 409);
  EXPECT_THAT(service->get("/repositories")->body, HasSubstr("No Bitbucket Server is connected"));
  EXPECT_EQ(service->get("/release?version=absent")->status, 404);
  EXPECT_EQ(service->get("/issue?key=absent")->status, 404);
  EXPECT_EQ(service->get("/absent")->status, 404);
}

TEST_F(ReleaseTrackerProgramTest, SaysWhatToDoWhenTheDatabaseIsGone) {
  PostgresqlServer postgresql;
  postgresql.execute("CREATE DATABASE tracker");
  const auto service = start_demo({"--database", postgresql.address("tracker")});
  service->set_up("LOCAL/demo");
  EXPECT_THAT(service->page("/"), HasSubstr("v1.1.0"));
  postgresql.stop();
  for (const std::string target :
       {"/", "/release?version=v1.1.0", "/issue?key=ABC-7", "/repositories"}) {
    const auto answer = service->get(target);
    EXPECT_EQ(answer->status, 503) << target;
    EXPECT_THAT(answer->body,
                AllOf(HasSubstr("Check that the database runs"), Not(HasSubstr("SELECT"))))
        << target;
  }
  postgresql.start();
  EXPECT_THAT(service->page("/"), HasSubstr("v1.1.0"));
  service->stop();
}

TEST_F(ReleaseTrackerProgramTest, CountsOnlyTheIssuesThatItIsAskedFor) {
  const auto service = start_demo({"--issues", "xyz,other"});
  service->set_up("LOCAL/demo");
  EXPECT_THAT(all(service->page("/release?version=v1.1.0"), "/issue\\?key=([^\"]*)\""), IsEmpty());
}

TEST_F(ReleaseTrackerProgramTest, RefusesACommandLineThatCannotWork) {
  for (const std::vector<std::string>& arguments : {std::vector<std::string>{"--port", "x"},
                                                    {"--issues", "a b"},
                                                    {"--reconcile", "0"},
                                                    {"--data"},
                                                    {"--public-url", "tracker.example.com"},
                                                    {"word"}}) {
    Program program(BITBUCKET_EXAMPLES "/release_tracker", arguments, {}, folder.path());
    EXPECT_THAT(program.errors(), HasSubstr("usage: release_tracker"));
    EXPECT_EQ(program.exit_code(), 2);
  }
  Program program(BITBUCKET_EXAMPLES "/release_tracker",
                  {"--port", "0", "--database", "sqlite:/no/file"}, {}, folder.path());
  EXPECT_THAT(program.errors(), HasSubstr("/no/file"));
  EXPECT_EQ(program.exit_code(), 1);
}

}  // namespace
}  // namespace bitbucket::test
