// Serves git repositories of this machine with an embedded Bitbucket Server.
#pragma once
#include <filesystem>
#include <stdexcept>
#include <string>
#include <vector>

#include <bitbucket/server.hpp>
#include <bitbucket/testing/git_server.hpp>

#include "application_link.hpp"
#include "sealing_key.hpp"

namespace example {

// The embedded server is on this machine, so requests use no proxy.
inline const bitbucket::ConnectionOptions direct{.proxy = {.url = "direct"}};

// Serves one repository, or all that are directly in a folder, in the project LOCAL.  It only reads
// them: a push goes to a private clone.
class RepositoryServer {
 public:
  explicit RepositoryServer(const std::filesystem::path& place) {
    const std::filesystem::path folder = std::filesystem::weakly_canonical(place);
    if (!std::filesystem::is_directory(folder))
      throw std::runtime_error("there is no folder " + place.string());
    std::vector<std::filesystem::path> repositories;
    if (is_repository(folder)) repositories.push_back(folder);
    if (repositories.empty())
      for (const auto& entry : std::filesystem::directory_iterator(folder))
        if (is_repository(entry.path())) repositories.push_back(entry.path());
    if (repositories.empty())
      throw std::runtime_error(place.string() +
                               " is not a git repository, and there is none directly in it");
    for (const std::filesystem::path& path : repositories) {
      const std::string name = path.filename();
      server_.add_repository("LOCAL", name.substr(0, name.rfind(".git")), path);
    }
  }

  std::string base_url() const { return server_.base_url(); }
  // Creates an application link, and returns what the administrator enters at the service.
  bitbucket::InstallationConfig make_application_link(const std::string& consumer_key) {
    return example::make_application_link(server_, consumer_key);
  }
  bitbucket::BitbucketServer client() const {
    return bitbucket::BitbucketServer{{.base_url = base_url(),
                                       .credentials = bitbucket::BasicCredentials{"git", password_},
                                       .connection = direct}};
  }
  // Returns a clone address with the password, which is worth nothing once the program ends.
  std::string with_password(std::string clone_url) const {
    return clone_url.insert(clone_url.find("://") + 3, "git:" + password_ + '@');
  }

 private:
  static bool is_repository(const std::filesystem::path& path) {
    std::error_code ignored;
    return std::filesystem::exists(path / ".git", ignored) ||
           (std::filesystem::exists(path / "HEAD", ignored) &&
            std::filesystem::is_directory(path / "objects", ignored));
  }

  std::string password_ = to_hex(random_bytes(20));
  bitbucket::testing::GitServer server_{{.users = {{.name = "git", .password = password_}}}};
};

}  // namespace example
