// Tests a service that talks to Bitbucket, with GoogleTest, against an embedded server that serves
// a real git repository.  Nothing is mocked and nothing leaves this machine.
//
//   test_your_service
#include <gtest/gtest.h>

#include <cstdlib>
#include <filesystem>
#include <string>
#include <vector>

#include <bitbucket/server.hpp>
#include <bitbucket/testing/git_server.hpp>

namespace {

// The service: returns the titles of the commits in a release, or nothing if the repository is
// gone.
std::vector<std::string> release_notes(const bitbucket::BitbucketServer& client,
                                       const bitbucket::RepoRef& repo, const std::string& since) {
  std::vector<std::string> notes;
  try {
    for (const bitbucket::Commit& commit : client.commits.list(repo, {.since = since}))
      notes.emplace_back(commit.title());
  } catch (const bitbucket::Error& error) {
    if (!error.is_not_found()) throw;
  }
  return notes;
}

class ReleaseNotesTest : public testing::Test {
 protected:
  ReleaseNotesTest() {
    const std::string git =
        "git -C '" + folder.string() + "' -c user.name=Ada -c user.email=ada@example.com ";
    const std::string commit = git + "commit -q --allow-empty -m ";
    EXPECT_EQ(std::system((git + "init -q && " + commit + "First && " + git + "tag v1 && " +
                           commit + "'Fix the login' && " + commit + "'Add a page'")
                              .c_str()),
              0);
    server.add_repository("PRJ", "demo", folder);
  }
  ~ReleaseNotesTest() override { std::filesystem::remove_all(folder); }

  [[nodiscard]] bitbucket::BitbucketServer client(const std::string& password = "admin") const {
    bitbucket::ClientOptions options;
    options.base_url = server.base_url();
    options.credentials = bitbucket::BasicCredentials{"admin", password};
    return bitbucket::BitbucketServer{options};
  }

  std::string name = std::filesystem::temp_directory_path() / "release-notes-XXXXXX";
  const std::filesystem::path folder = ::mkdtemp(name.data());
  bitbucket::testing::GitServer server;
};

TEST_F(ReleaseNotesTest, HoldTheTitlesSinceATag) {
  EXPECT_EQ(release_notes(client(), "PRJ/demo", "v1"),
            (std::vector<std::string>{"Add a page", "Fix the login"}));
}

TEST_F(ReleaseNotesTest, AreEmptyForARepositoryThatIsGone) {
  EXPECT_TRUE(release_notes(client(), "PRJ/gone", "v1").empty());
}

TEST_F(ReleaseNotesTest, FailForAWrongPassword) {
  try {
    (void)release_notes(client("guess"), "PRJ/demo", "v1");
    FAIL() << "no error was thrown";
  } catch (const bitbucket::Error& error) {
    EXPECT_TRUE(error.is_unauthenticated()) << error.what();
  }
}

}  // namespace
