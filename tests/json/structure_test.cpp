#include "agreement.hpp"

#include <gtest/gtest.h>

#include <cstddef>
#include <string>
#include <string_view>

#include "samples.hpp"
#include "support.hpp"

// One structural character too many, too few or in the wrong place, anywhere in a page: what the
// Reader still accepts is JSON and has the rows that nlohmann finds in it.

namespace {

using namespace bitbucket;
using bitbucket_test::Agreement;
using bitbucket_test::agreement;
using bitbucket_test::ordered_json;
using bitbucket_test::refusal_of;
namespace test = bitbucket_test;

constexpr std::string_view structural = "{}[],:\"";

/// Two rows that have all sorts of members that are skipped or kept as they are.
std::string page(const ordered_json& row, bool spaced) {
  ordered_json rows = ordered_json::array();
  for (int i = 0; i < 2; ++i) {
    rows.push_back(row);
    rows.back()["skipped"] = {{"a", {1, {{"b", "}"}}}}, {"c", "x"}, {"d", nullptr}};
    rows.back()["zz"] = "text";
  }
  const ordered_json whole = {{"size", 2},    {"isLastPage", true}, {"skipped", {{"b", {1}}}},
                              {"zz", "text"}, {"values", rows},     {"start", 0}};
  return whole.dump(spaced ? 1 : -1);
}

template <class T>
void expect_agreement(const std::string& text) {
  ASSERT_NE(agreement<Page<T>>(text), Agreement::differ) << text;
}

template <class T>
void damage_everywhere(const std::string& text) {
  ASSERT_EQ(agreement<Page<T>>(text), Agreement::both_accept);
  for (std::size_t at = 0; at < text.size(); ++at) {
    for (const char c : structural) {
      expect_agreement<T>(std::string(text).insert(at, 1, c));
      std::string replaced = text;
      replaced[at] = c;
      expect_agreement<T>(replaced);
    }
    expect_agreement<T>(std::string(text).erase(at, 1));
    const std::size_t next = text.find_first_of(structural, at + 1);
    if (next == std::string::npos) continue;
    std::string swapped = text;
    std::swap(swapped[at], swapped[next]);
    expect_agreement<T>(swapped);
    if (::testing::Test::HasFatalFailure()) return;
  }
}

TEST(StructureTest, NoDamageLosesATag) {
  damage_everywhere<Tag>(page({{"id", "a"}, {"displayId", "b"}}, true));
}

TEST(StructureTest, NoDamageLosesAValueWithoutAType) {
  damage_everywhere<RawJson>(page({{"id", "a"}}, false));
}

TEST(StructureTest, NoDamageLosesACommit) {
  damage_everywhere<Commit>(page({{"id", "a"},
                                  {"author", {{"name", "n"}, {"id", 3}}},
                                  {"parents", {{{"id", "p"}, {"displayId", "d"}}}},
                                  {"properties", {{"jira-key", {"A-1"}}}}},
                                 false));
}

TEST(StructureTest, NoDamageLosesAChange) {
  damage_everywhere<Change>(page({{"path", {{"components", {"a", "b"}}, {"toString", "a/b"}}},
                                  {"links", {{"self", {{{"href", "h"}}}}}},
                                  {"percentUnchanged", 7}},
                                 false));
}

TEST(StructureTest, RefusesWhatLostRows) {
  EXPECT_NE(
      refusal_of<Page<Tag>>(
          R"({"size":2,"isLastPage":true,"start":0,"zz":"b":1},"values":[{"id":"m"},{"id":"n"}]})"),
      "accepted");
  EXPECT_NE(
      refusal_of<Page<Tag>>(
          R"({"size":3,"isLastPage":true,"values":[{"id":"a","zz":[1,{"id":"b"}}},{"id":"c"}]})"),
      "accepted");
}

TEST(StructureTest, RefusesWhatIsNoJsonInsideOfWhatItSkips) {
  for (const char* value : {"{",         "[}",
                            "{]",        "{\"a\"}",
                            "{\"a\":}",  "{\"a\" 1}",
                            "{1:2}",     "[1,]",
                            "[,1]",      "[1 2]",
                            "{,}",       "{\"a\":1,}",
                            "tru",       "nulll",
                            "01",        "1.",
                            "-",         "+1",
                            "[1e]",      "[.5]",
                            "[\"\\x\"]", "[\"\\u12g4\"]",
                            "[NaN]",     "['a']",
                            "[1]]",      "{\"a\":1}}",
                            "\"a\":1",   "\"a\" \"b\"",
                            ""})
    for (const char* before : {R"({"id":"a","zz":)", R"({"zz":)"})
      for (const char* behind : {"}", R"(,"id":"b"})"}) {
        const std::string text = before + std::string(value) + behind;
        EXPECT_NE(refusal_of<Tag>(text), "accepted") << text;
      }
}

TEST(StructureTest, SaysWhereWhatItSkipsIsBroken) {
  EXPECT_EQ(refusal_of<Page<Tag>>(R"({"values":[{"id":"a","zz":{"b":[1,2}}}]})"),
            "/values/0/zz: not valid JSON");
  EXPECT_EQ(refusal_of<Commit>(R"({"id":"a","properties":{"b":[tru]}})"),
            "/properties: not valid JSON");
}

}  // namespace
