#include "testing/git/history.hpp"

#include <algorithm>
#include <limits>
#include <utility>

namespace bitbucket::inline v0_1::testing::git {

Walk::Walk(ContextPtr context, HistoryQuery query)
    : context_(std::move(context)), query_(std::move(query)) {
  if (!context_->is_full_id(query_.until))
    throw std::runtime_error("not a commit id: " + query_.until);
  if (!query_.since.empty() && !context_->is_full_id(query_.since))
    throw std::runtime_error("not a commit id: " + query_.since);
}

Command Walk::command() const {
  std::vector<std::string> args;
  if (query_.follow && !query_.path.empty())
    args = {"log", "--no-show-signature", "--no-color", "--format=%H", "--follow"};
  else
    args = {"rev-list"};
  if (query_.merges == MergeFilter::exclude) args.emplace_back("--no-merges");
  if (query_.merges == MergeFilter::only) args.emplace_back("--merges");
  args.push_back(query_.until);
  if (!query_.since.empty()) args.push_back('^' + query_.since);
  args.emplace_back("--");
  if (!query_.path.empty()) args.push_back(query_.path);
  Command out = context_->command(std::move(args));
  // git writes each id at once into a pipe; whole blocks are five times as fast.  Of a path's
  // history, whose commits may be far apart, each is wanted as soon as it is found.
  if (query_.path.empty()) out.environment.emplace_back("GIT_FLUSH=0");
  return out;
}

/// Leaves no child when there is nothing more to read.
void Walk::read_ids(std::unique_ptr<Child>& child, std::size_t count) {
  const std::size_t id_size = context_->id_size();
  std::size_t known = 0;
  if (!child) {
    child = std::make_unique<Child>(command());
    child->end_input();
    known = ids_.size() / id_size;  // of a walk that ended too early: the same again
  }
  std::string line;
  while (ids_.size() / id_size < count) {
    if (!child->read_until('\n', line)) {
      if (child->wait() != 0) child->died();
      complete_ = true;
      child.reset();
      return;
    }
    if (!context_->is_full_id(line)) throw std::runtime_error("git rev-list says " + line);
    if (known > 0)
      --known;
    else
      ids_ += line;
    size_ = ids_.size() / id_size;
  }
}

void Walk::read_up_to(std::size_t count) {
  if (complete_ || ids_.size() / context_->id_size() >= count) return;
  std::unique_ptr<Child> child = kept_.take();
  const bool fresh = child == nullptr;
  try {
    read_ids(child, count);
  } catch (...) {
    if (fresh) throw;
    child.reset();
    read_ids(child, count);
  }
  if (child) kept_.keep(std::move(child));
}

Slice Walk::slice(std::size_t start, std::size_t limit) {
  constexpr std::size_t far = std::numeric_limits<std::size_t>::max() / 4;
  start = std::min(start, far);
  const std::size_t end = start + std::min(limit, far);
  const std::scoped_lock lock(mutex_);
  read_up_to(end + 1);  // one more tells whether anything follows
  const std::size_t id_size = context_->id_size();
  const std::size_t have = ids_.size() / id_size;
  Slice out;
  out.last = have <= end;
  for (std::size_t i = start; i < std::min(end, have); ++i)
    out.ids.push_back(ids_.substr(i * id_size, id_size));
  return out;
}

std::size_t Walk::count() {
  const std::scoped_lock lock(mutex_);
  read_up_to(std::numeric_limits<std::size_t>::max());
  return ids_.size() / context_->id_size();
}

std::shared_ptr<Walk> Histories::walk(const ContextPtr& context, const HistoryQuery& query) {
  const std::scoped_lock lock(mutex_);
  if (const std::shared_ptr<Walk>* found = walks_.find(query)) return *found;
  return walks_.add(query, std::make_shared<Walk>(context, query));
}

void Histories::trim() {
  const std::scoped_lock lock(mutex_);
  walks_.trim();
}

}  // namespace bitbucket::inline v0_1::testing::git
