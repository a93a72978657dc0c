// Runs every example as a user does, as a process against the embedded server over real
// repositories, and compares its output with git's.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <sys/stat.h>

#include <algorithm>
#include <filesystem>
#include <fstream>
#include <future>
#include <iterator>
#include <regex>
#include <thread>

#include "examples/program.hpp"
#include "http/raw_server.hpp"
#include "server/signed_client.hpp"

namespace bitbucket::test {
namespace {

using bitbucket::test_support::lines;
using bitbucket::test_support::run_git;
using bitbucket::test_support::TempDir;
using bitbucket::test_support::write_file;
using ::testing::AllOf;
using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::IsEmpty;
using ::testing::StartsWith;

struct Ran {
  int code = 0;
  std::string output, errors;
};

std::string example_path(const std::string& name) { return BITBUCKET_EXAMPLES "/" + name; }

class ExamplesTest : public ::testing::Test {
 protected:
  Ran run(const std::string& name, const std::vector<std::string>& arguments,
          const std::string& token = "ann-token") {
    return run_at(server->base_url(), name, arguments, token);
  }
  Ran run_at(const std::string& url, const std::string& name,
             const std::vector<std::string>& arguments, const std::string& token = "ann-token") {
    Program program(example_path(name), arguments,
                    {"BITBUCKET_BASE_URL=" + url, "BITBUCKET_TOKEN=" + token}, folder.path());
    Ran ran;
    ran.output = program.output();
    ran.errors = program.errors();
    ran.code = program.exit_code();
    return ran;
  }
  std::vector<std::string> files() const {
    std::vector<std::string> names;
    for (const auto& entry : std::filesystem::directory_iterator(folder.path()))
      names.push_back(entry.path().filename());
    return names;
  }

