#include <string>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <bitbucket/error.hpp>
#include <bitbucket/setup.hpp>

namespace bitbucket {
namespace {

TEST(RequestTokenTest, IsRestoredUnchanged) {
  for (const RequestToken& token :
       {RequestToken{"abc", "def", true}, RequestToken{"a+b/c=&%", "x y\xC3\xA9\n", false}}) {
    const Secret saved = token.save();
    EXPECT_EQ(RequestToken::restore(saved), token);
    EXPECT_EQ(saved.reveal().find_first_of(" \n\"\\;"), std::string_view::npos);
  }
}

TEST(RequestTokenTest, IsSavedInAFormThatLaterReleasesKnow) {
  EXPECT_EQ((RequestToken{"abc", "def", true}.save().reveal()),
            "bitbucket_request_token=1&token=abc&token_secret=def&callback_confirmed=true");
}

TEST(RequestTokenTest, IsSavedOnlyWhenComplete) {
  EXPECT_THROW((void)(RequestToken{"abc", "", true}.save()), InvalidArgument);
  EXPECT_THROW((void)RequestToken().save(), InvalidArgument);
}

TEST(RequestTokenTest, RefusesEverythingElseWithoutQuotingIt) {
  const std::string good =
      "bitbucket_request_token=1&token=t0ken&token_secret=s3cret&callback_confirmed=true";
  EXPECT_NO_THROW((void)RequestToken::restore(good));
  for (const std::string& bad :
       {std::string(), std::string("s3cret"), std::string("{\"token\":\"s3cret\"}"),
        good + "&x=s3cret", good + "&token=s3cret", good + "%",
        "bitbucket_request_token=2" + good.substr(25), good.substr(26),
        good.substr(0, good.size() - 4), good + "x",
        std::string("bitbucket_request_token=1&token=&token_secret=s3cret&callback_confirmed=true"),
        std::string("bitbucket_request_token=1&token=t0ken&callback_confirmed=true")}) {
    try {
      (void)RequestToken::restore(bad);
      ADD_FAILURE() << bad;
    } catch (const InvalidArgument& error) {
      EXPECT_THAT(error.what(), testing::Not(testing::HasSubstr("s3cret")));
      EXPECT_THAT(error.what(), testing::Not(testing::HasSubstr("t0ken")));
    }
  }
}

}  // namespace
}  // namespace bitbucket
