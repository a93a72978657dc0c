#include <string>
#include <vector>

#include <gmock/gmock.h>
#include <nlohmann/json.hpp>

#include "samples.hpp"
#include "support.hpp"

// The member names of the field lists, against documents typed from the documentation of the API.

namespace {

using namespace bitbucket;
namespace test = bitbucket_test;
using test::decode;
using test::ordered_json;

Timestamp ms(std::int64_t count) { return Timestamp(std::chrono::milliseconds(count)); }

User expected_user() {
  return {.name = "jdoe",
          .slug = "j.doe",
          .id = 101,
          .display_name = "Jane Doe",
          .email_address = "jdoe@example.com",
          .active = true,
          .type = UserType::service,
          .links = {{{"self", "https://git.example.com/users/jdoe", ""}}},
          .avatar_url = "/avatar/1"};
}

Person expected_person() {
  return {.name = "jdoe",
          .email_address = "jdoe@example.com",
          .id = 101,
          .display_name = "Jane Doe",
          .slug = "j.doe",
          .active = true,
          .type = UserType::service,
          .links = {{{"self", "https://git.example.com/users/jdoe", ""}}},
          .avatar_url = "/avatar/1"};
}

Person expected_committer() {
  Person committer = expected_person();
  committer.name = "build";
  committer.type = UserType::normal;
  return committer;
}

MinimalCommit expected_parent(const char* id, const char* display_id, std::int64_t time,
                              const char* message) {
  return {id, display_id, expected_person(), ms(time), expected_committer(), ms(time + 1), message};
}

Project expected_project() {
  return {.key = "~JDOE",
          .id = 11,
          .name = "Jane's",
          .description = "personal things",
          .is_public = true,
          .type = ProjectType::personal,
          .scope = "PROJECT",
          .owner = expected_user(),
          .links = {{{"self", "https://git.example.com/users/jdoe/repos", ""}}},
          .avatar_url = "/users/jdoe/avatar.png"};
}

Repo expected_repo() {
  return {.slug = "demo",
          .id = 21,
          .name = "Demo",
          .description = "shows it",
          .hierarchy_id = "e3c939f9ef4a7fae272e",
          .scm_id = "git",
          .state = RepoState::initialisation_failed,
          .status_message = "no space",
          .forkable = true,
          .is_public = true,
          .archived = true,
          .project = expected_project(),
          .origin = {},
          .default_branch = "trunk",
          .partition = 3,
          .scope = "REPOSITORY",
          .related_links = {R"({"r":1})"},
          .links = {{{"clone", "ssh://git@git.example.com/demo.git", "ssh"},
                     {"clone", "https://git.example.com/scm/demo.git", "http"},
                     {"self", "https://git.example.com/demo/browse", ""}}}};
}

RepoPath expected_path(const std::string& name) {
  return {{"src", name}, "src", name, "cpp", "src/" + name};
}

TEST(ModelTest, ReadsEveryMemberOfAUser) {
  EXPECT_EQ(decode<User>(test::sample("User").dump()), expected_user());
}

TEST(ModelTest, ReadsEveryMemberOfAProject) {
  EXPECT_EQ(decode<Project>(test::sample("Project").dump()), expected_project());
}

TEST(ModelTest, ReadsEveryMemberOfARepository) {
  Repo expected = expected_repo();
  expected.origin = expected_repo();
  expected.origin->slug = "origin";
  const Repo repo = decode<Repo>(test::sample("Repo").dump());
  EXPECT_EQ(repo, expected);
  EXPECT_EQ(repo.full_name(), "~JDOE/demo");
  EXPECT_EQ(repo.clone_url(), "https://git.example.com/scm/demo.git");
  EXPECT_EQ(repo.clone_url("ssh"), "ssh://git@git.example.com/demo.git");
}

TEST(ModelTest, ReadsEveryMemberOfACommit) {
  Commit expected{.id = "0123456789abcdef0123456789abcdef01234567",
                  .display_id = "0123456789a",
                  .author = expected_person(),
                  .author_timestamp = ms(1700000000001),
                  .committer = expected_committer(),
                  .committer_timestamp = ms(1700000000002),
                  .message = "Title\n\nbody",
                  .parents = {expected_parent("89abcdef0123456789abcdef0123456789abcdef",
                                              "89abcdef012", 1699999999001, "First parent"),
                              expected_parent("fedcba9876543210fedcba9876543210fedcba98",
                                              "fedcba98765", 1699999998001, "Second parent")},
                  .properties = {R"({"jira-key":["A-1"]})"}};
  EXPECT_EQ(decode<Commit>(test::sample("Commit").dump()), expected);
  EXPECT_EQ(expected.title(), "Title");
}

TEST(ModelTest, ReadsEveryMemberOfAChange) {
  const Change expected{
      .content_id = "8baef1b4abc478178b004d62031cf7fe6db6f903",
      .from_content_id = "0d1b5c1a2e3f40516273849506a7b8c9d0e1f203",
      .path = expected_path("new.cpp"),
      .src_path = expected_path("old.cpp"),
      .executable = true,
      .src_executable = false,
      .percent_unchanged = 87,
      .type = ChangeType::move,
      .node_type = NodeType::file,
      .src_node_type = NodeType::submodule,
      .conflict =
          Conflict{ConflictChange{expected_path("o.cpp"), expected_path("s.cpp"), ChangeType::copy},
                   ConflictChange{{{}, "", "", "", "t.cpp"}, {}, ChangeType::del}},
      .links = {{{"self", "https://git.example.com/demo/commits/0123456789a#src/new.cpp", ""}}},
      .properties = {R"({"gitChangeType":"RENAME"})"}};
  EXPECT_EQ(decode<Change>(test::sample("Change").dump()), expected);
}

TEST(ModelTest, ReadsEveryMemberOfABranch) {
  const Branch expected{
      "refs/heads/main",
      "main",
      RefType::branch,
      "0123456789abcdef0123456789abcdef01234567",
      "89abcdef0123456789abcdef0123456789abcdef",
      true,
      {R"({"com.atlassian.bitbucket.server.bitbucket-branch:ahead-behind-metadata-provider":)"
       R"({"ahead":2,"behind":0}})"}};
  EXPECT_EQ(decode<Branch>(test::sample("Branch").dump()), expected);
}

TEST(ModelTest, ReadsEveryMemberOfATag) {
  const Tag expected{"refs/tags/v1",
                     "v1",
                     RefType::tag,
                     "0123456789abcdef0123456789abcdef01234567",
                     "89abcdef0123456789abcdef0123456789abcdef",
                     "fedcba9876543210fedcba9876543210fedcba98"};
  EXPECT_EQ(decode<Tag>(test::sample("Tag").dump()), expected);
  EXPECT_EQ(decode<Tag>(R"({"id":"refs/tags/v1","hash":null})").hash, std::nullopt);
}

TEST(ModelTest, ReadsEveryMemberOfAWebhook) {
  const Hook expected{.id = HookId(10),
                      .name = "bot",
                      .url = "https://bot.example.com",
                      .active = true,
                      .events = {"pr:merged", "repo:refs_changed"},
                      .created_date = ms(1700000000003),
                      .updated_date = ms(1700000000004),
                      .configuration = {"shh", "bitbucket", {R"({"more":1})"}},
                      .scope_type = "repository",
                      .ssl_verification_required = true,
                      .credentials = HookCredentials{"u", "p"},
                      .statistics = {R"({"s":1})"}};
  EXPECT_EQ(decode<Hook>(test::sample("Hook").dump()), expected);
}

TEST(ModelTest, ReadsATestDelivery) {
  const auto result =
      decode<HookTestResult>(R"({"request":{"url":"u"},"response":null,"extra":[1]})");
  EXPECT_EQ(result.request.text, R"({"url":"u"})");
  EXPECT_TRUE(result.response.empty());
  EXPECT_EQ(result.others.text, R"({"extra":[1]})");
}

TEST(ModelTest, ReadsEveryMemberOfTheApplicationProperties) {
  const ApplicationProperties expected{"8.19.3", "8019003", "1700000000005", "Bitbucket"};
  EXPECT_EQ(decode<ApplicationProperties>(test::sample("ApplicationProperties").dump()), expected);
}

TEST(ModelTest, ReadsEveryMemberOfAPage) {
  const auto page = decode<Page<Branch>>(test::page_of(test::sample("Branch")).dump());
  EXPECT_EQ(page.size, 1);
  EXPECT_EQ(page.limit, 25);
  EXPECT_EQ(page.start, 50);
  EXPECT_EQ(page.next_page_start, 77);
  EXPECT_EQ(page.is_last_page, false);
  ASSERT_EQ(page.values.size(), 1U);
  EXPECT_EQ(page.values[0].display_id, "main");
}

TEST(ModelTest, ReadsPagesAndArraysOfEveryEntity) {
  EXPECT_EQ(
      decode<Page<Repo>>(test::page_of(test::sample("Repo")).dump()).values.at(0).origin->slug,
      "origin");
  EXPECT_EQ(decode<Page<Project>>(test::page_of(test::sample("Project")).dump()).values.at(0).id,
            11);
  EXPECT_EQ(decode<Page<User>>(test::page_of(test::sample("User")).dump()).values.at(0).id, 101);
  EXPECT_EQ(decode<Page<Commit>>(test::page_of(test::sample("Commit")).dump()).values.at(0).title(),
            "Title");
  EXPECT_EQ(
      decode<Page<Change>>(test::page_of(test::sample("Change")).dump()).values.at(0).content_id,
      "8baef1b4abc478178b004d62031cf7fe6db6f903");
  EXPECT_EQ(decode<Page<Hook>>(test::page_of(test::sample("Hook")).dump()).values.at(0).id,
            HookId(10));
  EXPECT_EQ(decode<Page<Tag>>(test::page_of(test::sample("Tag")).dump()).values.at(0).hash,
            "fedcba9876543210fedcba9876543210fedcba98");
  EXPECT_EQ(decode<Page<std::string>>(R"({"values":["a"]})").values, std::vector<std::string>{"a"});
  EXPECT_EQ(decode<std::vector<User>>(ordered_json::array({test::sample("User")}).dump()).at(0),
            expected_user());
}

TEST(ModelTest, AcceptsAPageWithoutANextOne) {
  const auto page = decode<Page<Branch>>(R"({"values":[],"isLastPage":true,"nextPageStart":null})");
  EXPECT_EQ(page.is_last_page, true);
  EXPECT_FALSE(page.next_page_start);
  EXPECT_FALSE(page.limit);
}

TEST(ModelTest, ReadsTimesAsTextToo) {
  const auto commit = decode<Commit>(R"({"id":"c","authorTimestamp":"2018-09-21T14:09:51.007Z",
      "committerTimestamp":"2018-09-21T16:09:51+0200"})");
  EXPECT_EQ(commit.author_timestamp, ms(1537538991007));
  EXPECT_EQ(commit.committer_timestamp, ms(1537538991000));
  EXPECT_EQ(test::refusal_of<Commit>(R"({"authorTimestamp":"yesterday"})"),
            "/authorTimestamp: expected milliseconds since 1970 or an ISO 8601 time with its zone");
}

