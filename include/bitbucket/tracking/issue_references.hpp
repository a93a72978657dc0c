#pragma once

#include <string>
#include <string_view>
#include <vector>

#include <bitbucket/detail/export.hpp>

namespace bitbucket::inline v0_1 {

/// An issue that a commit message says it resolves.
struct IssueReference {
  enum class Kind {
    id,    ///< "PRJ-12"
    link,  ///< the number of a link to the service's own page of an issue
  };
  Kind kind = Kind::id;
  std::string text;  ///< the id as it is written, or the number
  friend bool operator==(const IssueReference&, const IssueReference&) = default;
};

/// What counts as a reference to an issue.
struct IssueReferenceOptions {
  /// Words that stand before an id, compared without regard to case.
  std::vector<std::string> keywords = {"Fix",    "Fixes",   "Fixed",    "Close",   "Closes",
                                       "Closed", "Resolve", "Resolves", "Resolved"};
  /// Host of the service's own pages, with a port if their addresses have one; its sub-domains
  /// count too.  Empty: links do not count.
  std::string host = {};
  /// A commit whose message contains this text is ignored.  Empty: no commit is ignored.
  std::string ignore_marker = "#skip-tracking";
};

/// Finds the issues that commit messages resolve.  Thread-safe; the time is linear in the text.
class BITBUCKET_EXPORT IssueReferences {
 public:
  /// Throws InvalidArgument for an option that cannot work.
  explicit IssueReferences(IssueReferenceOptions options = {});
  /// Returns each reference once, in the order of their first appearance.
  [[nodiscard]] std::vector<IssueReference> find(std::string_view message) const;
  /// Returns whether the message contains the marker of commits to ignore.
  [[nodiscard]] bool is_ignored(std::string_view message) const;

 private:
  IssueReferenceOptions options_;
};

}  // namespace bitbucket::inline v0_1