  const server_test::Samples& samples = server_test::samples();
  const std::filesystem::path demo = samples.folder / "PRJ/demo";
  const std::filesystem::path rich = samples.folder / "PRJ/rich";
  std::unique_ptr<testing::GitServer> server = signed_server();
  TempDir folder;
};

std::string content(const std::filesystem::path& path) {
  std::ifstream in(path, std::ios::binary);
  return {std::istreambuf_iterator<char>(in), {}};
}

TEST_F(ExamplesTest, ListRepos) {
  const Ran all = run("list_repos", {});
  EXPECT_EQ(all.code, 0) << all.errors;
  EXPECT_THAT(all.output, HasSubstr("PRJ/demo\t" + server->base_url() + "/scm/"));
  EXPECT_THAT(all.output, HasSubstr("BIG/long\t"));
  const Ran one = run("list_repos", {"dem"});
  ASSERT_EQ(lines(one.output).size(), 1u) << one.output;
  const std::string url = one.output.substr(one.output.find('\t') + 1);
  std::string with_password = lines(url).at(0);
  with_password.insert(with_password.find("://") + 3, "ann:secret@");
  EXPECT_THAT(run_git(folder.path(), {"ls-remote", with_password, "HEAD"}),
              StartsWith(samples.small.third));
}

TEST_F(ExamplesTest, SayWhatIsWrongAndWhatToDo) {
  const Ran token = run("list_repos", {}, "wrong-token");
  EXPECT_EQ(token.code, 1);
  EXPECT_THAT(token.errors, AllOf(HasSubstr("HTTP 401"), HasSubstr("Check the token")));
  EXPECT_THAT(token.errors, ::testing::Not(HasSubstr("wrong-token")));
  const Ran repo = run("compare_commits", {"PRJ/absent", "v1", "v2"});
  EXPECT_EQ(repo.code, 1);
  EXPECT_THAT(repo.errors, HasSubstr("PRJ/absent"));
  const Ran nobody = run_at("http://127.0.0.1:1", "list_repos", {});
  EXPECT_EQ(nobody.code, 1);
  EXPECT_THAT(nobody.errors, HasSubstr("Try again later"));
  for (const char* name : {"list_repos", "compare_commits", "oauth_setup", "manage_hooks",
                           "download_file", "fan_out", "your_own_operation"}) {
    for (const std::vector<std::string>& arguments :
         {std::vector<std::string>{"--frob", "x"}, {"--oauth"}, {"--token-file", "/no/such"}}) {
      if (name == std::string("oauth_setup") && arguments[0] == "--token-file") continue;
      const Ran ran = run(name, arguments);
      EXPECT_EQ(ran.code, 2) << name << ' ' << ran.errors;
      EXPECT_THAT(ran.errors, HasSubstr(std::string("usage: ") + name));
    }
  }
  EXPECT_THAT(files(), IsEmpty());
}

const std::vector<std::string> programs = {
    "list_repos",       "compare_commits", "oauth_setup",        "manage_hooks",
    "download_file",    "fan_out",         "your_own_operation", "quickstart",
    "webhook_receiver", "connect",         "test_your_service",  "release_notes",
    "release_tracker"};

TEST_F(ExamplesTest, HelpPrintsTheUsageAndSucceeds) {
  for (const std::string& name : programs) {
    // The environment is empty, because help needs no server.
    Program program(example_path(name), {"--help"}, {}, folder.path());
    EXPECT_THAT(program.output(),
                HasSubstr(name == "test_your_service" ? "--gtest_filter"  // GoogleTest answers
                                                      : "usage: " + name))
        << name;
    EXPECT_THAT(program.errors(), IsEmpty()) << name;
    EXPECT_EQ(program.exit_code(), 0) << name;
  }
  EXPECT_THAT(files(), IsEmpty());
}

TEST_F(ExamplesTest, WrongUseIsAnErrorWithTheUsage) {
  for (const std::string& name : programs) {
    if (name == "test_your_service") continue;
    const std::size_t before = server->requests().size();
    const Ran ran = run(name, {"--frob", "x", "y", "z"});
    EXPECT_EQ(ran.code, 2) << name;
    EXPECT_THAT(ran.errors, HasSubstr("usage: " + name));
    EXPECT_THAT(ran.output, IsEmpty()) << name;
    EXPECT_EQ(server->requests().size(), before) << name;
  }
}

TEST_F(ExamplesTest, QuickstartNamesTheCredentialsThatAreMissing) {
  Program program(example_path("quickstart"), {"repositories"},
                  {"BITBUCKET_URL=" + server->base_url()}, folder.path());
  EXPECT_THAT(program.output(), IsEmpty());
  EXPECT_THAT(program.errors(), HasSubstr("there are no credentials: set BITBUCKET_INSTALLATION"));
  EXPECT_EQ(program.exit_code(), 2);
  EXPECT_THAT(server->requests(), IsEmpty());
}

TEST_F(ExamplesTest, CompareCommits) {
  const Ran ran = run("compare_commits", {"PRJ/rich", samples.rich.root, samples.rich.deleted});
  EXPECT_EQ(ran.code, 0) << ran.errors;
  const std::string log = run_git(rich, {"log", "--name-status", "-M", "-C", "--format=%H %s",
                                         samples.rich.root + ".." + samples.rich.deleted});
  const std::string without_scores =
      std::regex_replace(log, std::regex("\n([RC])[0-9]+\t"), "\n$1\t");
  EXPECT_EQ(ran.output, std::regex_replace(without_scores, std::regex("\n\n"), "\n"));
  EXPECT_THAT(ran.output, AllOf(HasSubstr("\nR\t"), HasSubstr("\nC\t"), HasSubstr("\nD\t")));
  EXPECT_EQ(run("compare_commits", {"PRJ/rich", "no-such-tag", "HEAD"}).code, 1);
}

TEST_F(ExamplesTest, ManageHooks) {
  const server_test::Receiver receiver;
  const Ran made = run("manage_hooks", {"create", "PRJ/demo", "bot", receiver.url(),
                                        "repo:refs_changed", "pr:merged"});
  EXPECT_EQ(made.code, 0) << made.errors;
  const Ran list = run("manage_hooks", {"list", "PRJ/demo"});
  EXPECT_EQ(list.output, made.output);
  const BitbucketServer client(signed_options(*server));
  const auto hooks = client.hooks.list("PRJ/demo").to_vector();
  ASSERT_EQ(hooks.size(), 1u);
  const std::string id = std::to_string(hooks[0].id.value);
  EXPECT_EQ(list.output,
            id + "\tactive\tbot\t" + receiver.url() + "\trepo:refs_changed\tpr:merged\n");
  EXPECT_EQ(run("manage_hooks", {"test", "PRJ/demo", receiver.url()}).code, 0);
  EXPECT_EQ(receiver.deliveries().size(), 1u);
  EXPECT_EQ(run("manage_hooks", {"remove", "PRJ/demo", id + "x"}).code, 2);
  EXPECT_EQ(run("manage_hooks", {"remove", "PRJ/demo", id}).output, "removed\n");
  EXPECT_EQ(run("manage_hooks", {"list", "PRJ/demo"}).output, "");
  EXPECT_EQ(run("manage_hooks", {"remove", "PRJ/demo", id}).code, 1);
  EXPECT_EQ(run("manage_hooks", {"create", "PRJ/demo", "bot", "/hook", "x"}).code, 2);
}

TEST_F(ExamplesTest, DownloadFile) {
  const Ran ran = run("download_file", {"PRJ/demo", "src/main.cpp", "--at", "feature/login"});
  EXPECT_EQ(ran.code, 0) << ran.errors;
  EXPECT_THAT(files(), ElementsAre("main.cpp"));
  EXPECT_EQ(content(folder / "main.cpp"), run_git(demo, {"show", "feature/login:src/main.cpp"}));
  EXPECT_EQ(run("download_file", {"PRJ/demo", "README.md", "--output", "main.cpp"}).code, 0);
  EXPECT_EQ(content(folder / "main.cpp"), run_git(demo, {"show", "main:README.md"}));
  EXPECT_EQ(run("download_file", {"PRJ/demo", "no/such.txt"}).code, 1);
  EXPECT_THAT(run("download_file", {"PRJ/demo", "README.md", "--output", "no/such/x"}).errors,
              HasSubstr("cannot write no/such/x"));
  EXPECT_THAT(files(), ElementsAre("main.cpp"));
}

const std::string half_an_answer =
    "HTTP/1.1 200 OK\r\nContent-Length: 400000\r\n\r\n" + std::string(200000, 'x');

TEST_F(ExamplesTest, DownloadFileLeavesNoFileAfterATruncatedTransfer) {
  write_file(folder / "main.cpp", "as it was");
  RawServer cutting([](Connection& connection, int) {
    connection.read_request();
    connection.send(half_an_answer);
  });
  const Ran ran = run_at(cutting.url(), "download_file", {"PRJ/demo", "src/main.cpp"});
  EXPECT_EQ(ran.code, 1);
  EXPECT_THAT(files(), ElementsAre("main.cpp"));
  EXPECT_EQ(content(folder / "main.cpp"), "as it was");
}

TEST_F(ExamplesTest, DownloadFileLeavesNoFileWhenInterrupted) {
  std::promise<void> half_sent;
  RawServer stalling([&](Connection& connection, int) {
    connection.read_request();
    connection.send(half_an_answer);
    half_sent.set_value();
    connection.wait_for_close();
  });
  Program program(example_path("download_file"), {"PRJ/demo", "src/main.cpp"},
                  {"BITBUCKET_BASE_URL=" + stalling.url()}, folder.path());
  half_sent.get_future().wait();
  program.signal(SIGINT);
  EXPECT_THAT(program.errors(), HasSubstr("cancelled"));
  EXPECT_EQ(program.exit_code(), 1);
  EXPECT_THAT(files(), IsEmpty());
}

TEST_F(ExamplesTest, FanOut) {
  const Ran ran = run("fan_out", {"4"});
  EXPECT_EQ(ran.code, 0) << ran.errors;
  std::string expected;
  for (const Repo& repo : BitbucketServer(signed_options(*server)).repos.list()) {
    std::filesystem::path path = samples.folder / repo.full_name();
    if (!std::filesystem::exists(path)) path += ".git";
    const auto head =
        bitbucket::test_support::try_git(path, {"rev-parse", "-q", "--verify", "HEAD"});
    expected +=
        repo.full_name() + '\t' + (head.status == 0 ? head.output : std::string("no commit\n"));
  }
  EXPECT_EQ(ran.output, expected);
  EXPECT_THAT(ran.output, HasSubstr("PRJ/empty\tno commit\n"));
  EXPECT_EQ(run("fan_out", {"none"}).code, 2);
  EXPECT_EQ(run("fan_out", {}, "wrong").code, 1);
}

TEST_F(ExamplesTest, YourOwnOperation) {
  const Ran ran = run("your_own_operation", {});
  EXPECT_EQ(ran.code, 0) << ran.errors;
  std::vector<std::string> keys;
  for (const std::string& line : lines(ran.output)) keys.push_back(line.substr(0, line.find('\t')));
  EXPECT_THAT(keys, ::testing::UnorderedElementsAre("PRJ", "BIG", ::testing::StrCaseEq("~ann")));
  EXPECT_EQ(lines(run("your_own_operation", {"BIG"}).output).size(), 1u);
}

TEST_F(ExamplesTest, TestYourService) {
  Program program(example_path("test_your_service"), {});
  EXPECT_THAT(program.output(), HasSubstr("[  PASSED  ] 3 tests."));
  EXPECT_EQ(program.exit_code(), 0);
}

class OAuthSetupTest : public ExamplesTest {
 protected:
  OAuthSetupTest() { write_file(folder / "key.pem", server_test::key().private_pem()); }

