#include "testing/git/objects.hpp"

#include <charconv>

#include "testing/git/commit_parser.hpp"

namespace bitbucket::inline v0_1::testing::git {
namespace {

struct Object {
  std::string id, type;  ///< both empty when it is missing
  std::string content;
};

/// Reads one answer of `cat-file --batch`: "<id> <type> <size>" and the content, or
/// "<what was asked> missing" (also "ambiguous"; what was asked may hold spaces).
Object read_object(Child& child, const Context& context) {
  std::string line;
  if (!child.read_until('\n', line)) child.died();
  Object out;
  const std::size_t id_size = context.id_size();
  if (line.size() <= id_size || line[id_size] != ' ' ||
      !context.is_full_id(std::string_view(line).substr(0, id_size)))
    return out;
  const std::size_t space = line.rfind(' ');
  std::size_t size = 0;
  const char* end = line.data() + line.size();
  const auto number = std::from_chars(line.data() + space + 1, end, size);
  if (space <= id_size || number.ec != std::errc() || number.ptr != end) return out;
  out.id = line.substr(0, id_size);
  out.type = line.substr(id_size + 1, space - id_size - 1);
  out.content = child.read_bytes(size);
  if (child.read_bytes(1) != "\n") throw ChildDied("git cat-file: out of step");
  return out;
}

ObjectType type_of(std::string_view name) {
  if (name == "blob") return ObjectType::blob;
  if (name == "tree") return ObjectType::tree;
  if (name == "commit") return ObjectType::commit;
  return ObjectType::missing;
}

/// Returns whether git takes each part of the path for a name: "./x" would be relative to a folder.
bool is_plain_path(std::string_view path) {
  if (path.find('\0') != path.npos) return false;
  while (!path.empty()) {
    const std::size_t slash = path.find('/');
    const std::string_view part = path.substr(0, slash);
    if (part.empty() || part == "." || part == "..") return false;
    if (slash == path.npos) return true;
    path.remove_prefix(slash + 1);
    if (path.empty()) return false;
  }
  return true;
}

/// Returns whether a tree object has a submodule of this name.  Its entries are "mode name", NUL
/// and the bytes of an id.
bool has_submodule(std::string_view tree, std::string_view name, std::size_t id_bytes) {
  while (!tree.empty()) {
    const std::size_t space = tree.find(' ');
    const std::size_t end = tree.find('\0', space);
    if (space == tree.npos || end == tree.npos || tree.size() - end - 1 < id_bytes) return false;
    if (tree.substr(space + 1, end - space - 1) == name) return tree.substr(0, space) == "160000";
    tree.remove_prefix(end + 1 + id_bytes);
  }
  return false;
}

/// Reads "commit:path".  The batch takes one name per line, so a path with a line break is looked
/// up by a process of its own.
Object read_path(Child& child, const Context& context, const std::string& commit,
                 const std::string& path) {
  std::string name = commit + ':' + path;
  if (name.find('\n') != std::string::npos) {
    const Output found =
        run(context.command({"rev-parse", "--verify", "--quiet", "--end-of-options", name}));
    name = found.output.substr(0, found.output.find('\n'));
    if (found.status != 0 || !context.is_full_id(name)) return {};
  }
  child.write(name + '\n');
  return read_object(child, context);
}

}  // namespace

std::vector<CommitData> Objects::commits(const ContextPtr& context,
                                         const std::vector<std::string>& ids) {
  std::string question;
  for (const std::string& id : ids) {
    if (!context->is_full_id(id)) throw std::runtime_error("not a commit id: " + id);
    question += id + '\n';
  }
  std::vector<CommitData> out;
  const std::scoped_lock lock(commits_mutex_);
  commits_.ask(context, [&](Child& child) {
    out.clear();
    child.write(question);
    std::string no_commit;
    for (const std::string& id : ids) {
      const Object object = read_object(child, *context);
      if (object.type != "commit") {
        if (no_commit.empty()) no_commit = id;
        continue;
      }
      out.push_back(parse_commit(id, object.content));
      if (const auto* parents = context->grafted(id)) out.back().parents = *parents;
    }
    if (!no_commit.empty())
      throw std::runtime_error(context->given().string() + ": no commit " + no_commit);
  });
  return out;
}

Blob Objects::file(const ContextPtr& context, const std::string& commit, const std::string& path) {
  std::string plain = path;
  if (plain.ends_with('/') && plain.size() > 1) plain.pop_back();
  if (!context->is_full_id(commit) || !is_plain_path(plain)) return {};
  const std::scoped_lock lock(files_mutex_);
  return files_.ask(context, [&](Child& child) -> Blob {
    Object object = read_path(child, *context, commit, plain);
    Blob out;
    out.type = type_of(object.type);
    if (out.type == ObjectType::blob) out.content = std::move(object.content);
    if (out.type != ObjectType::missing || plain.empty()) return out;
    // A submodule's commit lives elsewhere: only the folder it is in knows of it.
    const std::size_t slash = plain.rfind('/');
    const bool top = slash == std::string::npos;
    const Object folder =
        read_path(child, *context, commit, top ? std::string() : plain.substr(0, slash));
    if (folder.type == "tree" &&
        has_submodule(folder.content, plain.substr(top ? 0 : slash + 1), context->id_size() / 2))
      out.type = ObjectType::commit;
    return out;
  });
}

}  // namespace bitbucket::inline v0_1::testing::git
