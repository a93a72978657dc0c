#include <gmock/gmock.h>

#include "browser/browser.hpp"

// Runs examples/quickstart.sh --browser as a user who reads the terminal and clicks.
namespace browser_test {
namespace {

namespace support = bitbucket::test_support;
using ::testing::HasSubstr;

/// The running script, at the point where it waits for a person.
class Terminal {
 public:
  Terminal() {
    support::make_small_repository(folder_ / "demo");
    script_ = std::make_unique<support::Daemon>(
        std::vector<std::string>{BITBUCKET_QUICKSTART, "--browser", "--build-dir",
                                 BITBUCKET_BUILD_FOLDER, (folder_ / "demo").string()},
        "The script waits until the browser comes back");
  }

  [[nodiscard]] std::string page() const {
    const std::string output = script_->output();
    const auto start = output.rfind("http", output.find("/oauth/authorize?"));
    return output.substr(start, output.find('\n', start) - start);
  }
  void wait_for(const std::string& text) const { script_->wait_for(text); }
  [[nodiscard]] std::string output() const { return script_->output(); }

 private:
  const support::TempDir folder_;
  std::unique_ptr<support::Daemon> script_;
};

class QuickstartTest : public ::testing::Test {
 protected:
  static void SetUpTestSuite() { browser_ = std::make_unique<Browser>(); }
  static void TearDownTestSuite() { browser_.reset(); }

  const Terminal terminal_;
  inline static std::unique_ptr<Browser> browser_;
};

TEST_F(QuickstartTest, GoesOnWhenTheBrowserComesBack) {
  browser_->open(terminal_.page());
  EXPECT_EQ(browser_->text("#application"), "quickstart");
  browser_->follow("button[value=allow]");
  EXPECT_THAT(browser_->text("body"), HasSubstr("Thank you."));
  terminal_.wait_for("\nRead next");
  EXPECT_THAT(terminal_.output(), HasSubstr("an access token was granted"));
  EXPECT_THAT(terminal_.output(), HasSubstr("its signature is right"));
}

TEST_F(QuickstartTest, SaysThatTheAccessWasDenied) {
  browser_->open(terminal_.page());
  browser_->follow("button[value=deny]");
  terminal_.wait_for("the application got no access: not connected: the access was denied");
}

}  // namespace
}  // namespace browser_test
