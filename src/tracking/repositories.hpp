#pragma once

#include <memory>
#include <optional>
#include <string>
#include <string_view>

#include <bitbucket/integration/repository_service.hpp>

#include "tracking/database.hpp"

namespace bitbucket::inline v0_1::tracking {

/// Returns the attached repositories of a database.  The row of a repository that was detached
/// stays, because commits refer to it, and is used again when the repository is attached again.
std::shared_ptr<RepositoryStore> make_repository_store(std::shared_ptr<Database> database);

/// Returns the row of an attached repository, or nothing.
std::optional<long long> find_repository(Session& session, std::string_view external_id);
/// Returns the row of an attached repository; throws InvalidArgument when it is not attached.
long long repository_id_of(Session& session, std::string_view external_id);
/// Returns the row of the repository with a name, or nothing; first_with_name() decides which.
std::optional<long long> find_repository_by_name(Session& session, std::string_view name);
/// Returns what chooses one of several repositories with the same name: an attached one, and then
/// the one whose id is the highest number, because the server created it last.
std::string first_with_name(const Session& session);

}  // namespace bitbucket::inline v0_1::tracking
