#include "testing/net/http_front.hpp"

#include <chrono>
#include <optional>
#include <stdexcept>
#include <string>
#include <string_view>

#include <gmock/gmock.h>

#include "testing/server_fixture.hpp"

// Answers whose content ends too early.
namespace server_test {
namespace {

namespace embedded = bitbucket::testing::embedded;
using testing::HasSubstr;
using testing::Not;

/// Returns what a client gets of content that is "half" and then `rest`.
std::string received(const embedded::ByteSink& rest,
                     std::optional<bitbucket::testing::Fault> fault = {}) {
  embedded::HttpFront front(
      "127.0.0.1", 0, [&](embedded::HttpRequest&, embedded::HttpResponse& response) {
        response.fault = fault;
        response.stream = [&](const embedded::ByteSink& sink) { return sink("half") && rest(""); };
      });
  front.start();
  return send_raw(front.port(), "GET / HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n");
}

TEST(HttpFrontTest, SendsContentToItsEnd) {
  EXPECT_THAT(received([](std::string_view) { return true; }), HasSubstr("half\r\n0\r\n\r\n"));
}

TEST(HttpFrontTest, ContentThatBreaksOffDoesNotLookWhole) {
  EXPECT_THAT(received([](std::string_view) { return false; }), Not(HasSubstr("0\r\n\r\n")));
}

TEST(HttpFrontTest, ContentThatThrowsEndsItsConnectionOnly) {
  const auto thrown = [](std::string_view) -> bool { throw std::runtime_error("no more"); };
  EXPECT_THAT(received(thrown), Not(HasSubstr("0\r\n\r\n")));
}

TEST(HttpFrontTest, AFaultDoesNotMakeBrokenContentLookWhole) {
  const auto fault = bitbucket::testing::faults::slow_drip(1000, std::chrono::milliseconds(1));
  EXPECT_THAT(received([](std::string_view) { return true; }, fault), HasSubstr("\r\n\r\nhalf"));
  const std::string broken = received([](std::string_view) { return false; }, fault);
  EXPECT_THAT(broken, Not(HasSubstr("Content-Length")));
  EXPECT_THAT(broken, Not(HasSubstr("0\r\n\r\n")));
}

}  // namespace
}  // namespace server_test
