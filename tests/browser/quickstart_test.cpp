#include <fcntl.h>
#include <gmock/gmock.h>
#include <sys/stat.h>
#include <unistd.h>

#include "browser/browser.hpp"

// Runs examples/quickstart.sh --browser as a user who reads the terminal, clicks and types.
namespace browser_test {
namespace {

namespace support = bitbucket::test_support;
using ::testing::HasSubstr;

/// The running script, at the point where it waits for a person.
class Terminal {
 public:
  Terminal() {
    support::make_small_repository(folder_ / "demo");
    const std::string keys = (folder_ / "keys").string();
    EXPECT_EQ(::mkfifo(keys.c_str(), 0600), 0);
    keyboard_ = ::open(keys.c_str(), O_RDWR | O_CLOEXEC);
    script_ = std::make_unique<support::Daemon>(
        std::vector<std::string>{"bash", "-c", R"(exec "$0" --browser --build-dir "$1" "$2" <"$3")",
                                 BITBUCKET_QUICKSTART, BITBUCKET_BUILD_FOLDER,
                                 (folder_ / "demo").string(), keys},
        "The code: ");
  }
  ~Terminal() { ::close(keyboard_); }
  Terminal(const Terminal&) = delete;
  Terminal& operator=(const Terminal&) = delete;

  [[nodiscard]] std::string page() const {
    const std::string output = script_->output();
    const auto start = output.rfind("http", output.find("/oauth/authorize?"));
    return output.substr(start, output.find('\n', start) - start);
  }
  void type(const std::string& line) const {
    const std::string keys = line + '\n';
    EXPECT_EQ(::write(keyboard_, keys.data(), keys.size()), static_cast<ssize_t>(keys.size()));
  }
  void wait_for(const std::string& text) const { script_->wait_for(text); }
  [[nodiscard]] std::string output() const { return script_->output(); }

 private:
  const support::TempDir folder_;
  int keyboard_ = -1;
  std::unique_ptr<support::Daemon> script_;
};

class QuickstartTest : public ::testing::Test {
 protected:
  static void SetUpTestSuite() { browser_ = std::make_unique<Browser>(); }
  static void TearDownTestSuite() { browser_.reset(); }

  const Terminal terminal_;
  inline static std::unique_ptr<Browser> browser_;
};

TEST_F(QuickstartTest, ContinuesWithTheCodeOfThePage) {
  browser_->open(terminal_.page());
  EXPECT_EQ(browser_->text("#application"), "quickstart");
  browser_->follow("button[value=allow]");
  terminal_.type(browser_->text("#verifier"));
  terminal_.wait_for("\nRead next");
  EXPECT_THAT(terminal_.output(), HasSubstr("an access token was granted"));
  EXPECT_THAT(terminal_.output(), HasSubstr("its signature is right"));
}

TEST_F(QuickstartTest, SaysThatTheAccessWasDenied) {
  browser_->open(terminal_.page());
  browser_->follow("button[value=deny]");
  EXPECT_THAT(browser_->text("main"), HasSubstr("You gave quickstart no access"));
  terminal_.type("0123456789abcdef");
  terminal_.wait_for("the application got no access");
  EXPECT_THAT(terminal_.output(), HasSubstr("permission_denied"));
}

TEST_F(QuickstartTest, TreatsAnEmptyCodeAsADenial) {
  terminal_.type("");
  terminal_.wait_for("the application has no access; run this again");
}

}  // namespace
}  // namespace browser_test
