#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <httplib.h>
#include <sys/stat.h>

#include <filesystem>
#include <regex>

#include "../../examples/stored_installation.hpp"
#include "examples/program.hpp"
#include "server/signed_client.hpp"
#include "support/repository_builder.hpp"

namespace bitbucket::test {
namespace {

using bitbucket::test_support::lines;
using bitbucket::test_support::run_git;
using bitbucket::test_support::TempDir;
using bitbucket::test_support::write_file;
using ::testing::AllOf;
using ::testing::HasSubstr;
using ::testing::IsEmpty;
using ::testing::MatchesRegex;
using ::testing::Not;
using ::testing::SizeIs;
using ::testing::StartsWith;
using ::testing::UnorderedElementsAre;

/// Reads the lines about the page to open, and returns its address.
std::string read_page(Program& program) {
  EXPECT_THAT(program.line(), StartsWith("Open this page as the administrator, in a browser on"));
  std::string page = program.line();
  EXPECT_THAT(page, MatchesRegex("  http://127.0.0.1:[0-9]+(/bitbucket)?/plugins/servlet/oauth/"
                                 "authorize.oauth_token=[0-9a-f]+"));
  EXPECT_THAT(program.line(), MatchesRegex("The browser then comes back to http://127.0.0.1:[0-9]+,"
                                           " where this program waits."));
  return page.substr(page.find_first_not_of(' '));
}

/// Runs examples/connect.
class ConnectTest : public ::testing::Test {
 protected:
  ConnectTest() {
    run_git(folder.path(), {"init", "--quiet", repository});
    write_file(folder / repository / ".bitbucket/CODEOWNERS", "* @ann\n");
    run_git(folder / repository, {"add", "."});
    run_git(folder / repository, {"commit", "--quiet", "--message=Own the code"});
  }
  std::unique_ptr<Program> start(const std::vector<std::string>& arguments) const {
    // git would obey GIT_DIR, and every request would go to the proxy.
    return std::make_unique<Program>(
        BITBUCKET_EXAMPLES "/connect", arguments,
        std::vector<std::string>{"GIT_DIR=/nonexistent", "http_proxy=http://127.0.0.1:1"},
        folder.path());
  }
  /// Reads up to the page to open.
  static std::string page_of(Program& program) {
    EXPECT_THAT(program.line(), AllOf(StartsWith("An embedded Bitbucket Server serves "),
                                      HasSubstr("/My ?[31mrepo.git at http://")));
    return read_page(program);
  }

