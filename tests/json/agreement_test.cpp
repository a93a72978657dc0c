#include "agreement.hpp"

#include <gtest/gtest.h>

#include <cstddef>
#include <iterator>
#include <random>
#include <string>
#include <vector>

#include "samples.hpp"

// The Reader against an independent interpretation, on documents made from samples by a seeded
// generator: shuffled, repeated, escaped and spaced members, values of other types, broken bytes.

namespace {

using bitbucket_test::Agreement;
using bitbucket_test::ordered_json;
namespace test = bitbucket_test;

class Generator {
 public:
  explicit Generator(unsigned seed) : random_(seed) {}

  std::string document(const ordered_json& sample) {
    wildness_ = pick(4);
    std::string text;
    write(sample, text);
    if (pick(3) == 0)
      for (std::size_t n = 1 + pick(2); n > 0; --n) damage(text);
    return text;
  }

 private:
  std::size_t pick(std::size_t n) {
    return std::uniform_int_distribution<std::size_t>(0, n - 1)(random_);
  }
  bool rarely() { return pick(60) < wildness_; }

  void space(std::string& out) {
    static constexpr const char* spaces[] = {" ", "\n", "\t", "\r\n", "  "};
    if (pick(12) == 0) out += spaces[pick(std::size(spaces))];
  }

  void write(const ordered_json& value, std::string& out) {
    space(out);
    if (rarely())
      out += odd();
    else if (value.is_object())
      write_object(value, out);
    else if (value.is_array())
      write_array(value, out);
    else if (value.is_string())
      write_text(value.get_ref<const std::string&>(), out);
    else
      out += value.dump();
    space(out);
  }

  void write_object(const ordered_json& object, std::string& out) {
    std::vector<std::pair<std::string, ordered_json>> members;
    for (const auto& item : object.items()) {
      if (pick(40) == 0) continue;
      members.emplace_back(item.key(), item.value());
      if (rarely()) members.emplace_back(item.key(), item.value());
      if (rarely()) members.emplace_back(item.key() + "x", item.value());
    }
    if (pick(2) == 0) std::shuffle(members.begin(), members.end(), random_);
    out += '{';
    for (std::size_t i = 0; i < members.size(); ++i) {
      if (i) out += ',';
      space(out);
      write_text(members[i].first, out);
      space(out);
      out += ':';
      write(members[i].second, out);
    }
    out += '}';
  }

  void write_array(const ordered_json& array, std::string& out) {
    out += '[';
    bool first = true;
    for (const ordered_json& item : array)
      for (std::size_t n = pick(3); n > 0; --n) {
        if (!first) out += ',';
        first = false;
        write(item, out);
      }
    out += ']';
  }

  void write_text(const std::string& text, std::string& out) {
    static constexpr const char* hex = "0123456789abcdef";
    const bool escape = pick(12) == 0;
    out += '"';
    for (const char c : text) {
      const auto byte = static_cast<unsigned char>(c);
      if (byte < 0x20 || c == '"' || c == '\\' || (escape && byte < 0x80 && pick(3) == 0))
        out += std::string("\\u00") + hex[byte >> 4] + hex[byte & 15];
      else
        out += c;
    }
    out += '"';
  }

  std::string odd() {
    static const std::vector<std::string> values{"null",
                                                 "true",
                                                 "false",
                                                 "0",
                                                 "-0",
                                                 "1",
                                                 "-1",
                                                 "1.0",
                                                 "1e3",
                                                 "-1.5E-2",
                                                 "2147483647",
                                                 "2147483648",
                                                 "-2147483649",
                                                 "9223372036854775807",
                                                 "9223372036854775808",
                                                 "-9223372036854775808",
                                                 "-9223372036854775809",
                                                 "18446744073709551615",
                                                 "18446744073709551616",
                                                 "1e400",
                                                 "\"\"",
                                                 "\"text\"",
                                                 "\"\\ud83d\\ude00\"",
                                                 "\"\\ud800\"",
                                                 "\"2018-09-21T14:09:51.000Z\"",
                                                 "\"2018-09-21T16:09:51+0200\"",
                                                 "\"1969-12-31T23:59:59.999-00:00\"",
                                                 "[]",
                                                 "{}",
                                                 "[null]",
                                                 "[[]]",
                                                 "[{}]",
                                                 "[\"a\",\"b\"]",
                                                 "{\"\":{}}",
                                                 "{\"name\":\"n\"}",
                                                 "{\"a\":[1,{\"b\":\"]}\"}]}",
                                                 "{\"self\":null}",
                                                 "{\"self\":{\"href\":\"h\"}}",
                                                 "01",
                                                 "tru",
                                                 "nulll",
                                                 "1.",
                                                 "\"\\x\""};
    return values[pick(values.size())];
  }

