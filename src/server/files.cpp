#include <bitbucket/files.hpp>

#include <bitbucket/api/files.hpp>
#include <bitbucket/detail/send.hpp>

#include "server/new_file.hpp"

namespace bitbucket::inline v0_1 {
namespace {

Parameters at_query(std::string_view at) {
  return at.empty() ? Parameters{} : Parameters{{"at", std::string(at)}};
}

}  // namespace

std::string Files::raw(const RepoRef& repo, const FilePath& path, std::string_view at) const {
  return detail::send(context_, api::files::raw(repo, path, at_query(at)));
}

void Files::raw(const RepoRef& repo, const FilePath& path, std::string_view at,
                const Sink& sink) const {
  if (!sink) throw InvalidArgument("the sink is empty");
  detail::send(context_, api::files::raw(repo, path, at_query(at)), sink);
}

void Files::raw(const RepoRef& repo, const FilePath& path, const Sink& sink) const {
  raw(repo, path, {}, sink);
}

std::uint64_t Files::download(const RepoRef& repo, const FilePath& path,
                              const std::filesystem::path& destination,
                              const DownloadOptions& options) const {
  detail::NewFile file(destination);
  std::uint64_t bytes = 0;
  raw(repo, path, options.at, [&](std::string_view piece) {
    file.write(piece);
    bytes += piece.size();
    if (options.progress) options.progress(bytes);
  });
  file.finish();
  return bytes;
}

}  // namespace bitbucket::inline v0_1
