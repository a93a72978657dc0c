// A login page in place of a file, and files that look like one.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <memory>
#include <string>

#include <bitbucket/server.hpp>
#include <bitbucket/testing/fake_transport.hpp>
#include <bitbucket/testing/fault.hpp>

#include "http/raw_server.hpp"

namespace bitbucket::test {
namespace {

using ::testing::HasSubstr;

constexpr const char* html = "Content-Type: text/html;charset=UTF-8\r\n";

/// A server that answers everything with one page, and a client that reads it.
class LoginPageTest : public ::testing::Test {
 protected:
  void answer_with(std::string page, std::string headers = html) {
    page_ = std::move(page);
    headers_ = std::move(headers);
  }
  [[nodiscard]] std::string streamed() {
    std::string got;
    client_.files.raw("PRJ/demo", "a", "", [&](std::string_view bytes) { got += bytes; });
    return got;
  }
  void expect_login_page() {
    std::string got;
    const auto sink = [&](std::string_view bytes) { got += bytes; };
    const auto expect_refused = [&](const auto& call) {
      try {
        call();
        ADD_FAILURE() << "taken for the file: " << page_.substr(0, 80);
      } catch (const ApiError& error) {
        EXPECT_TRUE(error.is_unauthenticated());
        EXPECT_THAT(error.what(), HasSubstr("asks for a login"));
        EXPECT_EQ(error.body(), page_.substr(0, 64 << 10));
      }
    };
    expect_refused([&] { client_.files.raw("PRJ/demo", "a", "", sink); });
    expect_refused([&] { (void)client_.files.raw("PRJ/demo", "a"); });
    EXPECT_EQ(got, "") << "the sink saw bytes of it";
  }
  void expect_file() {
    EXPECT_EQ(streamed(), page_);
    EXPECT_EQ(client_.files.raw("PRJ/demo", "a"), page_);
  }

 private:
  std::string page_, headers_;
  RawServer server_{[this](Connection& connection, int) {
    while (!connection.read_request().empty()) connection.answer(page_, "200 OK", headers_);
  }};
  BitbucketServer client_{{.base_url = server_.url()}};
};

TEST_F(LoginPageTest, IsRecognisedByItsForm) {
  for (const char* form :
       {R"(<input name="p" TYPE="Password">)", "<input type='password'>", "<input type=password>",
        R"(<form action="/j_atl_security_check">)", R"(<input name="os_username">)",
        R"(<form action="https://idp"><input name="SAMLRequest" value="x">)"}) {
    answer_with(std::string("<!DOCTYPE html><html><body>") + form + "</body></html>");
    expect_login_page();
  }
  answer_with(testing::faults::login_page().answer->body);
  expect_login_page();
  answer_with("<html xmlns=\"http://www.w3.org/1999/xhtml\"><input type=\"password\"/></html>",
              "Content-Type: application/xhtml+xml\r\n");
  expect_login_page();
}

TEST_F(LoginPageTest, IsRecognisedWhenItsFormComesLate) {
  answer_with("<html>" + std::string(200'000, 'x') + R"(<input type="password">)" +
              std::string(500'000, 'y'));
  expect_login_page();
}

TEST(LoginPageOfATransportTest, ReachesNoSinkOfAnyTransport) {
  const auto page = testing::faults::login_page().answer;
  const Response answer{
      .status = 200, .headers = {{"Content-Type", "text/html"}}, .body = page->body};
  struct Simple final : BlockingTransport {
    Response response;
    Response send(const Request&) override { return response; }
  };
  const auto simple = std::make_shared<Simple>();
  simple->response = answer;
  const std::shared_ptr<Transport> transports[] = {simple,
                                                   testing::FakeTransport::in_turn({answer})};
  for (const auto& transport : transports) {
    ClientOptions options{.base_url = "https://git.example.com"};
    options.connection.transport = transport;
    const auto sink = [](std::string_view) { FAIL() << "the sink saw bytes"; };
    EXPECT_THROW(BitbucketServer(options).files.raw("PRJ/demo", "a", "", sink), ApiError);
  }
}

TEST_F(LoginPageTest, AFileMayBeHtml) {
  answer_with("<!DOCTYPE html><html><p>Log in</p></html>");
  expect_file();
  answer_with("<html>" + std::string(3'000'000, 'x'));
  expect_file();
  answer_with("");
  expect_file();
}

TEST_F(LoginPageTest, AFileMayBeALoginPage) {
  const std::string page = R"(<html><form action="/login"><input type="password"></form></html>)";
  for (const char* header : {"X-AUSERNAME: bot\r\n", "Content-Disposition: attachment\r\n"}) {
    answer_with(page, std::string(html) + header);
    expect_file();
  }
  answer_with(page, "Content-Type: text/plain\r\n");
  expect_file();
}

}  // namespace
}  // namespace bitbucket::test
