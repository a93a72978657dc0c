#include <bitbucket/server.hpp>

struct NewLabel {};
#ifndef FAIL
template <>
struct bitbucket::JsonCodec<NewLabel> {
  static std::string write(const NewLabel&) { return "{}"; }
};
#endif

constexpr bitbucket::Post<void, bitbucket::RepoRef, bitbucket::Body<NewLabel>> add{
    "/rest/api/1.0/projects/{project}/repos/{repo}/labels"};

void use(const bitbucket::BitbucketServer& client) { client.call(add, "PRJ/demo", {}); }
