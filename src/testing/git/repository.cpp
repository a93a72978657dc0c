#include "testing/git/repository.hpp"

#include <mutex>

#include "testing/git/changes.hpp"
#include "testing/git/clone.hpp"
#include "testing/git/context.hpp"
#include "testing/git/history.hpp"
#include "testing/git/objects.hpp"
#include "testing/git/refs.hpp"

namespace bitbucket::inline v0_1::testing::git {
namespace fs = std::filesystem;

struct Repository::Impl {
  explicit Impl(fs::path folder) : scratch(std::move(folder)) {}

  ContextPtr current() const {
    const std::scoped_lock lock(mutex);
    return context;
  }

  void read_from(ContextPtr next) {
    const std::scoped_lock lock(mutex);
    context = std::move(next);
  }

  fs::path scratch;
  mutable std::mutex mutex;
  ContextPtr context;  // children compare it with theirs, and start anew
  std::mutex clone_mutex;
  bool cloned = false;
  Refs refs;
  Histories histories;
  Objects objects;
  Changes changes;
};

Repository::Repository(fs::path path, fs::path scratch)
    : impl_(std::make_unique<Impl>(fs::absolute(scratch))) {
  const fs::path config = impl_->scratch / "gitconfig";
  write_git_config(config);
  impl_->context = std::make_shared<const Context>(path, config);
}

Repository::~Repository() = default;

std::string Repository::default_branch() { return impl_->refs.default_branch(*impl_->current()); }
void Repository::set_default_branch(const std::string& branch) {
  static_cast<void>(writable());
  checked(impl_->current()->command({"symbolic-ref", "--", "HEAD", branch}));
}
std::vector<Ref> Repository::branches() {
  return impl_->refs.list(impl_->current(), "refs/heads/");
}
std::vector<Ref> Repository::tags() { return impl_->refs.list(impl_->current(), "refs/tags/"); }

std::optional<std::string> Repository::resolve(std::string_view revision) {
  return impl_->refs.resolve(impl_->current(), revision);
}

Slice Repository::history(const HistoryQuery& query, std::size_t start, std::size_t limit) {
  Slice out = impl_->histories.walk(impl_->current(), query)->slice(start, limit);
  impl_->histories.trim();
  return out;
}

std::size_t Repository::count(const HistoryQuery& query) {
  const std::size_t out = impl_->histories.walk(impl_->current(), query)->count();
  impl_->histories.trim();
  return out;
}

std::vector<CommitData> Repository::commits(const std::vector<std::string>& ids) {
  return impl_->objects.commits(impl_->current(), ids);
}

FileChanges Repository::changes(const std::string& commit) {
  if (FileChanges kept = impl_->changes.kept(commit)) return kept;
  const ContextPtr context = impl_->current();
  return impl_->changes.of(context, impl_->objects.commits(context, {commit}).front());
}

Blob Repository::file(const std::string& commit, const std::string& path) {
  return impl_->objects.file(impl_->current(), commit, path);
}

fs::path Repository::writable() {
  const std::scoped_lock lock(impl_->clone_mutex);
  const ContextPtr original = impl_->current();
  if (impl_->cloned) return original->git_dir();
  const fs::path dir = impl_->scratch / "clone.git";
  fs::remove_all(dir);  // of an earlier run
  try {
    make_private_clone(*original, dir);
    impl_->read_from(std::make_shared<const Context>(dir, original->config_file()));
  } catch (...) {
    std::error_code ignored;
    fs::remove_all(dir, ignored);
    throw;
  }
  impl_->cloned = true;
  return impl_->current()->git_dir();
}

fs::path Repository::git_dir() const { return impl_->current()->git_dir(); }

void Repository::refresh() {
  // Histories and changes are of commits, which stay what they are.
  const std::scoped_lock lock(impl_->clone_mutex);
  impl_->read_from(impl_->current()->again());
}

}  // namespace bitbucket::inline v0_1::testing::git
