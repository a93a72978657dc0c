#pragma once

#include <memory>

#include <bitbucket/integration/repository_service.hpp>

#include "tracking/database.hpp"

namespace bitbucket::inline v0_1::tracking {

/// Returns the attached repositories of a database.
std::shared_ptr<RepositoryStore> make_repository_store(std::shared_ptr<Database> database);

}  // namespace bitbucket::inline v0_1::tracking