TEST(ModelTest, BoundsTheMemoryThatAnAnswerCanTake) {
  for (const std::string row :
       {R"({"slug":""})", R"({"origin":{"origin":{"slug":""},"slug":""},"slug":""})"}) {
    std::string body = R"({"values":[)" + row;
    while (body.size() < (1U << 20)) body += "," + row;
    EXPECT_THAT(test::refusal_of<Page<Repo>>(body + "]}"),
                ::testing::EndsWith("too many values for a body of this size"));
  }
  std::string body = R"({"values":[{"id":"0123456789"})";  // terse, and many
  for (int i = 0; i < 20000; ++i) body += R"(,{"id":"0123456789"})";
  EXPECT_EQ(decode<Page<Tag>>(body + "]}").values.size(), 20001U);
}

TEST(ModelTest, RefusesLinksWithoutEnd) {
  // Each relation is compared with all links that came: a million of them would take an hour.
  std::string relations = R"({"links":{"r":{})";
  for (int i = 0; i < 20000; ++i) relations += ",\"r" + std::to_string(i) + "\":{}";
  EXPECT_EQ(test::refusal_of<Repo>(relations + "}}"), "/links/r99: too many links");
  std::string links = R"({"links":{"r":[{})";
  for (int i = 0; i < 20000; ++i) links += ",{}";
  EXPECT_EQ(test::refusal_of<Repo>(links + "]}}"), "/links/r/1000: too many links");
}

