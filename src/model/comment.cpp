#include <bitbucket/model/comment.hpp>

#include "model/codec.hpp"

namespace bitbucket::inline v0_1 {

EnumWords<CommentSeverity> enum_words(CommentSeverity) {
  using enum CommentSeverity;
  static constexpr EnumWord<CommentSeverity> words[] = {{normal, "NORMAL"}, {blocker, "BLOCKER"}};
  return words;
}

EnumWords<CommentState> enum_words(CommentState) {
  using enum CommentState;
  static constexpr EnumWord<CommentState> words[] = {
      {open, "OPEN"}, {resolved, "RESOLVED"}, {pending, "PENDING"}};
  return words;
}

namespace json {

void fields(Comment& c, auto& f) {
  f("properties", c.properties);
  f.required("id", c.id);
  f("version", c.version);
  f("text", c.text);
  f("html", c.html);
  f("author", c.author);
  f("createdDate", c.created_date);
  f("updatedDate", c.updated_date);
  f("comments", c.comments);
  f("anchor", c.anchor);
  f("parent", c.parent);
  f("threadResolved", c.thread_resolved);
  f("threadResolvedDate", c.thread_resolved_date);
  f("threadResolver", c.thread_resolver);
  f("severity", c.severity);
  f("state", c.state);
  f("resolvedDate", c.resolved_date);
  f("resolver", c.resolver);
  f("tasks", c.tasks);
  f("permittedOperations", c.permitted_operations);
}

}  // namespace json

const detail::ModelCodec<Comment>& model_codec(const Comment*) { return json::codec<Comment>; }

}  // namespace bitbucket::inline v0_1
