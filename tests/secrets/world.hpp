#pragma once

#include <sys/types.h>

#include <filesystem>
#include <string>
#include <vector>

#include "secrets/memory.hpp"

namespace secrets {

/// A process that makes secrets, writes them into files, and serves Bitbucket's API to clients that
/// know them.  The test's process sees the secrets only in these files; the needles are masked.
class World {
 public:
  World();
  ~World();
  World(const World&) = delete;
  World& operator=(const World&) = delete;

  [[nodiscard]] std::string file(const std::string& name) const { return folder_ / name; }
  [[nodiscard]] std::string base_url() const;
  /// Asks the server's process to approve a request token and to write the verifier into the file
  /// "verifier".
  void approve(const std::string& request_token) const;
  [[nodiscard]] std::vector<Needle> needles() const { return read_needles(file("needles")); }

 private:
  std::filesystem::path folder_;
  int commands_ = -1;
  pid_t server_ = -1;
};

}  // namespace secrets
