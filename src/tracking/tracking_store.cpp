#include <bitbucket/tracking/tracking_store.hpp>

#include <utility>

#include "tracking/database.hpp"
#include "tracking/repositories.hpp"

namespace bitbucket::inline v0_1 {

TrackingStore::TrackingStore(TrackingStoreOptions options)
    : database_(std::make_shared<tracking::Database>(std::move(options))),
      repositories(tracking::make_repository_store(database_)),
      commits(database_),
      branches(database_),
      releases(database_),
      issues(database_),
      deliveries(database_) {}

TrackingStore::~TrackingStore() = default;

}  // namespace bitbucket::inline v0_1
