#pragma once

#include <string>
#include <string_view>
#include <vector>

#include <bitbucket/detail/export.hpp>

namespace bitbucket::inline v0_1 {

/// An issue that a commit message says it resolves.
struct IssueReference {
  /// What a reference looks like.
  enum class Kind {
    id,    ///< an id such as "PRJ-12"
    link,  ///< a link to an issue's page at the service
  };
  Kind kind = Kind::id;  ///< what it looks like
  /// "PRJ-12" as the message has it; for links and ids that are numbers, the number: "12".
  std::string text;
  friend bool operator==(const IssueReference&, const IssueReference&) = default;
};

/// The shape of the ids of issues.
enum class IssueIdShape {
  short_id,    ///< "PRJ-1A": after the last hyphen, ASCII letters and digits
  key,         ///< "PRJ-12": after the last hyphen, ASCII digits
  hash_number  ///< "#12", at most 9223372036854775807
};

/// What counts as a reference to an issue.
struct IssueReferenceOptions {
  /// Words that stand before ids and links: at most 100 of at most 100 bytes.  The case of ASCII
  /// letters does not matter.  Empty: there are no references.
  std::vector<std::string> keywords = {"Fix",    "Fixes",   "Fixed",    "Close",   "Closes",
                                       "Closed", "Resolve", "Resolves", "Resolved"};
  IssueIdShape id_shape = IssueIdShape::short_id;  ///< which ids count
  /// Host of the service's own pages, with a port if their addresses have one; its sub-domains
  /// count too.  Empty: links do not count.
  std::string host = {};
  /// A commit whose message contains this text is ignored; upper and lower case differ.  Empty: no
  /// commit is ignored.
  std::string ignore_marker = "#skip-tracking";
};

/// Finds the issues that commit messages resolve.  Thread-safe.
///
/// A reference is a keyword, perhaps a colon, at least one space, and then ids ("Fixes PRJ-12") or
/// one link ("Fixes https://app.example.com/issues/12").  Words, commas, spaces and other ids may
/// stand between the keyword and an id, but no other punctuation.  A Markdown link
/// ("[PRJ-12](https://...)") counts as its text.  The lookup of issues decides whether an id is
/// that of an issue: "Fixes the built-in clock" refers to "built-in".
///
/// Characters are those of Unicode 14, as in Python 3.11's `re`: a no-break space is a space, a
/// letter or digit of any script belongs to a word ("PRJ-1é" is not an id), and a combining mark
/// ends it.  Ids consist of ASCII letters and digits; without regard to case, U+017F equals "s",
/// U+212A "k", and U+0130 and U+0131 "i".  A byte that is not UTF-8 is neither space nor part of a
/// word.
class BITBUCKET_EXPORT IssueReferences {
 public:
  /// Throws InvalidArgument for an option that cannot work.
  explicit IssueReferences(IssueReferenceOptions options = {});
  /// Returns each reference once, in the order of their first appearance.  The time of the scan is
  /// linear in the message; the references are then sorted.
  [[nodiscard]] std::vector<IssueReference> find(std::string_view message) const;
  /// Returns whether the message contains the marker of commits to ignore.
  [[nodiscard]] bool is_ignored(std::string_view message) const;

 private:
  IssueReferenceOptions options_;
};

}  // namespace bitbucket::inline v0_1
