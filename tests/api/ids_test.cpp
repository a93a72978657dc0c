#include <bitbucket/ids.hpp>

#include <gtest/gtest.h>

#include <sstream>
#include <string>
#include <type_traits>
#include <unordered_set>

#include <bitbucket/error.hpp>

namespace bitbucket::test {
namespace {

template <class T>
std::string printed(const T& id) {
  std::ostringstream out;
  out << id;
  return out.str();
}

template <class T>
std::string in_a_path(const T& id) {
  std::string path;
  id.append_to(path, 0);
  return path;
}

template <class T>
std::string complaint(const T& id) {
  try {
    return in_a_path(id);
  } catch (const InvalidArgument& error) {
    return error.what();
  }
}

TEST(IdsTest, ArePrinted) {
  EXPECT_EQ(printed(ProjectKey("PRJ")), "PRJ");
  EXPECT_EQ(printed(HookId(7)), "7");
  EXPECT_EQ(printed(RepoRef("PRJ/demo")), "PRJ/demo");
}

TEST(IdsTest, AreKeysOfHashTables) {
  EXPECT_TRUE((std::unordered_set<CommitId>{"a", "b"}.contains("b")));
  EXPECT_TRUE((std::unordered_set<HookId>{1, 2}.contains(2)));
  EXPECT_TRUE((std::unordered_set<RepoRef>{"A/b", "B/a"}.contains("B/a")));
  EXPECT_NE(std::hash<RepoRef>{}("A/b"), std::hash<RepoRef>{}("B/a"));
}

TEST(IdsTest, BecomeSegmentsOfAPath) {
  EXPECT_EQ(in_a_path(CommitId("a/b")), "a%2Fb");
  EXPECT_EQ(in_a_path(FilePath("a b/c")), "a%20b/c");
  EXPECT_EQ(in_a_path(PathParam<"issue">("PRJ-1")), "PRJ-1");
  EXPECT_EQ(in_a_path(TagName("release/1 b")), "release/1%20b");
  EXPECT_EQ(in_a_path(UserSlug("a/b")), "a%2Fb");
  EXPECT_EQ(in_a_path(HookId(12)), "12");
  EXPECT_EQ(in_a_path(PullRequestId(3)), "3");
}

TEST(IdsTest, SayWhatIsEmpty) {
  EXPECT_EQ(complaint(ProjectKey()), "the project key is empty");
  EXPECT_EQ(complaint(CommitId()), "the commit id is empty");
  EXPECT_EQ(complaint(FilePath()), "the file path is empty");
  EXPECT_EQ(complaint(PathParam<"issue">()), "issue is empty");
}

TEST(IdsTest, ConvertOnlyWhereTheyCannotBeSwapped) {
  static_assert(std::is_convertible_v<const char*, ProjectKey>);
  static_assert(std::is_convertible_v<std::string, CommitId>);
  static_assert(std::is_convertible_v<int, HookId>);
  static_assert(!std::is_convertible_v<int, CommentId>);
  static_assert(!std::is_convertible_v<const char*, PathParam<"issue">>);
  static_assert(!std::is_convertible_v<HookId, CommentId>);
  static_assert(!std::is_convertible_v<PullRequestId, CommentId>);
  static_assert(!std::is_convertible_v<CommentId, PullRequestId>);
  static_assert(!std::is_convertible_v<ProjectKey, CommitId>);
}

}  // namespace
}  // namespace bitbucket::test