  TempDir folder;
  const std::string repository = "My \033[31mrepo.git";  // a terminal would turn red
};

httplib::Client client_of(const std::string& url) {
  return httplib::Client(url.substr(0, url.find('/', sizeof "http://")));
}
std::string target_of(const std::string& url) {
  return url.substr(url.find('/', sizeof "http://"));
}

/// Clicks on a button of the page, and returns what the browser shows in the end.
std::string click(const std::string& page, const std::string& button,
                  const std::string& user = "admin") {
  const auto shown = client_of(page).Get(target_of(page));
  httplib::Params form{{"user", user}, {"answer", button}};
  const std::regex hidden("<input type=\"hidden\" name=\"([^\"]*)\" value=\"([^\"]*)\"");
  for (std::sregex_iterator field(shown->body.begin(), shown->body.end(), hidden), end;
       field != end; ++field)
    form.emplace((*field)[1], (*field)[2]);
  const auto answer = client_of(page).Post(target_of(page), form);
  const std::string callback = answer->get_header_value("Location");
  return client_of(callback).Get(target_of(callback))->body;
}

TEST_F(ConnectTest, ConnectsAttachesAndHearsOfAPushByItself) {
  const std::string before = run_git(folder / repository, {"for-each-ref"});
  const auto program = start({repository});
  (void)page_of(*program);
  const std::string connected = program->line();
  EXPECT_THAT(connected, MatchesRegex("Connected 127.0.0.1:[0-9]+:connect, stored in /tmp/.*"));
  const std::string output = program->output();
  EXPECT_THAT(
      lines(output),
      ::testing::ElementsAre(
          MatchesRegex("Attached DEMO/my-31mrepo: http://.*/projects/DEMO/repos/my-31mrepo/browse"),
          MatchesRegex("  admin pushed to connect-[0-9]+ of DEMO/my-31mrepo: [0-9a-f]{11}"),
          MatchesRegex("  the new file: http://.*/browse/CONNECT.md.at=connect-[0-9]+"),
          MatchesRegex("  the code owners: http://.*/browse/.bitbucket/CODEOWNERS"),
          "Detached DEMO/my-31mrepo"));
  EXPECT_THAT(program->errors(), IsEmpty());
  EXPECT_EQ(program->exit_code(), 0);
  EXPECT_FALSE(std::filesystem::exists(connected.substr(connected.find("/tmp/"))));
  EXPECT_EQ(run_git(folder / repository, {"for-each-ref"}), before);
}

TEST_F(ConnectTest, WaitsForTheBrowser) {
  const auto program = start({"--browser", repository});
  EXPECT_THAT(click(page_of(*program), "allow"), StartsWith("Thank you."));
  EXPECT_THAT(program->output(), AllOf(StartsWith("Connected "), HasSubstr("\nDetached ")));
  EXPECT_EQ(program->exit_code(), 0) << program->errors();
}

TEST_F(ConnectTest, SaysThatTheAccessWasDenied) {
  const auto program = start({"--browser", repository});
  EXPECT_THAT(click(page_of(*program), "deny"), StartsWith("Thank you."));
  EXPECT_THAT(program->output(), IsEmpty());
  EXPECT_EQ(program->errors(),
            "connect: not connected: the access was denied on the server's page: begin again, and "
            "allow it\n");
  EXPECT_EQ(program->exit_code(), 1);
}

TEST_F(ConnectTest, NamesWhatIsNoRepository) {
  const std::string missing = "no\033[31mthing";
  for (const auto& [path, problem] :
       {std::pair{missing, "connect: there is no folder"}, {".", "not a git repository"}}) {
    const auto program = start({path});
    EXPECT_THAT(program->output(), IsEmpty());
    EXPECT_THAT(program->errors(), AllOf(HasSubstr(problem), Not(HasSubstr("\033"))));
    EXPECT_EQ(program->exit_code(), 1);
  }
  for (const std::vector<std::string>& wrong : {std::vector<std::string>{},
                                                {""},
                                                {repository, "more"},
                                                {"--browser"},
                                                {"--url"},
                                                {"--url", "http://127.0.0.1:1"},
                                                {"--url", "http://127.0.0.1:1", ""},
                                                {"--url", "http://127.0.0.1:1", "a", "b"}}) {
    const auto program = start(wrong);
    EXPECT_THAT(program->errors(), StartsWith("usage: connect "));
    EXPECT_EQ(program->exit_code(), 2);
  }
}

/// Runs examples/connect for a server that is already running, and examples/quickstart with what
/// examples/connect stores.
class ConnectServerTest : public ::testing::Test {
 protected:
  ConnectServerTest() { write_file(folder / "key.pem", server_test::key().private_pem()); }
  std::unique_ptr<Program> start(const std::vector<std::string>& environment) const {
    return std::make_unique<Program>(BITBUCKET_EXAMPLES "/connect",
                                     std::vector<std::string>{"--url", server->base_url(), "bot"},
                                     environment, folder.path());
  }
  std::unique_ptr<Program> start() const {
    return start({"BITBUCKET_CONSUMER_KEY=release-bot", "BITBUCKET_PRIVATE_KEY=key.pem"});
  }
  void connect() const {
    const auto program = start();
    EXPECT_THAT(click(read_page(*program), "allow", "ann"), StartsWith("Thank you."));
    EXPECT_EQ(program->exit_code(), 0) << program->errors();
  }
  std::unique_ptr<Program> quickstart(const std::vector<std::string>& environment = {}) const {
    std::vector<std::string> all{"BITBUCKET_INSTALLATION=bot"};
    all.insert(all.end(), environment.begin(), environment.end());
    return std::make_unique<Program>(BITBUCKET_EXAMPLES "/quickstart",
                                     std::vector<std::string>{"repositories", "dem"}, all,
                                     folder.path());
  }
  std::vector<std::string> stored() const {
    std::vector<std::string> names;
    for (const auto& file : std::filesystem::directory_iterator(folder / "bot"))
      names.push_back(file.path().filename());
    return names;
  }
  /// Expects that the program ends with this message and prints no page to open.
  static void expect_failure(Program& program, const std::string& message) {
    EXPECT_THAT(program.output(), IsEmpty());
    EXPECT_THAT(program.errors(), AllOf(StartsWith("connect: "), HasSubstr(message)));
    EXPECT_EQ(program.exit_code(), 1);
  }

