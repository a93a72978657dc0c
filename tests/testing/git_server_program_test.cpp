#include <array>
#include <csignal>
#include <cstdio>
#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <iterator>
#include <optional>
#include <set>

#include <fcntl.h>
#include <gmock/gmock.h>
#include <spawn.h>
#include <sys/wait.h>
#include <unistd.h>

#include "testing/server_fixture.hpp"

namespace server_test {
namespace {

using ::testing::HasSubstr;

/// The program, with what it prints.
class Program {
 public:
  explicit Program(std::vector<std::string> args) {
    args.insert(args.begin(), BITBUCKET_GIT_SERVER);
    std::vector<char*> argv;
    for (std::string& arg : args) argv.push_back(arg.data());
    argv.push_back(nullptr);
    int out[2], err[2];
    EXPECT_EQ(::pipe2(out, O_CLOEXEC), 0);
    EXPECT_EQ(::pipe2(err, O_CLOEXEC), 0);
    posix_spawn_file_actions_t actions;
    posix_spawn_file_actions_init(&actions);
    posix_spawn_file_actions_adddup2(&actions, out[1], 1);
    posix_spawn_file_actions_adddup2(&actions, err[1], 2);
    EXPECT_EQ(::posix_spawn(&pid_, BITBUCKET_GIT_SERVER, &actions, nullptr, argv.data(), environ),
              0);
    posix_spawn_file_actions_destroy(&actions);
    ::close(out[1]);
    ::close(err[1]);
    out_ = ::fdopen(out[0], "r");
    err_ = ::fdopen(err[0], "r");
  }
  ~Program() {
    if (pid_ > 0) ::kill(pid_, SIGTERM), exit_code();
    std::fclose(out_);
    std::fclose(err_);
  }
  Program(const Program&) = delete;
  Program& operator=(const Program&) = delete;

  std::string line() { return read(out_, true); }
  std::string output() { return read(out_, false); }
  std::string errors() { return read(err_, false); }
  void signal(int number) { ::kill(pid_, number); }
  int exit_code() {
    int status = 0;
    ::waitpid(pid_, &status, 0);
    pid_ = -1;
    return WIFEXITED(status) ? WEXITSTATUS(status) : 128 + WTERMSIG(status);
  }

 private:
  static std::string read(std::FILE* file, bool one_line) {
    std::string out;
    for (int c = 0; (c = std::fgetc(file)) != EOF;) {
      if (one_line && c == '\n') break;
      out += static_cast<char>(c);
    }
    return out;
  }
  pid_t pid_ = -1;
  std::FILE* out_ = nullptr;
  std::FILE* err_ = nullptr;
};

/// Sets a variable for the programs that a test starts.
class Variable {
 public:
  Variable(const char* name, const std::string& value) : name_(name) {
    if (const char* old = ::getenv(name)) old_ = old;
    ::setenv(name, value.c_str(), 1);
  }
  ~Variable() {
    if (old_) {
      ::setenv(name_, old_->c_str(), 1);
    } else {
      ::unsetenv(name_);
    }
  }
  Variable(const Variable&) = delete;
  Variable& operator=(const Variable&) = delete;

 private:
  const char* name_;
  std::optional<std::string> old_;
};

int port_in(const std::string& line) { return std::stoi(line.substr(line.rfind(':') + 1)); }

/// A temporary directory for the programs of a test.
class TemporaryDirectory {
 public:
  [[nodiscard]] std::set<std::filesystem::path> entries() const {
    const std::filesystem::directory_iterator all(folder_.path());
    return {begin(all), end(all)};
  }
  std::filesystem::path operator/(const std::filesystem::path& name) const {
    return folder_ / name;
  }

