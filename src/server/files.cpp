#include <bitbucket/files.hpp>
#include <bitbucket/send.hpp>

#include "api/paths.hpp"

namespace bitbucket::inline v0_1 {
namespace {

Parameters at_query(std::string_view at) {
  return at.empty() ? Parameters{} : Parameters{{"at", std::string(at)}};
}

}  // namespace

std::string Files::raw(const RepoRef& repo, const FilePath& path, std::string_view at) const {
  return detail::send(context_, api::raw_file, repo, path, at_query(at));
}

void Files::raw(const RepoRef& repo, const FilePath& path, std::string_view at,
                const Sink& sink) const {
  if (!sink) throw InvalidArgument("the sink is empty");
  detail::send_to(sink, context_, api::raw_file, repo, path, at_query(at));
}

}  // namespace bitbucket::inline v0_1
