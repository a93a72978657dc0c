#pragma once

#include <cstdint>
#include <filesystem>
#include <memory>
#include <mutex>
#include <optional>
#include <shared_mutex>
#include <string>
#include <string_view>
#include <unordered_map>
#include <vector>

#include "testing/base/temporary_folder.hpp"
#include "testing/git/repository.hpp"
#include "testing/state/webhook_store.hpp"

namespace bitbucket::inline v0_1::testing::embedded {

struct Project {
  std::int64_t id = 0;
  std::string key;  ///< as given
  [[nodiscard]] bool personal() const { return key.starts_with('~'); }
};

/// Commits as JSON text: a commit never changes, and pages are made of them.  Bounded.
class CommitTexts {
 public:
  using Text = std::shared_ptr<const std::string>;
  /// `version` is that of what else the text depends on; another one empties the cache.
  [[nodiscard]] Text find(const std::string& id, std::uint64_t version);
  void put(const std::string& id, std::uint64_t version, Text text);

 private:
  std::mutex mutex_;
  std::unordered_map<std::string, Text> texts_;
  std::size_t bytes_ = 0;
  std::uint64_t version_ = 0;
};

/// A repository that is served.
struct ServedRepository {
  ServedRepository(const std::filesystem::path& path, const std::filesystem::path& scratch)
      : git(path, scratch) {}

  std::int64_t id = 0;
  std::shared_ptr<const Project> project;
  std::string slug, name;
  std::string hierarchy;
  git::Repository git;
  WebhookStore hooks;
  CommitTexts texts;
  std::mutex pushing;  ///< one push at a time, so that each sees its own changes
};
using RepositoryPtr = std::shared_ptr<ServedRepository>;

/// The projects and repositories.  Thread-safe.
class Catalog {
 public:
  /// `scratch` is where private clones go; a temporary folder when empty.
  explicit Catalog(std::filesystem::path scratch);

  std::size_t add_folder(const std::filesystem::path& folder);
  void add(const std::string& project, const std::string& name, const std::filesystem::path& path);

  /// Return what there is or throw the 404 that Bitbucket gives.
  [[nodiscard]] RepositoryPtr repository(std::string_view project, std::string_view slug) const;
  [[nodiscard]] std::shared_ptr<const Project> project(std::string_view key) const;
  /// Return everything, ordered by project key and slug.
  [[nodiscard]] std::vector<RepositoryPtr> repositories() const;
  [[nodiscard]] std::vector<std::shared_ptr<const Project>> projects() const;

 private:
  const std::filesystem::path& scratch();

  const std::filesystem::path scratch_;
  std::optional<TemporaryFolder> own_scratch_;
  mutable std::shared_mutex mutex_;
  std::vector<std::shared_ptr<const Project>> projects_;
  std::vector<RepositoryPtr> repositories_;
};

}  // namespace bitbucket::inline v0_1::testing::embedded
