#include <bitbucket/ids.hpp>

#include <bitbucket/error.hpp>

namespace bitbucket::inline v0_1 {

RepoRef::RepoRef(std::string_view text) {
  const std::size_t slash = text.find('/');
  if (slash == 0 || slash == std::string_view::npos || slash + 1 == text.size() ||
      text.find('/', slash + 1) != std::string_view::npos)
    throw InvalidArgument("a repository must be written as PROJECT/slug, not \"" +
                          std::string(text) + '"');
  project = text.substr(0, slash);
  slug = text.substr(slash + 1);
}

}  // namespace bitbucket::inline v0_1
