#include <string>
#include <string_view>

#include <bitbucket/branches.hpp>
#include <bitbucket/commits.hpp>
#include <bitbucket/detail/export.hpp>
#include <bitbucket/json.hpp>
#include <bitbucket/repos.hpp>
#include <bitbucket/tags.hpp>

// How filters become query parameters.  What is empty or as the server has it by itself is not
// sent.

namespace bitbucket::inline v0_1 {
namespace {

void add(Parameters& query, std::string_view name, std::string_view value) {
  if (!value.empty()) query.emplace_back(name, value);
}

void add(Parameters& query, std::string_view name, bool value) {
  if (value) query.emplace_back(name, "true");
}

std::string_view text(Visibility visibility) {
  switch (visibility) {
    case Visibility::is_public:
      return "public";
    case Visibility::is_private:
      return "private";
    case Visibility::any:
      break;
  }
  return {};
}

std::string_view text(ArchivedFilter archived) {
  switch (archived) {
    case ArchivedFilter::active:
      return "ACTIVE";
    case ArchivedFilter::archived:
      return "ARCHIVED";
    case ArchivedFilter::all:
      return "ALL";
    case ArchivedFilter::server_default:
      break;
  }
  return {};
}

std::string_view text(Merges merges) {
  switch (merges) {
    case Merges::exclude:
      return "exclude";
    case Merges::only:
      return "only";
    case Merges::include:
      break;
  }
  return {};
}

std::string_view text(RefOrder order) {
  switch (order) {
    case RefOrder::alphabetical:
      return "ALPHABETICAL";
    case RefOrder::modification:
      return "MODIFICATION";
    case RefOrder::server_default:
      break;
  }
  return {};
}

}  // namespace

// Specialised one by one, not instantiated: clang would hide an instantiation in a shared library,
// because the filters are types without a visibility of their own.

template <>
BITBUCKET_EXPORT void QueryCodec<RepoFilter>::append(Parameters& query, const RepoFilter& filter) {
  add(query, "name", filter.name);
  add(query, "projectname", filter.project_name);
  add(query, "projectkey", filter.project_key);
  add(query, "permission", filter.permission);
  add(query, "visibility", text(filter.visibility));
  add(query, "state", filter.state);
  add(query, "archived", text(filter.archived));
}

template <>
BITBUCKET_EXPORT void QueryCodec<CommitFilter>::append(Parameters& query,
                                                       const CommitFilter& filter) {
  add(query, "since", filter.since);
  add(query, "until", filter.until);
  add(query, "path", filter.path);
  add(query, "merges", text(filter.merges));
  add(query, "followRenames", filter.follow_renames);
  add(query, "ignoreMissing", filter.ignore_missing);
}

template <>
BITBUCKET_EXPORT void QueryCodec<BranchFilter>::append(Parameters& query,
                                                       const BranchFilter& filter) {
  add(query, "filterText", filter.filter_text);
  add(query, "base", filter.base);
  add(query, "details", filter.details);
  add(query, "boostMatches", filter.boost_matches);
  add(query, "orderBy", text(filter.order_by));
}

template <>
BITBUCKET_EXPORT void QueryCodec<TagFilter>::append(Parameters& query, const TagFilter& filter) {
  add(query, "filterText", filter.filter_text);
  add(query, "orderBy", text(filter.order_by));
}

template <>
BITBUCKET_EXPORT void QueryCodec<Parameters>::append(Parameters& query, const Parameters& filter) {
  query.insert(query.end(), filter.begin(), filter.end());
}

}  // namespace bitbucket::inline v0_1
