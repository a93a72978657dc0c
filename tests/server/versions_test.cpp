// The client's main reads against servers of four ages.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "server/signed_client.hpp"

namespace bitbucket::test {
namespace {

class VersionsTest : public ::testing::TestWithParam<const char*> {};

TEST_P(VersionsTest, TheMainReadsWork) {
  testing::GitServerOptions with = server_test::options();
  with.version = GetParam();
  const auto server = signed_server(with);
  const BitbucketServer client{signed_options(*server)};
  const RepoRef demo{"PRJ", "demo"};
  EXPECT_EQ(client.server.application_properties().version, GetParam());
  EXPECT_EQ(client.repos.list().to_vector().size(), 6u);
  EXPECT_FALSE(client.repos.get(demo).archived);
  const auto commits = client.commits.list(demo).to_vector();
  ASSERT_FALSE(commits.empty());
  Commit newest = client.commits.get(demo, commits[0].id);
  for (MinimalCommit& parent : newest.parents)  // a single commit tells more about its parents
    parent = {.id = parent.id,
              .display_id = parent.display_id,
              .author = {},
              .author_timestamp = {},
              .committer = {},
              .committer_timestamp = {},
              .message = {}};
  EXPECT_EQ(newest, commits[0]);
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
