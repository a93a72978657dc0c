#include "api/paths.hpp"

#include <gtest/gtest.h>

#include <fstream>
#include <set>
#include <sstream>
#include <string>

namespace bitbucket::test {
namespace {

/// The names of the rows, read from the text of the table.
std::set<std::string> rows_in_the_header() {
  std::ifstream file(BITBUCKET_SOURCE_DIR "/src/api/paths.hpp");
  std::set<std::string> rows;
  for (std::string line; std::getline(file, line);) {
    if (!line.starts_with("inline constexpr ")) continue;
    const std::size_t brace = line.find('{');
    std::string name = line.substr(0, brace);
    name.erase(name.find_last_not_of(' ') + 1);
    rows.insert(name.substr(name.rfind(' ') + 1));
  }
  return rows;
}

/// The names of the rows that the walk visits: `  f("repos.get", repository);`.
std::set<std::string> rows_in_the_walk() {
  std::ifstream file(BITBUCKET_SOURCE_DIR "/src/api/paths.hpp");
  std::set<std::string> rows;
  for (std::string line; std::getline(file, line);) {
    if (!line.starts_with("  f(\"")) continue;
    const std::size_t comma = line.find("\", ") + 3;
    rows.insert(line.substr(comma, line.find(')') - comma));
  }
  return rows;
}

TEST(TableTest, TheWalkReachesEveryRow) {
  EXPECT_GE(rows_in_the_header().size(), 16u);
  EXPECT_EQ(rows_in_the_walk(), rows_in_the_header());
  std::set<std::string> methods;
  api::for_each_operation([&](std::string_view method, const auto&) { methods.emplace(method); });
  EXPECT_EQ(methods.size(), rows_in_the_header().size()) << "a method stands twice";
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
