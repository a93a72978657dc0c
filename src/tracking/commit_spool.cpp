#include "tracking/commit_spool.hpp"

#include <chrono>
#include <cstddef>
#include <cstdint>

#include <bitbucket/tracking/store_error.hpp>

namespace bitbucket::inline v0_1::tracking {
namespace {

[[noreturn]] void refuse_spool() {
  throw StoreError(StoreError::Reason::full,
                   "the commits of a release cannot be kept in a temporary file: make room in the "
                   "folder for temporary files");
}

}  // namespace

CommitSpool::CommitSpool() : file_(std::tmpfile()) {
  if (!file_) refuse_spool();
}

void CommitSpool::add(const CommitInput& commit) {
  write(commit.external_id);
  write(commit.id);
  write(commit.author_name);
  write(commit.author_email);
  const std::int64_t time = commit.timestamp.value_or(Timestamp()).time_since_epoch().count();
  write(&time, sizeof time);
  const std::int64_t issues = commit.issues ? static_cast<std::int64_t>(commit.issues->size()) : -1;
  write(&issues, sizeof issues);
  if (commit.issues)
    for (const std::string& issue : *commit.issues) write(issue);
}

void CommitSpool::cut(long place) {
  if (std::fseek(file_.get(), place, SEEK_SET) != 0) refuse_spool();
  end_ = place;
}

CommitInputs CommitSpool::commits() {
  std::rewind(file_.get());
  next_ = 0;
  return [this](CommitInput& commit) {
    if (next_ == end_) return false;
    read(commit.external_id);
    read(commit.id);
    read(commit.author_name);
    read(commit.author_email);
    std::int64_t time = 0, issues = 0;
    read(&time, sizeof time);
    read(&issues, sizeof issues);
    commit.timestamp = Timestamp(std::chrono::milliseconds(time));
    if (issues < 0) return true;
    commit.issues.emplace(static_cast<std::size_t>(issues));
    for (std::string& issue : *commit.issues) read(issue);
    return true;
  };
}

void CommitSpool::write(const void* bytes, std::size_t size) {
  if (std::fwrite(bytes, 1, size, file_.get()) != size) refuse_spool();
  end_ += static_cast<long>(size);
}

void CommitSpool::write(const std::string& text) {
  const std::uint64_t size = text.size();
  write(&size, sizeof size);
  write(text.data(), text.size());
}

void CommitSpool::write(const std::optional<std::string>& text) {
  const bool is_set = text.has_value();
  write(&is_set, sizeof is_set);
  if (is_set) write(*text);
}

void CommitSpool::read(void* bytes, std::size_t size) {
  if (std::fread(bytes, 1, size, file_.get()) != size) refuse_spool();
  next_ += static_cast<long>(size);
}

void CommitSpool::read(std::string& text) {
  std::uint64_t size = 0;
  read(&size, sizeof size);
  text.resize(size);
  read(text.data(), text.size());
}

void CommitSpool::read(std::optional<std::string>& text) {
  bool is_set = false;
  read(&is_set, sizeof is_set);
  if (is_set) read(text.emplace());
}

}  // namespace bitbucket::inline v0_1::tracking