  /// Answers all questions up to the one for the verifier, as a user who approves.
  std::unique_ptr<Program> approved(const std::vector<std::string>& options = {}) {
    auto program = std::make_unique<Program>(
        example_path("oauth_setup"), options,
        std::vector<std::string>{"BITBUCKET_BASE_URL=" + server->base_url()}, folder.path());
    if (options.empty()) {
      program->type("release-bot");
      program->type("key.pem");
    }
    program->line();
    const std::string url = program->line();
    const std::string start = server->base_url() + "/plugins/servlet/oauth/authorize?oauth_token=";
    EXPECT_THAT(url, StartsWith(start));
    program->type(server->approve(url.substr(start.size()), "ann"));
    EXPECT_THAT(program->line(), HasSubstr("sees this application as ann"));
    return program;
  }
};

TEST_F(OAuthSetupTest, StoresATokenThatOnlyItsOwnerCanRead) {
  const auto program = approved();
  program->type("bot.json");
  program->type("y");
  EXPECT_THAT(program->output(), HasSubstr("Stored."));
  EXPECT_EQ(program->exit_code(), 0);
  struct stat status {};
  ASSERT_EQ(::stat((folder / "bot.json").c_str(), &status), 0);
  EXPECT_EQ(status.st_mode & 07777, 0600u);
  const Ran list = run_at("", "list_repos", {"--oauth", "bot.json", "dem"}, "");
  EXPECT_EQ(list.code, 0) << list.errors;
  EXPECT_THAT(list.output, StartsWith("PRJ/demo\t"));
  EXPECT_EQ(server->requests().back().authentication, "oauth");
}

TEST_F(OAuthSetupTest, StoresNothingWhenTheUserDeclines) {
  for (const char* answer : {"n", "", "yes please"}) {
    const auto program = approved(
        {"--consumer-key", "release-bot", "--private-key", "key.pem", "--store", "bot.json"});
    program->type(answer);
    EXPECT_EQ(program->output(), "Nothing was stored.\n");
    EXPECT_EQ(program->exit_code(), 0);
    EXPECT_THAT(files(), ElementsAre("key.pem"));
  }
}

TEST_F(OAuthSetupTest, OverwritesNothing) {
  write_file(folder / "bot.json", "mine");
  const auto program = approved(
      {"--consumer-key", "release-bot", "--private-key", "key.pem", "--store", "bot.json"});
  program->type("y");
  EXPECT_THAT(program->errors(), HasSubstr("cannot create bot.json"));
  EXPECT_EQ(program->exit_code(), 1);
  EXPECT_EQ(content(folder / "bot.json"), "mine");
}

TEST_F(OAuthSetupTest, NamesTheProblem) {
  const Ran stranger = run("oauth_setup", {"--consumer-key", "nobody", "--private-key", "key.pem"});
  EXPECT_EQ(stranger.code, 1);
  EXPECT_THAT(stranger.errors, HasSubstr("consumer_key_unknown"));
  Program guessing(example_path("oauth_setup"),
                   {"--consumer-key", "release-bot", "--private-key", "key.pem"},
                   {"BITBUCKET_BASE_URL=" + server->base_url()}, folder.path());
  guessing.type("guess");
  EXPECT_THAT(guessing.errors(), HasSubstr("permission_unknown"));
  EXPECT_EQ(guessing.exit_code(), 1);
  EXPECT_THAT(files(), ElementsAre("key.pem"));
}

}  // namespace
}  // namespace bitbucket::test
