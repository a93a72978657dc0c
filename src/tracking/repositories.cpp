#include "tracking/repositories.hpp"

namespace bitbucket::inline v0_1::tracking {

std::shared_ptr<RepositoryStore> make_repository_store(std::shared_ptr<Database> database) {
  (void)database;
  return std::make_shared<MemoryRepositoryStore>();
}

}  // namespace bitbucket::inline v0_1::tracking
