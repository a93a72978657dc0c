#include <bitbucket/nlohmann_codec.hpp>
#include <bitbucket/server.hpp>
#include <nlohmann/json.hpp>

struct Label {
  std::string name;
};
NLOHMANN_DEFINE_TYPE_NON_INTRUSIVE(Label, name)
#ifndef FAIL
template <>
struct bitbucket::JsonCodec<Label> : bitbucket::NlohmannCodec<Label> {};
#endif

constexpr bitbucket::Pages<Label, bitbucket::RepoRef> labels{
    "/rest/api/1.0/projects/{project}/repos/{repo}/labels"};

void use(const bitbucket::BitbucketServer& client) {
  for (const Label& label : client.call(labels, "PRJ/demo")) (void)label;
}
