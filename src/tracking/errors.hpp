#pragma once

#include <chrono>
#include <exception>
#include <optional>
#include <string>
#include <string_view>

#include <bitbucket/tracking/store_error.hpp>

#include "tracking/session.hpp"

namespace bitbucket::inline v0_1::tracking {

/// What the database says about a failure.
struct Failure {
  StoreError::Reason reason = StoreError::Reason::other;
  std::string text;       ///< the words of the database
  bool deadlock = false;  ///< the transaction may succeed when it is run again
  bool lost = false;      ///< the connection broke
};

/// Returns what an exception of SOCI says; nothing for any other exception.
std::optional<Failure> failure_of(const std::exception_ptr& error, Session* session);

/// Throws an exception of SOCI as a StoreError, and any other exception as it is.  `doing` says
/// what was being done; `holder` who holds the lock, if somebody does.
[[noreturn]] void throw_store_error(const std::exception_ptr& error, std::string_view doing,
                                    const Address& address, const std::optional<Failure>& failure,
                                    const std::string& holder);

/// Returns who holds the lock that a call waited for in vain, such as "process 7 (psql)"; or
/// "another process".  Never throws.  `name` is what the call takes its turn for.
std::string holder_of_lock(Session& session, std::string_view name) noexcept;

}  // namespace bitbucket::inline v0_1::tracking
