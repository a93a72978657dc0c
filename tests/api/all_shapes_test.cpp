// Tries the table on every shape of answer and request that Bitbucket's REST API has.  Each shape
// is one row of a user's own, sent through the public client.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <nlohmann/json.hpp>

#include <bitbucket/nlohmann_codec.hpp>

#include "server/fake_client.hpp"
#include "support/demo.hpp"

namespace bitbucket::test {
/// A type of a user's own, read and written by a codec of a user's own.
struct Label {
  std::string name;
};
struct LineFilter {
  int start_line = 0;
};
/// The same through nlohmann's macros.
struct Group {
  std::string name;
  int members = 0;
};
NLOHMANN_DEFINE_TYPE_NON_INTRUSIVE(Group, name, members)
}  // namespace bitbucket::test

template <>
struct bitbucket::JsonCodec<bitbucket::test::Label> {
  static void read(std::string& body, test::Label& out) {
    out.name = RawJson{body}.parse().at("name").get<std::string>();
  }
  static std::string write(const test::Label& label) {
    return nlohmann::json{{"name", label.name}}.dump();
  }
};
template <>
struct bitbucket::JsonCodec<bitbucket::test::Group>
    : bitbucket::NlohmannCodec<bitbucket::test::Group> {};
template <>
struct bitbucket::QueryCodec<bitbucket::test::LineFilter> {
  static void append(Parameters& query, const test::LineFilter& filter) {
    query.emplace_back("startLine", std::to_string(filter.start_line));
  }
};

