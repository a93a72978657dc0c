// Stores an installation in a folder, as a service stores it in a database.  The secrets are
// sealed, and only the owner can read the files.
#pragma once
#include <sys/stat.h>
#include <unistd.h>

#include <cerrno>
#include <filesystem>
#include <stdexcept>
#include <string>
#include <system_error>

#include <bitbucket/integration/installation.hpp>
#include <bitbucket/secret.hpp>

#include "sealing_key.hpp"

namespace example {

constexpr const char* installation_file = "/installation.json";
constexpr const char* identity_file = "/identity.json";
constexpr const char* key_file = "/sealing.key";

// Makes the folder and its key unless they exist, and returns a sealer with that key.
inline bitbucket::Sealer prepare_sealer(const std::string& folder) {
  const bool there = ::mkdir(folder.c_str(), 0700) == 0 || errno == EEXIST;
  if (!there || ::access((folder + '/').c_str(), W_OK | X_OK) != 0)
    throw std::runtime_error("cannot write to the folder '" + folder +
                             "': " + std::generic_category().message(errno) +
                             "; name a folder of your own");
  return sealer_with_key(folder + key_file);
}

// Does the same for an installation that is still to be stored.  Throws when the folder cannot be
// used, before anybody has to allow an access.
inline bitbucket::Sealer prepare_folder(const std::string& folder) {
  for (const char* name : {installation_file, identity_file})
    if (std::filesystem::exists(folder + name))
      throw std::runtime_error(
          folder + name + " exists already: remove it to connect again, or name another folder");
  return prepare_sealer(folder);
}

inline bool is_stored(const std::string& folder) {
  return std::filesystem::exists(folder + installation_file);
}

// Stores an installation, but never replaces one.
inline void store(const bitbucket::ConnectedInstallation& connected,
                  const bitbucket::Sealer& sealer, const std::string& folder) {
  const auto write = [&](const char* name, const std::string& text) {
    if (!make_private_file(folder + name, text))
      throw std::runtime_error(folder + name + " exists already");
  };
  write(identity_file, to_json(connected.identity, sealer));
  write(installation_file, to_json(connected.installation));
}

// Stores an installation in place of the one before.
inline void replace_stored(const bitbucket::ConnectedInstallation& connected,
                           const bitbucket::Sealer& sealer, const std::string& folder) {
  std::filesystem::remove(folder + installation_file);  // first: it says that both are there
  std::filesystem::remove(folder + identity_file);
  store(connected, sealer, folder);
}

inline bitbucket::ConnectedInstallation read_stored(const std::string& folder) {
  const bitbucket::Secret installation = bitbucket::read_file(folder + installation_file);
  const bitbucket::Secret identity = bitbucket::read_file(folder + identity_file);
  return {bitbucket::read_installation(installation.reveal()),
          bitbucket::read_identity(identity.reveal(), read_sealer(folder + key_file))};
}

}  // namespace example
