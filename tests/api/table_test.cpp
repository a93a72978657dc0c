#include <bitbucket/api/table.hpp>

#include <gtest/gtest.h>

#include <filesystem>
#include <fstream>
#include <set>
#include <string>

namespace bitbucket::test {
namespace {

/// "family.row" of each row, read from the text of the headers.
std::set<std::string> rows_in_the_headers() {
  std::set<std::string> rows;
  for (const auto& header :
       std::filesystem::directory_iterator(BITBUCKET_SOURCE_DIR "/include/bitbucket/api")) {
    std::ifstream file(header.path());
    for (std::string line; std::getline(file, line);) {
      if (!line.starts_with("inline constexpr ")) continue;
      std::string name = line.substr(0, line.find('{'));
      name.erase(name.find_last_not_of(' ') + 1);
      rows.insert(header.path().stem().string() + '.' + name.substr(name.rfind(' ') + 1));
    }
  }
  return rows;
}

TEST(TableTest, TheWalkReachesEveryRowOnceByItsName) {
  std::set<std::string> walked;
  api::for_each_operation([&](std::string_view name, const auto&) {
    EXPECT_TRUE(walked.emplace(name).second) << name;
  });
  EXPECT_GE(walked.size(), 17u);
  EXPECT_EQ(walked, rows_in_the_headers());
}

TEST(TableTest, EveryRowIsWellFormed) {
  api::for_each_operation([](std::string_view name, const Operation& row) {
    EXPECT_TRUE(row.path.starts_with("/rest/")) << name;
    EXPECT_FALSE(row.path.ends_with('/')) << name;
    EXPECT_EQ(row.path.find("//"), std::string_view::npos) << name;
    if (row.method == Method::get || row.method == Method::head) {
      EXPECT_TRUE(row.repeatable) << name;
      EXPECT_FALSE(row.takes_body) << name;
    }
    if (row.method == Method::post) {
      EXPECT_FALSE(row.repeatable) << name << ": a POST is repeatable only for a reason";
    }
  });
}

}  // namespace
}  // namespace bitbucket::test
