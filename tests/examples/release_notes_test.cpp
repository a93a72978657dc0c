// Runs examples/release_notes over real repositories, and compares what it prints with git.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <csignal>
#include <filesystem>
#include <nlohmann/json.hpp>

#include "examples/program.hpp"
#include "examples/tracking_repository.hpp"
#include "server/signed_client.hpp"

namespace bitbucket::test {
namespace {

using nlohmann::json;
using test_support::commit_files;
using test_support::commit_id;
using test_support::run_git;
using test_support::TempDir;
using ::testing::AllOf;
using ::testing::HasSubstr;
using ::testing::IsEmpty;
using ::testing::MatchesRegex;
using ::testing::Not;
using ::testing::StartsWith;
using ::testing::UnorderedElementsAre;

class ReleaseNotesProgramTest : public ::testing::Test {
 protected:
  struct Ran {
    int code = 0;
    std::string output, errors;
  };
  Ran run(const std::vector<std::string>& arguments,
          const std::vector<std::string>& environment = {}) const {
    Program program(BITBUCKET_EXAMPLES "/release_notes", arguments, environment, folder.path());
    Ran ran;
    ran.output = program.output();
    ran.errors = program.errors();
    ran.code = program.exit_code();
    return ran;
  }
  /// Returns the notes as JSON.
  json notes(std::vector<std::string> arguments,
             const std::vector<std::string>& environment = {}) const {
    arguments.insert(arguments.begin(), {"--format", "json"});
    const Ran ran = run(arguments, environment);
    EXPECT_EQ(ran.code, 0) << ran.errors;
    return json::parse(ran.output);
  }
  /// Expects that the commits are those of git, and that each has the files that git says.
  void expect_git(const json& found, const std::string& range) const {
    std::set<std::string> ids;
    for (const json& commit : found["commits"]) {
      ids.insert(commit["id"].get<std::string>());
      std::set<std::string> files;
      for (const json& file : commit["files"])
        files.insert(file["type"].get<std::string>() + ' ' + file["path"].get<std::string>());
      EXPECT_EQ(files, diff_tree(demo, commit["id"].get<std::string>())) << commit;
    }
    EXPECT_EQ(ids, rev_list(demo, range));
    EXPECT_EQ(found["commits"].size(), ids.size());
  }

  const TempDir folder;
  const std::filesystem::path demo = folder / "demo";
};

TEST_F(ReleaseNotesProgramTest, ListsWhatGitListsSinceTheTagBefore) {
  make_released_repository(demo);
  const json found = notes({"demo", "v1.1.0"});
  expect_git(found, "v1.0.0..v1.1.0");  // a pre-release is not the version before a release
  EXPECT_EQ(found["ranges"][0]["from"], "v1.0.0");
  EXPECT_EQ(found["ranges"][0]["toCommit"], commit_id(demo, "v1.1.0^{commit}"));
  EXPECT_EQ(
      found["issues"],
      json::parse(R"([{"key": "ABC-12", "commit": ")" + commit_id(demo, "v1.1.0-rc.1^{commit}") +
                  R"("}, {"key": "ABC-7", "commit": ")" + commit_id(demo, "main") + R"("}])"));
  EXPECT_EQ(found["authors"], json::parse(R"([
      {"name": "Ada Lovelace", "email": "ada@example.com", "commits": 3},
      {"name": "Bob", "email": "bob@example.com", "commits": 1}])"));
  EXPECT_EQ(found["files"],
            json({"README.md", "src/a.cpp", "src/b.cpp", "src/new.cpp", "src/old.cpp"}));
}

TEST_F(ReleaseNotesProgramTest, TakesAnyTwoPlaces) {
  make_released_repository(demo);
  const std::string first = commit_id(demo, "v1.0.0~1");
  expect_git(notes({"demo", "v1.1.0-rc.1"}), "v1.0.0..v1.1.0-rc.1");
  expect_git(notes({"demo", "v1.0.0"}), "v1.0.0");
  expect_git(notes({"demo", "side", first}), first + "..side");
  expect_git(notes({"demo", "main"}), "main");
}

