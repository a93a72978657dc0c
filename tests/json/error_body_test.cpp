#include <string>

#include "model/error_entry.hpp"
#include "support.hpp"

namespace {

using namespace bitbucket;

json::ErrorBody read_body(std::string body) { return json::read_errors(body); }

TEST(ErrorBodyTest, ReadsEveryEntryAndItsExtras) {
  const auto body = read_body(R"({"errors":[
    {"context":"name","message":"m1","exceptionName":"com.atlassian.X","currentVersion":3,
     "pullRequest":{"id":1}},
    {"context":null,"message":"m2","exceptionName":null}]})");
  EXPECT_TRUE(body.has_errors);
  EXPECT_FALSE(body.router);
  ASSERT_EQ(body.entries.size(), 2U);
  EXPECT_EQ(body.entries[0].context, "name");
  EXPECT_EQ(body.entries[0].message, "m1");
  EXPECT_EQ(body.entries[0].exception_name, "com.atlassian.X");
  EXPECT_EQ(body.entries[0].extras.text, R"({"currentVersion":3,"pullRequest":{"id":1}})");
  EXPECT_EQ(body.entries[1],
            (ErrorEntry{.context = {}, .message = "m2", .exception_name = {}, .extras = {}}));
}

TEST(ErrorBodyTest, ReadsAnErrorWithoutTheArray) {
  const auto body = read_body(R"({"context":"c","message":"m","exceptionName":"X"})");
  EXPECT_FALSE(body.has_errors);
  EXPECT_FALSE(body.router);
  ASSERT_EQ(body.entries.size(), 1U);
  EXPECT_EQ(body.entries[0].exception_name, "X");
}

TEST(ErrorBodyTest, KnowsTheRouter) {
  const auto body =
      read_body(R"({"message":"HTTP 404 Not Found","status-code":404,"sub-code":-1})");
  EXPECT_FALSE(body.has_errors);
  EXPECT_TRUE(body.router);
  ASSERT_EQ(body.entries.size(), 1U);
  EXPECT_EQ(body.entries[0].message, "HTTP 404 Not Found");
}

TEST(ErrorBodyTest, KeepsEntriesOfAnotherShape) {
  const auto body = read_body(R"({"errors":[{"message":7},"text",{"message":"good"}]})");
  ASSERT_EQ(body.entries.size(), 3U);
  EXPECT_EQ(body.entries[0].extras.text, R"({"message":7})");
  EXPECT_EQ(body.entries[1].extras.text, R"("text")");
  EXPECT_EQ(body.entries[2].message, "good");
}

TEST(ErrorBodyTest, ReadsOneEntryInPlaceOfTheArray) {
  const auto body = read_body(R"({"errors":{"message":"m"}})");
  EXPECT_TRUE(body.has_errors);
  ASSERT_EQ(body.entries.size(), 1U);
  EXPECT_EQ(body.entries[0].message, "m");
}

TEST(ErrorBodyTest, NeverThrowsForAnotherBody) {
  for (const char* text : {"", "<html></html>", "[]", "{", "null", "{}", "{\"errors\":null}",
                           "\xff", "{\"errors\":[", "{\"unrelated\":1}"}) {
    const auto body = read_body(text);
    EXPECT_TRUE(body.entries.empty()) << text;
    EXPECT_FALSE(body.has_errors) << text;
    EXPECT_FALSE(body.router) << text;
  }
  EXPECT_TRUE(read_body("{\"errors\":[]}").has_errors);
}

TEST(ErrorBodyTest, BoundsWhatAHostileServerCanMakeOfIt) {
  std::string many = R"({"errors":[1)";
  while (many.size() < (1U << 20)) many += ",1";
  const auto body = read_body(many + "]}");
  EXPECT_TRUE(body.has_errors);
  EXPECT_EQ(body.entries.size(), 1000U);
  std::string huge = R"({"errors":[{"message":")" + std::string(8U << 20, 'x') + R"("}]})";
  EXPECT_TRUE(read_body(std::move(huge)).entries.empty()) << "nobody reads 8 MiB of errors";
}

TEST(ErrorBodyTest, ReadsWhatFollowsAByteOrderMark) {
  const auto body = read_body("\xef\xbb\xbf{\"errors\":[{\"message\":\"m\"}]}");
  EXPECT_TRUE(body.has_errors);
  ASSERT_EQ(body.entries.size(), 1U);
  EXPECT_EQ(body.entries[0].message, "m");
}

TEST(ErrorBodyTest, ReplacesWhatIsNotUtf8) {
  const auto body = read_body("{\"errors\":[{\"message\":\"caf\xe9 \xc3\xa9 \xe2\x82\"}]}");
  ASSERT_EQ(body.entries.size(), 1U);
  EXPECT_EQ(body.entries[0].message, "caf\xef\xbf\xbd \xc3\xa9 \xef\xbf\xbd\xef\xbf\xbd");
}

TEST(ErrorBodyTest, ReplacesHalvesOfSurrogatePairs) {
  const auto body =
      read_body(R"({"errors":[{"message":"a \ud83d\ude00 \ud83d\ud83d\ude00 \uDC00 \\ud800 \"",
      "context":"\ud800","x":["\udfff"]}]})");
  ASSERT_EQ(body.entries.size(), 1U);
  const std::string face = "\xf0\x9f\x98\x80", unknown = "\xef\xbf\xbd";
  EXPECT_EQ(body.entries[0].message,
            "a " + face + ' ' + unknown + face + ' ' + unknown + R"( \ud800 ")");
  EXPECT_EQ(body.entries[0].context, unknown);
  EXPECT_EQ(body.entries[0].extras.text, R"({"x":["\ufffd"]})");
}

TEST(ErrorBodyTest, TellsATruncatedBodyFromAReadableOne) {
  EXPECT_FALSE(read_body(R"({"errors":[{"message":"There is no such)").readable);
  EXPECT_TRUE(read_body("{}").readable);
}

TEST(ErrorBodyTest, KnowsAnErrorWhateverItsStatus) {
  for (const char* text :
       {R"({"errors":[{"message":"m"}]})", R"( { "errors" : [ {"exceptionName":"a.B"} ] } )",
        R"({"errors":[{},{"message":"m"}]})"})
    EXPECT_TRUE(json::is_error_envelope(text)) << text;
  for (const char* text :
       {"", "{}", "[]", R"({"errors":[]})", R"({"errors":["m"]})", R"({"errors":[{"line":1}]})",
        R"({"errors":[{"message":"m"}],"imported":3})",
        R"({"imported":3,"errors":[{"message":"m"}]})", R"({"errors":[{"message":"m"})"})
    EXPECT_FALSE(json::is_error_envelope(text)) << text;
}

}  // namespace
