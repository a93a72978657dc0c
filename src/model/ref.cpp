#include <bitbucket/model/ref.hpp>

#include "model/codec.hpp"

namespace bitbucket::inline v0_1 {

EnumWords<RefType> enum_words(RefType) {
  using enum RefType;
  static constexpr EnumWord<RefType> words[] = {{branch, "BRANCH"}, {tag, "TAG"}};
  return words;
}

EnumWords<BranchFilter::Order> enum_words(BranchFilter::Order) {
  using enum BranchFilter::Order;
  static constexpr EnumWord<BranchFilter::Order> words[] = {{alphabetical, "ALPHABETICAL"},
                                                            {modification, "MODIFICATION"}};
  return words;
}

namespace json {

void fields(Branch& b, auto& f) {
  f.required("id", b.id);
  f("displayId", b.display_id);
  f("type", b.type);
  f("latestCommit", b.latest_commit);
  f("latestChangeset", b.latest_changeset);
  f("isDefault", b.is_default);
  f("metadata", b.metadata);
}

void fields(BranchFilter& b, auto& f) {
  f("filterText", b.filter_text);
  f("base", b.base);
  f("details", b.details);
  f("boostMatches", b.boost_matches);
  f("orderBy", b.order_by);
}

void fields(Tag& t, auto& f) {
  f.required("id", t.id);
  f("displayId", t.display_id);
  f("type", t.type);
  f("latestCommit", t.latest_commit);
  f("latestChangeset", t.latest_changeset);
  f("hash", t.hash);
}

void fields(TagFilter& t, auto& f) {
  f("filterText", t.filter_text);
  f("orderBy", t.order_by);
}

}  // namespace json

const detail::ModelCodec<Branch>& model_codec(const Branch*) { return json::codec<Branch>; }
const detail::ModelCodec<Tag>& model_codec(const Tag*) { return json::codec<Tag>; }

void append_query(Parameters& query, const BranchFilter& filter) {
  json::append_fields(query, filter);
}
void append_query(Parameters& query, const TagFilter& filter) {
  json::append_fields(query, filter);
}

}  // namespace bitbucket::inline v0_1
