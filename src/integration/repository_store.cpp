#include <bitbucket/integration/repository_service.hpp>

// The interface behind which attached repositories are kept, and the store in memory.
namespace bitbucket::inline v0_1 {

RepositoryStore::~RepositoryStore() = default;

MemoryRepositoryStore::MemoryRepositoryStore() = default;
MemoryRepositoryStore::~MemoryRepositoryStore() = default;

std::optional<AttachedRepository> MemoryRepositoryStore::find(std::string_view external_id) {
  const std::lock_guard lock(mutex_);
  const auto found = repositories_.find(external_id);
  if (found == repositories_.end()) return std::nullopt;
  return found->second;
}

AttachedRepository MemoryRepositoryStore::add(const AttachedRepository& repository) {
  const std::lock_guard lock(mutex_);
  return repositories_.try_emplace(repository.external_id, repository).first->second;
}

bool MemoryRepositoryStore::replace(const AttachedRepository& expected,
                                    const AttachedRepository& now) {
  AttachedRepository copy = now;  // the map keeps what it has when the copy throws
  const std::lock_guard lock(mutex_);
  const auto found = repositories_.find(expected.external_id);
  if (found == repositories_.end() || found->second != expected) return false;
  found->second = std::move(copy);
  return true;
}

bool MemoryRepositoryStore::remove(const AttachedRepository& expected) {
  const std::lock_guard lock(mutex_);
  const auto found = repositories_.find(expected.external_id);
  if (found == repositories_.end() || found->second != expected) return false;
  repositories_.erase(found);
  return true;
}

std::vector<AttachedRepository> MemoryRepositoryStore::list() {
  const std::lock_guard lock(mutex_);
  std::vector<AttachedRepository> out;
  out.reserve(repositories_.size());
  for (const auto& [id, repository] : repositories_) out.push_back(repository);
  return out;
}

}  // namespace bitbucket::inline v0_1
