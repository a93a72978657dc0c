#pragma once

#include <string>
#include <string_view>
#include <vector>

#include <bitbucket/tracking/issue_references.hpp>

namespace bitbucket::inline v0_1::tracking {

/// Returns every reference in a text without Markdown links, in order and with repetitions.
/// The keywords of the options are folded (see below) and sorted; the host is in lower case.
std::vector<IssueReference> references_in(std::string_view text,
                                          const IssueReferenceOptions& options);

/// Returns a word in which folded() has replaced each character.
std::string folded_word(std::string_view word);

/// Returns whether a text is UTF-8 and one word: not empty, and only characters of words.
bool is_one_word(std::string_view text) noexcept;

}  // namespace bitbucket::inline v0_1::tracking