TEST_F(ReleaseNotesProgramTest, MergesTheRepositoriesOfAFolder) {
  make_released_repository(demo);
  test_support::init_repository(folder / "other");
  commit_files(folder / "other", "Fixes XY-1", {{"x", "x"}});
  run_git(folder / "other", {"tag", "v1.1.0"});
  test_support::init_repository(folder / "untagged");
  commit_files(folder / "untagged", "Fixes XY-2", {{"y", "y"}});
  const json found = notes({".", "v1.1.0"});
  std::set<std::string> repositories, issues;
  for (const json& range : found["ranges"])
    repositories.insert(range["repository"].get<std::string>());
  for (const json& issue : found["issues"]) issues.insert(issue["key"].get<std::string>());
  EXPECT_THAT(repositories, UnorderedElementsAre("LOCAL/demo", "LOCAL/other"));
  EXPECT_THAT(issues, UnorderedElementsAre("ABC-12", "ABC-7", "XY-1"));
  EXPECT_EQ(found["commits"].size(), 5u);
}

TEST_F(ReleaseNotesProgramTest, WritesText) {
  make_released_repository(demo);
  const Ran ran = run({"demo", "v1.1.0"});
  EXPECT_EQ(ran.code, 0) << ran.errors;
  const std::string id = commit_id(demo, "main").substr(0, 7);
  EXPECT_THAT(ran.output,
              AllOf(StartsWith("v1.1.0\n  LOCAL/demo: after v1.0.0 ("),
                    HasSubstr("\n2 resolved issues\n  ABC-12  by "),
                    HasSubstr("\n4 commits, 5 changed files\n"),
                    HasSubstr("\n  " + id +
                              " Delete <b>*a*</b> [file](http://evil)  Ada Lovelace"
                              "  [ABC-7]\n    D README.md\n"),
                    HasSubstr("\n2 authors\n  Ada Lovelace <ada@example.com>  3 commits\n")));
}

TEST_F(ReleaseNotesProgramTest, WritesMarkdownWithoutLinksOrHtmlOfOthers) {
  make_released_repository(demo);
  const Ran ran = run({"--format", "markdown", "demo", "v1.1.0"});
  EXPECT_EQ(ran.code, 0) << ran.errors;
  EXPECT_THAT(ran.output,
              AllOf(StartsWith("# v1.1.0\n"), HasSubstr("\n- **ABC-12** Read names\n"),
                    HasSubstr("\n- Delete \\<b\\>\\*a\\*\\</b\\> \\[file\\](http://evil) (`"),
                    HasSubstr("\n  - A `src/new.cpp`\n"), HasSubstr("\n- Bob (1 commit)\n")));
}

TEST_F(ReleaseNotesProgramTest, ShowsNoControlCharacters) {
  test_support::init_repository(demo);
  commit_files(demo, "Turn \033[31mred", {{"a\033b", "x"}});
  for (const std::string format : {"text", "markdown"})
    EXPECT_THAT(run({"--format", format, "demo", "main"}).output, Not(HasSubstr("\033")));
}

TEST_F(ReleaseNotesProgramTest, OnlyReadsTheRepository) {
  make_released_repository(demo);
  const std::string before = run_git(demo, {"for-each-ref"});
  EXPECT_EQ(run({"demo", "v1.1.0"}).code, 0);
  EXPECT_EQ(run_git(demo, {"for-each-ref"}), before);
}

