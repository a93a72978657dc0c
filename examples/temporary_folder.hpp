// A folder for the time that a program runs.
#pragma once
#include <cstdlib>
#include <filesystem>
#include <stdexcept>
#include <string>
#include <system_error>

namespace example {

// A folder that only its owner can read, and that is removed at the end.
struct TemporaryFolder {
  std::string path;
  explicit TemporaryFolder(const std::string& program) : path("/tmp/" + program + "-XXXXXX") {
    if (!::mkdtemp(path.data())) throw std::runtime_error("cannot create a folder in /tmp");
  }
  TemporaryFolder(const TemporaryFolder&) = delete;
  TemporaryFolder& operator=(const TemporaryFolder&) = delete;
  ~TemporaryFolder() {
    std::error_code ignored;
    std::filesystem::remove_all(path, ignored);
  }
};

}  // namespace example
