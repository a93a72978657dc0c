// Which versions a release may have, and their order by the rules of semver.org.
#include <gtest/gtest.h>

#include <string>
#include <vector>

#include <bitbucket/error.hpp>
#include <bitbucket/tracking/release_store.hpp>

#include "tracking/release_versions.hpp"

namespace bitbucket::test {
namespace {

using namespace std::string_literals;

TEST(VersionsTest, RefusesWhatCannotBeAVersion) {
  for (const std::string& version : {""s,
                                     " "s,
                                     "\v"s,
                                     "\xc2\xa0"s,
                                     "\xe3\x80\x80 "s,
                                     "."s,
                                     ".."s,
                                     " .. "s,
                                     "latest"s,
                                     "LATEST"s,
                                     "Latest "s,
                                     "1\n2"s,
                                     "1\t2"s,
                                     "1\f2"s,
                                     "1\r"s,
                                     "a/b"s,
                                     "a\\b"s,
                                     "a\0b"s,
                                     "a\xff"s,
                                     "\xed\xa0\x80"s,
                                     std::string(251, 'x')})
    EXPECT_THROW(tracking::check_version(version), InvalidArgument) << version;
}

TEST(VersionsTest, AcceptsEverythingElse) {
  std::string long_one;
  for (int i = 0; i < 250; ++i) long_one += "\xc3\xa9";
  for (const std::string& version : {"1"s, "..."s, "latest-1"s, "1 2"s, "a\vb"s, "app@1.0"s,
                                     "\xf0\x9f\x9a\x80"s, long_one, std::string(250, 'x')})
    EXPECT_NO_THROW(tracking::check_version(version)) << version;
}

TEST(VersionsTest, OrdersLikeTheExamplesOfSemver) {
  const std::vector<std::string> ascending = {"0.0.0",
                                              "1.0.0-0",
                                              "1.0.0-9",
                                              "1.0.0-10",
                                              "1.0.0-alpha",
                                              "1.0.0-alpha.1",
                                              "1.0.0-alpha.beta",
                                              "1.0.0-beta",
                                              "1.0.0-beta.2",
                                              "1.0.0-beta.11",
                                              "1.0.0-rc.1",
                                              "1.0.0",
                                              "1.0.9",
                                              "1.0.10",
                                              "1.2.0",
                                              "1.10.0",
                                              "2.0.0",
                                              "18446744073709551616.0.0",
                                              "18446744073709551617.0.0"};
  for (std::size_t a = 0; a < ascending.size(); ++a)
    for (std::size_t b = 0; b < ascending.size(); ++b)
      EXPECT_EQ(compare_semantic(ascending[a], ascending[b]), a < b   ? -1
                                                              : a > b ? 1
                                                                      : 0)
          << ascending[a] << ' ' << ascending[b];
}

TEST(VersionsTest, PrefixesAndBuildsDoNotCount) {
  for (const char* same : {"1.2.3", "v1.2.3", "app@1.2.3", "@x@v1.2.3", "1.2.3+b.7-x"})
    EXPECT_EQ(compare_semantic("1.2.3", same), 0) << same;
}

TEST(VersionsTest, OtherVersionsAreNotSemantic) {
  for (const char* other : {"", "1", "1.2", "1.2.3.4", "01.2.3", "1.02.3", "1.2.-3", "1..3",
                            "1.2.3-", "1.2.3-01", "1.2.3-a..b", "1.2.3+", "1.2.3+a..b",
                            "1.2.3-\xc3\xa9", "V1.2.3", "vv1.2.3", "a1.2.3", "1.2.3 ", "1.2.x"})
    EXPECT_EQ(compare_semantic("1.2.3", other), std::nullopt) << other;
}

}  // namespace
}  // namespace bitbucket::test
