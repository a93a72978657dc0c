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
#include <utility>
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

/// What is known about a repository besides its git.  A change makes new facts, so that a request
/// on its way keeps those that it began with.
struct RepositoryFacts {
  std::int64_t id = 0;
  std::string hierarchy;
  std::shared_ptr<const Project> project;
  std::string slug, name, description;
  bool forkable = true;
  bool archived = false;
  std::optional<bool> is_public;  ///< unset: as this server's projects
  friend bool operator==(const RepositoryFacts&, const RepositoryFacts&) = default;
};
using FactsPtr = std::shared_ptr<const RepositoryFacts>;

/// A repository that is served.
class ServedRepository {
 public:
  ServedRepository(const std::filesystem::path& path, const std::filesystem::path& scratch,
                   FactsPtr facts)
      : git(path, scratch), facts_(std::move(facts)) {}

  /// Returns the facts of this moment.
  [[nodiscard]] FactsPtr facts() const {
    const std::scoped_lock lock(mutex_);
    return facts_;
  }

  git::Repository git;
  WebhookStore hooks;
  CommitTexts texts;
  /// One push or change of facts at a time, so that each sees its own changes, and events are in
  /// order.
  std::mutex changing;

 private:
  friend class Catalog;
  mutable std::mutex mutex_;
  FactsPtr facts_;
};
using RepositoryPtr = std::shared_ptr<ServedRepository>;

/// Makes a slug of a name as Bitbucket does: lower case, runs of other characters to '-'.
std::string repository_slug(std::string_view name);

/// The projects and repositories.  Thread-safe.
class Catalog {
 public:
  /// `scratch` is where private clones go; a temporary folder when empty.
  explicit Catalog(std::filesystem::path scratch);

  std::size_t add_folder(const std::filesystem::path& folder);
  void add(const std::string& project, const std::string& name, const std::filesystem::path& path);

  /// Gives a repository other facts; throws the 409 that Bitbucket gives when another repository
  /// has the slug.
  void change(ServedRepository& repository, RepositoryFacts facts);

  /// Return what there is or throw the 404 that Bitbucket gives.
  [[nodiscard]] RepositoryPtr repository(std::string_view project, std::string_view slug) const;
  [[nodiscard]] std::shared_ptr<const Project> project(std::string_view key) const;
  /// Return everything, ordered by project key and slug.
  [[nodiscard]] std::vector<FactsPtr> repositories() const;
  [[nodiscard]] std::vector<std::shared_ptr<const Project>> projects() const;

 private:
  const std::filesystem::path& scratch();
  /// Returns whether a repository other than the one with this id has the slug.
  [[nodiscard]] bool taken(std::string_view project, std::string_view slug, std::int64_t id) const;

  const std::filesystem::path scratch_;
  std::optional<TemporaryFolder> own_scratch_;
  mutable std::shared_mutex mutex_;
  std::vector<std::shared_ptr<const Project>> projects_;
  std::vector<RepositoryPtr> repositories_;
};

}  // namespace bitbucket::inline v0_1::testing::embedded
