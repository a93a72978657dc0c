#include "tracking/issue_fixture.hpp"

namespace bitbucket::test {
namespace {

// Which appearances of an issue its resolution explains.
class RegressionTest : public IssueTest {
 protected:
  [[nodiscard]] bool explains(std::string_view version) const {
    return store_->issues.has_resolution("A-1", version);
  }
};
INSTANTIATE_TEST_SUITE_P(Products, RegressionTest, both_products(), name_of);

TEST_P(RegressionTest, NothingExplainsAnOpenIssue) {
  create("1.0.0", 1);
  EXPECT_FALSE(explains("1.0.0"));
  EXPECT_FALSE(explains(""));
}

TEST_P(RegressionTest, AReleaseThatIsNotKnownIsOlder) {
  release("1.0.0", {commit("c1", Issues{"A-1"})});
  EXPECT_TRUE(explains(""));
}

TEST_P(RegressionTest, TheReleaseThatResolvedTheIssueIsARegression) {
  release("1.0.0", {commit("c1", Issues{"A-1"})});
  EXPECT_FALSE(explains("1.0.0"));
}

TEST_P(RegressionTest, SemanticVersionsGoBeforeDates) {
  create("1.9.9", 90);
  create("2.0.1", 10);
  release("2.0.0", {commit("c1", Issues{"A-1"})}, 50);
  EXPECT_TRUE(explains("1.9.9"));
  EXPECT_FALSE(explains("2.0.1"));
  EXPECT_TRUE(explains("1.0.0")) << "not stored";
  EXPECT_FALSE(explains("3.0.0")) << "not stored";
  EXPECT_FALSE(explains("v2.0.0")) << "the same place";
}

TEST_P(RegressionTest, DatesDecideBetweenOtherVersions) {
  create("older", 49);
  create("same", 50);
  create("newer", 51);
  store_->releases.create({.version = "late", .date_added = at(1), .date_released = at(60)});
  release("fix", {commit("c1", Issues{"A-1"})}, 50);
  EXPECT_TRUE(explains("older"));
  EXPECT_TRUE(explains("same"));
  EXPECT_FALSE(explains("newer"));
  EXPECT_FALSE(explains("late")) << "the date of going out counts";
  EXPECT_FALSE(explains("unknown")) << "newer than all that are stored";
}

TEST_P(RegressionTest, TheNextReleaseIsStrictlyLater) {
  create("older", 49);
  create("base", 50);
  store_->issues.resolve_in_next_release("A-1", "base");
  ASSERT_EQ(resolution("A-1"), "in_next_release base");
  store_->releases.create({.version = "same", .date_added = at(40), .date_released = at(50)});
  store_->issues.resolve_in_next_release("A-1", "same");
  ASSERT_EQ(resolution("A-1"), "in_next_release same");
  EXPECT_TRUE(explains("same"));
  EXPECT_TRUE(explains("older"));
  EXPECT_FALSE(explains("base")) << "of the same date";
  EXPECT_FALSE(explains("unknown"));
}

TEST_P(RegressionTest, TheNextReleaseIsComparedBySemanticVersion) {
  create("1.0.0", 90);
  create("2.0.0", 50);
  store_->issues.resolve_in_next_release("A-1", "2.0.0");
  ASSERT_EQ(resolution("A-1"), "in_next_release 2.0.0");
  EXPECT_TRUE(explains("1.0.0"));
  EXPECT_TRUE(explains("2.0.0"));
  EXPECT_FALSE(explains("2.0.1"));
}

TEST_P(RegressionTest, WithoutAnyReleaseTheNextOneIsARegression) {
  store_->issues.resolve_in_next_release("A-1");
  EXPECT_TRUE(explains(""));
  EXPECT_FALSE(explains("1.0.0"));
}

TEST_P(RegressionTest, ACommitExplainsTheReleasesWithoutIt) {
  push({commit("c1", Issues{"A-1"})}, ResolvePolicy::on_commit);
  create("1.0.0", 1);
  EXPECT_TRUE(explains(""));
  EXPECT_TRUE(explains("1.0.0"));
  EXPECT_FALSE(explains("2.0.0")) << "a release that is not stored may have the commit";
}

}  // namespace
}  // namespace bitbucket::test
