#include <bitbucket/model/ref.hpp>

#include "model/codec.hpp"

namespace bitbucket::inline v0_1 {

EnumWords<RefType> enum_words(RefType) {
  static constexpr EnumWord<RefType> words[] = {
      {RefType::branch, "BRANCH"},
      {RefType::tag, "TAG"},
  };
  return words;
}

EnumWords<BranchFilter::Order> enum_words(BranchFilter::Order) {
  static constexpr EnumWord<BranchFilter::Order> words[] = {
      {BranchFilter::Order::alphabetical, "ALPHABETICAL"},
      {BranchFilter::Order::modification, "MODIFICATION"},
  };
  return words;
}

namespace json {

template <class F>
void fields(Branch& b, F& f) {
  f.required("id", b.id);
  f("displayId", b.display_id);
  f("type", b.type);
  f("latestCommit", b.latest_commit);
  f("latestChangeset", b.latest_changeset);
  f("isDefault", b.is_default);
  f("metadata", b.metadata);
}

template <class F>
void fields(BranchFilter& b, F& f) {
  f("filterText", b.filter_text);
  f("base", b.base);
  f("details", b.details);
  f("boostMatches", b.boost_matches);
  f("orderBy", b.order_by);
}

template <class F>
void fields(Tag& t, F& f) {
  f.required("id", t.id);
  f("displayId", t.display_id);
  f("type", t.type);
  f("latestCommit", t.latest_commit);
  f("latestChangeset", t.latest_changeset);
  f("hash", t.hash);
}

template <class F>
void fields(TagFilter& t, F& f) {
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
