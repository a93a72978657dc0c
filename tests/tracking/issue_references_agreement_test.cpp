#include <gtest/gtest.h>
#include <bitbucket/tracking/issue_references.hpp>

#include <algorithm>
#include <cstdint>
#include <cstdio>
#include <fstream>
#include <random>
#include <set>
#include <sstream>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "support/repository_builder.hpp"
#include "tracking/issue_link.hpp"
#include "tracking/reference_samples.hpp"
#include "tracking/unicode.hpp"

// Python's `re` judges what the scanner finds.

namespace {

using bitbucket::IssueIdShape;
using bitbucket::IssueReferences;
using bitbucket_test::own_host;

std::string output_of_python(const std::string& arguments) {
  const std::string command =
      "/usr/bin/python3 " BITBUCKET_SOURCE_DIR "/tests/tracking/python_references.py " + arguments;
  std::FILE* const pipe = popen(command.c_str(), "r");
  std::string text;
  std::vector<char> block(1 << 16);
  while (const std::size_t size = pipe ? std::fread(block.data(), 1, block.size(), pipe) : 0)
    text.append(block.data(), size);
  EXPECT_EQ(pipe ? pclose(pipe) : -1, 0) << command;
  return text;
}

std::string utf8(char32_t code) {
  const auto tail = [&](int shift) { return static_cast<char>(0x80 | ((code >> shift) & 0x3f)); };
  if (code < 0x80) return {static_cast<char>(code)};
  if (code < 0x800) return {static_cast<char>(0xc0 | (code >> 6)), tail(0)};
  if (code < 0x10000) return {static_cast<char>(0xe0 | (code >> 12)), tail(6), tail(0)};
  return {static_cast<char>(0xf0 | (code >> 18)), tail(12), tail(6), tail(0)};
}

std::string netstring(std::string_view text) {
  return std::to_string(text.size()) + ':' + std::string(text);
}

/// Takes a netstring from the beginning of a text.
std::string_view take_netstring(std::string_view& text) {
  const std::size_t colon = text.find(':');
  const std::size_t size = std::stoul(std::string(text.substr(0, colon)));
  const std::string_view out = text.substr(colon + 1, size);
  text.remove_prefix(colon + 1 + size);
  return out;
}

/// Writes messages that are full of references and of what only looks like one.
class MessageWriter {
 public:
  std::string message() {
    std::string out;
    for (std::size_t parts = 1 + below(6); parts > 0; --parts) append_part(out);
    for (std::size_t errors = below(4); errors > 1; --errors) misspell(out);
    return out;
  }

 private:
  using Words = std::vector<std::string>;

  std::size_t below(std::size_t limit) { return random_() % limit; }
  bool one_in(std::size_t count) { return below(count) == 0; }
  const std::string& any(const Words& words) { return words[below(words.size())]; }

  void append_part(std::string& out) {
    if (one_in(6)) out += any(noise_);
    if (!one_in(8)) out += one_in(3) ? any(keywords_) : "Fixes";
    out += one_in(3) ? any(gaps_) : " ";
    if (one_in(3)) {
      out += link();
    } else {
      for (std::size_t ids = 1 + below(4); ids > 0; --ids) {
        append_id(out);
        out += one_in(6) ? any(noise_) : any(separators_);
      }
    }
    out += one_in(5) ? any(noise_) : any(separators_);
  }

  void append_id(std::string& out) {
    const bool markdown = one_in(8);
    if (markdown) out += '[';
    if (one_in(8)) out += '#';
    for (std::size_t size = 1 + below(3); size > 0; --size) out += any(id_pieces_);
    if (!one_in(5)) out += '-' + std::to_string(below(100));
    if (markdown) out += one_in(3) ? any(noise_) : "](https://x.example/y)";
  }

  std::string link() {
    std::string out = one_in(3) ? any(schemes_) : "https://";
    out += one_in(2) ? any(hosts_) : own_host;
    out += (one_in(2) ? any(paths_) : "/issues/") + any(digits_);
    if (one_in(3)) out += any(digits_);
    if (one_in(4)) out += any(paths_) + any(digits_);
    return one_in(8) ? '[' + out + "](" + out + ')' : out;
  }

