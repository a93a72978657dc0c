#pragma once

#include <cstddef>
#include <filesystem>
#include <memory>
#include <string>
#include <string_view>
#include <type_traits>
#include <unordered_map>
#include <utility>
#include <vector>

#include "testing/git/kept_child.hpp"
#include "testing/git/process.hpp"

namespace bitbucket::inline v0_1::testing::git {

/// Where a repository is read, and how.  Never changes: a new one is made instead.
class Context {
 public:
  /// Throws std::runtime_error naming `path` when there is no repository.
  Context(const std::filesystem::path& path, const std::filesystem::path& config_file);

  /// Returns `git ARGS` reading this repository.
  [[nodiscard]] Command command(std::vector<std::string> args) const;
  /// Returns the same after grafts and children have to be read anew.
  [[nodiscard]] std::shared_ptr<const Context> again() const;

  [[nodiscard]] const std::filesystem::path& given() const { return given_; }
  [[nodiscard]] const std::filesystem::path& git_dir() const { return git_dir_; }
  /// Returns where worktrees share their objects and refs; else git_dir().
  [[nodiscard]] const std::filesystem::path& common_dir() const { return common_dir_; }
  [[nodiscard]] const std::filesystem::path& config_file() const { return config_file_; }
  /// Returns the length of a full id: 40, or 64 in a repository of SHA-256.
  [[nodiscard]] std::size_t id_size() const { return id_size_; }
  [[nodiscard]] bool is_full_id(std::string_view text) const;
  /// Returns the parents that info/grafts or the border of a shallow clone put in place of those
  /// written in the commit, or nullptr.
  [[nodiscard]] const std::vector<std::string>* grafted(const std::string& commit) const;

 private:
  void read_grafts();

  std::filesystem::path given_, git_dir_, common_dir_, config_file_;
  std::vector<std::string> environment_;
  std::size_t id_size_ = 40;
  std::unordered_map<std::string, std::vector<std::string>> grafts_;
};

using ContextPtr = std::shared_ptr<const Context>;

/// Returns whether `text` is hexadecimal digits only, and at least one.
bool is_hex(std::string_view text);

/// A long-lived child that is started when it is needed, again when the context has changed or it
/// had to make room for another one, and once more when it turns out to have died.  To be guarded
/// by its user.
class Session {
 public:
  explicit Session(std::vector<std::string> args) : args_(std::move(args)) {}

  /// Returns ask(child).  Asks a second, fresh child when the first one dies meanwhile; throws
  /// std::runtime_error when that dies too.
  template <class Ask>
  auto ask(const ContextPtr& context, Ask&& question) {
    std::unique_ptr<Child> child = kept_.take();
    if (context_ == context && child) {
      try {
        return tried(std::move(child), question);
      } catch (const ChildDied&) {
        // Killed, or of a repository that has moved on: a fresh one will say.
      }
    }
    context_ = context;
    return tried(std::make_unique<Child>(context->command(args_)), question);
  }

 private:
  /// Keeps the child only when the question was answered: the rest of a failed answer must not be
  /// taken for the next one.
  template <class Ask>
  auto tried(std::unique_ptr<Child> child, Ask& question) {
    if constexpr (std::is_void_v<std::invoke_result_t<Ask&, Child&>>) {
      question(*child);
      kept_.keep(std::move(child));
    } else {
      auto answer = question(*child);
      kept_.keep(std::move(child));
      return answer;
    }
  }

  std::vector<std::string> args_;
  ContextPtr context_;
  KeptChild kept_;
};

}  // namespace bitbucket::inline v0_1::testing::git
