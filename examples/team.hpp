// What the team of examples/connect.cpp does: it runs a Bitbucket Server, allows a service to use
// the server, and pushes.  None of this is part of a service.
#pragma once
#include <httplib.h>
#include <openssl/bio.h>
#include <openssl/evp.h>
#include <openssl/pem.h>
#include <openssl/rsa.h>

#include <cstdlib>
#include <ctime>
#include <filesystem>
#include <fstream>
#include <memory>
#include <stdexcept>
#include <string>

#include <bitbucket/integration/installation.hpp>
#include <bitbucket/secret.hpp>
#include <bitbucket/testing/git_server.hpp>

#include "sealing_key.hpp"

namespace example {

// Returns what one of OpenSSL's functions writes.
template <class Write>
std::string pem(Write write) {
  const std::unique_ptr<BIO, int (*)(BIO*)> out(BIO_new(BIO_s_mem()), BIO_free);
  if (write(out.get()) != 1) throw std::runtime_error("OpenSSL cannot write a key");
  char* text = nullptr;
  const long size = BIO_get_mem_data(out.get(), &text);
  return {text, static_cast<std::size_t>(size)};
}

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
    const std::unique_ptr<EVP_PKEY, void (*)(EVP_PKEY*)> key(EVP_RSA_gen(2048), EVP_PKEY_free);
    const auto write_public = [&](BIO* out) { return PEM_write_bio_PUBKEY(out, key.get()); };
    const auto write_private = [&](BIO* out) {
      return PEM_write_bio_PrivateKey(out, key.get(), nullptr, nullptr, 0, nullptr, nullptr);
    };
    server_.add_consumer({.key = "connect", .public_key = pem(write_public)});
    return {.url = base_url(), .consumer_key = "connect", .private_key = pem(write_private)};
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