 private:
  [[maybe_unused]] const Samples& samples_ = samples();  // made before: they outlive this folder
  const bitbucket::test_support::TempDir folder_;
  const Variable variable_{"TMPDIR", folder_.path().string()};
};

TEST(GitServerProgramTest, ServesUntilItIsTold) {
  const TemporaryDirectory temporary;
  for (const int number : {SIGTERM, SIGINT, SIGHUP}) {
    const std::string demo = (samples().folder / "PRJ/demo").string();
    Program program({"--context", "/bb", "--user", "joe:a:b:ada@example.com", "--token", "t=joe",
                     "PRJ/demo=" + demo});
    const std::string line = program.line();
    ASSERT_THAT(line, ::testing::MatchesRegex("Listening on http://127.0.0.1:[0-9]+/bb"))
        << program.errors();
    const int port = port_in(line);
    const Answer answer =
        send(port, "GET", "/bb/rest/api/1.0/projects/PRJ/repos/demo/commits", basic("joe", "a:b"));
    EXPECT_EQ(answer.parsed()["values"][0]["author"]["name"], "joe");
    EXPECT_EQ(send(port, "GET", "/bb/rest/api/1.0/repos", {{"Authorization", "Bearer t"}})
                  .parsed()["size"],
              1);
    EXPECT_FALSE(temporary.entries().empty());
    program.signal(number);
    EXPECT_EQ(program.exit_code(), 0);
    EXPECT_TRUE(temporary.entries().empty());
  }
}

TEST(GitServerProgramTest, OutlivesItsTerminalUnderNohup) {
  const auto old = ::signal(SIGHUP, SIG_IGN);
  Program program({samples().folder.string()});
  ::signal(SIGHUP, old);
  const int port = port_in(program.line());
  program.signal(SIGHUP);
  EXPECT_EQ(send(port, "GET", "/status").status, 200);
  program.signal(SIGTERM);
  EXPECT_EQ(program.exit_code(), 0);
}

TEST(GitServerProgramTest, RemovesWhatAKilledServerLeft) {
  const TemporaryDirectory temporary;
  Program living({samples().folder.string()});
  living.line();
  const auto of_the_living = temporary.entries();
  ASSERT_EQ(of_the_living.size(), 1u);
  Program killed({samples().folder.string()});
  killed.line();
  killed.signal(SIGKILL);
  EXPECT_EQ(killed.exit_code(), 128 + SIGKILL);
  EXPECT_EQ(temporary.entries().size(), 2u);
  Program next({samples().folder.string()});
  const int port = port_in(next.line());
  EXPECT_EQ(temporary.entries().size(), 2u);
  EXPECT_TRUE(temporary.entries().contains(*of_the_living.begin()));
  EXPECT_EQ(send(port, "GET", "/status").status, 200);
}

TEST(GitServerProgramTest, RemovesNothingThatIsNotItsOwn) {
  namespace fs = std::filesystem;
  const TemporaryDirectory temporary;
  const bitbucket::test_support::TempDir other;
  const std::string name = "bitbucket-git-server-";
  fs::create_directory(temporary / (name + "nolock"));
  bitbucket::test_support::write_file(temporary / (name + "nofold"), "text");
  bitbucket::test_support::write_file(temporary / (name + "number") / "lock" / "file", "text");
  bitbucket::test_support::write_file(other / "lock", "");
  fs::create_directory_symlink(other.path(), temporary / (name + "linked"));
  fs::create_directory(temporary / (name + "lnlock"));
  fs::create_symlink(other / "lock", temporary / (name + "lnlock") / "lock");
  bitbucket::test_support::write_file(temporary / "bitbucket-else" / "lock", "");
  const bool root = ::geteuid() == 0;
  if (root) {
    bitbucket::test_support::write_file(temporary / (name + "others") / "lock", "");
    EXPECT_EQ(::chown((temporary / (name + "others")).c_str(), 1234, 1234), 0);
  }
  const auto before = temporary.entries();
  {
    Program program({samples().folder.string()});
    program.line();
    EXPECT_EQ(temporary.entries().size(), before.size() + 1);
  }
  EXPECT_EQ(temporary.entries(), before);
  EXPECT_TRUE(fs::exists(other / "lock"));
}

/// Returns what all gits of a server found in their environment.
std::string environment_of_git() {
  const bitbucket::test_support::TempDir folder;
  const std::string seen = (folder / "seen").string(), git = (folder / "git").string();
  const std::string path = ::getenv("PATH");
  bitbucket::test_support::write_file(
      git, "#!/bin/sh\nenv >>'" + seen + "'\nPATH='" + path + "'\nexec git \"$@\"\n");
  std::filesystem::permissions(git, std::filesystem::perms::owner_all);
  const Variable found("PATH", folder.path().string() + ':' + path);
  Program program({"--anonymous", samples().folder.string()});
  const int port = port_in(program.line());
  for (const std::string target : {"/rest/api/1.0/projects/PRJ/repos/demo/commits",
                                   "/rest/api/1.0/projects/PRJ/repos/demo/tags",
                                   "/scm/PRJ/demo.git/info/refs?service=git-upload-pack"}) {
    EXPECT_EQ(send(port, "GET", target).status, 200) << target;
  }
  std::ifstream in(seen);
  return {std::istreambuf_iterator<char>(in), {}};
}

TEST(GitServerProgramTest, HandsNoSecretsToGit) {
  const Variable password("BITBUCKET_PASSWORD", "hunter2"), token("SOME_TOKEN", "hunter3");
  const std::string seen = environment_of_git();
  const auto has = [&](const char* text) { return seen.find(text) != std::string::npos; };
  EXPECT_TRUE(has("REQUEST_METHOD=GET"));
  EXPECT_TRUE(has("GIT_OPTIONAL_LOCKS=0"));
  EXPECT_FALSE(has("hunter"));  // without printing the environment of whoever runs this
}

TEST(GitServerProgramTest, ServesAFolderAndTellsAFile) {
  const bitbucket::test_support::TempDir folder;
  bitbucket::test_support::write_file(folder / "key.pem", key().public_pem());
  Program program({"--anonymous", "--max-limit=2", "--ready-file", (folder / "ready").string(),
                   "--consumer", "app=" + (folder / "key.pem").string(), "--auto-approve",
                   samples().folder.string()});
  const std::string line = program.line();
  const int port = port_in(line);
  const json page = send(port, "GET", "/rest/api/1.0/repos?limit=10").parsed();
  EXPECT_EQ(page["limit"], 2);
  std::array<char, 100> text{};
  std::FILE* ready = std::fopen((folder / "ready").c_str(), "r");
  ASSERT_NE(ready, nullptr);
  EXPECT_NE(std::fgets(text.data(), text.size(), ready), nullptr);
  std::fclose(ready);
  EXPECT_EQ("Listening on " + std::string(text.data()), line + "\n");
}

TEST(GitServerProgramTest, MisbehavesWhenTold) {
  const std::string path = "/rest/api/1.0/application-properties";
  Program program({"--fault", "GET " + path + " too-many-requests=3 x2", "--fault",
                   "ANY * cut=4 x0", "--fault=PUT * xsrf", samples().folder.string()});
  const std::string line = program.line();
  const int port = port_in(line);
  for (int i = 0; i < 2; ++i) {
    const Answer answer = send(port, "GET", path);
    EXPECT_EQ(answer.status, 429);
    EXPECT_EQ(answer.header("Retry-After"), "3");
  }
  for (int i = 0; i < 2; ++i) {
    EXPECT_THAT(send_raw(port, "GET /status HTTP/1.1\r\nHost: x\r\n\r\n"),
                ::testing::EndsWith("\r\n\r\n{\"st"));
  }
}

TEST(GitServerProgramTest, KnowsEveryFaultItSpeaksOf) {
  Program help({"--help"});
  const std::string text = help.output();
  std::vector<std::string> args;
  const auto list = text.find("NAME is one of");
  for (std::size_t at = list; (at = text.find("\n  ", at)) != std::string::npos; ++at) {
    const std::string name = text.substr(at + 3, text.find_first_of(" [", at + 3) - at - 3);
    args.insert(args.end(), {"--fault", "ANY * " + name});
  }
  ASSERT_GT(args.size(), 40u);
  args.insert(args.end(), {"--nothing", "x"});
  Program program(args);
  EXPECT_THAT(program.errors(), HasSubstr("no option --nothing")) << "the faults were read";
}

TEST(GitServerProgramTest, ReadsSecretsFromFiles) {
  const bitbucket::test_support::TempDir folder;
  bitbucket::test_support::write_file(folder / "password", "a:b@c\nnot this\n");
  bitbucket::test_support::write_file(folder / "token", "t=1\r\n");
  Program program({"--user", "joe:@" + (folder / "password").string() + ":ada@example.com",
                   "--user", "ann:@" + (folder / "password").string(), "--token",
                   "@" + (folder / "token").string() + "=joe", samples().folder.string()});
  const std::string line = program.line();
  const int port = port_in(line);
  const auto status = [&](const Headers& headers) {
    return send(port, "GET", "/rest/api/1.0/repos", headers).status;
  };
  EXPECT_EQ(status(basic("joe", "a:b@c")), 200);
  EXPECT_EQ(status(basic("ann", "a:b@c")), 200);
  EXPECT_EQ(status({{"Authorization", "Bearer t=1"}}), 200);
  EXPECT_EQ(status(basic("joe", "@" + (folder / "password").string())), 401);
}

TEST(GitServerProgramTest, ExplainsItself) {
  Program help({"--help"});
  EXPECT_THAT(help.output(), HasSubstr("Usage: bitbucket-git-server"));
  EXPECT_EQ(help.exit_code(), 0);
  const std::vector<std::pair<std::vector<std::string>, std::string>> wrong{
      {{}, "give a folder"},
      {{"--nothing", "x", "."}, "no option --nothing"},
      {{"--nothing"}, "no option --nothing"},
      {{".", "--nothing=x"}, "no option --nothing"},
      {{".", "-x"}, "no option -x"},
      {{"--anonymous=yes", "."}, "--anonymous takes no value"},
      {{"PRJ=/path"}, "\"PRJ=/path\" names a project but no repository; write PRJ/SLUG=/path"},
      {{"PRJ/=/path"}, "\"PRJ/=/path\" is neither a folder nor of the form PROJECT/SLUG=PATH"},
      {{"/no=folder"}, "\"/no=folder\" is neither a folder nor of the form PROJECT/SLUG=PATH"},
      {{"=/path"}, "\"=/path\" is neither a folder nor of the form PROJECT/SLUG=PATH"},
      {{"--port", "70000", "."}, "70000 is not a port"},
      {{"--max-limit", "0", "."}, "at least 1"},
      {{"--version", "x", "."}, "the version \"x\""},
      {{"--context", "a b", "."}, "is not a plain path"},
      {{"--public-url", "x", "."}, "is not an http or https URL"},
      {{"--user", "joe", "."}, "\"joe\" is not of the form NAME:PASSWORD"},
      {{"--user", "a:b", "--user", "a:b", "."}, "two users \"a\""},
      {{"--token", "t=nobody", "."}, "unknown user \"nobody\""},
      {{"--consumer", "a=/dev/null", "."}, "consumer \"a\" is empty"},
      {{"--port"}, "needs a value"},
      {{"--port", "x", "."}, "needs a number"},
      {{"--token", "t", "."}, "TOKEN=USER"},
      {{"--fault", "GET /", "."}, "METHOD PATH NAME[=VALUE] [xTIMES]"},
      {{"--fault", "GET / nonsense", "."}, "no fault \"nonsense\"; there are too-many-requests, "},
      {{"--fault", "GET / cut=x", "."}, "cut takes a number"},
      {{"--fault", "GET / reset=later", "."}, "before, head, after-head, body or after"},
      {{"--fault", "GET / xml=7", "."}, "takes a status"},
      {{"--fault", "GET / captcha=7", "."}, "takes no value"},
      {{"--fault", "GET / captcha 7", "."}, "xTIMES"},
      {{"--user", "a:@/none", "."}, "cannot read /none"},
      {{"--user", "a:@/dev/null", "."}, "the first line of /dev/null is empty"},
      {{"--consumer", "a=/none", "."}, "/none"}};
  for (const auto& [args, text] : wrong) {
    Program program(args);
    EXPECT_THAT(program.errors(), HasSubstr(text));
    EXPECT_EQ(program.exit_code(), 2) << text;
  }
  Program missing({"/does/not/exist"});
  EXPECT_THAT(missing.errors(), HasSubstr("there is no folder /does/not/exist"));
  EXPECT_EQ(missing.exit_code(), 1);
  const std::string demo = (samples().folder / "PRJ/demo").string();
  Program repository({demo});
  EXPECT_THAT(repository.errors(), HasSubstr(demo + " is a repository, not a folder of projects"));
}

}  // namespace
}  // namespace server_test
