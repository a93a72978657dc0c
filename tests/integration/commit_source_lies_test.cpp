// What a source of commits does with a server that lies; the server is a function.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <algorithm>
#include <chrono>
#include <cstddef>
#include <functional>
#include <memory>
#include <string>
#include <vector>

#include <bitbucket/error.hpp>
#include <bitbucket/integration/commit_source.hpp>
#include <bitbucket/server.hpp>
#include <bitbucket/testing/fake_transport.hpp>
#include <nlohmann/json.hpp>

#include "support/demo.hpp"

namespace bitbucket::test {
namespace {

using nlohmann::json;
using ::testing::ElementsAre;
using testing::FakeTransport;
using ::testing::HasSubstr;
using testing::json_answer;

const std::string tip(40, 'a');

std::shared_ptr<CommitSource> source_over(std::shared_ptr<Transport> transport) {
  return make_commit_source(BitbucketServer(
      {.base_url = "https://git.example.com", .connection = {.transport = std::move(transport)}}));
}

/// Returns a source whose server answers every request with one page.
std::shared_ptr<CommitSource> source_of(const json& rows) {
  const json page{
      {"size", rows.size()}, {"limit", 1000}, {"start", 0}, {"isLastPage", true}, {"values", rows}};
  return source_over(FakeTransport::in_turn({json_answer(page.dump())}));
}

/// A server whose lists do not end: `rows(start)` returns the thousand rows of a page.
std::shared_ptr<FakeTransport> endless(const std::function<std::string(std::size_t)>& rows) {
  return std::make_shared<FakeTransport>([rows](const Request& request) {
    const std::size_t at = request.url.find("start=");
    const std::size_t start = at == std::string::npos ? 0 : std::stoul(request.url.substr(at + 6));
    return json_answer(R"({"size":1000,"limit":1000,"start":)" + std::to_string(start) +
                       R"(,"isLastPage":false,"nextPageStart":)" + std::to_string(start + 1000) +
                       R"(,"values":[)" + rows(start) + "]}");
  });
}

std::string joined(std::size_t count, const std::function<std::string(std::size_t)>& row) {
  std::string out;
  for (std::size_t i = 0; i < count; ++i) out += (i == 0 ? "" : ",") + row(i);
  return out;
}

std::vector<SourceCommit> commits(CommitSource& source, const CommitRange& range = {.until = tip}) {
  std::vector<SourceCommit> out;
  source.visit_commits(demo, range, [&](SourceCommit&& commit) {
    out.push_back(std::move(commit));
    return true;
  });
  return out;
}

json change(const std::string& type, const std::string& path, const std::string& source = {}) {
  json out{{"type", type}, {"path", {{"toString", path}}}, {"nodeType", "FILE"}};
  if (!source.empty()) out["srcPath"] = {{"toString", source}};
  return out;
}

std::vector<std::string> files(const json& rows) {
  std::vector<std::string> out;
  const auto found = source_of(rows)->changes(demo, {tip});
  for (const FileChange& file : found.at(0))
    out.push_back(file.path + ' ' + static_cast<char>(file.type));
  return out;
}

std::string id_of(std::size_t number) {
  const std::string digits = std::to_string(number);
  return std::string(40 - digits.size(), 'a') + digits;
}

/// Expects a DecodeError that says this.
template <class Call>
void expect_refused(const Call& call, const std::string& text) {
  try {
    call();
    ADD_FAILURE() << "was accepted: " << text;
  } catch (const DecodeError& error) {
    EXPECT_THAT(error.what(), HasSubstr(text));
  }
}

TEST(CommitSourceLiesTest, EachTypeOfChangeHasItsFiles) {
  EXPECT_THAT(files({change("MODIFY", "a"), change("ADD", "b"), change("DELETE", "c"),
                     change("MOVE", "e", "d")}),
              ElementsAre("a M", "b A", "c D", "d D", "e A"));
  EXPECT_THAT(files({change("COPY", "g", "f"),
                     change("UNKNOWN", "h"),
                     change("REWRITE", "i"),
                     {{"path", "without a type"}}}),
              ElementsAre("g A"));
}

TEST(CommitSourceLiesTest, APathComesOnce) {
  EXPECT_THAT(files({change("MOVE", "b", "a"), change("MOVE", "a", "b"), change("ADD", "c")}),
              ElementsAre("a M", "b M", "c A"));
  EXPECT_THAT(files({change("DELETE", "a"), change("ADD", "b"), change("ADD", "a")}),
              ElementsAre("a M", "b A"));
  EXPECT_THAT(files({change("MOVE", "b", "a"), change("MOVE", "c", "a")}),
              ElementsAre("a D", "b A", "c A"));
  EXPECT_THAT(files({change("MODIFY", "a"), change("MOVE", "b", "a")}), ElementsAre("a M", "b A"));
}

TEST(CommitSourceLiesTest, ASubmoduleIsAFileAndADirectoryIsNot) {
  json submodule = change("ADD", "dep"), folder = change("ADD", "src");
  submodule["nodeType"] = "SUBMODULE";
  folder["nodeType"] = "DIRECTORY";
  json moved = change("MOVE", "now a file", "was a folder");
  moved["srcNodeType"] = "DIRECTORY";
  EXPECT_THAT(files({submodule, folder, moved}), ElementsAre("dep A", "now a file A"));
}

TEST(CommitSourceLiesTest, ACommitHasTheTimeOfItsAuthorInMilliseconds) {
  using namespace std::chrono;  // NOLINT(google-build-using-namespace): for literals
  const auto time = sys_days(2019y / 12 / 19) + 13h + 56min + 56s;
  const auto found = commits(*source_of(
      {{{"id", tip}, {"authorTimestamp", 1576763816000}},
       {{"id", id_of(1)}, {"authorTimestamp", 1576763816123}, {"committerTimestamp", 1}}}));
  ASSERT_EQ(found.size(), 2u);
  EXPECT_EQ(found[0].timestamp, Timestamp(time));
  EXPECT_EQ(found[1].timestamp, Timestamp(time) + 123ms);
}

TEST(CommitSourceLiesTest, AnAuthorHasTheDisplayNameOrElseTheName) {
  const json full{{"name", "ada"}, {"displayName", "Ada Lovelace"}, {"emailAddress", "a@x.org"}};
  const auto found = commits(*source_of(
      {{{"id", tip}, {"message", "Fixes APP-12"}, {"author", full}},
       {{"id", id_of(1)}, {"author", {{"displayName", "Ada"}}}},
       {{"id", id_of(2)}, {"author", {{"name", "ada"}, {"displayName", nullptr}}}},
       {{"id", id_of(3)}, {"author", nullptr}, {"message", nullptr}, {"authorTimestamp", nullptr}},
       {{"id", id_of(4)}}}));
  EXPECT_THAT(found, ElementsAre(SourceCommit{tip, "Fixes APP-12", "Ada Lovelace", "a@x.org", {}},
                                 SourceCommit{id_of(1), "", "Ada", "", {}},
                                 SourceCommit{id_of(2), "", "ada", "", {}},
                                 SourceCommit{id_of(3), "", "", "", {}},
                                 SourceCommit{id_of(4), "", "", "", {}}));
}

TEST(CommitSourceLiesTest, AnIdThatGitCannotHaveIsRefused) {
  EXPECT_EQ(commits(*source_of({{{"id", std::string(64, 'b')}}})).size(), 1u);
  const std::vector<std::string> bad = {"",
                                        std::string(39, 'a'),
                                        std::string(41, 'a'),
                                        std::string(65, 'a'),
                                        std::string(100'000, 'a'),
                                        std::string(40, 'A'),
                                        std::string(40, 'g'),
                                        std::string(40, '0'),
                                        std::string(39, 'a') + '\n',
                                        std::string("aaaa\0aaaa", 9)};
  for (const std::string& id : bad) {
    const auto lied_to = source_of({{{"id", id}}});
    expect_refused([&] { commits(*lied_to); }, "a commit id is not");
    expect_refused([&] { commits(*lied_to, {.until = "main"}); }, "a commit id is not");
    expect_refused([&] { commits(*lied_to, {.since = "v1", .until = tip}); }, "a commit id is not");
    const auto branch = source_of({{{"id", "refs/heads/main"}, {"latestCommit", id}}});
    expect_refused([&] { branch->heads(demo); }, "a commit id is not");
  }
  for (const char* ref : {"", "main", "refs/tags/main"}) {
    const auto lied_to = source_of({{{"id", ref}, {"latestCommit", tip}}});
    expect_refused([&] { lied_to->heads(demo); }, "does not begin with refs/heads/");
  }
}

TEST(CommitSourceLiesTest, ARevisionWithoutACommitIsNotTheWholeHistory) {
  const auto lied_to = source_of(json::array());
  expect_refused([&] { commits(*lied_to, {.since = "v1", .until = tip}); }, "no commit at v1");
  expect_refused([&] { commits(*lied_to, {.until = "main"}); }, "no commit at main");
}

TEST(CommitSourceLiesTest, APathThatGitCannotHaveIsRefused) {
  for (const json& bad :
       {change("ADD", ""), change("ADD", std::string("a\0b", 3)), change("MOVE", "a"),
        change("MOVE", "", "a"), change("MOVE", "a", std::string("\0", 1))})
    expect_refused([&] { files(json::array({bad})); }, "missing or impossible");
}

TEST(CommitSourceLiesTest, ARowThatComesTwiceIsRefused) {
  expect_refused(
      [] {
        commits(*source_of({{{"id", tip}}, {{"id", id_of(1)}}, {{"id", tip}}}));
      },
      "comes twice");
  const json branch{{"id", "refs/heads/main"}, {"latestCommit", tip}};
  expect_refused([&] { source_of({branch, branch})->heads(demo); }, "comes twice");
}

TEST(CommitSourceLiesTest, APageThatComesAgainIsRefused) {
  const std::string page =
      joined(1000, [](std::size_t i) { return R"({"id":")" + id_of(i) + "\"}"; });
  const auto transport = endless([&](std::size_t) { return page; });
  expect_refused([&] { commits(*source_over(transport)); }, "comes twice");
  EXPECT_LE(transport->started(), 3u);
}

TEST(CommitSourceLiesTest, AListOfBranchesMustEnd) {
  const std::string row = R"({"id":"refs/heads/pppp-)";
  std::string page = joined(1000, [&](std::size_t i) {
    return row + std::to_string(1000 + i) + R"(","latestCommit":")" + tip + "\"}";
  });
  const std::size_t row_size = (page.size() + 1) / 1000;
  const auto transport = endless([&](std::size_t start) {
    const std::string number = std::to_string(1000 + start / 1000);
    for (std::size_t at = row.size() - 5; at < page.size(); at += row_size)
      page.replace(at, 4, number);
    return page;
  });
  expect_refused([&] { source_over(transport)->heads(demo); }, "more than 500000 rows");
}

TEST(CommitSourceLiesTest, AListOfFilesMustEnd) {
  const std::string page =
      joined(1000, [](std::size_t) { return std::string(R"({"type":"ADD","path":"a"})"); });
  const auto transport = endless([&](std::size_t) { return page; });
  expect_refused([&] { source_over(transport)->changes(demo, {tip}); }, "more than 1000000 rows");
}

TEST(CommitSourceLiesTest, ACommitOfVeryManyFilesHasAllOfThem) {
  const auto transport = std::make_shared<FakeTransport>([](const Request& request) {
    const std::size_t start = std::stoul(request.url.substr(request.url.find("start=") + 6));
    const std::size_t rows = request.url.find(tip) == std::string::npos ? 2 : 12'500;
    const std::size_t count = std::min<std::size_t>(1000, rows - start);
    const bool last = start + count == rows;
    return json_answer(
        R"({"isLastPage":)" + std::string(last ? "true" : "false") +
        (last ? "" : R"(,"nextPageStart":)" + std::to_string(start + count)) + R"(,"values":[)" +
        joined(count,
               [&](std::size_t i) {
                 return R"({"type":"ADD","path":"f)" + std::to_string(start + i) + "\"}";
               }) +
        "]}");
  });
  const auto found = source_over(transport)->changes(demo, {id_of(1), tip, id_of(2)});
  ASSERT_THAT(found,
              ElementsAre(::testing::SizeIs(2), ::testing::SizeIs(12'500), ::testing::SizeIs(2)));
  for (std::size_t i = 0; i < found[1].size(); ++i)
    EXPECT_EQ(found[1][i].path, "f" + std::to_string(i));
}

}  // namespace
}  // namespace bitbucket::test
