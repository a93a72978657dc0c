#include <bitbucket/model/commit.hpp>

#include "model/codec.hpp"

namespace bitbucket::inline v0_1 {

EnumWords<CommitFilter::Merges> enum_words(CommitFilter::Merges) {
  using enum CommitFilter::Merges;
  static constexpr EnumWord<CommitFilter::Merges> words[] = {{exclude, "exclude"}, {only, "only"}};
  return words;
}

namespace json {

void fields_of_commit(auto& c, auto& f) {
  f.required("id", c.id);
  f("displayId", c.display_id);
  f("author", c.author);
  f("authorTimestamp", c.author_timestamp);
  f("committer", c.committer);
  f("committerTimestamp", c.committer_timestamp);
  f("message", c.message);
}

void fields(MinimalCommit& c, auto& f) { fields_of_commit(c, f); }

void fields(Commit& c, auto& f) {
  fields_of_commit(c, f);
  f("parents", c.parents);
  f("properties", c.properties);
}

void fields(CommitFilter& c, auto& f) {
  f("since", c.since);
  f("until", c.until);
  f("path", c.path);
  f("merges", c.merges);
  f("followRenames", c.follow_renames);
  f("ignoreMissing", c.ignore_missing);
}

}  // namespace json

const detail::ModelCodec<MinimalCommit>& model_codec(const MinimalCommit*) {
  return json::codec<MinimalCommit>;
}
const detail::ModelCodec<Commit>& model_codec(const Commit*) { return json::codec<Commit>; }

void append_query(Parameters& query, const CommitFilter& filter) {
  json::append_fields(query, filter);
}

}  // namespace bitbucket::inline v0_1