namespace bitbucket::test {
namespace {

using ::testing::HasSubstr;

#define REPO "/rest/api/1.0/projects/{project}/repos/{repo}"
// clang-format off
constexpr Pages <RawJson, RepoRef, CommitId>                        pull_requests_of_commit{REPO "/commits/{commit}/pull-requests"};
constexpr Get   <std::vector<RawJson>, RepoRef, PullRequestId>      jira_issues       {"/rest/jira/1.0/projects/{project}/repos/{repo}/pull-requests/{pullRequest}/issues"};
constexpr Get   <RawJson, RepoRef, FilePath, Query<Parameters>>     browse            {REPO "/browse/{path}"};
constexpr Get   <std::optional<RawJson>, RepoRef, CommitId, Query<Parameters>> merge_base{REPO "/commits/{commit}/merge-base"};
constexpr Get   <Label, RepoRef, Query<LineFilter>>                 own_types         {REPO "/own"};
constexpr Pages <Label, RepoRef>                                    labels            {REPO "/labels"};
constexpr Pages <Group>                                             groups            {"/rest/api/1.0/groups"};
constexpr Get   <std::vector<Group>>                                group_array       {"/rest/api/1.0/group-array"};
constexpr Post  <void, Body<Group>>                                 create_group      {"/rest/api/1.0/groups"};
constexpr Delete<void, RepoRef, Body<Label>>                        delete_branch     {"/rest/branch-utils/latest/projects/{project}/repos/{repo}/branches"};
constexpr Delete<void, RepoRef, PullRequestId, CommentId, Query<Parameters>> delete_comment{REPO "/pull-requests/{pullRequest}/comments/{comment}"};
constexpr Post  <void, RepoRef, CommitId, Body<RawJson>>            post_build        {REPO "/commits/{commit}/builds"};
constexpr Put   <RawJson, RepoRef, FilePath, Body<Multipart>>       edit_file         {REPO "/browse/{path}"};
constexpr Put   <RawJson, UserSlug, Body<RawJson>>                  create_token      {"/rest/access-tokens/latest/users/{user}"};
constexpr Post  <RawJson, RepoRef, PullRequestId, Query<Parameters>> merge            {REPO "/pull-requests/{pullRequest}/merge"};
constexpr Stream<RepoRef, Query<Parameters>>                        archive           {REPO "/archive"};
constexpr Stream<RepoRef, PullRequestId>                            pull_request_diff {REPO "/pull-requests/{pullRequest}.diff"};
constexpr Get   <std::vector<Branch>, RepoRef>                      typed_array       {REPO "/array"};
constexpr Put   <void, RepoRef, Query<Parameters>>                  set_permission    {REPO "/permissions/users", Repeat::yes};
// clang-format on

TEST(AllShapesTest, Pages) {
  BitbucketServer client(fake_options(FakeTransport::in_turn(
      {json_answer(
           R"({"values":[{"id":1}, "two"],"isLastPage":false,"nextPageStart":2,"start":0})"),
       json_answer(R"({"values":[3],"isLastPage":true,"start":2})")})));
  const auto rows = client.call(pull_requests_of_commit, demo, "abc").to_vector();
  ASSERT_EQ(rows.size(), 3u);
  EXPECT_EQ(rows[0].text, R"({"id":1})");
  EXPECT_EQ(rows[1].text, R"("two")");
}

TEST(AllShapesTest, BareArrays) {
  BitbucketServer client(
      fake_options(FakeTransport::in_turn({json_answer(R"([{"key":"A-1"},{"key":"A-2"}])"),
                                           json_answer(R"([{"id":"b","displayId":"main"}])")})));
  EXPECT_EQ(client.call(jira_issues, demo, PullRequestId{7}).size(), 2u);
  EXPECT_EQ(client.call(typed_array, demo).at(0).display_id, "main");
}

TEST(AllShapesTest, OtherEnvelopesKeepTheirText) {
  const std::string file =
      R"({"lines":[{"text":"int main;"}],"start":0,"size":1,"isLastPage":true})";
  BitbucketServer client(fake_options(FakeTransport::in_turn({json_answer(file)})));
  EXPECT_EQ(client.call(browse, demo, "src/a b.cpp", {{"at", "refs/heads/x"}}).text, file);
}

TEST(AllShapesTest, OptionalAnswers) {
  BitbucketServer client(
      fake_options(FakeTransport::in_turn({json_answer("", 204), json_answer("{}")})));
  EXPECT_FALSE(client.call(merge_base, demo, "abc", {{"otherCommitId", "def"}}).has_value());
  EXPECT_TRUE(client.call(merge_base, demo, "abc", {{"otherCommitId", "def"}}).has_value());
}

TEST(AllShapesTest, OwnTypesAndFilters) {
  const auto transport = FakeTransport::in_turn({json_answer(R"({"name":"x"})")});
  BitbucketServer client(fake_options(transport));
  EXPECT_EQ(client.call(own_types, demo, {.start_line = 7}).name, "x");
  EXPECT_EQ(query_value(transport->requests()[0].url, "startLine"), "7");
}

TEST(AllShapesTest, AUsersCodecServesPagesAndArrays) {
  const auto transport = FakeTransport::in_turn(
      {json_answer(R"({"values":[{"name":"a"},{"name":"b"}],"nextPageStart":2,"start":0})"),
       json_answer(R"({"values":[{"name":"c"}],"isLastPage":true,"start":2})"),
       json_answer(R"({"values":[{"name":"a","members":3}],"isLastPage":true})"),
       json_answer(R"([{"name":"b","members":4}])"), json_answer("", 204)});
  BitbucketServer client(fake_options(transport));
  std::string names;
  for (const Label& label : client.call(labels, demo)) names += label.name;
  EXPECT_EQ(names, "abc");
  EXPECT_EQ(client.call(groups).to_vector().at(0).members, 3);
  EXPECT_EQ(client.call(group_array).at(0).members, 4);
  client.call(create_group, Group{"x", 1});
  EXPECT_EQ(transport->requests().back().body, R"({"members":1,"name":"x"})");
  EXPECT_THROW(client.call(create_group, Group{"\xff", 1}), InvalidArgument);
}

TEST(AllShapesTest, ErrorsOfAUsersCodecNameTheRow) {
  BitbucketServer client(fake_options(FakeTransport::in_turn(
      {json_answer(R"({"values":[{"name":"a","members":3},{"name":7}],"isLastPage":true})"),
       json_answer(R"([{"name":"a","members":"many"}])")})));
  const auto pointer_of = [](auto&& call) -> std::string {
    try {
      call();
    } catch (const DecodeError& error) {
      return error.pointer();
    }
    return "none";
  };
  EXPECT_EQ(pointer_of([&] { (void)client.call(groups).to_vector(); }), "/values/1");
  EXPECT_EQ(pointer_of([&] { (void)client.call(group_array); }), "/0");
}

TEST(AllShapesTest, DeleteWithABodyAndWithAQuery) {
  const auto transport = FakeTransport::in_turn({json_answer("", 204)});
  BitbucketServer client(fake_options(transport));
  client.call(delete_branch, demo, Label{"refs/heads/x"});
  EXPECT_EQ(transport->requests()[0].method, Method::del);
  EXPECT_EQ(transport->requests()[0].body, R"({"name":"refs/heads/x"})");
  client.call(delete_comment, demo, PullRequestId{7}, CommentId{9}, {{"version", "3"}});
  EXPECT_THAT(transport->requests()[1].url,
              ::testing::EndsWith("/pull-requests/7/comments/9?version=3"));
}

TEST(AllShapesTest, NoAnswerAndVersionedPosts) {
  const auto transport = FakeTransport::in_turn({json_answer("", 204), json_answer("{}")});
  BitbucketServer client(fake_options(transport));
  client.call(post_build, demo, "abc", RawJson{R"({"key":"k"})"});
  EXPECT_EQ(client.call(merge, demo, PullRequestId{7}, {{"version", "3"}}).text, "{}");
  client.call(set_permission, demo, {{"name", "a"}, {"name", "b"}, {"permission", "REPO_WRITE"}});
  EXPECT_THAT(transport->requests().back().url, HasSubstr("?name=a&name=b&permission=REPO_WRITE"));
  (void)client.call(create_token, UserSlug{"jo.doe"}, RawJson{R"({"name":"t"})"});
  EXPECT_THAT(transport->requests().back().url, HasSubstr("/users/jo.doe"));
  EXPECT_FALSE(create_token.repeatable) << "this PUT creates";
}

TEST(AllShapesTest, Multipart) {
  const auto transport = FakeTransport::in_turn({json_answer("{}")});
  BitbucketServer client(fake_options(transport));
  (void)client.call(
      edit_file, demo, "README.md",
      Multipart{
          {{.name = "content", .content = "a\r\nb", .filename = "f", .content_type = "text/plain"},
           {.name = "message", .content = "why"}}});
  const Request request = transport->requests()[0];
  EXPECT_EQ(find_header(request.headers, "Content-Type"),
            "multipart/form-data; boundary=bitbucket-cpp-0");
  EXPECT_EQ(
      request.body,
      "--bitbucket-cpp-0\r\nContent-Disposition: form-data; name=\"content\"; filename=\"f\"\r\n"
      "Content-Type: text/plain\r\n\r\na\r\nb\r\n"
      "--bitbucket-cpp-0\r\nContent-Disposition: form-data; name=\"message\"\r\n\r\nwhy\r\n"
      "--bitbucket-cpp-0--\r\n");
  EXPECT_EQ(find_header(request.headers, "X-Atlassian-Token"), "no-check");
}

TEST(AllShapesTest, Streams) {
  const auto transport =
      FakeTransport::in_turn({{.status = 200, .headers = {}, .body = "<html> is just bytes"}});
  BitbucketServer client(fake_options(transport));
  EXPECT_EQ(client.call(archive, demo, {{"format", "tgz"}, {"path", "a"}, {"path", "b"}}),
            "<html> is just bytes");
  EXPECT_EQ(find_header(transport->requests()[0].headers, "Accept"), "*/*");
  EXPECT_EQ(client.call(pull_request_diff, demo, PullRequestId{12}), "<html> is just bytes");
  EXPECT_THAT(transport->requests()[1].url, ::testing::EndsWith("/pull-requests/12.diff"));
}

}  // namespace
}  // namespace bitbucket::test
