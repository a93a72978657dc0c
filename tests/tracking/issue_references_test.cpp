#include <gtest/gtest.h>
#include <bitbucket/tracking/issue_references.hpp>

#include <string>
#include <string_view>
#include <vector>

#include <bitbucket/error.hpp>

#include "tracking/reference_samples.hpp"

namespace {

using bitbucket::InvalidArgument;
using bitbucket::IssueIdShape;
using bitbucket::IssueReference;
using bitbucket::IssueReferenceOptions;
using bitbucket::IssueReferences;
using bitbucket_test::own_host;
using bitbucket_test::written;

std::string found_with(IssueReferenceOptions options, std::string_view message) {
  return written(IssueReferences(std::move(options)).find(message));
}

TEST(IssueReferencesTest, FindsWhatTheTableSays) {
  const IssueReferences references({.host = own_host});
  for (const auto& sample : bitbucket_test::reference_samples())
    EXPECT_EQ(written(references.find(sample.message)), sample.references)
        << testing::PrintToString(sample.message);
}

TEST(IssueReferencesTest, SaysWhetherAReferenceIsAnIdOrALink) {
  const IssueReferences references({.host = own_host});
  EXPECT_EQ(references.find("Fixes A-1\nFixes https://desk.example.com/issues/7"),
            (std::vector<IssueReference>{{IssueReference::Kind::id, "A-1"},
                                         {IssueReference::Kind::link, "7"}}));
}

TEST(IssueReferencesTest, ReturnsEachReferenceOnceInTheOrderOfFirstAppearance) {
  const std::string link = "\nFixes https://desk.example.com/issues/";
  EXPECT_EQ(found_with({.host = own_host}, "Fixes B-2, A-1, B-2" + link + "7" + link + "007" +
                                               link + "5" + "\nFixes A-1 C-3 A-0"),
            "B-2 A-1 <7> <5> C-3 A-0");
}

TEST(IssueReferencesTest, FindsNoLinksWithoutAHost) {
  EXPECT_EQ(found_with({}, "Fixes https://desk.example.com/issues/7 fixes A-1"), "A-1");
}

TEST(IssueReferencesTest, TakesHostsWithPortsAndAddresses) {
  EXPECT_EQ(found_with({.host = "Desk:8443"}, "Fix https://a.desk:8443/issues/7"), "<7>");
  EXPECT_EQ(found_with({.host = "Desk:8443"}, "Fix https://desk/issues/7"), "");
  EXPECT_EQ(found_with({.host = "[::1]:80"}, "Fix https://[::1]:80/issues/7"), "<7>");
  EXPECT_EQ(found_with({.host = "desk"}, "Fix https://[::1].desk/issues/7"), "");
}

TEST(IssueReferencesTest, TakesKeywordsOfItsOwn) {
  EXPECT_EQ(found_with({.keywords = {"Schließt", "done_2"}},
                       "schlieSSt A-1; SCHLIEßT A-2; ſchließt A-3; Done_2: A-4; fixes A-5"),
            "A-2 A-3 A-4");
  // A list ends before a keyword that has letters which ids do not have.
  EXPECT_EQ(found_with({.keywords = {"fixes", "résout"}}, "fixes A-1 résout A-2"), "A-1 A-2");
  EXPECT_EQ(found_with({.keywords = {}}, "Fixes A-1"), "");
}

TEST(IssueReferencesTest, FindsIdsThatEndInDigitsOnRequest) {
  EXPECT_EQ(found_with({.id_shape = IssueIdShape::key},
                       "Fixes foo-bar, A-1, my-prj-12, B-2c, C-3-d, D-4_, -5, 6, É-7"),
            "A-1 my-prj-12 C-3");
}

TEST(IssueReferencesTest, FindsNumbersAfterAHashOnRequest) {
  const IssueReferenceOptions options{.id_shape = IssueIdShape::hash_number, .host = own_host};
  EXPECT_EQ(found_with(options,
                       "Fixes #1, #2,#003 and 4#5 x#6 #7x #8_ #9-1 10 # 11 A-12 ##13 "
                       "#9223372036854775807 #9223372036854775808 #14. #15"),
            "1 2 3 9 13 9223372036854775807 14");
  EXPECT_EQ(found_with(options, "Fix: #7\nFix https://desk.example.com/issues/7"), "7 <7>");
}

TEST(IssueReferencesTest, IgnoresCommitsWithTheMarker) {
  const IssueReferences references;
  EXPECT_TRUE(references.is_ignored("Release\n\nx#skip-trackingx"));
  EXPECT_FALSE(references.is_ignored("#Skip-Tracking"));
  EXPECT_FALSE(references.is_ignored(""));
  EXPECT_TRUE(IssueReferences({.ignore_marker = "[skip]"}).is_ignored("a [skip]"));
  EXPECT_FALSE(IssueReferences({.ignore_marker = "[skip]"}).is_ignored("#skip-tracking"));
  EXPECT_FALSE(IssueReferences({.ignore_marker = ""}).is_ignored("#skip-tracking"));
}

struct BadOption {
  IssueReferenceOptions options;
  std::string name, advice;
};

TEST(IssueReferencesTest, RefusesOptionsThatCannotWork) {
  const std::string word = "such as \"Fixes\"", host = "such as \"app.example.com\"";
  const std::string marker = "such as \"#skip-tracking\"";
  const std::vector<BadOption> bad = {
      {{.keywords = {"Fix", ""}}, "keywords[1] is not a word", word},
      {{.keywords = {"Works on"}}, "keywords[0] is not a word", word},
      {{.keywords = {"Fixes:"}}, "keywords[0] is not a word", word},
      {{.keywords = {"Fix\xff"}}, "keywords[0] is not a word", word},
      {{.keywords = {std::string(101, 'x')}}, "keywords[0] is longer than 100 bytes", word},
      {{.keywords = std::vector<std::string>(101, "Fix")}, "keywords has 101", "at most 100"},
      {{.host = "https://app.example.com"}, "host is an address", host},
      {{.host = "app.example.com/x"}, "host is an address", host},
      {{.host = "me@app.example.com"}, "host is an address", host},
      {{.host = ".example.com"}, "host is not a host", host},
      {{.host = "example.com:"}, "host is not a host", host},
      {{.host = "app example"}, "host is not a host", host},
      {{.host = "bücher.example"}, "host is not a host", "\"xn--\""},
      {{.host = std::string(301, 'x')}, "host is not a host", host},
      {{.ignore_marker = " \n"}, "ignore_marker is blank", marker},
      {{.ignore_marker = std::string(101, 'x')}, "ignore_marker is longer", marker},
  };
  for (const BadOption& option : bad) try {
      const IssueReferences references(option.options);
      ADD_FAILURE() << option.name;
    } catch (const InvalidArgument& error) {
      const std::string text = error.what();
      EXPECT_NE(text.find("IssueReferenceOptions::" + option.name), text.npos) << text;
      EXPECT_NE(text.find(option.advice), text.npos) << text;
    }
  EXPECT_NO_THROW(IssueReferences({.keywords = {std::string(100, 'x')},
                                   .host = std::string(300, 'x'),
                                   .ignore_marker = std::string(100, 'x')}));
}

/// Returns a line of repeated parts.
std::string line_of(std::string_view part, std::size_t size) {
  std::string out;
  out.reserve(size + part.size());
  while (out.size() < size) out += part;
  return out;
}

// A scan of these lines that was not linear would take longer than the time limit of tests.
constexpr std::size_t ten_megabytes = 10'000'000, two_megabytes = 2'000'000;

TEST(IssueReferencesTest, ReadsTenMegabytesInOneLine) {
  const auto line = [](std::string_view part) { return line_of(part, ten_megabytes); };
  EXPECT_EQ(found_with({}, line("[") + "] Fixes A-1"), "A-1");
  EXPECT_EQ(found_with({}, line("[x](") + "Fixes A-1"), "A-1");
  EXPECT_EQ(found_with({}, line("fix ") + "A-1"), "A-1");
  // Sizes, because a failure prints its values.
  EXPECT_EQ(found_with({}, "Fixes " + line("a-")).size(), ten_megabytes - 1);
  EXPECT_EQ(found_with({}, "Fixes A-" + line("1")).size(), ten_megabytes + 2);
}

TEST(IssueReferencesTest, ReadsLongLinesInLinearTime) {
  const auto found = [](const std::string& message) {
    return found_with({.host = own_host}, message);
  };
  const auto line = [](std::string_view part) { return line_of(part, two_megabytes); };
  const std::string link = "Fixes https://desk.example.com";
  EXPECT_EQ(found(line("[]")), "");
  EXPECT_EQ(found(line("[x]()")), "");
  EXPECT_EQ(found(line("[x](y)") + " fixes A-1"), "A-1");
  EXPECT_EQ(found(line("fix: ") + "; fix A-1"), "A-1");
  EXPECT_EQ(found(line("fix é ")), "");
  EXPECT_EQ(found(line("fix x--é ")), "");
  EXPECT_EQ(found(line("fix 🎉 ")), "");
  EXPECT_EQ(found("Fixes A-1 " + line("_-")), "A-1");
  EXPECT_EQ(found("Fixes" + line(" ") + "("), "");
  EXPECT_EQ(found(link + line("/issues/")), "");
  EXPECT_EQ(found(link + "/issues/" + line("9")), "");
  EXPECT_EQ(found(link + "/issues/" + line("0") + "7"), "<7>");
  EXPECT_EQ(found(line("fix https://x/")), "");
  EXPECT_EQ(found(line("fix http://fix\t")), "");
  EXPECT_EQ(found(line(link + "/issues/1 ")), "<1>");
  EXPECT_EQ(found(line(std::string("\0fix A-1", 8))), "A-1");
  EXPECT_EQ(found(line("\xff\xe2\x82") + "fix A-1"), "A-1");
}

TEST(IssueReferencesTest, ReadsLongLinesOfNumbersInLinearTime) {
  const auto found = [](const std::string& part) {
    return found_with({.id_shape = IssueIdShape::hash_number},
                      "Fixes " + line_of(part, two_megabytes) + "7");
  };
  EXPECT_EQ(found("#1"), "1");
  EXPECT_EQ(found("#"), "7");
  EXPECT_EQ(found("#0 #1 "), "0 1");
}

TEST(IssueReferencesTest, ReturnsManyReferences) {
  std::string message = "Fixes";
  for (int i = 0; i < 200'000; ++i) message += " A-" + std::to_string(i % 100'000);
  const std::vector<IssueReference> found = IssueReferences().find(message);
  ASSERT_EQ(found.size(), 100'000u);
  EXPECT_EQ(found.front().text, "A-0");
  EXPECT_EQ(found.back().text, "A-99999");
}

}  // namespace
