#include "testing/git/context.hpp"

#include <fstream>
#include <sstream>

namespace bitbucket::inline v0_1::testing::git {
namespace fs = std::filesystem;

bool is_hex(std::string_view text) {
  return !text.empty() && text.find_first_not_of("0123456789abcdefABCDEF") == text.npos;
}

Context::Context(const fs::path& path, const fs::path& config_file)
    : config_file_(config_file), environment_(git_environment(config_file)) {
  std::error_code error;
  given_ = fs::canonical(path, error);
  if (error) throw std::runtime_error(path.string() + ": " + error.message());
  // Told where to look: by itself git would go up and find a repository around this folder.
  git_dir_ = fs::exists(given_ / ".git", error) ? given_ / ".git" : given_;
  const Output found = run(command({"rev-parse", "--absolute-git-dir", "--show-object-format"}));
  if (found.status != 0)
    throw std::runtime_error(path.string() + ": not a git repository: " + found.errors);
  const std::size_t line = found.output.rfind('\n', found.output.size() - 2);
  if (line == std::string::npos) throw std::runtime_error(path.string() + ": git is too old");
  git_dir_ = found.output.substr(0, line);
  id_size_ = found.output.substr(line + 1) == "sha256\n" ? 64 : 40;
  common_dir_ = git_dir_;
  std::ifstream link(git_dir_ / "commondir");  // of a linked worktree
  if (std::string text; std::getline(link, text)) common_dir_ = fs::canonical(git_dir_ / text);
  read_grafts();
}

Command Context::command(std::vector<std::string> args) const {
  Command out;
  out.args = {"--literal-pathspecs", "-C", given_.string(), "--git-dir=" + git_dir_.string()};
  out.args.insert(out.args.end(), std::make_move_iterator(args.begin()),
                  std::make_move_iterator(args.end()));
  out.environment = environment_;
  return out;
}

std::shared_ptr<const Context> Context::again() const {
  auto out = std::make_shared<Context>(*this);
  out->grafts_.clear();
  out->read_grafts();
  return out;
}

bool Context::is_full_id(std::string_view text) const {
  return text.size() == id_size_ &&
         text.find_first_not_of("0123456789abcdef") == std::string_view::npos;
}

const std::vector<std::string>* Context::grafted(const std::string& commit) const {
  const auto found = grafts_.find(commit);
  return found == grafts_.end() ? nullptr : &found->second;
}

void Context::read_grafts() {
  const auto read = [this](const fs::path& file) {
    std::ifstream stream(file);
    for (std::string line; std::getline(stream, line);) {
      std::istringstream words(line);
      std::string commit;
      if (!(words >> commit) || !is_full_id(commit)) continue;
      std::vector<std::string> parents;
      for (std::string parent; words >> parent;) parents.push_back(parent);
      grafts_[commit] = std::move(parents);
    }
  };
  read(common_dir_ / "info" / "grafts");
  read(common_dir_ / "shallow");  // commits without parents
}

}  // namespace bitbucket::inline v0_1::testing::git
