#include "http/url.hpp"

#include <gtest/gtest.h>

#include <bitbucket/error.hpp>

#include "http/encoding.hpp"

namespace bitbucket::test {
namespace {

TEST(EncodingTest, KeepsOnlyTheUnreservedCharacters) {
  std::string all;
  for (int c = 1; c < 128; ++c) all += static_cast<char>(c);
  const std::string encoded = http::percent_encode(all);
  for (const char c : std::string("abcXYZ019-._~")) EXPECT_NE(encoded.find(c), std::string::npos);
  EXPECT_EQ(http::percent_encode(" +/?&=%#;:@!$'()*,[]"),
            "%20%2B%2F%3F%26%3D%25%23%3B%3A%40%21%24%27%28%29%2A%2C%5B%5D");
  EXPECT_EQ(http::percent_encode("\xc3\xa9"), "%C3%A9");
  EXPECT_EQ(http::percent_decode(encoded, false), all);
}

TEST(EncodingTest, DecodingRefusesBrokenEscapes) {
  for (const char* bad : {"%", "%2", "%zz", "a%2", "%%20"})
    EXPECT_EQ(http::percent_decode(bad, false), std::nullopt);
  EXPECT_EQ(http::percent_decode("a+b%2b", true), "a b+");
  EXPECT_EQ(http::percent_decode("a+b%2b", false), "a+b+");
}

TEST(EncodingTest, SplitsForms) {
  EXPECT_EQ(http::parse_form("a=1&&b=%20x&a=2&c", false),
            (Parameters{{"a", "1"}, {"b", " x"}, {"a", "2"}, {"c", ""}}));
  EXPECT_EQ(http::parse_form("a=%", false), std::nullopt);
  EXPECT_EQ(http::parse_form("", false), Parameters{});
}

TEST(UrlTest, AcceptsHostsOfAllKinds) {
  for (const char* url : {"http://localhost:7990", "https://[::1]:8443/bb", "https://10.0.0.1",
                          "https://a-b.c_d.example"})
    EXPECT_EQ(http::normalise_base_url(url, "base_url", "rest"), url);
  EXPECT_THROW(http::normalise_base_url("https://[::1", "base_url", "rest"), InvalidArgument);
  EXPECT_EQ(http::normalise_base_url("https://h/restful", "base_url", "rest"), "https://h/restful");
}

TEST(UrlTest, PrintsNoCredentials) {
  EXPECT_EQ(http::printable_url("https://u:secret@h/p?token=secret#secret"), "https://h/p");
  EXPECT_EQ(http::printable_url("/relative?x"), "/relative");
}

}  // namespace
}  // namespace bitbucket::test
