#include <bitbucket/tracking/release_store.hpp>

#include <utility>

#include "tracking/database.hpp"

namespace bitbucket::inline v0_1 {

ReleaseStore::ReleaseStore(std::shared_ptr<tracking::Database> database)
    : database_(std::move(database)) {}

}  // namespace bitbucket::inline v0_1
