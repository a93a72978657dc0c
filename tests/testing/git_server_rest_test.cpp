#include <gmock/gmock.h>

#include "testing/server_fixture.hpp"

namespace server_test {
namespace {

using ::testing::ElementsAre;
using ::testing::HasSubstr;

class GitServerRestTest : public ::testing::Test {
 protected:
  Answer get(const std::string& path, const Headers& headers = kBearer) {
    return send(server_->port(), "GET", "/rest/api/latest/" + path, headers);
  }
  json values(const std::string& path) {
    const Answer answer = get(path);
    EXPECT_EQ(answer.status, 200) << path << answer.body;
    return answer.parsed().at("values");
  }
  std::vector<std::string> each(const std::string& path, const std::string& member) {
    std::vector<std::string> out;
    for (const json& value : values(path)) out.push_back(value.at(member).get<std::string>());
    return out;
  }
  const std::string demo_ = "projects/PRJ/repos/demo/";
  const std::string rich_ = "projects/PRJ/repos/rich/";
  const std::unique_ptr<GitServer> server_ = serve();
};

TEST_F(GitServerRestTest, RefusesPathsThatLeadOutOfTheRepository) {
  for (const char* path : {"..", "../x", "src/../../x", "/etc", "a%00b"}) {
    EXPECT_EQ(get(demo_ + "commits?path=" + path).status, 400) << path;
  }
}

TEST_F(GitServerRestTest, TakesNoNoticeOfTheBodyOfAGet) {
  const Headers headers = kBearer + Headers{{"Content-Type", "application/json"}};
  const std::string target = "/rest/api/1.0/" + demo_ + "branches";
  EXPECT_EQ(send(server_->port(), "GET", target, headers, "{}").status, 200);
}

TEST_F(GitServerRestTest, TellsItsVersionToAnybody) {
  const Answer anonymous = get("application-properties", {});
  EXPECT_EQ(anonymous.status, 200);
  EXPECT_EQ(anonymous.parsed()["version"], "8.19.0");
  EXPECT_EQ(anonymous.parsed()["displayName"], "Bitbucket");
  EXPECT_TRUE(anonymous.parsed()["buildDate"].is_string());
  EXPECT_EQ(anonymous.header("X-AUSERNAME"), "");
  EXPECT_EQ(get("application-properties").header("X-AUSERNAME"), "ann");
  EXPECT_EQ(get("application-properties").header("X-AUSERID"), "1");
}

TEST_F(GitServerRestTest, ListsRepositoriesWithFilters) {
  EXPECT_THAT(each("repos", "slug"), ElementsAre("long", "wide", "demo", "empty", "rich", "own"));
  EXPECT_THAT(each("repos?name=DEM", "slug"), ElementsAre("demo"));
  EXPECT_THAT(each("repos?projectkey=big", "slug"), ElementsAre("long", "wide"));
  EXPECT_THAT(each("repos?projectname=ri", "slug"), ElementsAre());
  EXPECT_THAT(each("repos?projectname=pr&name=i", "slug"), ElementsAre("rich"));
  EXPECT_THAT(each("repos?visibility=public", "slug"), ElementsAre());
  EXPECT_EQ(each("repos?visibility=private", "slug").size(), 6u);
  EXPECT_THAT(each("repos?archived=ARCHIVED", "slug"), ElementsAre());
  EXPECT_EQ(each("repos?archived=ALL&state=AVAILABLE&permission=REPO_ADMIN", "slug").size(), 6u);
  EXPECT_THAT(each("repos?state=OFFLINE", "slug"), ElementsAre());
  EXPECT_EQ(get("repos?visibility=secret").exception(), "ArgumentValidationException");
  EXPECT_EQ(
      get("repos?permission=REPO_ADMIN", {{"Authorization", "Bearer eve-token"}}).parsed()["size"],
      0);
  EXPECT_EQ(get("repos?permission=REPO_READ", {}).parsed()["size"], 0);
  EXPECT_THAT(each("projects/prj/repos", "slug"), ElementsAre("demo", "empty", "rich"));
  EXPECT_THAT(each("projects", "key"), ElementsAre("BIG", "PRJ", "~ann"));
}

TEST_F(GitServerRestTest, ShowsARepository) {
  const json repo = get("projects/prj/repos/DEMO").parsed();
  EXPECT_EQ(repo["slug"], "demo");
  EXPECT_EQ(repo["project"]["key"], "PRJ");
  EXPECT_EQ(repo["project"]["type"], "NORMAL");
  EXPECT_EQ(repo["links"]["clone"][0]["href"], server_->base_url() + "/scm/prj/demo.git");
  EXPECT_EQ(repo["links"]["self"][0]["href"],
            server_->base_url() + "/projects/PRJ/repos/demo/browse");
  for (const char* name : {"id", "name", "hierarchyId", "scmId", "state", "statusMessage",
                           "forkable", "public", "archived"}) {
    EXPECT_TRUE(repo.contains(name)) << name;
  }
  const json own = get("projects/~ANN/repos/own").parsed();
  EXPECT_EQ(own["project"]["type"], "PERSONAL");
  EXPECT_EQ(own["project"]["owner"]["name"], "ann");
  EXPECT_FALSE(own["project"].contains("public"));
  EXPECT_EQ(own["links"]["clone"][0]["href"], server_->base_url() + "/scm/~ann/own.git");
  EXPECT_EQ(own["links"]["self"][0]["href"], server_->base_url() + "/users/ann/repos/own/browse");
}

TEST_F(GitServerRestTest, ListsCommits) {
  const auto& small = samples().small;
  EXPECT_THAT(each(demo_ + "commits", "id"), ElementsAre(small.third, small.second, small.first));
  EXPECT_THAT(each(demo_ + "commits?since=v1.0", "id"), ElementsAre(small.third));
  EXPECT_THAT(each(demo_ + "commits?until=refs/heads/feature/login&since=" + small.first, "id"),
              ElementsAre(small.feature, small.second));
  EXPECT_THAT(each(demo_ + "commits?path=src/main.cpp", "id"), ElementsAre(small.second));
  const json commit = values(demo_ + "commits?limit=1")[0];
  EXPECT_EQ(commit["displayId"], small.third.substr(0, 11));
  EXPECT_EQ(commit["message"], "Say more in the README");
  EXPECT_EQ(commit["author"]["emailAddress"], "ada@example.com");
  EXPECT_EQ(commit["author"]["displayName"], "Ann \"A\" <Admin>");  // the address is a user's
  EXPECT_EQ(commit["author"]["slug"], "ann");
  EXPECT_EQ(commit["committer"],
            json::parse(R"({"name":"Charles Babbage","emailAddress":"charles@example.com"})"));
  EXPECT_GT(commit["authorTimestamp"].get<std::int64_t>(), 1'000'000'000'000);
  EXPECT_EQ(commit["parents"],
            json::array({{{"id", small.second}, {"displayId", small.second.substr(0, 11)}}}));
}

TEST_F(GitServerRestTest, FiltersMerges) {
  const auto& rich = samples().rich;
  EXPECT_THAT(each(rich_ + "commits?merges=only&limit=100", "id"),
              ElementsAre(rich.octopus, rich.merge));
  const auto without = each(rich_ + "commits?merges=exclude&limit=100", "id");
  EXPECT_EQ(without.size() + 2, each(rich_ + "commits?limit=100", "id").size());
  EXPECT_EQ(get(rich_ + "commits?merges=some").exception(), "ArgumentValidationException");
}

TEST_F(GitServerRestTest, FollowsAFileAcrossRenames) {
  const auto& rich = samples().rich;
  const auto plain = each(rich_ + "commits?path=lib/new.cpp&limit=100", "id");
  const auto followed = each(rich_ + "commits?path=lib/new.cpp&followRenames=true&limit=100", "id");
  EXPECT_EQ(plain.back(), rich.moved);
  EXPECT_EQ(followed.back(), rich.root);
}

TEST_F(GitServerRestTest, CountsCommitsWhenAsked) {
  const json page = get(demo_ + "commits?withCounts=true&limit=1").parsed();
  EXPECT_EQ(page["totalCount"], 3);
  EXPECT_EQ(page["authorCount"], 1);
}

TEST_F(GitServerRestTest, RefusesOrIgnoresUnknownCommits) {
  const Answer missing = get(demo_ + "commits?until=nothing");
  EXPECT_EQ(missing.status, 404);
  EXPECT_EQ(missing.exception(), "NoSuchCommitException");
  EXPECT_EQ(get(demo_ + "commits?since=nothing").exception(), "NoSuchCommitException");
  const json page =
      get(demo_ + "commits?until=nothing&ignoreMissing=true&withCounts=true").parsed();
  EXPECT_EQ(page["size"], 0);
  EXPECT_EQ(page["isLastPage"], true);
  EXPECT_EQ(page["totalCount"], 0);
}

TEST_F(GitServerRestTest, ShowsACommitByItsFullOrAbbreviatedId) {
  const auto& rich = samples().rich;
  const json commit = get(rich_ + "commits/" + rich.octopus).parsed();
  EXPECT_EQ(commit["parents"].size(), 3u);
  EXPECT_TRUE(commit["parents"][0].contains("message"));
  EXPECT_EQ(get(rich_ + "commits/" + rich.merge.substr(0, 9)).parsed()["id"], rich.merge);
  EXPECT_EQ(get(rich_ + "commits/" + std::string(40, 'f')).exception(), "NoSuchCommitException");
  EXPECT_EQ(get(rich_ + "commits/" + rich.encoded).parsed()["message"],
            "Viele gr\xc3\xbc\xc3\x9f"
            "e");
}

TEST_F(GitServerRestTest, ListsChangesOfEveryKind) {
  const auto& rich = samples().rich;
  const json root = get(rich_ + "commits/" + rich.root + "/changes").parsed();
  EXPECT_EQ(root["fromHash"], std::string(40, '0'));
  EXPECT_EQ(root["toHash"], rich.root);
  for (const json& change : root["values"]) {
    EXPECT_EQ(change["type"], "ADD");
    EXPECT_EQ(change["fromContentId"], std::string(40, '0'));
    EXPECT_FALSE(change.contains("srcPath"));
  }
  json moved;
  for (const json& change : values(rich_ + "commits/" + rich.moved + "/changes")) {
    if (change["path"]["toString"] == "lib/new.cpp") moved = change;
  }
  EXPECT_EQ(moved["type"], "MOVE");
  EXPECT_EQ(moved["srcPath"]["toString"], "src/old.cpp");
  EXPECT_EQ(moved["path"],
            json::parse(R"({"components":["lib","new.cpp"],"parent":"lib","name":"new.cpp",
                                           "extension":"cpp","toString":"lib/new.cpp"})"));
  EXPECT_LT(moved["percentUnchanged"].get<int>(), 100);
  EXPECT_GT(moved["percentUnchanged"].get<int>(), 49);
  EXPECT_EQ(moved["properties"]["gitChangeType"], "RENAME");
  EXPECT_THAT(moved["links"]["self"][0]["href"].get<std::string>(),
              HasSubstr(rich.moved + "#lib/new.cpp"));
  const auto types = [&](const std::string& id) {
    return each(rich_ + "commits/" + id + "/changes", "type");
  };
  EXPECT_THAT(types(rich.copied), ::testing::Contains("COPY"));
  EXPECT_THAT(types(rich.deleted), ElementsAre("DELETE"));
  EXPECT_THAT(types(rich.type), ElementsAre("MODIFY"));
  EXPECT_THAT(types(rich.empty), ElementsAre());
  const json mode = values(rich_ + "commits/" + rich.mode + "/changes")[0];
  EXPECT_EQ(mode["executable"], true);
  EXPECT_EQ(mode["srcExecutable"], false);
  const json nodes = values(rich_ + "commits/" + rich.submodule + "/changes");
  EXPECT_TRUE(std::any_of(nodes.begin(), nodes.end(),
                          [](const json& c) { return c["nodeType"] == "SUBMODULE"; }));
}

TEST_F(GitServerRestTest, PagesTheChangesOfOneLargeCommit) {
  const std::string path =
      "projects/BIG/repos/wide/commits/" + samples().wide.second + "/changes?limit=1000";
  std::size_t rows = 0;
  std::string start;
  for (int i = 0; i < 10; ++i) {
    const json page = get(path + start).parsed();
    rows += page["values"].size();
    if (page["isLastPage"] == true) break;
    start = "&start=" + std::to_string(page["nextPageStart"].get<int>());
  }
  EXPECT_EQ(rows, 3000u);
}

TEST_F(GitServerRestTest, ComparesWithTheFirstParentOnly) {
  const auto& small = samples().small;
  EXPECT_EQ(get(demo_ + "commits/" + small.third + "/changes?since=" + small.second).status, 200);
  EXPECT_EQ(get(demo_ + "commits/" + small.third + "/changes?since=" + small.first).status, 400);
}

TEST_F(GitServerRestTest, ListsBranches) {
  const json branches = values(demo_ + "branches");
  ASSERT_EQ(branches.size(), 2u);
  EXPECT_EQ(branches[0]["id"], "refs/heads/feature/login");
  EXPECT_EQ(branches[0]["displayId"], "feature/login");
  EXPECT_EQ(branches[0]["isDefault"], false);
  EXPECT_EQ(branches[1], json({{"id", "refs/heads/main"},
                               {"displayId", "main"},
                               {"type", "BRANCH"},
                               {"latestCommit", samples().small.third},
                               {"latestChangeset", samples().small.third},
                               {"isDefault", true}}));
  EXPECT_THAT(each(demo_ + "branches?orderBy=MODIFICATION", "displayId"),
              ElementsAre("main", "feature/login"));
  EXPECT_THAT(each(demo_ + "branches?filterText=LOG", "displayId"), ElementsAre("feature/login"));
  EXPECT_THAT(each(rich_ + "branches?filterText=o&boostMatches=true", "displayId").size(), 2u);
  EXPECT_EQ(get(demo_ + "branches?orderBy=SIZE").status, 400);
  const json detailed = values(demo_ + "branches?details=true&base=main");
  const std::string prefix = "com.atlassian.bitbucket.server.bitbucket-branch:";
  EXPECT_EQ(detailed[0]["metadata"][prefix + "ahead-behind-metadata-provider"],
            json({{"ahead", 1}, {"behind", 1}}));
  EXPECT_EQ(detailed[0]["metadata"][prefix + "latest-commit-metadata"]["id"],
            samples().small.feature);
}

TEST_F(GitServerRestTest, ListsTags) {
  const json tags = values(rich_ + "tags");
  json light, heavy;
  for (const json& tag : tags) (tag["displayId"] == "v1.0" ? light : heavy) = tag;
  EXPECT_EQ(light["hash"], nullptr);
  EXPECT_EQ(light["latestCommit"], samples().rich.modified);
  EXPECT_EQ(light["type"], "TAG");
  EXPECT_EQ(heavy["latestCommit"], samples().rich.merge);
  EXPECT_NE(heavy["hash"], heavy["latestCommit"]);
  EXPECT_THAT(each(rich_ + "tags?filterText=release", "id"), ElementsAre("refs/tags/release/3"));
}

TEST_F(GitServerRestTest, KnowsTheDefaultBranch) {
  EXPECT_EQ(get(demo_ + "default-branch").parsed()["displayId"], "main");
  EXPECT_EQ(get(demo_ + "branches/default").parsed()["isDefault"], true);
  const Answer none = get("projects/PRJ/repos/empty/default-branch");
  EXPECT_EQ(none.status, 404);
  EXPECT_EQ(none.exception(), "NoDefaultBranchException");
  EXPECT_EQ(get("projects/PRJ/repos/empty/commits").exception(), "NoDefaultBranchException");
  EXPECT_EQ(values("projects/PRJ/repos/empty/branches").size(), 0u);
  GitServerOptions with = options();
  with.no_default_branch_is_204 = true;
  const auto other = serve(with);
  EXPECT_EQ(
      send(other->port(), "GET", "/rest/api/1.0/projects/PRJ/repos/empty/default-branch", kBearer)
          .status,
      204);
}

TEST_F(GitServerRestTest, GivesTheBytesOfAFile) {
  const Answer file = get(demo_ + "raw/README.md");
  EXPECT_EQ(file.body, "# Demo\n\nA demonstration.\n");
  EXPECT_EQ(file.header("Content-Type"), "text/plain;charset=UTF-8");
  EXPECT_EQ(get(demo_ + "raw/README.md?at=v1.0").body, "# Demo\n");
  EXPECT_EQ(get(demo_ + "raw/src/login.cpp?at=refs%2Fheads%2Ffeature%2Flogin").status, 200);
  EXPECT_EQ(get(demo_ + "raw/src").exception(), "NoSuchPathException");
  EXPECT_EQ(get(demo_ + "raw/none").exception(), "NoSuchPathException");
  EXPECT_EQ(get(demo_ + "raw/README.md?at=none").exception(), "NoSuchCommitException");
  EXPECT_EQ(get(demo_ + "raw/src%2Fmain.cpp").parsed()["sub-code"], -1);
}

TEST_F(GitServerRestTest, ShowsTheLinesOfAFile) {
  const json file = get(demo_ + "browse/README.md").parsed();
  EXPECT_EQ(file["lines"],
            json::parse(R"([{"text":"# Demo"},{"text":""},{"text":"A demonstration."}])"));
  EXPECT_EQ(file["size"], 3);
  EXPECT_EQ(file["isLastPage"], true);
  const json second = get(demo_ + "browse/README.md?start=1&limit=1").parsed();
  EXPECT_EQ(second["lines"], json::parse(R"([{"text":""}])"));
  EXPECT_EQ(second["nextPageStart"], 2);
  EXPECT_EQ(get(demo_ + "browse/README.md?at=v1.0").parsed()["size"], 1);
  const Answer head = send(server_->port(), "HEAD", kDemo + "/browse/README.md", kBearer);
  EXPECT_EQ(head.status, 200);
  EXPECT_EQ(send(server_->port(), "HEAD", kDemo + "/browse/none", kBearer).status, 404);
  EXPECT_EQ(get(demo_ + "browse/none").exception(), "NoSuchPathException");
  EXPECT_EQ(get(demo_ + "browse/README.md?at=none").exception(), "NoSuchCommitException");
  EXPECT_EQ(get(demo_ + "browse/src?type=true").parsed()["type"], "DIRECTORY");
  EXPECT_EQ(get(rich_ + "browse/vendor/dep?type=true").parsed()["type"], "SUBMODULE");
  EXPECT_EQ(get(demo_ + "browse/README.md?type=true").parsed()["type"], "FILE");
  EXPECT_EQ(get(demo_ + "browse/src").status, 501);
}

TEST_F(GitServerRestTest, FindsFilesWithOddNames) {
  for (const std::string& name : bitbucket::test_support::odd_names()) {
    std::string path;
    for (const char c : name) path += c == '/' ? "/" : encode(std::string(1, c));
    const Answer answer = get(rich_ + "raw/" + path + "?at=" + samples().rich.names);
    // A backslash does not get past the servlet container.
    EXPECT_EQ(answer.status, name.find('\\') == std::string::npos ? 200 : 404) << name;
  }
}

TEST_F(GitServerRestTest, FindsUsers) {
  EXPECT_THAT(each("users?filter=ADA", "name"), ElementsAre("ann"));
  EXPECT_EQ(send(server_->port(), "GET", "/plugins/servlet/applinks/whoami", kBearer).body, "ann");
  EXPECT_EQ(send(server_->port(), "GET", "/status").parsed(), json({{"state", "RUNNING"}}));
}

}  // namespace
}  // namespace server_test
