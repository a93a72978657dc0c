#pragma once

#include <chrono>
#include <cstddef>
#include <functional>
#include <memory>
#include <string>
#include <string_view>

#include <bitbucket/detail/export.hpp>
#include <bitbucket/integration/installation.hpp>
#include <bitbucket/integration/repository_service.hpp>
#include <bitbucket/tracking/branch_store.hpp>
#include <bitbucket/tracking/commit_store.hpp>
#include <bitbucket/tracking/delivery_store.hpp>
#include <bitbucket/tracking/issue_store.hpp>
#include <bitbucket/tracking/release_store.hpp>
#include <bitbucket/tracking/store_error.hpp>

namespace bitbucket::inline v0_1 {

namespace tracking {
class Database;
}

/// Where the database is, and how it is used.
struct TrackingStoreOptions {
  /// "sqlite:PATH", or an address of libpq: "postgresql://user@host/name".  A SQLite file that does
  /// not exist is created.
  std::string database = {};
  /// Hides the secrets of webhooks in the database.  Empty: they are stored as they are.
  Sealer sealer = {};
  /// How long a call waits for another process.
  std::chrono::milliseconds lock_timeout = std::chrono::seconds(10);
  /// Most connections at a time; a call waits while all are in use.
  std::size_t connections = 8;
  /// Sees each statement before it is sent, for logs; without the values.  Called from any thread.
  std::function<void(std::string_view statement)> on_statement = {};
};

/// A database with the commits of pushes and releases, the files they changed, and the issues they
/// resolve.  Thread-safe; any number of processes may share a database.  Every call throws
/// StoreError when the database fails, and then has stored nothing.
class BITBUCKET_EXPORT TrackingStore {
 public:
  /// Opens the database and brings its schema up to date.
  explicit TrackingStore(TrackingStoreOptions options);
  TrackingStore(const TrackingStore&) = delete;
  TrackingStore& operator=(const TrackingStore&) = delete;
  ~TrackingStore();

 private:
  std::shared_ptr<tracking::Database> database_;

 public:
  const std::shared_ptr<RepositoryStore> repositories;  ///< attached repositories
  CommitStore commits;                                  ///< commits and the files they changed
  BranchStore branches;      ///< the branches of the server, as far as the store knows them
  ReleaseStore releases;     ///< releases and their commits
  IssueStore issues;         ///< links to issues, resolutions, and events
  DeliveryStore deliveries;  ///< deliveries of webhooks
};

}  // namespace bitbucket::inline v0_1