TEST(ModelTest, RefusesManyRelationsWithoutALink) {
  // A thousand links, each of which would be compared with a million empty relations.
  std::string body = R"({"slug":"s","links":{"r":[{})";
  for (int i = 1; i < 1000; ++i) body += ",{}";
  body += ']';
  for (int i = 0; i < 1000000; ++i) body += ",\"e\":[]";
  EXPECT_EQ(test::refusal_of<Repo>(body + "}}"), "/links/e: too many links");
}

TEST(ModelTest, ToleratesOddLinks) {
  const auto repo =
      decode<Repo>(R"({"slug":"s","links":{"self":[null],"clone":[{"href":"a","name":"http"},null,
      {"href":"b","name":"ssh"}],"one":{"href":"c"},"none":null,"empty":[]}})");
  EXPECT_EQ(repo.links, (Links{{{"clone", "a", "http"}, {"clone", "b", "ssh"}, {"one", "c", ""}}}));
  EXPECT_EQ(repo.links.find("clone", "ssh"), "b");
  EXPECT_EQ(repo.links.find("clone"), "a");
  EXPECT_EQ(repo.links.find("self"), "");
  EXPECT_EQ(repo.clone_url("https"), "");
}

TEST(ModelTest, ReadsPathsInBothForms) {
  EXPECT_EQ(decode<Change>(R"({"path":"a/b.c"})").path.str(), "a/b.c");
  EXPECT_EQ(decode<Change>(R"({"path":{"components":["a","b.c"]}})").path.str(), "a/b.c");
  EXPECT_EQ(decode<Change>(R"({"path":{"parent":"a","name":"b.c"}})").path.str(), "a/b.c");
  EXPECT_EQ(decode<Change>(R"({"path":{"parent":"","name":"b.c"}})").path.str(), "b.c");
  EXPECT_EQ(decode<Change>(R"({"path":"a"})").percent_unchanged, -1);
}

