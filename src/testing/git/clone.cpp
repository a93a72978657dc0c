#include "testing/git/clone.hpp"

#include <algorithm>
#include <fstream>
#include <vector>

namespace bitbucket::inline v0_1::testing::git {
namespace fs = std::filesystem;
namespace {

/// Returns a line of info/alternates as git reads it: in quotes when a character needs them.
std::string quoted(const std::string& path) {
  if (path.find_first_of("\n\"\\") == std::string::npos) return path;
  std::string out = "\"";
  for (const char c : path) {
    if (c == '"' || c == '\\') out += '\\';
    if (c == '\n')
      out += "\\n";
    else
      out += c;
  }
  return out + '"';
}

std::string unquoted(const std::string& line) {
  if (line.size() < 2 || line.front() != '"' || line.back() != '"') return line;
  std::string out;
  for (std::size_t i = 1; i + 1 < line.size(); ++i) {
    if (line[i] != '\\') {
      out += line[i];
    } else {
      const char next = line[++i];
      out += next == 'n' ? '\n' : next == 't' ? '\t' : next;
    }
  }
  return out;
}

/// Adds an object folder and those it borrows from.  All are listed, since git refuses relative
/// paths in the alternates of alternates.
void collect_objects(const fs::path& dir, std::vector<fs::path>& out) {
  std::error_code error;
  const fs::path found = fs::canonical(dir, error);
  if (error || std::find(out.begin(), out.end(), found) != out.end()) return;
  out.push_back(found);
  std::ifstream file(found / "info" / "alternates");
  for (std::string line; std::getline(file, line);)
    if (!line.empty() && line.front() != '#') collect_objects(found / unquoted(line), out);
}

void write_alternates(const Context& original, const Context& clone) {
  std::vector<fs::path> folders;
  collect_objects(original.common_dir() / "objects", folders);
  std::ofstream file(clone.git_dir() / "objects" / "info" / "alternates", std::ios::binary);
  for (const fs::path& folder : folders) file << quoted(folder.string()) << '\n';
  file.close();
  if (!file) throw std::runtime_error("cannot write alternates");
}

/// Copies a file that tells git where history is cut or joined.
void copy_file(const Context& original, const Context& clone, const std::string& name) {
  const fs::path from = original.common_dir() / name, to = clone.git_dir() / name;
  if (!fs::exists(from)) return;
  fs::create_directories(to.parent_path());
  fs::copy_file(from, to);
}

/// Returns whether a ref belongs to one worktree only.
bool is_private(std::string_view ref) {
  return ref.starts_with("refs/bisect/") || ref.starts_with("refs/worktree/") ||
         ref.starts_with("refs/rewritten/");
}

/// Writes them packed: a file for each of thousands of refs takes seconds.
void copy_refs(const Context& original, const Context& clone) {
  const std::string refs =
      checked(original.command({"for-each-ref", "--format=%(objectname) %(refname) %(symref)"}));
  std::ofstream packed(clone.git_dir() / "packed-refs", std::ios::binary);
  for (std::size_t at = 0; at < refs.size();) {
    const std::size_t end = refs.find('\n', at);
    const std::string line = refs.substr(at, end - at);
    at = end + 1;
    const std::size_t name = line.find(' ') + 1, target = line.find(' ', name) + 1;
    const std::string ref = line.substr(name, target - 1 - name);
    if (is_private(ref)) continue;
    if (target < line.size())
      checked(clone.command({"symbolic-ref", "--", ref, line.substr(target)}));
    else
      packed << line.substr(0, target - 1) << '\n';
  }
  packed.close();
  if (!packed) throw std::runtime_error("cannot write refs");
}

void copy_head(const Context& original, const Context& clone) {
  const Output branch = run(original.command({"symbolic-ref", "--quiet", "HEAD"}));
  if (branch.status == 0) {
    const std::string name = branch.output.substr(0, branch.output.find('\n'));
    checked(clone.command({"symbolic-ref", "--", "HEAD", name}));
    return;
  }
  const Output commit = run(original.command({"rev-parse", "--verify", "--quiet", "HEAD"}));
  if (commit.status != 0) return;
  const std::string id = commit.output.substr(0, commit.output.find('\n'));
  checked(clone.command({"update-ref", "--no-deref", "HEAD", id}));
}

/// Settings that decide what is read stay the original's; the others allow pushes.
void configure(const Context& original, const Context& clone) {
  const Output kept =
      run(original.command({"config", "--local", "--null", "--get-regexp", "^diff\\."}));
  for (std::size_t at = 0; at < kept.output.size();) {
    const std::size_t end = kept.output.find('\0', at);
    const std::string entry = kept.output.substr(at, end - at);
    at = end + 1;
    const std::size_t line = entry.find('\n');
    const std::string value = line == std::string::npos ? "true" : entry.substr(line + 1);
    checked(clone.command({"config", "--add", entry.substr(0, line), value}));
  }
  // gc would run beside the pushes of a test, and later.  A push stays a pack: unpacking an object
  // that the original has would set the time of the original's file.
  for (const char* setting :
       {"http.receivepack=true", "receive.autogc=false", "gc.auto=0", "receive.unpackLimit=1"}) {
    const std::string text = setting;
    const std::size_t equal = text.find('=');
    checked(clone.command({"config", text.substr(0, equal), text.substr(equal + 1)}));
  }
}

}  // namespace

void make_private_clone(const Context& original, const fs::path& dir) {
  fs::create_directories(dir.parent_path());
  Command init = original.command({});
  init.args = {"init", "--quiet", "--bare", "--template="};
  if (original.id_size() == 64) init.args.emplace_back("--object-format=sha256");
  init.args.insert(init.args.end(), {"--", dir.string()});
  checked(init);
  const Context clone(dir, original.config_file());
  write_alternates(original, clone);
  copy_file(original, clone, "shallow");
  copy_file(original, clone, "info/grafts");
  copy_refs(original, clone);
  copy_head(original, clone);
  configure(original, clone);
}

}  // namespace bitbucket::inline v0_1::testing::git
