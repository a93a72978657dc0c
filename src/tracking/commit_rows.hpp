#pragma once

#include <string>

#include <bitbucket/tracking/commit_store.hpp>

#include "tracking/rows.hpp"

namespace bitbucket::inline v0_1::tracking {

/// Returns the columns that commit_of() reads; `message` is where the message is.
std::string commit_columns(const std::string& message = "commits.message");

/// Joins the tables that these columns need to `commits`.
extern const std::string commit_joins;

/// Returns the commit of a row that begins with commit_columns().
StoredCommit commit_of(const Rows& rows);

/// Returns the change of a file.
FileChange file_of(std::string_view path, std::string_view type);

}  // namespace bitbucket::inline v0_1::tracking
