#pragma once

#include <string>
#include <string_view>
#include <vector>

#include <bitbucket/tracking/issue_references.hpp>

namespace bitbucket::inline v0_1::tracking {

/// Returns every reference in a text without links of Markdown, in their order, repeated ones too.
/// The keywords of the options are folded (see below) and sorted; the host has only small letters.
std::vector<IssueReference> references_in(std::string_view text,
                                          const IssueReferenceOptions& options);

/// Returns a word with the letters that equal one of ASCII without regard to case as that one.
std::string folded_word(std::string_view word);

/// Returns whether a text is UTF-8 and one word: not empty, and only characters of words.
bool is_one_word(std::string_view text) noexcept;

}  // namespace bitbucket::inline v0_1::tracking
