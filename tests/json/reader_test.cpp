#include <malloc.h>

#include <cstdint>
#include <limits>
#include <optional>
#include <string>
#include <thread>
#include <vector>

#include "model/codec.hpp"
#include "support.hpp"

namespace {

using namespace bitbucket;
using bitbucket_test::refusal;

/// One member of each kind.
struct Everything {
  std::string text = "default";
  Secret secret;
  bool flag = true;
  std::int64_t big = -7;
  std::int8_t small = 0;
  std::uint64_t natural = 0;
  std::uint8_t byte = 0;
  double real = 0;
  Timestamp time{};
  std::optional<int> maybe;
  std::vector<std::string> words;
  std::vector<std::optional<int>> holes;
  std::vector<bool> bits;
  Boxed<Everything> inner;
  Open<RefType> type;
  RawJson raw;
  Links links;
  HookId id;
  RepoPath path;
};

void fields(Everything& e, auto& f) {
  f("text", e.text);
  f("secret", e.secret);
  f("flag", e.flag);
  f("big", e.big);
  f("small", e.small);
  f("natural", e.natural);
  f("byte", e.byte);
  f("real", e.real);
  f("time", e.time);
  f("maybe", e.maybe);
  f("words", e.words);
  f("holes", e.holes);
  f("bits", e.bits);
  f("inner", e.inner);
  f("type", e.type);
  f("raw", e.raw);
  f("links", e.links);
  f("id", e.id);
  f("path", e.path);
}

struct Catching {
  int known = 0;
  RawJson rest;
};

void fields(Catching& c, auto& f) {
  f("known", c.known);
  f.others(c.rest);
}

template <class T = Everything>
T read(std::string body) {
  T value;
  json::read_document(body, value);
  return value;
}

std::string refused(const std::string& body) {
  return refusal([&] { read(body); });
}

std::string nested(int levels, const std::string& open, const std::string& close) {
  std::string text;
  for (int i = 0; i < levels; ++i) text += open;
  text += "{}";
  for (int i = 0; i < levels; ++i) text += close;
  return text;
}

TEST(ReaderTest, ReadsEveryKindOfMember) {
  const Everything e = read(R"({"text":"t","secret":"s","flag":false,"big":9007199254740993,
    "small":-128,"natural":18446744073709551615,"byte":255,"real":1.5,"time":1700000000123,
    "maybe":4,"words":["a","b"],"holes":[1,null],"bits":[true,false],"inner":{"text":"deep"},
    "type":"TAG","raw":[1, 2 ],"links":{"self":[{"href":"h"}]},"id":12,"path":"a/b"})");
  EXPECT_EQ(e.text, "t");
  EXPECT_EQ(e.secret.reveal(), "s");
  EXPECT_FALSE(e.flag);
  EXPECT_EQ(e.big, 9007199254740993);
  EXPECT_EQ(e.small, -128);
  EXPECT_EQ(e.natural, std::numeric_limits<std::uint64_t>::max());
  EXPECT_EQ(e.byte, 255);
  EXPECT_EQ(e.real, 1.5);
  EXPECT_EQ(e.time.time_since_epoch().count(), 1700000000123);
  EXPECT_EQ(e.maybe, 4);
  EXPECT_EQ(e.words, (std::vector<std::string>{"a", "b"}));
  EXPECT_EQ(e.holes, (std::vector<std::optional<int>>{1, std::nullopt}));
  EXPECT_EQ(e.bits, (std::vector<bool>{true, false}));
  ASSERT_TRUE(e.inner.has_value());
  EXPECT_EQ(e.inner->text, "deep");
  EXPECT_EQ(e.type, RefType::tag);
  EXPECT_EQ(e.raw.text, "[1, 2 ]");
  EXPECT_EQ(e.links.find("self"), "h");
  EXPECT_EQ(e.id.value, 12);
  EXPECT_EQ(e.path.str(), "a/b");
}

TEST(ReaderTest, KeepsTheDefaultForAbsent) {
  const Everything e = read("{}");
  EXPECT_EQ(e.text, "default");
  EXPECT_TRUE(e.flag);
  EXPECT_EQ(e.big, -7);
}

TEST(ReaderTest, KeepsTheDefaultForNull) {
  const Everything e = read(R"({"text":null,"secret":null,"flag":null,"big":null,"small":null,
    "natural":null,"byte":null,"real":null,"time":null,"maybe":null,"words":null,"holes":null,
    "bits":null,"inner":null,"type":null,"raw":null,"links":null,"id":null,"path":null})");
  EXPECT_EQ(e.text, "default");
  EXPECT_TRUE(e.flag);
  EXPECT_EQ(e.big, -7);
  EXPECT_FALSE(e.inner.has_value());
  EXPECT_TRUE(e.raw.empty());
}

