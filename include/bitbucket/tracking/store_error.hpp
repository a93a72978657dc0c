#pragma once

#include <string>

#include <bitbucket/detail/export.hpp>
#include <bitbucket/error.hpp>

namespace bitbucket::inline v0_1 {

/// The database refused or failed.  Nothing of the transaction was stored, unless the text says
/// that nobody can tell.
class BITBUCKET_EXPORT StoreError : public Error {
 public:
  /// What is wrong.
  enum class Reason {
    locked,       ///< another process held a lock for too long
    read_only,    ///< the database, its file or its folder may not be written
    full,         ///< there is no space left
    newer,        ///< a newer version of the library has changed the schema
    unavailable,  ///< the database cannot be opened, or the connection broke
    damaged,      ///< the file is not a database, or the schema is not that of the library
    other,
  };
  /// Makes an error with a text.
  StoreError(Reason reason, const std::string& what);
  ~StoreError() override;

  /// Returns what is wrong.
  [[nodiscard]] Reason reason() const noexcept { return reason_; }
  /// Returns whether the same call may succeed later: when a lock is released, or the database is
  /// back.
  [[nodiscard]] bool is_retryable() const noexcept override;

 private:
  Reason reason_;
};

}  // namespace bitbucket::inline v0_1