TEST(ModelTest, BoundsTheChainOfOrigins) {
  std::string body = R"({"slug":"s"})";
  for (int i = 0; i < 40; ++i) body = R"({"slug":"s","origin":)" + body + "}";
  int length = 0;
  const Repo repo = decode<Repo>(body);
  for (const Repo* at = &repo; at->origin; at = &*at->origin) ++length;
  EXPECT_EQ(length, 40);
  for (int i = 0; i < 100000; ++i) body.insert(0, R"({"origin":)"), body += '}';
  EXPECT_TRUE(test::refusal_of<Repo>(body).ends_with("/origin: nested too deeply"));
}

/// Puts a value of each other kind in the place of every value of a document: what the Reader
/// refuses, it refuses there.  Returns the pointers at which nothing was refused.
template <class T>
std::vector<std::string> indifferent_places(const ordered_json& document) {
  std::vector<std::string> result;
  const ordered_json leaves = document.flatten();
  for (const auto& leaf : leaves.items()) {
    const std::string& place = leaf.key();
    bool refused = false;
    for (const ordered_json& other : {ordered_json(true), ordered_json(1.5), ordered_json("text"),
                                      ordered_json::array({1.5}), ordered_json{{"name", 1.5}}}) {
      ordered_json changed = document;
      changed[ordered_json::json_pointer(place)] = other;
      try {
        decode<T>(changed.dump());
      } catch (const DecodeError& error) {
        refused = true;
        EXPECT_TRUE(error.pointer().starts_with(place)) << place << " is named " << error.pointer();
      }
    }
    if (!refused) result.push_back(place);
  }
  return result;
}

using Places = std::vector<std::string>;

