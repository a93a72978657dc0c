#include <optional>
#include <string>
#include <string_view>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <bitbucket/integration/source_links.hpp>

#include "testing/server_fixture.hpp"

namespace bitbucket::test {
namespace {

namespace faults = testing::faults;

const std::string kBase = "https://git.example.com";
const std::string kPage = kBase + "/projects/PRJ/repos/demo/browse";
const RepoRef kRepo{"PRJ", "demo"};

TEST(SourceLinksTest, ShowAFileAtARef) {
  EXPECT_EQ(source_url(kBase, kRepo, {"src/main.cpp", "main"}), kPage + "/src/main.cpp?at=main");
  EXPECT_EQ(source_url(kBase, kRepo, {"src/main.cpp", ""}), kPage + "/src/main.cpp");
  EXPECT_EQ(source_url(kBase, kRepo, {}), kPage);
  EXPECT_EQ(source_url(kBase + "/bitbucket//", {"~ann", "own"}, {"a", "feature/login"}),
            kBase + "/bitbucket/projects/~ann/repos/own/browse/a?at=feature%2Flogin");
}

TEST(SourceLinksTest, EncodeWhatAnAddressCannotHold) {
  EXPECT_EQ(source_url(kBase, {"P J", "a#b"}, {}), kBase + "/projects/P%20J/repos/a%23b/browse");
  EXPECT_EQ(source_url(kBase, kRepo, {"a b/100%/c@2x.png/?#+&", "a+b&c=d#1"}),
            kPage + "/a%20b/100%25/c@2x.png/%3F%23%2B%26?at=a%2Bb%26c%3Dd%231");
}

TEST(SourceLinksTest, RefusePathsThatNoRepositoryHas) {
  for (const char* path : {"/src", "src/", "a//b", "../etc/passwd", "a/./b"})
    EXPECT_THROW(static_cast<void>(source_url(kBase, kRepo, {path, ""})), InvalidArgument) << path;
  EXPECT_THROW(static_cast<void>(source_url(kBase, {"PRJ", ""}, {})), InvalidArgument);
}

TEST(SourceLinksTest, AreReadBack) {
  auto paths = test_support::odd_names();
  paths.insert(paths.end(), {"@/%40/%2525", "a+b", "caf\xe9", "projects/PRJ/repos/demo/browse"});
  for (const char* base : {"https://git.example.com", "http://127.0.0.1:7990/context/path/"}) {
    for (const RepoRef& repo : {kRepo, RepoRef("~ann", "own")}) {
      for (const std::string& path : paths) {
        for (const char* ref : {"", "main", "feature/a+b%2F#1", "refs/tags/v1"}) {
          const SourcePlace place{path, ref};
          EXPECT_EQ(source_place(base, repo, source_url(base, repo, place)), place) << path << ref;
        }
      }
    }
  }
}

TEST(SourceLinksTest, AreReadAsBrowsersShowThem) {
  const SourcePlace main{"a.cpp", "main"};
  EXPECT_EQ(source_place(kBase, kRepo, kPage + "/a.cpp?at=refs%2Fheads%2Fmain"), main);
  EXPECT_EQ(source_place(kBase, kRepo, kPage + "/a.cpp?at=refs/heads/main#12"), main);
  EXPECT_EQ(source_place(kBase, kRepo, kPage + "/a.cpp?useDefaultHandler=true&at=main&x"), main);
  EXPECT_EQ(source_place(kBase + "/", kRepo, kPage + "/a.cpp?at=main"), main);
  EXPECT_EQ(source_place("HTTPS://Git.Example.com", kRepo, kPage + "/a.cpp?at=main"), main);
  EXPECT_EQ(source_place(kBase, {"prj", "Demo"}, kPage + "/a.cpp?at=main"), main);
  EXPECT_EQ(source_place(kBase, kRepo, kPage + "/a.cpp#at=main"), (SourcePlace{"a.cpp", ""}));
  EXPECT_EQ(source_place(kBase, kRepo, kPage + "/a.cpp?at=x&at=y"), (SourcePlace{"a.cpp", ""}));
  EXPECT_EQ(source_place(kBase, kRepo, kPage + "/src/"), (SourcePlace{"src", ""}));
  EXPECT_EQ(source_place(kBase, kRepo, kPage), SourcePlace());
  EXPECT_EQ(source_place(kBase, {"~ann", "own"}, kBase + "/users/ann/repos/own/browse/a.cpp"),
            (SourcePlace{"a.cpp", ""}));
}

TEST(SourceLinksTest, OfOtherServersOrRepositoriesAreNotRead) {
  const std::string page = "/projects/PRJ/repos/demo/browse";
  for (const std::string& url :
       {std::string(), std::string("https://"), "https://git.example.org" + page + "/a",
        "https://git.example.com.org" + page + "/a", "http://git.example.com" + page + "/a",
        kBase + ":8443" + page + "/a", kBase + "/other" + page + "/a",
        kBase + "/projects/PRJ/repos/demo2/browse/a", kBase + "/projects/PRJ2/repos/demo/browse/a",
        kBase + "/users/PRJ/repos/demo/browse/a", kBase + "/projects/PRJ/repos/demo/commits/a",
        kBase + "/projects/PRJ/repos/demo", kBase + page + "r/a", kBase + page + "//a",
        kBase + page + "/a%2Fb", kBase + page + "/../a", kBase + page + "/%2E%2E/a"})
    EXPECT_EQ(source_place(kBase, kRepo, url), std::nullopt) << url;
  EXPECT_EQ(source_place(kBase + "/Context", kRepo, kBase + "/context" + page + "/a"),
            std::nullopt);
}

class SourceSearchTest : public ::testing::Test {
 protected:
  std::optional<std::string> find(const std::string& path, const std::string& ref = {}) {
    return find_source(client_, base_, kRepo, {path, ref});
  }
  std::optional<std::string> link(const std::string& path, const std::string& version,
                                  const std::string& branch = "main") {
    return stacktrace_link(client_, base_, kRepo, path, version, branch);
  }

