// What the team of examples/connect.cpp does: it runs a Bitbucket Server, allows a service to use
// the server, and pushes.  None of this is part of a service.
#pragma once
#include <httplib.h>

#include <cstdlib>
#include <ctime>
#include <filesystem>
#include <fstream>
#include <stdexcept>
#include <string>

#include <bitbucket/secret.hpp>
#include <bitbucket/testing/git_server.hpp>

#include "application_link.hpp"
#include "sealing_key.hpp"

namespace example {

class Team {
 public:
  // Serves the git repository in a folder as a repository of the project DEMO.
  explicit Team(const std::filesystem::path& folder) {
    const std::string name = folder.filename();
    server_.add_repository("DEMO", name.substr(0, name.rfind(".git")), folder);
  }

  std::string base_url() const { return server_.base_url(); }

  // Creates an application link with the public key of the service, and returns what the
  // administrator enters at the service.
  bitbucket::InstallationConfig make_application_link() {
    return example::make_application_link(server_, "connect");
  }

  // Allows the access without a browser, and returns to the service as a browser would.
  void allow(const std::string& page, const std::string& service) {
    const std::string token = page.substr(page.rfind('=') + 1);
    const std::string verifier = server_.approve(token);
    httplib::Client browser(service);
    if (!browser.Get("/callback?oauth_token=" + token + "&oauth_verifier=" + verifier))
      throw std::runtime_error("nothing answers at " + service);
  }

  // Pushes one commit to a new branch, whose history is its own, so that this works with every
  // repository.  git sees no setting of the user's, and no list of processes shows the token.
  void push(const std::string& link, const std::string& folder) {
    std::ofstream(folder + "/.gitconfig")
        << "[user]\nname = Connect\nemail = connect@example.com\n"
        << "[http]\nextraHeader = Authorization: Bearer " << token_ << '\n'
        << "[remote \"origin\"]\nurl = \"" << link << "\"\npush = HEAD:refs/heads/connect-"
        << std::time(nullptr) << '\n';
    const std::string command = "cd " + folder + " && env -i PATH=\"$PATH\" HOME=" + folder + R"( \
        GIT_CONFIG_NOSYSTEM=1 GIT_TERMINAL_PROMPT=0 sh -ec '
          git init --quiet clone
          cd clone
          echo "Pushed by examples/connect." >CONNECT.md
          git add CONNECT.md
          git commit --quiet --message="Add CONNECT.md"
          git push --quiet' >push.log 2>&1)";
    if (std::system(command.c_str()) != 0)
      throw std::runtime_error("git cannot push: " +
                               std::string(bitbucket::read_file(folder + "/push.log").reveal()));
  }

 private:
  std::string token_ = to_hex(random_bytes(20));
  bitbucket::testing::GitServer server_{
      {.users = {{.name = "admin"}}, .tokens = {{.token = token_, .user = "admin"}}}};
};

}  // namespace example