  void damage(std::string& text) {
    static constexpr std::string_view bytes = "{}[]\":,\\ 019-.eEtfnulsa\n\x01\xff\xc3";
    if (text.empty()) return;
    const std::size_t at = pick(text.size());
    switch (pick(4)) {
      case 0:
        text[at] = bytes[pick(bytes.size())];
        break;
      case 1:
        text.insert(at, 1, bytes[pick(bytes.size())]);
        break;
      case 2:
        text.erase(at, 1 + pick(3));
        break;
      default:
        text.insert(at, text.substr(pick(text.size()), 1 + pick(12)));
        break;
    }
  }

  std::mt19937 random_;
  std::size_t wildness_ = 0;
};

template <class T>
void compare(const ordered_json& sample, int documents) {
  Generator generator(20180921);
  int counts[4] = {};
  for (int i = 0; i < documents; ++i) {
    const std::string text = generator.document(sample);
    const Agreement result = test::agreement<T>(text);
    ++counts[static_cast<int>(result)];
    ASSERT_NE(result, Agreement::differ) << text;
  }
  // The generator is worth its time only when it goes all ways.
  EXPECT_GT(counts[static_cast<int>(Agreement::both_accept)], documents / 5);
  EXPECT_GT(counts[static_cast<int>(Agreement::both_refuse)], documents / 100);
  EXPECT_GT(counts[static_cast<int>(Agreement::not_json)], documents / 50);
}

using namespace bitbucket;

constexpr int documents = 2500;

TEST(AgreementTest, HoldsForCommits) { compare<Commit>(test::sample("Commit"), documents); }
TEST(AgreementTest, HoldsForPagesOfCommits) {
  compare<Page<Commit>>(test::page_of(test::sample("Commit")), documents);
}
TEST(AgreementTest, HoldsForRepositories) { compare<Repo>(test::sample("Repo"), documents); }
TEST(AgreementTest, HoldsForPagesOfChanges) {
  compare<Page<Change>>(test::page_of(test::sample("Change")), documents);
}
TEST(AgreementTest, HoldsForPagesOfWebhooks) {
  compare<Page<Hook>>(test::page_of(test::sample("Hook")), documents);
}
TEST(AgreementTest, HoldsForTestDeliveries) {
  compare<HookTestResult>({{"request", {{"a", 1}}}, {"response", "x"}, {"more", true}}, documents);
}
TEST(AgreementTest, HoldsForPagesOfTags) {
  compare<Page<Tag>>(test::page_of(test::sample("Tag")), documents);
}

/// Replaces each reference in the sample of an event with an object that has what its type must
/// have, because that type is compared above.
void shorten(ordered_json& value) {
  if (value.is_structured()) {
    for (ordered_json& inner : value) shorten(inner);
  } else if (value == "$RefChange" || value == "$Comment") {
    value = test::samples().at(value.get<std::string>().substr(1));
    shorten(value);
  } else if (value.is_string() && value.get_ref<const std::string&>().starts_with('$')) {
    value = {{"id", value == "$Commit" ? ordered_json("a") : ordered_json(7)},
             {"name", "n"},
             {"slug", "s"},
             {"key", "K"}};
  }
}

template <class Event>
void compare_event(const std::string& name) {
  SCOPED_TRACE(name);
  ordered_json sample = test::samples().at(name);
  shorten(sample);
  compare<Event>(sample, 1000);
}

TEST(AgreementTest, HoldsForEvents) {
  compare_event<RefsChanged>("RefsChanged");
  compare_event<RepoModified>("RepoModified");
  compare_event<RepoForked>("RepoForked");
  compare_event<CommitCommented>("CommitCommented");
  compare_event<SecretDetected>("SecretDetected");
  compare_event<ProjectModified>("ProjectModified");
  compare_event<MirrorRepoSynchronized>("MirrorRepoSynchronized");
}

}  // namespace