  /// Removes, repeats, replaces or inserts bytes, which also makes invalid UTF-8.
  void misspell(std::string& text) {
    const std::size_t at = below(text.size() + 1);
    const std::size_t size = std::min(one_in(2) ? 0 : 1 + below(4), text.size() - at);
    const std::string piece = one_in(3)   ? text.substr(below(text.size() + 1), below(8))
                              : one_in(3) ? std::string(1, static_cast<char>(below(256)))
                                          : any(noise_);
    text.replace(at, size, piece);
  }

  std::mt19937 random_{20261122};
  const Words keywords_{"Fix",        "fixes",         "FIXED",           "Close",    "closeS",
                        "Closed",     "fix",           "Fixes",           "Fixes:",   "resolved:",
                        "Resolve",    "Resolves:",     "Fixing",          "prefix",   "a-fix",
                        "clo\u017fe", "F\u0130X",      "f\u0131xe\u017f", "Fix_",     "éfix",
                        "fixé",       "re\u017folved", "Fixe\u0301s",     "fixes fix"};
  const Words gaps_{" ",     " ",  " ",  "  ",     "\n",     "\t",   ": ",      ":\n",
                    "",      ":",  " :", "\u00a0", "\u2003", "\x1f", "\u200b",  "\u3000 ",
                    " the ", ", ", " #", " (",     " [",     " - ",  " \u0301", ":\u2028"};
  const Words separators_{" ", ", ", ",", "\n", " and ", " & ", "; ", ". ", "\u00a0", ")", ""};
  const Words id_pieces_{"A",      "b",      "PRJ",    "x1",     "_",      "-",      "--",
                         "7",      "\u017f", "\u212a", "\u0130", "\u0131", "é",      "e\u0301",
                         "\u0661", "Ω",      "0",      "Z",      "-1",     "\uff21", "\u00b2"};
  const Words schemes_{"https://", "http://",       "HTTPS://", "https://", "https:/",
                       "ftp://",   "http\u017f://", "https://", "<https://"};
  const Words hosts_{
      "desk.example.com",        "a.desk.example.com",      "DESK.Example.COM",
      "desk.example.com:8443",   "me@desk.example.com",     "xdesk.example.com",
      "des\u212a.example.com",   "\u00fc.desk.example.com", "a\uff0f.desk.example.com",
      "\uff20.desk.example.com", "desk.example.com.",       "desk.example.com?",
      "desk.example.com#",       "a#.desk.example.com",     "desk.example.com\\"};
  const Words paths_{
      "/issues/",    "/issues/",  "/organizations/x/issues/", "/Issues/", "/issues",
      "?x=/issues/", "#/issues/", "/issues/x/issues/",        "/fix ",    "/;/issues/"};
  const Words digits_{"1",
                      "12",
                      "007",
                      "\u0661\u0662",
                      "9223372036854775807",
                      "0",
                      "9223372036854775808",
                      "111111111122222222223333333",
                      "\uff11",
                      "x",
                      "/"};
  const Words noise_{"[",
                     "]",
                     "(",
                     ")",
                     "](",
                     "[x](y)",
                     "[]",
                     "[](",
                     "#",
                     "é",
                     "_",
                     "\u0301",
                     "\u200d",
                     "\u00a0",
                     "\u0085",
                     "🎉",
                     "\x1c",
                     ",",
                     "-",
                     "\r\n",
                     ".",
                     ":",
                     "\u0661",
                     "\u00b2",
                     "\uac00",
                     "\u3042",
                     "\u2160",
                     "`",
                     "/",
                     "\xff",
                     "\xe2\x82",
                     "\xed\xa0\x80",
                     "\xf0\x9f\x8e",
                     "a-1",
                     "fix ",
                     " ",
                     "\u0308",
                     "\u203f",
                     "\u1680",
                     "\u180e",
                     "\u2060",
                     std::string(1, '\0')};
};

struct Shape {
  std::string name;
  IssueReferences references;
};

struct JudgedMessage {
  const Shape* shape;
  std::string text;
};

TEST(IssueReferencesAgreementTest, FindsWhatPythonFinds) {
  const std::vector<Shape> shapes = {
      {"short_id", IssueReferences({.host = own_host})},
      {"key", IssueReferences({.id_shape = IssueIdShape::key, .host = own_host})},
      {"hash_number", IssueReferences({.id_shape = IssueIdShape::hash_number, .host = own_host})}};
  std::vector<JudgedMessage> messages;
  for (const Shape& shape : shapes)
    for (const auto& sample : bitbucket_test::reference_samples())
      messages.push_back({&shape, sample.message});
  MessageWriter writer;
  for (std::size_t i = 0; i < 100'000; ++i)
    messages.push_back({&shapes[i % 5 > 2 ? i % 5 - 2 : 0], writer.message()});

  const bitbucket::test_support::TempDir folder;
  const std::string file = (folder / "messages").string();
  std::ofstream out(file, std::ios::binary);
  for (const JudgedMessage& message : messages)
    out << netstring(message.shape->name) << netstring(message.text);
  out.close();
  const std::string answers = output_of_python("references " + file + ' ' + own_host);

  std::string_view left = answers;
  std::size_t with_ids = 0, with_links = 0, different = 0;
  for (const JudgedMessage& message : messages) {
    ASSERT_FALSE(left.empty());
    const std::string_view expected = take_netstring(left);
    with_ids += expected.find_first_not_of("0123456789<> ") != expected.npos;
    with_links += expected.find('<') != expected.npos;
    const std::string found = bitbucket_test::written(message.shape->references.find(message.text));
    if (found == expected) continue;
    ADD_FAILURE() << message.shape->name << ": " << testing::PrintToString(message.text)
                  << "\n  Python: " << expected << "\n  found:  " << found;
    ASSERT_LT(++different, 5u);
  }
  EXPECT_TRUE(left.empty());
  // The messages are of no use when few have references.
  EXPECT_GT(with_ids, messages.size() / 4);
  EXPECT_GT(with_links, messages.size() / 20);
  EXPECT_LT(with_ids, messages.size() * 9 / 10);
}

TEST(IssueReferencesAgreementTest, KnowsTheCharactersThatPythonKnows) {
  namespace tracking = bitbucket::tracking;
  constexpr std::uint32_t end = 0x110000;
  const std::string table = output_of_python("classes");
  ASSERT_GT(table.size(), 4 * end);
  std::istringstream refused_codes(table.substr(4 * end));
  std::set<char32_t> refused;
  for (std::uint32_t code; refused_codes >> std::hex >> code;) refused.insert(code);
  EXPECT_FALSE(refused.empty());

  for (std::uint32_t code = 0; code < end; ++code) {
    const char32_t letter = tracking::folded(code);
    const std::string known{static_cast<char>(tracking::is_word(code)),
                            static_cast<char>(tracking::is_space(code)),
                            static_cast<char>(tracking::digit_value(code).value_or(255)),
                            static_cast<char>(letter >= U'a' && letter <= U'z' ? letter : 0)};
    if (table.compare(4 * code, 4, known) != 0) FAIL() << std::hex << code;
    const bool surrogate = code >= 0xd800 && code <= 0xdfff;
    const std::string text = utf8(code);
    const auto character = tracking::character_at(text, 0);
    if (character.code != (surrogate ? tracking::substitute : code) ||
        character.size != (surrogate ? 1 : text.size()))
      FAIL() << std::hex << code;
    if (code < 0x80 || surrogate) continue;
    const std::string link = "https://x" + text + ".example.com/issues/1";
    if (tracking::issue_in_link(link, "example.com").has_value() == refused.contains(code))
      FAIL() << std::hex << code;
  }
}

}  // namespace
