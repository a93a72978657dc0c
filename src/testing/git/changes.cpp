#include "testing/git/changes.hpp"

#include <charconv>

namespace bitbucket::inline v0_1::testing::git {
namespace {

// diff-tree gives back a line that is no id, after all that was asked before it.
constexpr std::string_view end_mark = "that is all";

/// Reads ":100644 100644 <id> <id> R086" and the paths after it.
FileChange read_change(Child& child, const Context& context) {
  std::string line;
  if (!child.read_until('\0', line)) child.died();
  const std::size_t ids = context.id_size();
  FileChange change;
  // One ':', two modes of six digits, two ids, four spaces, a letter.
  if (line.size() < 1 + 2 * 7 + 2 * (ids + 1) + 1) throw ChildDied("git diff-tree: out of step");
  change.old_mode = line.substr(1, 6);
  change.new_mode = line.substr(8, 6);
  change.old_id = line.substr(15, ids);
  change.new_id = line.substr(16 + ids, ids);
  change.status = line[17 + 2 * ids];
  std::from_chars(line.data() + 18 + 2 * ids, line.data() + line.size(), change.score);
  if (!child.read_until('\0', change.path)) child.died();
  if (change.status == 'R' || change.status == 'C') {
    change.old_path = std::move(change.path);
    if (!child.read_until('\0', change.path)) child.died();
  }
  return change;
}

std::vector<FileChange> read_changes(Child& child, const Context& context) {
  std::vector<FileChange> out;
  while (child.peek() == ':') out.push_back(read_change(child, context));
  std::string line;
  if (!child.read_until('\n', line)) child.died();
  if (line != end_mark) throw ChildDied("git diff-tree: out of step");
  return out;
}

}  // namespace

FileChanges Changes::kept(const std::string& commit) {
  const std::scoped_lock lock(cache_mutex_);
  const FileChanges* found = cache_.find(commit);
  return found == nullptr ? nullptr : *found;
}

FileChanges Changes::of(const ContextPtr& context, const CommitData& commit) {
  // Without a parent named, a merge would be compared with none and others with theirs.
  std::string question = commit.id;
  if (!commit.parents.empty()) question += ' ' + commit.parents.front();
  question += '\n' + std::string(end_mark) + '\n';

  const std::scoped_lock lock(session_mutex_);
  if (FileChanges meanwhile = kept(commit.id)) return meanwhile;
  auto changes =
      std::make_shared<const std::vector<FileChange>>(session_.ask(context, [&](Child& child) {
        child.write(question);
        return read_changes(child, *context);
      }));
  const std::scoped_lock cache_lock(cache_mutex_);
  cache_.add(commit.id, changes);
  return changes;
}

}  // namespace bitbucket::inline v0_1::testing::git
