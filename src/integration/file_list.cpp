#include "integration/file_list.hpp"

#include <bitbucket/error.hpp>

namespace bitbucket::inline v0_1::integration {

void FileList::add(const Change& change) {
  const NodeType node = change.node_type;
  switch (change.type) {
    case ChangeType::modify:
      return add(&change.path, node, FileChangeType::modified);
    case ChangeType::del:
      return add(&change.path, node, FileChangeType::deleted);
    case ChangeType::move:
      add(change.src_path ? &*change.src_path : nullptr,
          change.src_node_type.value_or(NodeType::unknown), FileChangeType::deleted);
      return add(&change.path, node, FileChangeType::added);
    case ChangeType::add:
    case ChangeType::copy:
      return add(&change.path, node, FileChangeType::added);
    case ChangeType::unknown:
      return;
  }
}

void FileList::add(const RepoPath* path, NodeType node, FileChangeType type) {
  if (node == NodeType::directory) return;  // git has only files and submodules
  std::string text = path == nullptr ? std::string() : path->str();
  if (text.empty() || text.find('\0') != std::string::npos)
    throw DecodeError("/values", "a change has a path that is missing or impossible",
                      "the changes of " + std::string(commit_));
  const auto [place, fresh] = places_.try_emplace(text, files_.size());
  if (fresh)
    files_.push_back({.path = std::move(text), .type = type});
  else if (FileChange& known = files_[place->second]; known.type != type)
    known.type = FileChangeType::modified;
}

}  // namespace bitbucket::inline v0_1::integration
