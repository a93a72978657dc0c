#include "testing/git/text.hpp"

#include "testing/git/commit_parser.hpp"
#include "testing/git_test.hpp"

namespace bitbucket::inline v0_1::testing::git {
namespace {

using ::testing::ElementsAre;

const std::string bad = "\xEF\xBF\xBD";

TEST(TextTest, KeepsValidUtf8) {
  for (const std::string text :
       {"", "plain", "gr\xC3\xBC\xC3\x9F", "\xE6\x97\xA5", "\xF0\x9F\x9A\x80", "\xF4\x8F\xBF\xBF"})
    EXPECT_EQ(valid_utf8(text), text);
}

TEST(TextTest, ReplacesWhatIsNotUtf8) {
  EXPECT_EQ(valid_utf8("a\xFFz"), "a" + bad + "z");
  EXPECT_EQ(valid_utf8("\xC3"), bad);
  EXPECT_EQ(valid_utf8("\xC0\xAF"), bad + bad);            // overlong
  EXPECT_EQ(valid_utf8("\xED\xA0\x80"), bad + bad + bad);  // surrogate
  EXPECT_EQ(valid_utf8("\xF4\x90\x80\x80"), bad + bad + bad + bad);
  EXPECT_EQ(valid_utf8("\xE6\x97z"), bad + "z");  // cut short
}

TEST(TextTest, ConvertsKnownEncodings) {
  EXPECT_EQ(to_utf8("gr\xFC\xDF", "ISO-8859-1"), "gr\xC3\xBC\xC3\x9F");
  EXPECT_EQ(to_utf8("gr\xFC\xDF", "latin-1"), "gr\xC3\xBC\xC3\x9F");
  EXPECT_EQ(to_utf8("\x93\xFA", "Shift_JIS"), "\xE6\x97\xA5");
  EXPECT_EQ(to_utf8("gr\xFC", "no-such-encoding"), "gr\xFC");
  EXPECT_EQ(to_utf8("\xC3\xBC", "utf8"), "\xC3\xBC");
  const std::string large(100'000, '\xFC');
  EXPECT_EQ(to_utf8(large, "ISO-8859-1").size(), 200'000U);
}

Signature author_of(const std::string& line) {
  return parse_commit("id", "tree 1\nauthor " + line + "\ncommitter C <c@c> 1 +0000\n\nm\n").author;
}

TEST(CommitParserTest, ReadsOddIdentities) {
  const Signature plain = author_of("A B <a@b> 1700000000 -0730");
  EXPECT_EQ(plain.name, "A B");
  EXPECT_EQ(plain.email, "a@b");
  EXPECT_EQ(plain.seconds, 1'700'000'000);
  EXPECT_EQ(author_of(" <a@b> 5 +0000").name, "");
  EXPECT_EQ(author_of("<a@b> 5 +0000").email, "a@b");
  EXPECT_EQ(author_of("A <> 5 +0000").email, "");
  EXPECT_EQ(author_of("A <a@b>").seconds, 0);
  EXPECT_EQ(author_of("A <a@b> -5 +0000").seconds, 0);
  EXPECT_EQ(author_of("A <a>b@c> 7 +0000").seconds, 7);
  EXPECT_EQ(author_of("A <a <b> 7 +0000").email, "a <b");
  EXPECT_EQ(author_of("A a@b 7 +0000").name, "");
  EXPECT_EQ(author_of("").name, "");
  EXPECT_EQ(author_of("A <a@b> 99999999999999999999999 +0000").seconds, 9'223'372'036'854'775);
  EXPECT_EQ(author_of("A <a@b> 9223372036854775807 +0000").seconds, 9'223'372'036'854'775);
  EXPECT_EQ(author_of("J\xFCrgen <a@b> 7 +0000").name, "J" + bad + "rgen");
}

TEST(CommitParserTest, SkipsHeadersOfSeveralLines) {
  const CommitData commit = parse_commit("id",
                                         "tree t\nparent p1\nparent p2\nauthor A <a> 1 +0000\n"
                                         "committer C <c> 2 +0000\nmergetag object o\n"
                                         " parent no\n author no <no> 9 +0000\n \n text\n"
                                         "gpgsig -----BEGIN\n \n parent no\n -----END\n"
                                         "\nTitle\n\nparent not a header\n");
  EXPECT_THAT(commit.parents, ElementsAre("p1", "p2"));
  EXPECT_EQ(commit.author.name, "A");
  EXPECT_EQ(commit.committer.seconds, 2);
  EXPECT_EQ(commit.message, "Title\n\nparent not a header");
}

TEST(CommitParserTest, AcceptsAnythingForACommit) {
  EXPECT_EQ(parse_commit("id", "").message, "");
  EXPECT_EQ(parse_commit("id", "tree t").message, "");
  EXPECT_EQ(parse_commit("id", "tree t\n\n").message, "");
  EXPECT_EQ(parse_commit("id", "tree t\n\nno newline").message, "no newline");
  EXPECT_EQ(parse_commit("id", "author\n\nm\n").author.name, "");
  EXPECT_EQ(parse_commit("id", std::string_view("t\n\nbefore\0after\n", 16)).message, "before");
}

}  // namespace
}  // namespace bitbucket::inline v0_1::testing::git
