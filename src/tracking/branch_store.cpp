#include <bitbucket/tracking/branch_store.hpp>

#include <utility>

#include "tracking/database.hpp"

namespace bitbucket::inline v0_1 {

BranchStore::BranchStore(std::shared_ptr<tracking::Database> database)
    : database_(std::move(database)) {}

}  // namespace bitbucket::inline v0_1