  std::unique_ptr<testing::GitServer> server_ = server_test::serve();
  const std::string base_ = server_->base_url();
  const std::string page_ = base_ + "/projects/PRJ/repos/demo/browse";
  const BitbucketServer client_{{.base_url = base_,
                                 .credentials = BearerToken{"eve-token"},
                                 .connection = {.retry = {.max_attempts = 1}}}};
};

TEST_F(SourceSearchTest, FindsFilesThatExist) {
  EXPECT_EQ(find("src/main.cpp"), page_ + "/src/main.cpp");
  EXPECT_EQ(find("/src/main.cpp", "v1.0"), page_ + "/src/main.cpp?at=v1.0");
  EXPECT_EQ(find("src/login.cpp", "feature/login"), page_ + "/src/login.cpp?at=feature%2Flogin");
  EXPECT_EQ(find("src/login.cpp"), std::nullopt);
  EXPECT_EQ(find("README.md", "no-such-branch"), std::nullopt);
  EXPECT_EQ(
      server_->request_count("HEAD /rest/api/1.0/projects/PRJ/repos/demo/browse/src/main.cpp"), 2u);
}

TEST_F(SourceSearchTest, FindsFilesWithOddNames) {
  const RepoRef rich{"PRJ", "rich"};
  for (const std::string& name : test_support::odd_names()) {
    if (name.find('\\') != std::string::npos) continue;  // refused by the servlet container
    const SourcePlace place{name, server_test::samples().rich.names};
    const auto url = find_source(client_, base_, rich, place);
    ASSERT_TRUE(url) << name;
    EXPECT_EQ(source_place(base_, rich, *url), place);
  }
}

TEST_F(SourceSearchTest, AsksNothingAboutPathsThatNoRepositoryHas) {
  for (const char* path : {"", "/", "../x", "a/../b", "a//b", "src/"})
    EXPECT_EQ(find(path), std::nullopt) << path;
  EXPECT_TRUE(server_->requests().empty());
}

TEST_F(SourceSearchTest, TellsAbsenceFromFailure) {
  for (const int status : {400, 401, 404}) {
    server_->misbehave({.fault = faults::answer(status)});
    EXPECT_EQ(find("README.md"), std::nullopt) << status;
  }
  server_->misbehave({.fault = faults::reset(testing::Fault::Place::before)});
  EXPECT_THROW(find("README.md"), TransportError);
  server_->behave();
  for (const int status : {403, 500, 503, 429}) {  // a client pauses after a 429
    server_->misbehave({.fault = faults::answer(status)});
    try {
      find("README.md");
      ADD_FAILURE() << status;
    } catch (const ApiError& error) {
      EXPECT_EQ(error.status(), status);
    }
    server_->behave();
  }
}

TEST_F(SourceSearchTest, LinksAStackTraceToItsVersionFirst) {
  const std::string commit = server_test::samples().small.first;
  EXPECT_EQ(link("README.md", commit), page_ + "/README.md?at=" + commit);
  EXPECT_EQ(server_->requests().size(), 1u);
  EXPECT_EQ(link("/README.md", "1.2.3"), page_ + "/README.md?at=main");
  EXPECT_EQ(link("README.md", ""), page_ + "/README.md?at=main");
  EXPECT_EQ(link("README.md", "1.2.3", ""), page_ + "/README.md");
  EXPECT_EQ(link("none.cpp", "v1.0"), std::nullopt);
  server_->clear_requests();
  EXPECT_EQ(link("none.cpp", "main"), std::nullopt);
  EXPECT_EQ(server_->requests().size(), 1u);
}

TEST_F(SourceSearchTest, DecodesThePathOfAStackTraceOnce) {
  server_->misbehave({.times = 0, .fault = faults::answer(200)});
  EXPECT_EQ(link("%2Fsrc/a%20b/c@2x%2540%.js", ""), page_ + "/src/a%20b/c@2x%2540%25.js?at=main");
  EXPECT_EQ(link("webpack:///./a.js", ""), std::nullopt);
}

TEST_F(SourceSearchTest, FindsCodeOwners) {
  EXPECT_EQ(find_code_owners(client_, base_, kRepo), std::nullopt);
  const test_support::TempDir folder;
  test_support::init_repository(folder / "owned");
  test_support::commit_files(folder / "owned", "Owners",
                             {{".bitbucket/CODEOWNERS", "*.cpp @ann\n"}, {"CODEOWNERS", "no\n"}});
  server_->add_repository("PRJ", "owned", folder / "owned");
  const RepoRef owned{"PRJ", "owned"};
  const std::string page = base_ + "/projects/PRJ/repos/owned/browse/.bitbucket/CODEOWNERS";
  EXPECT_EQ(find_code_owners(client_, base_, owned),
            (CodeOwners{".bitbucket/CODEOWNERS", page, "*.cpp @ann\n"}));
  EXPECT_EQ(find_code_owners(client_, base_, owned, "main")->html_url, page + "?at=main");
  EXPECT_EQ(find_code_owners(client_, base_, owned, "none"), std::nullopt);
  test_support::init_repository(folder / "elsewhere");
  test_support::commit_files(folder / "elsewhere", "Owners in other places",
                             {{"CODEOWNERS", "no\n"}, {"docs/CODEOWNERS", "no\n"}});
  server_->add_repository("PRJ", "elsewhere", folder / "elsewhere");
  EXPECT_EQ(find_code_owners(client_, base_, {"PRJ", "elsewhere"}), std::nullopt);
  server_->misbehave({.method = "GET", .fault = faults::answer(403)});
  EXPECT_EQ(find_code_owners(client_, base_, owned), std::nullopt);
  server_->misbehave({.method = "HEAD", .fault = faults::answer(403)});
  EXPECT_THROW(find_code_owners(client_, base_, owned), ApiError);
}

}  // namespace
}  // namespace bitbucket::test
