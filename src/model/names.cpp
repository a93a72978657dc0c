#include <array>
#include <string>
#include <string_view>
#include <utility>

#include <bitbucket/model/change.hpp>
#include <bitbucket/model/common.hpp>
#include <bitbucket/model/project.hpp>
#include <bitbucket/model/ref.hpp>
#include <bitbucket/model/repo.hpp>

// How Bitbucket writes enumerations, and the few functions of model types that are not inline.
// `unknown` has no name: Open keeps the text that came, be it UNKNOWN or a newer one.

namespace bitbucket::inline v0_1 {
namespace {

template <class E, std::size_t N>
using Names = std::array<std::pair<E, std::string_view>, N>;

constexpr Names<UserType, 2> user_types{{
    {UserType::normal, "NORMAL"},
    {UserType::service, "SERVICE"},
}};
constexpr Names<ProjectType, 2> project_types{{
    {ProjectType::normal, "NORMAL"},
    {ProjectType::personal, "PERSONAL"},
}};
constexpr Names<RepoState, 4> repo_states{{
    {RepoState::available, "AVAILABLE"},
    {RepoState::initialising, "INITIALISING"},
    {RepoState::initialisation_failed, "INITIALISATION_FAILED"},
    {RepoState::offline, "OFFLINE"},
}};
constexpr Names<RefType, 2> ref_types{{
    {RefType::branch, "BRANCH"},
    {RefType::tag, "TAG"},
}};
constexpr Names<ChangeType, 5> change_types{{
    {ChangeType::add, "ADD"},
    {ChangeType::copy, "COPY"},
    {ChangeType::del, "DELETE"},
    {ChangeType::modify, "MODIFY"},
    {ChangeType::move, "MOVE"},
}};
constexpr Names<NodeType, 3> node_types{{
    {NodeType::file, "FILE"},
    {NodeType::directory, "DIRECTORY"},
    {NodeType::submodule, "SUBMODULE"},
}};

}  // namespace

EnumNames<UserType> names(UserType) { return user_types; }
EnumNames<ProjectType> names(ProjectType) { return project_types; }
EnumNames<RepoState> names(RepoState) { return repo_states; }
EnumNames<RefType> names(RefType) { return ref_types; }
EnumNames<ChangeType> names(ChangeType) { return change_types; }
EnumNames<NodeType> names(NodeType) { return node_types; }

std::string_view Links::find(std::string_view rel, std::string_view name) const noexcept {
  for (const Link& link : items)
    if (link.rel == rel && (name.empty() || link.name == name)) return link.href;
  return {};
}

std::string RepoPath::str() const {
  if (!full.empty()) return full;
  std::string path;
  for (const std::string& component : components) {
    if (!path.empty()) path += '/';
    path += component;
  }
  if (!path.empty()) return path;
  return parent.empty() || name.empty() ? parent + name : parent + '/' + name;
}

}  // namespace bitbucket::inline v0_1