TEST(ReaderTest, ForgetsWhatTheStructHadBefore) {
  Everything e;
  e.text = "before";
  e.words = {"x"};
  std::string body = R"({"words":["y"]})";
  json::read_document(body, e);
  EXPECT_EQ(e.text, "default");
  EXPECT_EQ(e.words, std::vector<std::string>{"y"});
}

TEST(ReaderTest, KeepsNoLargeBufferAfterALargeBody) {
  ::mallopt(M_MMAP_THRESHOLD, 1 << 20);  // what is larger is counted for all threads
  std::size_t before = 0, after = 0;
  std::thread([&] {  // whose buffers are new
    before = ::mallinfo2().hblkhd;
    for (const std::string escape : {"", "\\n"}) {
      const std::string text = escape + std::string(16u << 20, 'x');
      EXPECT_GE(read(R"({"text":")" + text + "\"}").text.size(), 16u << 20);
    }
    after = ::mallinfo2().hblkhd;
  })
      .join();
  EXPECT_LT(after, before + (8u << 20));
}

TEST(ReaderTest, LeavesTheBodyAsItWas) {
  std::string body = R"({"text":"t"})";
  const std::string before = body;
  Everything e;
  json::read_document(body, e);
  EXPECT_EQ(body, before);
}

TEST(ReaderTest, AcceptsMembersInAnyOrder) {
  const Everything e = read(R"({"id":1,"words":["w"],"flag":false,"text":"t","real":2})");
  EXPECT_EQ(e.id.value, 1);
  EXPECT_EQ(e.words.size(), 1U);
  EXPECT_FALSE(e.flag);
  EXPECT_EQ(e.text, "t");
  EXPECT_EQ(e.real, 2);
}

TEST(ReaderTest, SkipsUnknownMembers) {
  const Everything e = read(R"({"a":1,"text":"t","b":{"text":"no","c":[{}]},"c":"}","d":null,
    "tex":"no","textt":"no","":"no","flag":false,"e":[[],[1]]})");
  EXPECT_EQ(e.text, "t");
  EXPECT_FALSE(e.flag);
}

TEST(ReaderTest, UnderstandsEscapesInKeys) {
  const Everything e = read(R"({"\u0074ext":"t","te\/xt":1,"b\u0069g":3,"tex\"t":1,"\"text":2})");
  EXPECT_EQ(e.text, "t");
  EXPECT_EQ(e.big, 3);
}

TEST(ReaderTest, DistinguishesKeysThatAreAlmostEqual) {
  const std::string long_key(300, 'k');
  const Everything e =
      read(R"({"tex":1,"texts":1,"Text":1,"text ":1,"te\u0022xt":1,"text\"":1,"":1,)"
           R"("\u0000text":1,"text\u0000":1,")" +
           long_key + R"(":1,"\u006b)" + long_key + R"(":1,"t\u0065xts":1,"text":"t"})");
  EXPECT_EQ(e.text, "t");
}

TEST(ReaderTest, ReadsWhatFollowsAKeyWithEscapes) {
  for (const char* key : {R"(b\u0069g)", R"(unkno\u0077n)", R"(\"big)"}) {
    const Everything e = read("{\"" + std::string(key) + R"(":3,"text":"t","words":["w"]})");
    EXPECT_EQ(e.text, "t") << key;
    EXPECT_EQ(e.words.size(), 1U) << key;
  }
  EXPECT_EQ(read(R"({"big":1,"b\u0069g":2})").big, 2);
  EXPECT_EQ(read(R"({"b\u0069g":1,"big":2})").big, 2);
  EXPECT_EQ(refused(R"({"b\ig":1})"), ": a string has a wrong escape");
}

TEST(ReaderTest, UnderstandsEscapesInText) {
  const Everything e = read(R"({"text":"\"\\\/\b\f\n\r\t\u00e9\ud83d\ude00","words":["\u0000"]})");
  EXPECT_EQ(e.text, "\"\\/\b\f\n\r\t\xC3\xA9\xF0\x9F\x98\x80");
  EXPECT_EQ(e.words.at(0), std::string(1, '\0'));
}