TEST(ModelTest, NamesThePlaceOfEveryWrongType) {
  EXPECT_EQ(indifferent_places<Page<Repo>>(test::page_of(test::sample("Repo"))),
            (Places{"/values/0/relatedLinks/r", "/values/0/origin/relatedLinks/r"}));
  EXPECT_EQ(indifferent_places<Page<Commit>>(test::page_of(test::sample("Commit"))),
            Places{"/values/0/properties/jira-key/0"});
  EXPECT_EQ(indifferent_places<Page<Change>>(test::page_of(test::sample("Change"))),
            Places{"/values/0/properties/gitChangeType"});
  EXPECT_EQ(indifferent_places<Page<Hook>>(test::page_of(test::sample("Hook"))),
            (Places{"/values/0/configuration/more", "/values/0/statistics/s"}));
  EXPECT_EQ(
      indifferent_places<Page<Branch>>(test::page_of(test::sample("Branch"))),
      (Places{"/values/0/metadata/com.atlassian.bitbucket.server.bitbucket-branch:ahead-behind-"
              "metadata-provider/ahead",
              "/values/0/metadata/com.atlassian.bitbucket.server.bitbucket-branch:ahead-behind-"
              "metadata-provider/behind"}));
  EXPECT_EQ(indifferent_places<Page<Tag>>(test::page_of(test::sample("Tag"))), Places{});
  EXPECT_EQ(indifferent_places<ApplicationProperties>(test::sample("ApplicationProperties")),
            Places{});
}

TEST(ModelTest, RefusesAnEntityWithoutWhatIdentifiesIt) {
  const std::string missing = ": the member is missing";
  EXPECT_EQ(test::refusal_of<Repo>("{}"), "/slug" + missing);
  EXPECT_EQ(test::refusal_of<Project>(R"({"id":1})"), "/key" + missing);
  EXPECT_EQ(test::refusal_of<User>(R"({"id":1})"), "/name" + missing);
  EXPECT_EQ(test::refusal_of<Commit>(R"({"displayId":"c"})"), "/id" + missing);
  EXPECT_EQ(test::refusal_of<Change>(R"({"type":"ADD"})"), "/path" + missing);
  EXPECT_EQ(test::refusal_of<Hook>(R"({"name":"n"})"), "/id" + missing);
  EXPECT_EQ(test::refusal_of<Branch>(R"({"displayId":"b"})"), "/id" + missing);
  EXPECT_EQ(test::refusal_of<Tag>("{}"), "/id" + missing);
  EXPECT_EQ(test::refusal_of<Tag>(R"({"id":null})"), "/id: expected a string, found null");
  EXPECT_EQ(test::refusal_of<Tag>(R"({"errors":[{"message":"m"}]})"), "/id" + missing);
}

TEST(ModelTest, NamesTheRowWithoutWhatIdentifiesIt) {
  EXPECT_EQ(test::refusal_of<Page<Tag>>(R"({"values":[{"id":"a"},{}]})"),
            "/values/1/id: the member is missing");
  EXPECT_EQ(test::refusal_of<std::vector<Tag>>(R"([{"id":"a"},{}])"),
            "/1/id: the member is missing");
}

TEST(ModelTest, RefusesAnEntityInAnotherWithoutWhatIdentifiesIt) {
  EXPECT_EQ(test::refusal_of<Repo>(R"({"slug":"s","project":{"name":"n"}})"),
            "/project/key: the member is missing");
  EXPECT_EQ(test::refusal_of<Repo>(R"({"slug":"s","origin":{"id":1}})"),
            "/origin/slug: the member is missing");
  EXPECT_EQ(test::refusal_of<Commit>(R"({"id":"c","parents":[{"displayId":"p"}]})"),
            "/parents/0/id: the member is missing");
  EXPECT_EQ(test::refusal_of<Repo>(R"({"slug":"s"})"), "accepted");
  EXPECT_EQ(test::refusal_of<Commit>(R"({"id":"c","author":{}})"), "accepted");
}

TEST(ModelTest, RefusesAPageWithoutRows) {
  EXPECT_EQ(test::refusal_of<Page<Tag>>(R"({"isLastPage":true})"),
            "/values: the member is missing");
  EXPECT_EQ(test::refusal_of<Page<Tag>>(R"({"values":null,"isLastPage":true})"),
            "/values: expected an array, found null");
}

TEST(ModelTest, ReadsWhatNothingIdentifies) {
  EXPECT_EQ(test::refusal_of<ApplicationProperties>("{}"), "accepted");
  EXPECT_EQ(test::refusal_of<HookTestResult>("{}"), "accepted");
}

}  // namespace
