#include "testing/git/process.hpp"

#include <fcntl.h>
#include <signal.h>
#include <stdlib.h>
#include <unistd.h>

#include "testing/git_test.hpp"

namespace bitbucket::inline v0_1::testing::git {
namespace {

using ::testing::HasSubstr;
using ::testing::Not;

class ProcessTest : public GitTest {
 protected:
  ProcessTest() {
    init_repository(dir());
    write_git_config(config);
  }

  Command command(std::vector<std::string> args) const {
    args.insert(args.begin(), {"-C", dir().string()});
    return {std::move(args), git_environment(config)};
  }
  /// A git that runs a shell script.
  Command script(const std::string& text) const {
    return command({"-c", "alias.script=!" + text, "script"});
  }

  std::filesystem::path config = temp / "config";
};

TEST_F(ProcessTest, GivesOutputStatusAndErrors) {
  const Output good = run(command({"hash-object", "--stdin"}), "hello\n");
  EXPECT_EQ(good.status, 0);
  EXPECT_EQ(good.output, "ce013625030ba8dba906f756967f9e9ca394464a\n");
  const Output bad = run(command({"cat-file", "-t", "1234567"}));
  EXPECT_EQ(bad.status, 128);
  EXPECT_THAT(bad.errors, HasSubstr("fatal"));
  EXPECT_THROW(checked(command({"cat-file", "-t", "1234567"})), std::runtime_error);
}

TEST_F(ProcessTest, HidesTheHostsGitEnvironment) {
  ::setenv("GIT_DIR", "/nonexistent", 1);
  ::setenv("GIT_ALTERNATE_OBJECT_DIRECTORIES", "/nonexistent", 1);
  const Output env = run(script("env"));
  ::unsetenv("GIT_DIR");
  ::unsetenv("GIT_ALTERNATE_OBJECT_DIRECTORIES");
  EXPECT_THAT(env.output, Not(HasSubstr("/nonexistent")));
  EXPECT_THAT(env.output, HasSubstr("GIT_CONFIG_GLOBAL=" + config.string()));
  EXPECT_THAT(env.output, HasSubstr("GIT_OPTIONAL_LOCKS=0"));
  EXPECT_EQ(run(command({"config", "safe.directory"})).output, "*\n");
}

TEST_F(ProcessTest, WritesMuchWhileMuchIsAnswered) {
  std::string input;
  for (int i = 0; i < 200'000; ++i) input += "a-name-that-does-not-exist\n";
  const Output output = run(command({"cat-file", "--batch-check"}), input);
  EXPECT_EQ(output.output.size(), input.size() + 200'000 * std::string(" missing").size());
}

TEST_F(ProcessTest, DoesNotBlockOnMuchStandardError) {
  const Output output = run(script("yes complaint | head -c 1000000 >&2; echo done"));
  EXPECT_EQ(output.output, "done\n");
  EXPECT_LE(output.errors.size(), 4096U);
}

TEST_F(ProcessTest, ReadsItsInputFromAFile) {
  Child child(command({"hash-object", "--stdin"}),
              Descriptor(::open(config.c_str(), O_RDONLY | O_CLOEXEC)));
  std::string output;
  for (std::string_view piece = child.read_some(); !piece.empty(); piece = child.read_some()) {
    output += piece;
  }
  EXPECT_EQ(child.wait(), 0);
  EXPECT_EQ(output, run(command({"hash-object", config.string()})).output);
}

TEST_F(ProcessTest, SurvivesWritingToADeadChild) {
  Child child(script("exec true"));
  child.write(std::string(8'000'000, 'x'));
  std::string line;
  EXPECT_FALSE(child.read_until('\n', line));
  EXPECT_EQ(child.wait(), 0);
}

TEST_F(ProcessTest, SaysThatAChildWasKilled) {
  Child child(script("echo last words >&2; kill -9 $$"));
  try {
    child.read_bytes(1);
    FAIL();
  } catch (const ChildDied& error) {
    EXPECT_THAT(error.what(), HasSubstr("last words"));
  }
}

TEST_F(ProcessTest, HandsNoDescriptorOfTheHostOn) {
  const int fd = ::open(config.c_str(), O_RDONLY);  // without close-on-exec
  const Output list = run(script("ls -l /proc/self/fd"));
  ::close(fd);
  EXPECT_EQ(list.status, 0);
  EXPECT_THAT(list.output, Not(HasSubstr(config.string())));
}

TEST_F(ProcessTest, ReapsAChildThatStillWrites) {
  const std::size_t before = open_descriptors();
  {
    Child child(script("yes"));
    std::string line;
    EXPECT_TRUE(child.read_until('\n', line));
    EXPECT_EQ(line, "y");
  }
  EXPECT_EQ(open_descriptors(), before);
}

TEST_F(ProcessTest, WorksInAHostThatIgnoresItsChildren) {
  const auto old = ::signal(SIGCHLD, SIG_IGN);
  const Output good = run(command({"rev-parse", "--is-bare-repository"}));
  const Output bad = run(command({"cat-file", "-t", "1234567"}));
  ::signal(SIGCHLD, old);
  EXPECT_EQ(good.status, 0);
  EXPECT_EQ(good.output, "false\n");
  EXPECT_NE(bad.status, 0);
}

TEST_F(ProcessTest, StartsChildrenWithSignalsAtTheirDefault) {
  const auto old = ::signal(SIGPIPE, SIG_IGN);
  const Output output = run(script("yes | head -n 1; echo $?"));
  ::signal(SIGPIPE, old);
  EXPECT_EQ(output.output, "y\n0\n");
  EXPECT_EQ(output.errors, "");  // with SIGPIPE ignored, yes would complain
}

TEST_F(ProcessTest, RefusesAnArgumentWithANul) {
  EXPECT_THROW(run(command({std::string("a\0b", 3)})), std::runtime_error);
}

}  // namespace
}  // namespace bitbucket::inline v0_1::testing::git
