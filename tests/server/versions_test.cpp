// The client's main reads against servers of four ages.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "server/signed_client.hpp"
#include "support/demo.hpp"

namespace bitbucket::test {
namespace {

class VersionsTest : public ::testing::TestWithParam<const char*> {};

TEST_P(VersionsTest, TheMainReadsWork) {
  testing::GitServerOptions with = server_test::options();
  with.version = GetParam();
  const auto server = signed_server(with);
  const BitbucketServer client{signed_options(*server)};
  EXPECT_EQ(client.server.application_properties().version, GetParam());
  EXPECT_EQ(client.repos.list().to_vector().size(), 6u);
  EXPECT_FALSE(client.repos.get(demo).archived);
  const auto commits = client.commits.list(demo).to_vector();
  ASSERT_EQ(commits.size(), 3u);
  ASSERT_EQ(commits[0].parents.size(), 1u);
  EXPECT_EQ(commits[0].parents[0].id, commits[1].id);
  // A list has only the ids of the parents; a single commit has all that its parents say.
  Commit newest = commits[0];
  newest.parents = {{.id = commits[1].id,
                     .display_id = commits[1].display_id,
                     .author = commits[1].author,
                     .author_timestamp = commits[1].author_timestamp,
                     .committer = commits[1].committer,
                     .committer_timestamp = commits[1].committer_timestamp,
                     .message = commits[1].message}};
  EXPECT_EQ(client.commits.get(demo, commits[0].id), newest);
  EXPECT_FALSE(client.commits.changes(demo, commits[0].id).to_vector().empty());
  EXPECT_FALSE(client.branches.list(demo).to_vector().empty());
  EXPECT_NO_THROW(client.tags.list(demo).to_vector());
  EXPECT_FALSE(client.files.raw(demo, "README.md").empty());
  const Hook hook = client.hooks.create(
      demo, {.name = "n", .url = "https://bot.example.com/hook", .events = {"pr:merged"}});
  EXPECT_EQ(client.hooks.get(demo, hook.id), hook);
  try {
    client.repos.get({"PRJ", "none"});
    FAIL() << "there is no such repository";
  } catch (const ApiError& error) {
    EXPECT_TRUE(error.is_not_found());
    EXPECT_FALSE(error.is_unrouted());
    EXPECT_TRUE(error.has_exception("NoSuchRepositoryException"));
  }
}

INSTANTIATE_TEST_SUITE_P(Personalities, VersionsTest,
                         ::testing::Values("7.21.0", "8.19.0", "9.4.0", "10.3.0"),
                         [](const auto& each) {
                           std::string name = each.param;
                           for (char& c : name) c = c == '.' ? '_' : c;
                           return 'V' + name;
                         });

}  // namespace
}  // namespace bitbucket::test
