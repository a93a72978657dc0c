#include <gtest/gtest.h>

#include <bitbucket/model/commit.hpp>
#include <bitbucket/model/ref.hpp>
#include <bitbucket/model/repo.hpp>

namespace {

using namespace bitbucket;

template <class T>
Parameters query(const T& filter) {
  Parameters parameters;
  QueryCodec<T>::append(parameters, filter);
  return parameters;
}

TEST(QueryTest, SendsNothingForEmptyFilters) {
  EXPECT_TRUE(query(RepoFilter{}).empty());
  EXPECT_TRUE(query(CommitFilter{}).empty());
  EXPECT_TRUE(query(BranchFilter{}).empty());
  EXPECT_TRUE(query(TagFilter{}).empty());
  EXPECT_TRUE(query(Parameters{}).empty());
}

TEST(QueryTest, NamesEveryRepoFilter) {
  const RepoFilter filter{.name = "n",
                          .project_name = "pn",
                          .project_key = "PK",
                          .permission = RepoFilter::Permission::write,
                          .visibility = RepoFilter::Visibility::is_private,
                          .state = RepoState::available,
                          .archived = RepoFilter::Archived::all};
  EXPECT_EQ(query(filter), (Parameters{{"name", "n"},
                                       {"projectname", "pn"},
                                       {"projectkey", "PK"},
                                       {"permission", "REPO_WRITE"},
                                       {"visibility", "private"},
                                       {"state", "AVAILABLE"},
                                       {"archived", "ALL"}}));
  EXPECT_EQ(query(RepoFilter{.permission = RepoFilter::Permission::read}),
            (Parameters{{"permission", "REPO_READ"}}));
  EXPECT_EQ(query(RepoFilter{.permission = RepoFilter::Permission::admin}),
            (Parameters{{"permission", "REPO_ADMIN"}}));
  EXPECT_EQ(query(RepoFilter{.visibility = RepoFilter::Visibility::is_public}),
            (Parameters{{"visibility", "public"}}));
  EXPECT_EQ(query(RepoFilter{.archived = RepoFilter::Archived::active}),
            (Parameters{{"archived", "ACTIVE"}}));
  EXPECT_EQ(query(RepoFilter{.archived = RepoFilter::Archived::archived}),
            (Parameters{{"archived", "ARCHIVED"}}));
  EXPECT_EQ(query(RepoFilter{.state = Open<RepoState>("MOTHBALLED")}),
            (Parameters{{"state", "MOTHBALLED"}}));
}

TEST(QueryTest, NamesEveryCommitFilter) {
  const CommitFilter filter{.since = "a",
                            .until = "refs/heads/b",
                            .path = "src/x.cpp",
                            .merges = CommitFilter::Merges::exclude,
                            .follow_renames = true,
                            .ignore_missing = true};
  EXPECT_EQ(query(filter), (Parameters{{"since", "a"},
                                       {"until", "refs/heads/b"},
                                       {"path", "src/x.cpp"},
                                       {"merges", "exclude"},
                                       {"followRenames", "true"},
                                       {"ignoreMissing", "true"}}));
  EXPECT_EQ(query(CommitFilter{.merges = CommitFilter::Merges::only}),
            (Parameters{{"merges", "only"}}));
}

TEST(QueryTest, NamesEveryRefFilter) {
  const BranchFilter branches{.filter_text = "f",
                              .base = "main",
                              .details = true,
                              .boost_matches = true,
                              .order_by = BranchFilter::Order::modification};
  EXPECT_EQ(query(branches), (Parameters{{"filterText", "f"},
                                         {"base", "main"},
                                         {"details", "true"},
                                         {"boostMatches", "true"},
                                         {"orderBy", "MODIFICATION"}}));
  EXPECT_EQ(query(TagFilter{.filter_text = "v1", .order_by = TagFilter::Order::alphabetical}),
            (Parameters{{"filterText", "v1"}, {"orderBy", "ALPHABETICAL"}}));
}

TEST(QueryTest, AppendsParametersAsTheyAre) {
  Parameters all{{"a", "1"}};
  QueryCodec<Parameters>::append(all, {{"a", "2"}, {"b", ""}});
  EXPECT_EQ(all, (Parameters{{"a", "1"}, {"a", "2"}, {"b", ""}}));
}

}  // namespace