TEST(ReaderTest, IgnoresWhiteSpace) {
  const Everything e =
      read(" {\n\t\"text\" : \"t\" ,\r\n \"words\":[ \"a\" , \"b\" ]\n, \"raw\": 12 \n} \n");
  EXPECT_EQ(e.text, "t");
  EXPECT_EQ(e.words.size(), 2U);
  EXPECT_EQ(e.raw.text, "12");
}

TEST(ReaderTest, TakesTheLastOfTwoMembersWithOneName) {
  const Everything e = read(R"({"text":"1","words":["a"],"maybe":1,"big":1,"inner":{"text":"x"},
    "links":{"self":[{"href":"1"}],"self":[{"href":"2"}]},"path":{"components":["a"]},
    "text":"2","words":["b"],"maybe":null,"big":null,"inner":{"big":2},"path":"p"})");
  EXPECT_EQ(e.text, "2");
  EXPECT_EQ(e.words, std::vector<std::string>{"b"});
  EXPECT_FALSE(e.maybe);
  EXPECT_EQ(e.big, -7);
  EXPECT_EQ(e.inner->text, "default");
  EXPECT_EQ(e.inner->big, 2);
  ASSERT_EQ(e.links.items.size(), 1U);
  EXPECT_EQ(e.links.items[0].href, "2");
  EXPECT_TRUE(e.path.components.empty());
}

TEST(ReaderTest, TakesTheLastOfTwoNeighboursWithOneName) {
  const Everything e = read(R"({"text":"1","text":"2","words":["a","b"],"words":["c"],
    "maybe":1,"maybe":null,"path":"p","path":"q"})");
  EXPECT_EQ(e.text, "2");
  EXPECT_EQ(e.words, std::vector<std::string>{"c"});
  EXPECT_FALSE(e.maybe);
  EXPECT_EQ(e.path.str(), "q");
}

TEST(ReaderTest, ReadsTextsOfEveryLength) {
  for (std::size_t length = 0; length <= 100; ++length) {
    for (const char last : {'x', '\n'}) {
      std::string text(length, 'x'), json(length, 'x');
      text += last;
      json += last == 'x' ? "x" : "\\n";
      const Everything e = read("{\"words\":[\"" + json + "\"],\"text\":\"" + json + "\"}");
      EXPECT_EQ(e.text, text);
      EXPECT_EQ(e.words.at(0), text);
    }
  }
}

TEST(ReaderTest, LeavesTheEscapesOfTheNextTextAlone) {
  for (const char* next : {R"(\\)", R"(\n)", R"(\")"})
    EXPECT_EQ(read(R"({"text":"t","unknown":")" + std::string(next) + "\"}").text, "t");
}

TEST(ReaderTest, BelievesThePageOnlyHowMuchRoomItNeeds) {
  for (const char* size : {"0", "1", "-1", "3", "1000000000000", "null"}) {
    const auto page = read<Page<Catching>>(R"({"size":)" + std::string(size) +
                                           R"(,"values":[{"known":1},{"known":2},{"known":3}]})");
    ASSERT_EQ(page.values.size(), 3U) << size;
    EXPECT_EQ(page.values[2].known, 3);
    EXPECT_LE(page.values.capacity(), json::max_reserve);
  }
}

TEST(ReaderTest, TakesABodyWithRoomBehindItAsItIs) {
  std::string body = R"({"text":"t"})";
  body.reserve(body.size() + 64);
  const char* before = body.data();
  Everything e;
  json::read_document(body, e);
  EXPECT_EQ(body.data(), before);
}

TEST(ReaderTest, NamesTheTypeThatItExpected) {
  EXPECT_EQ(refused(R"({"text":1})"), "/text: expected a string, found a number");
  EXPECT_EQ(refused(R"({"secret":{}})"), "/secret: expected a string, found an object");
  EXPECT_EQ(refused(R"({"flag":"true"})"), "/flag: expected true or false, found a string");
  EXPECT_EQ(refused(R"({"big":"1"})"), "/big: expected an integer, found a string");
  EXPECT_EQ(refused(R"({"real":[]})"), "/real: expected a number, found an array");
  EXPECT_EQ(refused(R"({"time":true})"), "/time: expected an integer, found a boolean");
  EXPECT_EQ(refused(R"({"words":"a"})"), "/words: expected an array, found a string");
  EXPECT_EQ(refused(R"({"words":["a",2]})"), "/words/1: expected a string, found a number");
  EXPECT_EQ(refused(R"({"words":[null]})"), "/words/0: expected a string, found null");
  EXPECT_EQ(refused(R"({"inner":[]})"), "/inner: expected an object, found an array");
  EXPECT_EQ(refused(R"({"type":1})"), "/type: expected a string, found a number");
  EXPECT_EQ(refused(R"({"links":[]})"), "/links: expected an object, found an array");
  EXPECT_EQ(refused(R"({"id":"1"})"), "/id: expected an integer, found a string");
  EXPECT_EQ(refused(R"({"path":1})"), "/path: expected an object, found a number");
  EXPECT_EQ(refused(R"({"inner":{"inner":{"words":["a","b",{}]}}})"),
            "/inner/inner/words/2: expected a string, found an object");
}

