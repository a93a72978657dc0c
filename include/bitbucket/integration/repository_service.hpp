#pragma once

#include <cstdint>
#include <functional>
#include <map>
#include <memory>
#include <mutex>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include <bitbucket/detail/export.hpp>
#include <bitbucket/ids.hpp>
#include <bitbucket/model/event.hpp>
#include <bitbucket/secret.hpp>
#include <bitbucket/server.hpp>

namespace bitbucket::inline v0_1 {

/// A repository whose pushes are reported.
struct AttachedRepository {
  /// The repository's id, which stays when it is renamed or moved.
  std::string external_id = {};
  std::string name = {};               ///< "PRJ/demo"
  RepoRef repo = {};                   ///< the project key and the slug, not the name
  std::string url = {};                ///< its page in the browser
  std::optional<HookId> webhook = {};  ///< none while attach() is not finished
  Secret webhook_secret = {};          ///< signs its deliveries
  friend bool operator==(const AttachedRepository&, const AttachedRepository&) = default;
};

/// Where attached repositories are kept, by external id.  Every function may be called from any
/// thread, and takes effect completely or not at all.
class BITBUCKET_EXPORT RepositoryStore {
 public:
  RepositoryStore() = default;
  RepositoryStore(const RepositoryStore&) = delete;
  RepositoryStore& operator=(const RepositoryStore&) = delete;
  virtual ~RepositoryStore();
  /// Returns a repository, or nothing.
  [[nodiscard]] virtual std::optional<AttachedRepository> find(std::string_view external_id) = 0;
  /// Adds a repository unless one with its external id is stored, and returns the stored one.  When
  /// two callers add the same external id at once, both get the repository of the first.
  virtual AttachedRepository add(const AttachedRepository& repository) = 0;
  /// Stores `now` in place of `expected`, which has the same external id, and returns true. Changes
  /// nothing and returns false when anything but exactly `expected` is stored.
  virtual bool replace(const AttachedRepository& expected, const AttachedRepository& now) = 0;
  /// Removes `expected` and returns true.  Changes nothing and returns false when anything but
  /// exactly `expected` is stored.
  virtual bool remove(const AttachedRepository& expected) = 0;
  /// Returns all of them, sorted by external id.
  [[nodiscard]] virtual std::vector<AttachedRepository> list() = 0;
};

/// Keeps repositories in memory.
class BITBUCKET_EXPORT MemoryRepositoryStore : public RepositoryStore {
 public:
  MemoryRepositoryStore();
  ~MemoryRepositoryStore() override;
  std::optional<AttachedRepository> find(std::string_view external_id) override;
  AttachedRepository add(const AttachedRepository& repository) override;
  bool replace(const AttachedRepository& expected, const AttachedRepository& now) override;
  bool remove(const AttachedRepository& expected) override;
  std::vector<AttachedRepository> list() override;

 private:
  std::mutex mutex_;
  std::map<std::string, AttachedRepository, std::less<>> repositories_;
};

/// A repository that can be attached.
struct RepositoryDescription {
  std::string external_id;  ///< the repository's id
  std::string identifier;   ///< "PRJ/demo", which RepoRef parses
  std::string name;         ///< "Project/Demo", for people
  RepoRef repo;             ///< the project key and the slug
  std::string url;          ///< its page in the browser
  friend bool operator==(const RepositoryDescription&, const RepositoryDescription&) = default;
};

/// How repositories are attached.
struct RepositoryServiceOptions {
  std::string base_url = {};  ///< of the server, for addresses of pages
  /// Returns the URL for deliveries, which may depend on the repository.  The service treats every
  /// webhook with this URL as its own, so no other webhook may use it.  Called from any thread.
  std::function<std::string(const RepositoryDescription&)> webhook_url = {};
  std::string webhook_name = "bitbucket-integration";  ///< for people
  /// What is reported.
  std::vector<std::string> events = {"repo:refs_changed", "repo:modified"};
};

/// Attaches repositories: their pushes are delivered to a webhook of ours.  Thread-safe.
class BITBUCKET_EXPORT RepositoryService {
 public:
  /// Throws InvalidArgument when there is no store, or a member of the options is empty.
  RepositoryService(const BitbucketServer& client, std::shared_ptr<RepositoryStore> store,
                    RepositoryServiceOptions options);
  RepositoryService(RepositoryService&&) noexcept;
  RepositoryService& operator=(RepositoryService&&) noexcept;
  ~RepositoryService();

  /// Returns all repositories that this identity administers and whose name contains `query`.
  /// GET /rest/api/1.0/repos?permission=REPO_ADMIN
  [[nodiscard]] std::vector<RepositoryDescription> search(std::string_view query = {}) const;
  /// Describes one repository.  GET /rest/api/1.0/projects/{project}/repos/{repo}
  [[nodiscard]] RepositoryDescription describe(const RepoRef& repo) const;

  /// Creates our webhook with a fresh secret of 256 bits, or takes over the one that exists, and
  /// stores the repository.  It may be repeated after a failure, and run in several processes that
  /// share a store: there is one webhook in the end.  A failure removes the webhook that this call
  /// created.
  AttachedRepository attach(const RepoRef& repo) const;
  /// Removes our webhook and the stored repository, which may have been renamed or moved since.  A
  /// webhook that is gone counts as removed.
  void detach(std::string_view external_id) const;

  /// Stores the name, project and slug that an event shows, if they changed, and returns the stored
  /// repository; nothing when its id is not attached.  Ignores a key or slug that is empty, is
  /// "." or "..", or has a slash.
  std::optional<AttachedRepository> refresh(const Repo& repository) const;

 private:
  class Impl;
  std::unique_ptr<Impl> impl_;
};

}  // namespace bitbucket::inline v0_1
