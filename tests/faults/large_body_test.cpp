// Large bodies: streams, and compressed bodies, whether compression was requested or not.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <string>

#include <bitbucket/error.hpp>
#include <bitbucket/server.hpp>
#include <bitbucket/testing/git_server.hpp>

#include "faults/heap.hpp"
#include "http/raw_server.hpp"

namespace bitbucket::test {
namespace {

using ::testing::HasSubstr;
namespace faults = testing::faults;

class CompressionTest : public ::testing::Test {
 protected:
  void every_answer_is(testing::Fault fault) {
    server_.misbehave({.times = 0, .fault = std::move(fault)});
  }
  [[nodiscard]] BitbucketServer client(bool compression) const {
    ClientOptions options{.base_url = server_.base_url(), .credentials = BearerToken{"token"}};
    options.connection.compression = compression;
    options.connection.max_answer = 1u << 20;
    options.connection.retry.max_attempts = 1;
    return BitbucketServer(options);
  }

  testing::GitServer server_{{.tokens = {{"token", "admin"}}}};
};

TEST_F(CompressionTest, IsRequestedOnlyWhenEnabled) {
  for (const bool wanted : {false, true}) {
    std::string request;
    RawServer raw([&](Connection& connection, int) {
      request = connection.read_request();
      connection.answer("{}", "200 OK", "Content-Type: application/json\r\n");
    });
    ClientOptions options{.base_url = raw.url("")};
    options.connection.compression = wanted;
    (void)BitbucketServer(options).server.application_properties();
    EXPECT_EQ(request.find("Accept-Encoding: gzip\r\n") != std::string::npos, wanted) << request;
  }
}

TEST_F(CompressionTest, IsUndoneBeforeAnythingIsRead) {
  const auto plain = client(true).server.application_properties();
  every_answer_is(faults::gzip());
  EXPECT_EQ(client(true).server.application_properties(), plain);
}

TEST_F(CompressionTest, ABombIsTooLarge) {
  every_answer_is(faults::gzip_bomb(std::size_t{256} << 20));
  const BitbucketServer asking = client(true);
  const std::size_t before = reset_heap_peak();
  try {
    (void)asking.server.application_properties();
    FAIL() << "256 MiB were accepted";
  } catch (const TransportError& error) {
    EXPECT_EQ(error.kind(), TransportError::Kind::too_large);
    EXPECT_THAT(error.what(), HasSubstr("max_answer"));
  }
  EXPECT_LT(heap_peak() - before, std::size_t{8} << 20);
}

TEST_F(CompressionTest, AnEncodingThatWasNotRequestedIsNamed) {
  every_answer_is(faults::gzip());
  try {
    (void)client(false).server.application_properties();
    FAIL() << "gzip was read as JSON";
  } catch (const DecodeError& error) {
    EXPECT_THAT(error.what(), HasSubstr("Content-Encoding: gzip"));
  }
}

TEST(StreamTest, IsNotKeptInMemoryWithoutALength) {
  constexpr std::size_t pieces = 100, piece = 1u << 20;
  RawServer server([&](Connection& connection, int) {
    connection.read_request();
    connection.send("HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n");
    const std::string chunk = "100000\r\n" + std::string(piece, 'x') + "\r\n";
    for (std::size_t i = 0; i < pieces; ++i) connection.send(chunk);
    connection.send("0\r\n\r\n");
  });
  const BitbucketServer client({.base_url = server.url("")});
  const std::size_t before = reset_heap_peak();
  std::size_t bytes = 0;
  client.files.raw("PRJ/demo", "large", "", [&](std::string_view text) { bytes += text.size(); });
  EXPECT_EQ(bytes, pieces * piece);
  EXPECT_LT(heap_peak() - before, 8 * piece);
}

TEST_F(CompressionTest, AnAnswerThatEndsTooSoonIsAnError) {
  testing::Fault cut =
      faults::answer(200, {{"Content-Type", "application/json"}, {"Content-Encoding", "gzip"}},
                     std::string("\x1f\x8b\x08\0\0\0\0\0\0\xff", 10));
  every_answer_is(cut);
  EXPECT_THROW((void)client(true).server.application_properties(), Error);
}

}  // namespace
}  // namespace bitbucket::test