TEST(ReaderTest, EscapesThePointer) {
  EXPECT_EQ(refused(R"({"links":{"a/b~c":[1]}})"),
            "/links/a~1b~0c/0: expected an object, found a number");
}

TEST(ReaderTest, RefusesNumbersOutOfRange) {
  const std::string range = ": the number is out of range";
  EXPECT_EQ(refused(R"({"small":128})"), "/small" + range);
  EXPECT_EQ(refused(R"({"small":-129})"), "/small" + range);
  EXPECT_EQ(refused(R"({"byte":256})"), "/byte" + range);
  EXPECT_EQ(refused(R"({"byte":-1})"), "/byte" + range);
  EXPECT_EQ(refused(R"({"natural":-1})"), "/natural" + range);
  EXPECT_EQ(refused(R"({"natural":18446744073709551616})"), "/natural" + range);
  EXPECT_EQ(refused(R"({"big":9223372036854775808})"), "/big" + range);
  EXPECT_EQ(refused(R"({"big":-9223372036854775809})"), "/big" + range);
  EXPECT_EQ(refused(R"({"id":123456789012345678901234567890})"), "/id" + range);
  EXPECT_EQ(refused(R"({"real":1e999})"), "/real: the number is malformed or out of range");
}

TEST(ReaderTest, AcceptsTheWholeRange) {
  EXPECT_EQ(read(R"({"big":9223372036854775807})").big, std::numeric_limits<std::int64_t>::max());
  EXPECT_EQ(read(R"({"big":-9223372036854775808})").big, std::numeric_limits<std::int64_t>::min());
  EXPECT_EQ(read(R"({"big":-0})").big, 0);
  EXPECT_EQ(read(R"({"natural":-0})").natural, 0U);
  EXPECT_EQ(read(R"({"real":-1.5e3})").real, -1500);
}

TEST(ReaderTest, TakesOnlyIntegerTokensForIntegers) {
  for (const char* token : {"1.0", "1e3", "1E0", "-1.5"})
    EXPECT_EQ(refused(R"({"big":)" + std::string(token) + "}"),
              "/big: expected an integer, found another number");
}

TEST(ReaderTest, RefusesMalformedTokens) {
  using namespace std::string_literals;
  for (const std::string& token : {"01"s, "+1"s, "1."s, ".5"s, "--1"s, "0x1"s, "NaN"s, "tru"s,
                                   "nul"s, "nulll"s, "'a'"s, "1\0"s, "1\0x"s, "12345678x"s})
    for (const char* name : {"big", "real", "flag", "text", "natural"})
      EXPECT_NE(refused("{\"" + std::string(name) + "\":" + token + "}"), "accepted")
          << name << token;
}

TEST(ReaderTest, RefusesWhatIsNoDocument) {
  EXPECT_EQ(refused(""), ": the body is empty");
  EXPECT_EQ(refused(" \n "), ": the body is empty");
  EXPECT_EQ(refused("null"), ": expected an object, found null");
  EXPECT_EQ(refused("[]"), ": expected an object, found an array");
  EXPECT_EQ(refused("\"a\""), ": expected an object, found a string");
  EXPECT_EQ(refused("<html>"), ": expected an object, found something that is not JSON");
  EXPECT_EQ(refused("{} {}"), ": something follows the value");
  EXPECT_EQ(refused("{}}"), ": something follows the value");
  EXPECT_EQ(refused("{}x"), ": something follows the value");
  EXPECT_EQ(refused(std::string("{}\0", 3)), ": something follows the value");
  EXPECT_EQ(refused("{\"text\":\"a\xff\"}"), ": the body is not UTF-8");
  EXPECT_EQ(refused("{\"unknown\":\"\xc0\x80\"}"), ": the body is not UTF-8");
  EXPECT_EQ(refused("{\"text\":\"a\nb\"}"), ": a string has a control character");
  EXPECT_EQ(refused(R"({"text":"a})"), ": a string is not closed");
  EXPECT_EQ(refused(R"({"text":"\x"})"), "/text: a string has a wrong escape");
  EXPECT_EQ(refused(R"({"text":"\ud800"})"), "/text: a string has a wrong escape");
}

