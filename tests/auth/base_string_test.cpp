#include <string>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <bitbucket/error.hpp>
#include <bitbucket/oauth1.hpp>

namespace bitbucket {
namespace {

/// Returns the part of a base string that depends on the URL, for a GET without parameters.
std::string of(std::string_view url) { return OAuth1Signer::base_string("GET", url, {}); }

TEST(BaseStringTest, IsTheExampleOfRfc5849) {
  // Section 3.4.1.1, with the parameters of 3.4.1.3.1.
  const Parameters parameters = {{"oauth_consumer_key", "9djdj82h48djs9d2"},
                                 {"oauth_token", "kkk9d7dh3k39sjv7"},
                                 {"oauth_signature_method", "HMAC-SHA1"},
                                 {"oauth_timestamp", "137131201"},
                                 {"oauth_nonce", "7d8f3e4a"},
                                 {"oauth_signature", "bYT5CMsGcbgUdFHObYMEfcx6bsw="},
                                 {"c2", ""},
                                 {"a3", "2 q"}};
  EXPECT_EQ(
      OAuth1Signer::base_string(
          "POST", "http://EXAMPLE.COM:80/request?b5=%3D%253D&a3=a&c%40=&a2=r%20b", parameters),
      "POST&http%3A%2F%2Fexample.com%2Frequest&a2%3Dr%2520b%26a3%3D2%2520q%26a3%3Da%26b5%3D"
      "%253D%25253D%26c%2540%3D%26c2%3D%26oauth_consumer_key%3D9djdj82h48djs9d2%26oauth_nonce"
      "%3D7d8f3e4a%26oauth_signature_method%3DHMAC-SHA1%26oauth_timestamp%3D137131201%26"
      "oauth_token%3Dkkk9d7dh3k39sjv7");
}

TEST(BaseStringTest, IsWhatExistingClientsSignForTheFirstLeg) {
  EXPECT_EQ(OAuth1Signer::base_string(
                "POST", "https://bitbucket.example.com/plugins/servlet/oauth/request-token",
                {{"oauth_consumer_key", "cnsmr-key"},
                 {"oauth_nonce", "n0nce"},
                 {"oauth_signature_method", "RSA-SHA1"},
                 {"oauth_timestamp", "1700000000"},
                 {"oauth_version", "1.0"}}),
            "POST&https%3A%2F%2Fbitbucket.example.com%2Fplugins%2Fservlet%2Foauth%2Frequest-token&"
            "oauth_consumer_key%3Dcnsmr-key%26oauth_nonce%3Dn0nce%26oauth_signature_method%3D"
            "RSA-SHA1%26oauth_timestamp%3D1700000000%26oauth_version%3D1.0");
}

TEST(BaseStringTest, IsWhatExistingClientsSignForASearch) {
  const std::string expected =
      "GET&https%3A%2F%2Fbitbucket.example.com%2Frest%2Fapi%2F1.0%2Frepos&limit%3D250%26name%3Dmy"
      "%2520repo%26oauth_consumer_key%3Dcnsmr-key%26oauth_nonce%3Dn0nce%26oauth_signature_method"
      "%3DRSA-SHA1%26oauth_timestamp%3D1700000000%26oauth_token%3Dacs-tkn%26oauth_version%3D1.0%26"
      "permission%3DREPO_ADMIN";
  const Parameters parameters = {{"oauth_consumer_key", "cnsmr-key"},
                                 {"oauth_nonce", "n0nce"},
                                 {"oauth_signature_method", "RSA-SHA1"},
                                 {"oauth_timestamp", "1700000000"},
                                 {"oauth_token", "acs-tkn"},
                                 {"oauth_version", "1.0"}};
  for (const char* space : {"%20", "+"})
    EXPECT_EQ(
        OAuth1Signer::base_string(
            "GET",
            "https://bitbucket.example.com/rest/api/1.0/repos?limit=250&permission=REPO_ADMIN&"
            "name=my" +
                std::string(space) + "repo",
            parameters),
        expected);
}

TEST(BaseStringTest, LowersSchemeAndHostAndNothingElse) {
  EXPECT_EQ(of("HTTPS://Git.Example.COM/Rest/PRJ"),
            "GET&https%3A%2F%2Fgit.example.com%2FRest%2FPRJ&");
  EXPECT_EQ(OAuth1Signer::base_string("get", "http://h/", {}), "GET&http%3A%2F%2Fh%2F&");
}

TEST(BaseStringTest, DropsTheDefaultPort) {
  EXPECT_EQ(of("http://h:80/x"), of("http://h/x"));
  EXPECT_EQ(of("https://h:443/x"), of("https://h/x"));
  EXPECT_EQ(of("https://h:/x"), of("https://h/x"));
  EXPECT_EQ(of("http://h:443/x"), "GET&http%3A%2F%2Fh%3A443%2Fx&");
  EXPECT_EQ(of("https://h:80/x"), "GET&https%3A%2F%2Fh%3A80%2Fx&");
  EXPECT_EQ(of("https://h:8443/x"), "GET&https%3A%2F%2Fh%3A8443%2Fx&");
  EXPECT_EQ(of("https://h/a:80/b:443"), "GET&https%3A%2F%2Fh%2Fa%3A80%2Fb%3A443&");
  EXPECT_EQ(of("http://[::1]:80/x"), "GET&http%3A%2F%2F%5B%3A%3A1%5D%2Fx&");
  EXPECT_EQ(of("http://[::FF]:7990/x"), "GET&http%3A%2F%2F%5B%3A%3Aff%5D%3A7990%2Fx&");
}

TEST(BaseStringTest, KeepsThePathAsItIsOnTheWire) {
  EXPECT_EQ(of("http://h"), "GET&http%3A%2F%2Fh%2F&");
  EXPECT_EQ(of("http://h?a=1"), "GET&http%3A%2F%2Fh%2F&a%3D1");
  EXPECT_EQ(of("http://h/a%20b/%c3%a9/x+y;v=1/"),
            "GET&http%3A%2F%2Fh%2Fa%2520b%2F%25c3%25a9%2Fx%2By%3Bv%3D1%2F&");
  EXPECT_EQ(of("http://h/a#fragment?x=1"), of("http://h/a"));
}

TEST(BaseStringTest, SortsByEncodedNameThenValueAndKeepsRepetitions) {
  EXPECT_EQ(of("http://h/?b=2&a=x&b=1&a=x&a="),
            "GET&http%3A%2F%2Fh%2F&a%3D%26a%3Dx%26a%3Dx%26b%3D1%26b%3D2");
  // '%' sorts before letters and digits, but the decoded characters would not.
  EXPECT_EQ(of("http://h/?a=1&%C3%A9=2&~=3&Z=4"),
            "GET&http%3A%2F%2Fh%2F&%25C3%25A9%3D2%26Z%3D4%26a%3D1%26~%3D3");
  // Pairs are compared, not "name=value" texts, in which '=' would sort after digits and '-'.
  EXPECT_EQ(of("http://h/?a=1&a-=2&a0=3"), "GET&http%3A%2F%2Fh%2F&a%3D1%26a-%3D2%26a0%3D3");
}

TEST(BaseStringTest, EncodesEveryQueryTheSameWay) {
  EXPECT_EQ(of("http://h/?a=%7e%2d%5F"), of("http://h/?a=~-_"));
  EXPECT_EQ(of("http://h/?a=%2b"), "GET&http%3A%2F%2Fh%2F&a%3D%252B");
  EXPECT_EQ(of("http://h/?a=x+y"), of("http://h/?a=x%20y"));
  EXPECT_EQ(of("http://h/?a"), of("http://h/?a="));
  EXPECT_EQ(of("http://h/?&a=1&&"), of("http://h/?a=1"));
  EXPECT_EQ(of("http://h/?a=b=c"), "GET&http%3A%2F%2Fh%2F&a%3Db%253Dc");
}

TEST(BaseStringTest, SignsQueryParametersNamedRealmButNoSignature) {
  EXPECT_EQ(of("http://h/?realm=x&oauth_signature=y"), "GET&http%3A%2F%2Fh%2F&realm%3Dx");
}

TEST(BaseStringTest, RefusesAnInvalidUrlWithoutQuotingIt) {
  for (const char* url :
       {"", "secret", "/rest?secret", "ftp://h/secret", "http:///secret", "http://u:secret@h/",
        "http://h:port/secret", "http://h:65536/secret", "http://h/a secret", "http://h/\nsecret",
        "http://h/?a=%zzsecret", "http://h/?a=%4", "http://h/?a=%", "http://[/secret",
        "http://h\xC3\xB6/secret", "://h/secret", "http://:80/secret"}) {
    try {
      (void)of(url);
      ADD_FAILURE() << url;
    } catch (const InvalidArgument& error) {
      EXPECT_THAT(error.what(), testing::Not(testing::HasSubstr("secret")));
    }
  }
  EXPECT_THROW((void)OAuth1Signer::base_string("", "http://h/", {}), InvalidArgument);
}

}  // namespace
}  // namespace bitbucket
