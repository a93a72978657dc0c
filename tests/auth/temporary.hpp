#pragma once

#include <cstdio>
#include <filesystem>
#include <fstream>
#include <string>

#include <unistd.h>

/// A new folder, which the destructor removes.
class TemporaryFolder {
 public:
  TemporaryFolder() {
    std::string pattern =
        (std::filesystem::temp_directory_path() / "bitbucket-test-XXXXXX").string();
    path_ = ::mkdtemp(pattern.data());
  }
  TemporaryFolder(const TemporaryFolder&) = delete;
  TemporaryFolder& operator=(const TemporaryFolder&) = delete;
  ~TemporaryFolder() { std::filesystem::remove_all(path_); }

  [[nodiscard]] const std::string& path() const { return path_; }
  /// Writes a file and returns its path.
  [[nodiscard]] std::string write(const std::string& name, const std::string& content) const {
    std::ofstream(path_ + '/' + name, std::ios::binary) << content;
    return path_ + '/' + name;
  }

 private:
  std::string path_;
};

struct Outcome {
  int status = -1;
  std::string output;
};

/// Runs a command in the shell; `output` is what the command writes to standard output.
inline Outcome run(const std::string& command) {
  Outcome out;
  std::FILE* in = ::popen(command.c_str(), "r");
  if (!in) return out;
  char buffer[4096];
  while (const std::size_t size = std::fread(buffer, 1, sizeof buffer, in))
    out.output.append(buffer, size);
  out.status = ::pclose(in);
  return out;
}