TEST(ReaderTest, RefusesBrokenStructure) {
  for (const char* body : {"{",
                           "{\"text\":\"a\"",
                           "{\"text\" \"a\"}",
                           "{\"text\"}",
                           "{\"text\":}",
                           "{\"text\":\"a\",}",
                           "{\"text\":\"a\" \"big\":1}",
                           "{text:1}",
                           "{\"words\":[\"a\"}",
                           "{\"words\":[\"a\",]}",
                           "{\"words\":[,\"a\"]}",
                           "{\"words\":[\"a\" \"b\"]}",
                           "{\"inner\":{}",
                           "{\"raw\":}",
                           "{\"unknown\":}",
                           "{\"inner\":{\"unknown\":}}}",
                           "{,}",
                           "{\"inner\":{\"text\":\"a\"]}",
                           "{\"unknown\" 1}",
                           "{\"unknown\":1 2}",
                           "{\"unknown\":1,}",
                           "{\"unknown\":1,,\"text\":\"a\"}",
                           "{\"text\":\"a\",,\"big\":1}",
                           "{\"text\":\"a\":1}",
                           "{,\"text\":\"a\"}",
                           "{\"text\":\"a\",xtext\":1}",
                           "{\"words\":[\"a\"],\"big\"1}",
                           "{\"inner\":{} \"big\":1}",
                           "{\"inner\":{},}",
                           "{\"words\":[] \"big\":1}",
                           "{1:2}",
                           "{\"inner\":{\"inner\":{}}",
                           "{\"inner\":{}}}",
                           "{\"raw\":1 \"big\":1}",
                           "{]}",
                           "{:1}"})
    EXPECT_NE(refused(body), "accepted") << body;
  EXPECT_EQ(refused(R"({"text":"a" "big":1})"), ": not valid JSON");
  EXPECT_EQ(refused(R"({"inner":{"text":"a" 1},"big":1})"), "/inner: not valid JSON");
}

TEST(ReaderTest, BoundsTheDepth) {
  EXPECT_EQ(refused(nested(40, R"({"inner":)", "}")), "accepted");
  const std::string answer = refused(nested(2000, R"({"inner":)", "}"));
  EXPECT_TRUE(answer.ends_with("/inner: nested too deeply")) << answer;
}

TEST(ReaderTest, SkipsDeepUnknownMembers) {
  EXPECT_EQ(read(R"({"unknown":)" + nested(100000, "[", "]") + R"(,"text":"t"})").text, "t");
}

TEST(ReaderTest, CollectsOtherMembers) {
  const auto c = read<Catching>(R"({"a" : [1, 2] ,"known":1,"b\"":"x","c":null})");
  EXPECT_EQ(c.known, 1);
  EXPECT_EQ(c.rest.text, R"({"a":[1, 2],"b\"":"x","c":null})");
  EXPECT_TRUE(read<Catching>(R"({"known":1})").rest.empty());
}

TEST(ReaderTest, ReadsABareArray) {
  const auto all = read<std::vector<Catching>>(R"([{"known":1},{"known":2,"x":3}])");
  ASSERT_EQ(all.size(), 2U);
  EXPECT_EQ(all[1].known, 2);
  EXPECT_EQ(all[1].rest.text, R"({"x":3})");
  EXPECT_TRUE(read<std::vector<int>>("[]").empty());
  EXPECT_EQ(refusal([] { read<std::vector<int>>("[1,2"); }), ": not valid JSON");
  EXPECT_EQ(refusal([] { read<std::vector<int>>("[1,{}]"); }),
            "/1: expected an integer, found an object");
  EXPECT_EQ(refusal([] { read<std::vector<int>>("{}"); }), ": expected an array, found an object");
}

TEST(ReaderTest, IsUsableAfterAFailure) {
  EXPECT_NE(refused(R"({"words":[1,)"), "accepted");
  EXPECT_NE(refused(R"({"inner":{"words":[1]}})"), "accepted");
  EXPECT_EQ(read(R"({"text":"t"})").text, "t");
}

TEST(ReaderTest, ReadsLargeDocumentsAndSmallOnesAfterwards) {
  const std::string large(5 << 20, 'x');
  EXPECT_EQ(read("{\"text\":\"" + large + "\"}").text.size(), large.size());
  EXPECT_EQ(read(R"({"text":"t"})").text, "t");
}

}  // namespace
