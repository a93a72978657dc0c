#include <cstdlib>
#include <fstream>

#include "testing/git/process.hpp"

namespace bitbucket::inline v0_1::testing::git {

std::vector<std::string> inherited_environment() {
  std::vector<std::string> out;
  for (const std::string name : {"PATH", "GIT_EXEC_PATH", "LD_LIBRARY_PATH", "TMPDIR"})
    if (const char* value = std::getenv(name.c_str())) out.push_back(name + '=' + value);
  if (std::getenv("PATH") == nullptr) out.emplace_back("PATH=/usr/local/bin:/usr/bin:/bin");
  return out;
}

std::vector<std::string> git_environment(const std::filesystem::path& config_file) {
  std::vector<std::string> out = inherited_environment();
  // What the repository's own configuration includes may be below it.
  if (const char* home = std::getenv("HOME")) out.push_back(std::string("HOME=") + home);
  for (const char* entry : {"LC_ALL=C", "GIT_CONFIG_NOSYSTEM=1", "GIT_ATTR_NOSYSTEM=1",
                            "GIT_OPTIONAL_LOCKS=0", "GIT_TERMINAL_PROMPT=0",
                            // A partial clone would fetch what it lacks, and so be written to.
                            "GIT_ALLOW_PROTOCOL=none", "GIT_NO_LAZY_FETCH=1"})
    out.emplace_back(entry);
  out.push_back("GIT_CONFIG_GLOBAL=" + config_file.string());
  return out;
}

void write_git_config(const std::filesystem::path& config_file) {
  std::filesystem::create_directories(config_file.parent_path());
  std::ofstream file(config_file);
  file << "[safe]\n\tdirectory = *\n[gc]\n\tauto = 0\n[maintenance]\n\tauto = false\n"
          // the clone's refs are written as files
          "[init]\n\tdefaultRefFormat = files\n"
          "[core]\n\tattributesFile = /dev/null\n\texcludesFile = /dev/null\n";
  file.close();
  if (!file) throw std::runtime_error("cannot write " + config_file.string());
}

}  // namespace bitbucket::inline v0_1::testing::git
