#include <cstdint>
#include <limits>
#include <string>

#include <nlohmann/json.hpp>

#include "support.hpp"

namespace {

using namespace bitbucket;
using bitbucket_test::decode;
using bitbucket_test::refusal;
using bitbucket_test::refusal_of;

TEST(RawJsonTest, ParsesItsText) {
  EXPECT_EQ((RawJson{R"({"a":[1,2.5,"x"]})"}.parse()), (nlohmann::json{{"a", {1, 2.5, "x"}}}));
}

TEST(RawJsonTest, IsNullWhenEmpty) { EXPECT_TRUE(RawJson{}.parse().is_null()); }

TEST(RawJsonTest, ThrowsDecodeErrorForWhatIsNotJson) {
  for (const char* text : {"{", "nul", "[1,]", "{\"a\":1}x"})
    EXPECT_EQ(refusal([&] { return RawJson{text}.parse(); }), ": not valid JSON") << text;
  const std::string nul("{}\0garbage", 10);
  EXPECT_EQ(refusal([&] { return RawJson{nul}.parse(); }), ": not valid JSON");
  EXPECT_EQ(refusal_of<RawJson>(nul), ": not valid JSON");
  EXPECT_EQ(refusal_of<RawJson>("\xef\xbb\xbf{}"), ": not valid JSON");
}

TEST(RawJsonTest, SaysWhatANlohmannValueCannotHold) {
  const auto refused = [](const char* text) {
    return refusal([&] { return RawJson{text}.parse(); });
  };
  EXPECT_EQ(refused("18446744073709551616"), ": the number is out of range");
  EXPECT_EQ(refused(R"({"a":[1,{"b/c":-9223372036854775809}]})"),
            "/a/1/b~1c: the number is out of range");
  EXPECT_EQ(refused(R"([[],[0,1e400]])"), "/1/1: the number is out of range");
  EXPECT_EQ(refused(R"({"x":{"y":1},"a":["b","\ud800"]})"),
            "/a/1: a string has half of a surrogate pair");
  EXPECT_EQ(refused(R"({"x":1,"\udc00":2})"), ": a string has half of a surrogate pair");
  EXPECT_EQ(refused("[\"\xff\"]"), ": the text is not UTF-8");
}

TEST(RawJsonTest, HoldsEveryIntegerOf64Bits) {
  EXPECT_EQ(RawJson{"18446744073709551615"}.parse(), 18446744073709551615U);
  EXPECT_EQ(RawJson{"-9223372036854775808"}.parse(), std::numeric_limits<std::int64_t>::min());
  EXPECT_EQ(RawJson{"1e18"}.parse(), 1e18);
  EXPECT_EQ(RawJson{"18446744073709551616.0"}.parse(), 18446744073709551616.0);
}

TEST(RawJsonTest, BoundsTheDepth) {
  const auto nested = [](std::size_t n) { return std::string(n, '[') + std::string(n, ']'); };
  EXPECT_EQ(refusal([&] { return RawJson{nested(256)}.parse(); }), "accepted");
  EXPECT_EQ(refusal([&] { return RawJson{nested(257)}.parse(); }), ": nested too deeply");
  EXPECT_EQ(refusal([&] { return RawJson{nested(1000000)}.parse(); }), ": nested too deeply");
  EXPECT_EQ(refusal([&] { return RawJson{"[\"" + std::string(1000, '[') + "\\\"[\"]"}.parse(); }),
            "accepted");
}

TEST(RawJsonTest, KeepsTheExactTextOfAnAnswer) {
  EXPECT_EQ(decode<RawJson>(" { \"a\" : 1.0 } ").text, " { \"a\" : 1.0 } ");
  EXPECT_EQ(decode<RawJson>("12").text, "12");
}

TEST(RawJsonTest, ValidatesAnAnswer) {
  EXPECT_EQ(refusal_of<RawJson>("{\"a\":}"), ": not valid JSON");
  EXPECT_EQ(refusal_of<RawJson>(""), ": the body is empty");
}

TEST(RawJsonTest, IsWrittenAsItIs) {
  EXPECT_EQ(JsonCodec<RawJson>::write({"{ \"a\" : 1.0 }"}), "{ \"a\" : 1.0 }");
  EXPECT_EQ(JsonCodec<RawJson>::write({}), "");
  EXPECT_THROW(JsonCodec<RawJson>::write({"{"}), InvalidArgument);
  EXPECT_THROW(JsonCodec<RawJson>::write({"\"\xff\""}), InvalidArgument);
}

TEST(RawJsonTest, ComesInPagesAndArrays) {
  const auto page =
      decode<Page<RawJson>>(R"({"values":[1, {"a": 2} ,"x",null],"isLastPage":true})");
  ASSERT_EQ(page.values.size(), 4U);
  EXPECT_EQ(page.values[1].text, R"({"a": 2})");
  EXPECT_EQ(page.values[3].text, "null");
  EXPECT_EQ(decode<std::vector<RawJson>>("[true ]").at(0).text, "true");
}

}  // namespace