  const std::unique_ptr<testing::GitServer> server = signed_server();
  TempDir folder;
};

TEST_F(ConnectServerTest, StoresAnInstallationThatOnlyItsOwnerCanRead) {
  const auto program = start();
  EXPECT_THAT(click(read_page(*program), "allow", "ann"), StartsWith("Thank you."));
  EXPECT_THAT(lines(program->output()),
              ::testing::ElementsAre(MatchesRegex("Connected .*:release-bot, stored in bot"),
                                     HasSubstr("BITBUCKET_INSTALLATION=bot")));
  EXPECT_EQ(program->exit_code(), 0) << program->errors();

  EXPECT_THAT(stored(), UnorderedElementsAre("installation.json", "identity.json", "sealing.key"));
  const ConnectedInstallation connected = example::read_stored(folder / "bot");
  for (const auto& [name, mode] : {std::pair{"", 0700u},
                                   {"/installation.json", 0600u},
                                   {"/identity.json", 0600u},
                                   {"/sealing.key", 0600u}}) {
    struct stat status {};
    ASSERT_EQ(::stat((folder / ("bot" + std::string(name))).c_str(), &status), 0);
    EXPECT_EQ(status.st_mode & 07777, mode) << name;
  }
  const Secret identity = read_file(folder / "bot/identity.json");
  for (const std::string& secret :
       {lines(std::string(connected.identity.private_key.reveal())).at(1),
        std::string(connected.identity.access_token.reveal()),
        std::string(connected.identity.access_token_secret.reveal())})
    EXPECT_THAT(std::string(identity.reveal()), Not(HasSubstr(secret)));
  EXPECT_EQ(make_client(connected).server.who_am_i(), "ann");
}

TEST_F(ConnectServerTest, GivesTheQuickstartItsServerAndCredentials) {
  connect();
  for (const std::vector<std::string>& more :
       {std::vector<std::string>{},
        {"BITBUCKET_URL=" + server->base_url() + '/', "BITBUCKET_TOKEN=wrong"}}) {
    const auto program = quickstart(more);
    EXPECT_THAT(program->output(), StartsWith("  PRJ/demo  " + server->base_url() + "/scm/"));
    EXPECT_EQ(program->exit_code(), 0) << program->errors();
    EXPECT_EQ(server->requests().back().authentication, "oauth");
  }
}

TEST_F(ConnectServerTest, TheQuickstartRefusesAnInstallationThatItCannotUse) {
  const auto expect_refusal = [](Program& program, int code, const std::string& message) {
    EXPECT_THAT(program.output(), IsEmpty());
    EXPECT_THAT(program.errors(), HasSubstr(message));
    EXPECT_EQ(program.exit_code(), code);
  };
  expect_refusal(*quickstart(), 1, "cannot read the file 'bot/installation.json'");
  connect();
  expect_refusal(*quickstart({"BITBUCKET_URL=http://127.0.0.1:1"}), 2,
                 "BITBUCKET_INSTALLATION is for the server " + server->base_url());
  std::filesystem::remove(folder / "bot/sealing.key");
  expect_refusal(*quickstart(), 1, "cannot read the file 'bot/sealing.key'");
  example::make_key_file(folder / "bot/sealing.key");
  expect_refusal(*quickstart(), 1, "sealed with another key");
}

TEST_F(ConnectServerTest, StoresNothingWhenTheAccessIsDenied) {
  const auto program = start();
  EXPECT_THAT(click(read_page(*program), "deny", "ann"), StartsWith("Thank you."));
  expect_failure(*program, "denied on the server's page: begin again, and allow it");
  EXPECT_THAT(stored(), UnorderedElementsAre("sealing.key"));
  connect();
}

TEST_F(ConnectServerTest, ReplacesNoInstallation) {
  connect();
  const Secret before = read_file(folder / "bot/identity.json");
  expect_failure(*start(), "bot/installation.json exists already: remove it to connect again");
  std::filesystem::remove(folder / "bot/installation.json");
  expect_failure(*start(), "bot/identity.json exists already");
  EXPECT_EQ(read_file(folder / "bot/identity.json"), before);
  std::filesystem::remove(folder / "bot/identity.json");
  connect();
}

TEST_F(ConnectServerTest, NamesAVariableThatIsMissing) {
  expect_failure(*start({"BITBUCKET_PRIVATE_KEY=key.pem"}), "set BITBUCKET_CONSUMER_KEY to");
  expect_failure(*start({"BITBUCKET_CONSUMER_KEY=release-bot", "BITBUCKET_PRIVATE_KEY="}),
                 "set BITBUCKET_PRIVATE_KEY to");
  EXPECT_FALSE(std::filesystem::exists(folder / "bot"));
  EXPECT_THAT(server->requests(), IsEmpty());
}

TEST_F(ConnectServerTest, SaysWhatIsWrongWithTheKey) {
  const auto with_key = [&](const std::string& consumer, const std::string& pem) {
    write_file(folder / "key.pem", pem);
    return start({"BITBUCKET_CONSUMER_KEY=" + consumer, "BITBUCKET_PRIVATE_KEY=key.pem"});
  };
  expect_failure(*with_key("release-bot", server_test::Key("another").private_pem()),
                 "the public key in the link does not match the private key");
  expect_failure(*with_key("release-bot", server_test::key().public_pem()),
                 "private_key is a public key");
  expect_failure(*with_key("nobody", server_test::key().private_pem()),
                 "no application link has this consumer key");
}

TEST_F(ConnectServerTest, NamesAFolderThatItCannotWriteToBeforeItAsksForAnAccess) {
  write_file(folder / "bot", "a file");
  expect_failure(*start(), "cannot write to the folder 'bot': Not a directory; name a folder");
  EXPECT_THAT(server->requests(), IsEmpty());
}

class SealingKeyTest : public ::testing::Test {
 protected:
  TempDir folder;
  const std::string path = folder / "sealing.key";
};

TEST_F(SealingKeyTest, UnsealsWhatItSealed) {
  const Sealer sealer = example::sealer_with_key(path);
  for (const std::string& text :
       {std::string(), std::string("\0\n\xff", 3), std::string(100'000, 'x')}) {
    const std::string sealed = sealer.seal(text);
    EXPECT_THAT(sealed.substr(0, 1000), MatchesRegex("[0-9A-F]+"));
    EXPECT_EQ(sealer.unseal(sealed), Secret(text));
    EXPECT_EQ(example::sealer_with_key(path).unseal(sealed), Secret(text));  // after a restart
    EXPECT_NE(sealer.seal(text), sealed);
  }
}

TEST_F(SealingKeyTest, RefusesEveryChange) {
  const Sealer sealer = example::sealer_with_key(path);
  const std::string sealed = sealer.seal("secret");
  for (std::size_t i = 0; i < sealed.size(); ++i) {
    std::string changed = sealed;
    changed[i] = changed[i] == '0' ? '1' : '0';
    EXPECT_THROW(sealer.unseal(changed), Error) << i;
    EXPECT_THROW(sealer.unseal(sealed.substr(0, i)), Error) << i;
    changed[i] = '\0';
    EXPECT_THROW(sealer.unseal(changed), Error) << i;
  }
  for (const std::string& changed : {sealed + '0', sealed + "00", std::string("secret")})
    EXPECT_THROW(sealer.unseal(changed), Error) << changed;
  EXPECT_THROW(example::sealer_with_key(folder / "other.key").unseal(sealed), Error);
}

TEST_F(SealingKeyTest, MakesAKeyFileThatOnlyItsOwnerCanRead) {
  (void)example::sealer_with_key(path);
  struct stat status {};
  ASSERT_EQ(::stat(path.c_str(), &status), 0);
  EXPECT_EQ(status.st_mode & 07777, 0600u);
  const Secret key = read_file(path);
  EXPECT_THAT(key.reveal(), SizeIs(64));
  example::make_key_file(path);  // as by another process that found none
  EXPECT_EQ(read_file(path), key);
  EXPECT_THAT(
      std::vector<std::filesystem::path>(std::filesystem::directory_iterator(folder.path()), {}),
      SizeIs(1));
  EXPECT_THROW(example::sealer_with_key(folder / "absent/sealing.key"), std::runtime_error);
}

TEST_F(SealingKeyTest, RefusesAFileWithoutAKey) {
  for (const std::string& text : {std::string(), std::string(63, 'A'), std::string(64, 'x'),
                                  std::string(66, 'A'), std::string("\n")}) {
    write_file(path, text);
    EXPECT_THROW(example::sealer_with_key(path), InvalidArgument) << text;
  }
}

}  // namespace
}  // namespace bitbucket::test
