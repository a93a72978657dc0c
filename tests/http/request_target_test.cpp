#include <gtest/gtest.h>

#include <string>

#include "http/curl_transport.hpp"
#include "http/raw_server.hpp"
#include "http/transfers.hpp"

// What a URL becomes in the request line.  libcurl parses only the site of the first URL.

namespace bitbucket::test {
namespace {

TEST(RequestTargetTest, SendsEachRequestToTheServerOfItsUrl) {
  const auto echo = [](Connection& connection, int) {
    for (std::string head; !(head = connection.read_request()).empty();) {
      const std::size_t host = head.find(" 127.0.0.1:");
      connection.answer(head.substr(0, head.find(" HTTP/")) +
                        head.substr(host, head.find('\r', host) - host));
    }
  };
  RawServer one(echo), two(echo);
  const auto transport = http::make_curl_transport({});
  for (const RawServer* server : {&one, &two, &one})
    for (const std::string path : {"/", "/a%2Fb%2fc?x=%C3%A9", "/a//b/?"})
      EXPECT_EQ(send(*transport, {.url = server->url(path)}).body,
                "GET " + path + ' ' + server->url("").substr(7));
  EXPECT_EQ(send(*transport, {.url = one.url("?x=1")}).body, "GET /?x=1 " + one.url("").substr(7));
  EXPECT_EQ(send(*transport, {.url = one.url("/a#b")}).body, "GET /a " + one.url("").substr(7));
  EXPECT_EQ(send(*transport, {.url = two.url("/last")}).body, "GET /last " + two.url("").substr(7));
}

TEST(RequestTargetTest, AUrlCannotAddALineToItsRequest) {
  RawServer server([](Connection& connection, int) {
    while (!connection.read_request().empty()) connection.answer("ok");
  });
  const auto transport = http::make_curl_transport({});
  send(*transport, {.url = server.url("/")});
  for (const std::string path : {"/a b", "/a\tb", "/a\r\nX: y", "/a\x7f"})
    EXPECT_FALSE(failure_of(*transport, {.url = server.url(path)}).may_have_acted()) << path;
  EXPECT_EQ(send(*transport, {.url = server.url("/")}).body, "ok");
}

}  // namespace
}  // namespace bitbucket::test
