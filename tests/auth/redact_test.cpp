#include "auth/redact.hpp"

#include <gtest/gtest.h>

#include <chrono>
#include <random>
#include <string>
#include <vector>

namespace bitbucket::test {
namespace {

using auth::Redactor;

std::string redacted(const std::vector<std::string>& secrets, std::string text) {
  Redactor redactor;
  for (const std::string& secret : secrets) redactor.add(secret);
  redactor.redact(text);
  return text;
}

TEST(RedactTest, MarksEachSecretAndLeavesTheRest) {
  EXPECT_EQ(redacted({"hunter22"}, "hunter22"), "[secret]");
  EXPECT_EQ(redacted({"hunter22"}, "is hunter22 or hunter22?"), "is [secret] or [secret]?");
  EXPECT_EQ(redacted({"hunter22"}, "hunter22hunter22"), "[secret][secret]");
  EXPECT_EQ(redacted({"hunter22", "opensesame"}, "opensesamehunter22."), "[secret][secret].");
  EXPECT_EQ(redacted({"hunter22"}, "hunter2, hunter23, hhunter2 unter22"),
            "hunter2, hunter23, hhunter2 unter22");
  EXPECT_EQ(redacted({"hunter22"}, ""), "");
  EXPECT_EQ(redacted({}, "hunter22"), "hunter22");
  EXPECT_EQ(redacted({"short", ""}, "short"), "short");
}

TEST(RedactTest, FindsEveryForm) {
  const std::string secret = R"(a"b\c/d<e>&f=g'h+i)";
  for (const char* form :
       {R"(a"b\c/d<e>&f=g'h+i)", R"(a\"b\\c/d<e>&f=g'h+i)", R"(a\"b\\c\/d<e>&f=g'h+i)",
        R"(a\"b\\c/d\u003ce\u003e\u0026f\u003dg\u0027h+i)",
        "a&quot;b\\c/d&lt;e&gt;&amp;f=g&#39;h+i", "a%22b%5Cc%2Fd%3Ce%3E%26f%3Dg%27h%2Bi",
        "a%22b%5cc%2fd%3ce%3e%26f%3dg%27h%2bi"})
    EXPECT_EQ(redacted({secret}, "<" + std::string(form) + ">"), "<[secret]>") << form;
}

TEST(RedactTest, LeavesNothingOfOverlappingSecrets) {
  EXPECT_EQ(redacted({"abcdef", "defghi"}, "-abcdefghi-"), "-[secret]-");
  EXPECT_EQ(redacted({"abcdef", "abcdefghi"}, "-abcdefghi-abcdefgh-"), "-[secret]-[secret]gh-");
  EXPECT_EQ(redacted({"abcdef", "xxabcdefyy"}, "-xxabcdefyy-xxabcdefy"), "-[secret]-xx[secret]y");
  EXPECT_EQ(redacted({"aaaaaa"}, "-aaaaaaaaa-aaaaa"), "-[secret]-aaaaa");
  EXPECT_EQ(redacted({"abcabc"}, "abcabcabcab"), "[secret]ab");
  EXPECT_EQ(redacted({"cdefgh", "abcdefghij", "ghijkl"}, "abcdefghijkl"), "[secret]");
}

/// Does what the class promises, written as simply as possible.
std::string plainly_redacted(const std::vector<std::string>& secrets, const std::string& text) {
  std::vector<std::pair<std::size_t, std::size_t>> spans;
  for (std::size_t begin = 0; begin < text.size(); ++begin) {
    std::size_t longest = 0;
    for (const std::string& secret : secrets)
      if (text.compare(begin, secret.size(), secret) == 0)
        longest = std::max(longest, secret.size());
    if (longest == 0) continue;
    if (!spans.empty() && begin < spans.back().second)
      spans.back().second = std::max(spans.back().second, begin + longest);
    else
      spans.emplace_back(begin, begin + longest);
  }
  std::string out;
  std::size_t done = 0;
  for (const auto& [begin, end] : spans) {
    out += text.substr(done, begin - done) + "[secret]";
    done = end;
  }
  return out + text.substr(done);
}

TEST(RedactTest, AgreesWithANaiveSearch) {
  std::mt19937 random(7);
  const auto word = [&](std::size_t least, std::size_t most) {
    std::string out(least + random() % (most - least + 1), ' ');
    for (char& c : out) c = "ab"[random() % 2];  // so that there are many matches
    return out;
  };
  for (int round = 0; round < 3000; ++round) {
    std::vector<std::string> secrets;
    for (std::size_t n = 1 + random() % 4; n > 0; --n) secrets.push_back(word(6, 12));
    const std::string text = word(0, 80);
    ASSERT_EQ(redacted(secrets, text), plainly_redacted(secrets, text)) << text;
  }
}

// This is not a benchmark: a quadratic algorithm would take minutes.
TEST(RedactTest, TakesTimeProportionalToTheText) {
  const std::string token = "Tok3n/with+signs=and9letters";
  const std::string prefix = std::string(2000, 'a');
  std::string of_tokens, of_prefixes;
  while (of_tokens.size() < (16u << 20)) of_tokens += token + ' ';
  while (of_prefixes.size() < (16u << 20)) of_prefixes += prefix + 'c';
  const auto began = std::chrono::steady_clock::now();
  const std::string clean = redacted({token, prefix + 'b'}, of_tokens);
  EXPECT_EQ(clean.size(), of_tokens.size() / (token.size() + 1) * 9);
  EXPECT_EQ(redacted({token, prefix + 'b'}, of_prefixes), of_prefixes);
  EXPECT_LT(std::chrono::steady_clock::now() - began, std::chrono::seconds(10));
}

}  // namespace
}  // namespace bitbucket::test