TEST_F(ReleaseNotesProgramTest, SaysWhatIsWrong) {
  make_released_repository(demo);
  for (const auto& [arguments, message] :
       std::vector<std::pair<std::vector<std::string>, std::string>>{
           {{"demo", "v9"}, "'v9' is not a tag, branch or commit of demo"},
           {{"demo", "main", "v9"}, "'v9' is not a tag, branch or commit of LOCAL/demo"},
           {{"nothing", "v9"}, "there is no folder nothing"},
           {{"demo/src", "v9"}, "demo/src is not a git repository"}}) {
    const Ran ran = run(arguments);
    EXPECT_EQ(ran.code, 1);
    EXPECT_THAT(ran.output, IsEmpty());
    EXPECT_THAT(ran.errors, HasSubstr(message));
  }
  for (const std::vector<std::string>& arguments : {std::vector<std::string>{"demo"},
                                                    {"demo", "a", "b", "c"},
                                                    {"--format", "xml", "demo", "main"},
                                                    {"--format"},
                                                    {"--watch", "--format", "json", "demo", "main"},
                                                    {"--watch", "demo", "v1.0.0"}})
    EXPECT_EQ(run(arguments).code, 2) << run(arguments).errors;
}

TEST_F(ReleaseNotesProgramTest, AsksAServerAndChangesNothingThere) {
  const auto server = signed_server();
  make_released_repository(demo);
  server->add_repository("PRJ", "released", demo);
  expect_git(
      notes({"--url", server->base_url(), "PRJ/released", "v1.1.0"}, {"BITBUCKET_TOKEN=ann-token"}),
      "v1.0.0..v1.1.0");
  for (const testing::GitServerRequest& request : server->requests())
    EXPECT_EQ(request.method, "GET") << request.path;
  const Ran refused =
      run({"--url", server->base_url(), "PRJ/released", "v1.1.0"}, {"BITBUCKET_TOKEN=wrong-token"});
  EXPECT_EQ(refused.code, 1);
  EXPECT_THAT(refused.errors, AllOf(HasSubstr("401"), Not(HasSubstr("wrong-token"))));
}

/// Reads up to the address to push to, and returns the address.
std::string push_address(Program& program) {
  std::string line;
  do line = program.line();
  while (!line.starts_with("Watching"));
  line = program.line();  // "  git push ADDRESS HEAD:refs/heads/main"
  const std::size_t start = line.find("http");
  return line.substr(start, line.find(' ', start) - start);
}

TEST_F(ReleaseNotesProgramTest, WatchesPushes) {
  make_released_repository(demo);
  Program program(BITBUCKET_EXAMPLES "/release_notes",
                  {"--watch", "--once", "demo", "main", "v1.1.0"}, {}, folder.path());
  const std::string address = push_address(program);
  run_git(folder.path(), {"clone", "--quiet", address, "clone"});
  run_git(folder / "clone", {"push", "--quiet", "origin", "HEAD:refs/heads/another"});
  const std::string id = commit_files(folder / "clone", "Fixes ABC-99", {{"new.txt", "new"}});
  run_git(folder / "clone", {"push", "--quiet", "origin", "HEAD:refs/heads/main"});
  const std::string output = program.output();
  EXPECT_THAT(output, AllOf(HasSubstr("git pushed 1 new commit\n  " + id.substr(0, 7) +
                                      " Fixes ABC-99  Ada Lovelace  [ABC-99]\n    A new.txt\n"),
                            HasSubstr("  resolved:  ABC-99  by "),
                            HasSubstr("\n1 commit now, 1 resolved issue\n")));
  EXPECT_EQ(program.exit_code(), 0) << program.errors();
}

TEST_F(ReleaseNotesProgramTest, RemovesItsWebhookWhenItIsInterrupted) {
  const auto server = signed_server();
  make_released_repository(demo);
  server->add_repository("PRJ", "released", demo);
  const BitbucketServer client(signed_options(*server));
  Program program(BITBUCKET_EXAMPLES "/release_notes",
                  {"--watch", "--url", server->base_url(), "PRJ/released", "main"},
                  {"BITBUCKET_TOKEN=ann-token"}, folder.path());
  (void)push_address(program);
  EXPECT_EQ(client.hooks.list("PRJ/released").to_vector().size(), 1u);
  program.signal(SIGINT);
  EXPECT_EQ(program.exit_code(), 0) << program.errors();
  EXPECT_THAT(client.hooks.list("PRJ/released").to_vector(), IsEmpty());
}

}  // namespace
}  // namespace bitbucket::test
