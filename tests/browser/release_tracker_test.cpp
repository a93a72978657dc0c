#include <gmock/gmock.h>

#include "browser/browser.hpp"

// Uses examples/release_tracker on a phone and without JavaScript: connects, attaches, pushes, and
// looks at the release.
namespace browser_test {
namespace {

namespace support = bitbucket::test_support;
using ::testing::HasSubstr;
using ::testing::StartsWith;

const std::string long_word(200, 'x');  // a page must break it

class ReleaseTrackerTest : public ::testing::Test {
 protected:
  ReleaseTrackerTest() {
    support::init_repository(folder_ / "demo");
    support::commit_files(folder_ / "demo", "First", {{"README.md", "text"}});
    support::run_git(folder_ / "demo", {"tag", "v1.0"});
    support::commit_files(folder_ / "demo", "Message " + long_word,
                          {{"folder/" + long_word + ".txt", "text"}});
    service_ = std::make_unique<support::Daemon>(
        std::vector<std::string>{BITBUCKET_RELEASE_TRACKER, "--port", "0", "--demo",
                                 (folder_ / "demo").string()},
        "Open http");
    service_->wait_for(address_of("Open ") + "\n");
  }

  /// Returns the word of the output that follows a text.
  [[nodiscard]] std::string address_of(const std::string& text) const {
    const std::string output = service_->output();
    const std::size_t start = output.find(text) + text.size();
    return output.substr(start, output.find_first_of(" \n", start) - start);
  }
  void expect_to_fit_on_a_phone() {
    EXPECT_LE(browser_.overflow(360), 0) << browser_.url();
    EXPECT_EQ(browser_.count("script"), 0u);
    EXPECT_EQ(browser_.count("meta[name=viewport]"), 1u);
  }
  void connect_and_attach() {
    browser_.open(address_of("Open "));
    expect_to_fit_on_a_phone();
    browser_.follow("main form button");
    EXPECT_EQ(browser_.text("#application"), "release-tracker");
    browser_.follow("button[value=allow]");
    EXPECT_EQ(browser_.text("h1"), "Repositories");
    EXPECT_THAT(browser_.text("li.found"), StartsWith("LOCAL/demo"));
    expect_to_fit_on_a_phone();
    browser_.follow("li.found button");
    service_->wait_for("LOCAL/demo is up to date");
  }
  /// Pushes a commit and a tag, and returns the commit.
  std::string push() {
    support::run_git(folder_.path(), {"clone", "--quiet", address_of("  git push "), "clone"});
    const std::filesystem::path clone = folder_ / "clone";
    std::string id = support::commit_files(clone, "Fixes ABC-42 <b>now</b>", {{"<i>.txt", "text"}});
    support::run_git(clone, {"tag", "v7.0"});
    support::run_git(clone, {"push", "--quiet", "origin", "HEAD:main", "v7.0"});
    service_->wait_for("ABC-42 is resolved by");
    return id;
  }

  const support::TempDir folder_;
  std::unique_ptr<support::Daemon> service_;
  Browser browser_{false};
};

TEST_F(ReleaseTrackerTest, ShowsTheReleaseOfAPushOnAPhone) {
  connect_and_attach();
  browser_.open(address_of("Open "));
  EXPECT_THAT(browser_.text("main"), HasSubstr("Message " + long_word));  // it is unreleased
  expect_to_fit_on_a_phone();

  const std::string id = push();
  browser_.open(address_of("Open "));
  EXPECT_THAT(browser_.text("#releases li"), StartsWith("v7.0 ABC-42"));
  browser_.follow("#releases li a");
  EXPECT_EQ(browser_.text("h1"), "Release v7.0");
  EXPECT_EQ(browser_.text("li.commit strong"), "Fixes ABC-42 <b>now</b>");
  EXPECT_THAT(browser_.text("li.commit"), HasSubstr(id.substr(0, 7) + " by Ada Lovelace"));
  EXPECT_EQ(browser_.text("li.commit .file"), "<i>.txt added");
  EXPECT_EQ(browser_.text("#authors"), "Ada Lovelace ada@example.com");
  expect_to_fit_on_a_phone();

  browser_.follow("li.commit .issue a");
  EXPECT_EQ(browser_.text("#state"), "Resolved in the release v7.0");
  EXPECT_EQ(browser_.text("#commit"), id);
  expect_to_fit_on_a_phone();
}

}  // namespace
}  // namespace browser_test
