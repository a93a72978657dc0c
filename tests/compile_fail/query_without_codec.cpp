#include <bitbucket/server.hpp>

struct LabelFilter {
  std::string name;
};
#ifndef FAIL
template <>
struct bitbucket::QueryCodec<LabelFilter> {
  static void append(Parameters& query, const LabelFilter& filter) {
    query.emplace_back("name", filter.name);
  }
};
#endif

constexpr bitbucket::Pages<bitbucket::RawJson, bitbucket::Query<LabelFilter>> labels{
    "/rest/api/1.0/labels"};

void use(const bitbucket::BitbucketServer& client) {
  (void)client.call(labels, LabelFilter{"a"}).to_vector();
}
