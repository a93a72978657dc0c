#pragma once

#include <string>
#include <vector>

#include <bitbucket/tracking/issue_references.hpp>

// Messages, and the references in them.
namespace bitbucket_test {

/// Has a "k", which the Kelvin sign equals without regard to case.
inline constexpr const char* own_host = "desk.example.com";

struct ReferenceSample {
  std::string message;
  std::string references;  ///< as `written` writes them
};

/// Writes references as "A-1 <12>": an id, and the number of a link.
inline std::string written(const std::vector<bitbucket::IssueReference>& references) {
  std::string out;
  for (const bitbucket::IssueReference& reference : references) {
    if (!out.empty()) out += ' ';
    const bool link = reference.kind == bitbucket::IssueReference::Kind::link;
    out += link ? '<' + reference.text + '>' : reference.text;
  }
  return out;
}

inline const std::vector<ReferenceSample>& reference_samples() {
  using namespace std::string_literals;
  static const std::vector<ReferenceSample> samples = {
      // Keywords
      {"A subject\n\nFixes A-1 B-2", "A-1 B-2"},
      {"A subject\n\nResolved A-1 B-2", "A-1 B-2"},
      {"A subject\n\nClose A-1 B-2", "A-1 B-2"},
      {"Fix A-1", "A-1"},
      {"FIXES A-1", "A-1"},
      {"fixed A-1", "A-1"},
      {"cLOSE A-1", "A-1"},
      {"Closes A-1", "A-1"},
      {"closed A-1", "A-1"},
      {"Resolve A-1", "A-1"},
      {"ReSolveS A-1", "A-1"},
      {"RESOLVED A-1", "A-1"},
      {"Fixes: A-1", "A-1"},
      {"Fixes:A-1", ""},
      {"Fixes : A-1", ""},
      {"Fixes:: A-1", ""},
      {"hot-fix A-1", "A-1"},
      {"Fixes ABC-1 resolves DEF-2", "ABC-1 DEF-2"},
      {"Fixing A-1", ""},
      {"prefixes A-1", ""},
      {"unresolved A-1", ""},
      {"bug_fix A-1", ""},
      {"A-1 fixes", ""},
      {"i fixed something", ""},
      {"A-1 is mentioned", ""},
      {"", ""},
      // Lists
      {"Fixes A-1, B-2", "A-1 B-2"},
      {"Fixes A-1,B-2", "A-1 B-2"},
      {"Fixes\nA-1", "A-1"},
      {"Fixes A-1\nB-2", "A-1 B-2"},
      {"Fixes A-1 and B-2", "A-1 B-2"},
      {"Fixes the bug in A-1", "A-1"},
      {"Fixes A-1.", "A-1"},
      {"Fixes A-1:", "A-1"},
      {"Fixes A-1-", "A-1"},
      {"Fixes A-1. B-2", "A-1"},
      {"Fixes A-1; B-2", "A-1"},
      {"Fixes A-1; fixes B-2, A-1", "A-1 B-2"},
      {"Fixes #A-1", ""},
      {"Fixes (A-1)", ""},
      {"Fixes `A-1`", ""},
      {"Fixes a bug (A-1)", ""},
      // Ids
      {"fixes a-1", "a-1"},
      {"Fixes A-1 a-1", "A-1 a-1"},
      {"Fixes foo-bar baz", "foo-bar"},
      {"Fixes MY-PROJ-1A", "MY-PROJ-1A"},
      {"Fixes A", ""},
      {"Fixes A-", ""},
      {"Fixes -1", ""},
      {"Fixes 123", ""},
      {"Fixes A-1_2", ""},
      {"Fixes A_1-2", "A_1-2"},
      {"Fixes --A--1--", "A--1"},
      {"Fixes A-1-b_c-2-d_", "A-1-b_c-2"},
      // Markdown
      {"Fixes [A-1](url), [B-2](url)", "A-1 B-2"},
      {"Fixes [A-1]", ""},
      {"Fixes [A-1] (url)", ""},
      {"Fixes [A-1]()", ""},
      {"Fixes [](url) A-1", ""},
      {"Fixes [[A-1](url)", ""},
      {"Fix[es A-](url)1", "A-1"},
      {"[ [] [x]() [](y) Fixes [A-1](u)[B-2](u", "A-1"},
      // Links
      {"Fixes https://desk.example.com/issues/12/", "<12>"},
      {"Fixes https://desk.example.com/issues/12?referrer=slack", "<12>"},
      {"Fixes: HTTP://DESK.example.com/organizations/x/issues/012#y", "<12>"},
      {"Fixes https://customer.desk.example.com/issues/12", "<12>"},
      {"Fixes https://desk.example.com/issues/1\nFixes https://desk.example.com/issues/2",
       "<1> <2>"},
      {"Fixes A-1\nFixes https://desk.example.com/issues/2", "A-1 <2>"},
      {"Fixes https://desk.example.com/issues/2\nFixes A-2", "<2> A-2"},
      {"Fixes https://desk.example.com/issues/1 https://desk.example.com/issues/2", "<1>"},
      {"Fixes https://desk.example.com/fix https://desk.example.com/issues/2", ""},
      {"Fixes https://desk.example.com/fix A-1", "A-1"},
      {"Fixes <https://desk.example.com/issues/12>", ""},
      {"See https://desk.example.com/issues/12", ""},
      {"Fixes https://other.example.com/issues/12", ""},
      {"Fixes https://otherdesk.example.com/issues/12", ""},
      {"Fixes https://desk.example.com.other.org/issues/12", ""},
      {"Fixes https://desk.example.com:8443/issues/12", ""},
      {"Fixes https://me@desk.example.com/issues/12", ""},
      {"Fixes https://desk.example.com?/issues/12", ""},
      {"Fixes https://desk.example.com/x#/issues/12", ""},
      {"Fixes https://desk.example.com/Issues/12", ""},
      {"Fixes https://desk.example.com/issues/x/issues/12", "<12>"},
      {"Fixes https://desk.example.com/issues/9223372036854775807", "<9223372036854775807>"},
      {"Fixes https://desk.example.com/issues/9223372036854775808", ""},
      {"Fixes https://desk.example.com/issues/111111111122222222223333333/issues/1", ""},
      {"Fixes ftp://desk.example.com/issues/12", ""},
      {"Fixes http:// desk.example.com/issues/12", ""},
      // Unicode
      {"Fixes\u00a0A-1\u2003B-2", "A-1 B-2"},
      {"Fixes A-1é", ""},
      {"Fixes A-1e\u0301", "A-1e"},
      {"Fixes é-A-1", ""},
      {"éfixes A-1", ""},
      {"Fixes A-1 été", "A-1"},
      {"ﬁxes A-1", ""},
      {"Clo\u017fe A-1\u017f, \u212a-2", "A-1\u017f \u212a-2"},
      {"F\u0131x \u0130-1", "\u0130-1"},
      {"Fixes A-\u0661", ""},
      {"Fixes https://des\u212a.example.com/issues/\u0661\u0662", "<12>"},
      {"Fixes http\u017f://desk.example.com/issues/12", ""},
      {"Fixes https://x\uff0f.desk.example.com/issues/12", ""},
      {"Fixes 🎉 A-1; fixes A-2🎉", "A-2"},
      // Bytes that are not UTF-8, and NUL
      {"\xff"
       "Fixes A-1\xff",
       "A-1"},
      {"Fixes\xa0"
       "A-1",
       ""},
      {"Fixes A-1\xc3", "A-1"},
      {"Fixes A-1[\xc3](url)\xa9", "A-1"},
      {"Fixes A-1\xed\xa0\x80", "A-1"},
      {"Fixes A-1\0B-2"s, "A-1"},
      {"\0Fixes A-1\0Fixes B-2"s, "A-1 B-2"},
  };
  return samples;
}

}  // namespace bitbucket_test
