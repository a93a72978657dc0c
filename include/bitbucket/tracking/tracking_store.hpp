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
  /// "sqlite:PATH", or an address for libpq: "postgresql://user@host/name".  A SQLite file that
  /// does not exist is created.  The server must be PostgreSQL 11 or newer, and its database UTF8.
  std::string database = {};
  /// Seals the secrets of webhooks in the database.  Empty: they are stored as they are.
  Sealer sealer = {};
  /// How long a call waits for another process, and for a connection of its own.
  std::chrono::milliseconds lock_timeout = std::chrono::seconds(10);
  /// Most connections at a time; a call waits while all are in use.
  std::size_t connections = 8;
  /// Gets each statement, without its values, before it is sent; for logs.  Called from any thread;
  /// it must not use the store, and what it throws ends the call.
  std::function<void(std::string_view statement)> on_statement = {};
};

/// A database with the commits of pushes and releases, the files they changed, and the issues they
/// resolve.  Thread-safe; any number of processes may share a database, but a process that was
/// forked must open a store of its own and leave this one alone.  Every call throws StoreError when
/// the database fails, and then has stored nothing; when a connection breaks so late that nobody
/// can tell whether it did, the text of the error says so.
class BITBUCKET_EXPORT TrackingStore {
 public:
  /// Opens the database and brings its schema up to date.  Throws InvalidArgument when an option
  /// cannot work.
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
