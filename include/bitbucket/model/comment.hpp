#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include <bitbucket/boxed.hpp>
#include <bitbucket/ids.hpp>
#include <bitbucket/model/common.hpp>

namespace bitbucket::inline v0_1 {

/// Whether a comment is a task.
enum class CommentSeverity { unknown, normal, blocker };
BITBUCKET_EXPORT EnumWords<CommentSeverity> enum_words(CommentSeverity);

/// What became of a comment or task.
enum class CommentState { unknown, open, resolved, pending };
BITBUCKET_EXPORT EnumWords<CommentState> enum_words(CommentState);

/// A comment on a commit or a pull request.
struct Comment {
  CommentId id;                      ///< unique on this server
  std::int64_t version = 0;          ///< grows with each change
  std::string text;                  ///< Markdown
  std::string html;                  ///< the text as HTML, when asked for
  User author;                       ///< who wrote it
  Timestamp created_date{};          ///< when it was written
  Timestamp updated_date{};          ///< when it was changed last
  std::vector<Comment> comments;     ///< the answers to it
  Open<CommentSeverity> severity;    ///< a comment or a task
  Open<CommentState> state;          ///< open, resolved, or not yet published
  Timestamp resolved_date{};         ///< when the task was resolved; 0 if it was not
  Boxed<User> resolver;              ///< who resolved the task
  bool thread_resolved = false;      ///< the thread that it begins is resolved
  Timestamp thread_resolved_date{};  ///< when the thread was resolved; 0 if it was not
  Boxed<User> thread_resolver;       ///< who resolved the thread
  RawJson anchor;                    ///< the file and the line that it stands at
  RawJson parent;                    ///< the comment that it answers
  RawJson tasks;                     ///< of servers before 7.2
  RawJson properties;                ///< the repository and suggestions, among others
  RawJson permitted_operations;      ///< what this user may do with it
  friend bool operator==(const Comment&, const Comment&) = default;
};
BITBUCKET_EXPORT const detail::ModelCodec<Comment>& model_codec(const Comment*);

}  // namespace bitbucket::inline v0_1
