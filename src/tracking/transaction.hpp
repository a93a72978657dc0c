#pragma once

#include "tracking/session.hpp"

namespace bitbucket::inline v0_1::tracking {

/// What a transaction may do.
enum class Mode { read, write };

/// A transaction, which is rolled back unless it is committed.  SOCI's own transactions begin
/// deferred on SQLite, where a reader that starts to write fails at once if another process writes.
class Transaction {
 public:
  Transaction(Session& session, Mode mode) : session_(session) {
    if (mode == Mode::write)
      session.send(session.is_sqlite() ? "BEGIN IMMEDIATE" : "BEGIN");
    else
      session.execute(session.is_sqlite() ? "BEGIN"
                                          : "BEGIN ISOLATION LEVEL REPEATABLE READ READ ONLY");
  }
  Transaction(const Transaction&) = delete;
  Transaction& operator=(const Transaction&) = delete;
  ~Transaction() {
    if (committed_) return;
    try {
      session_.execute("ROLLBACK");
    } catch (...) {  // NOLINT(bugprone-empty-catch): the first failure matters more
    }
  }
  void commit() {
    session_.run("COMMIT");
    committed_ = true;
  }

 private:
  Session& session_;
  bool committed_ = false;
};

}  // namespace bitbucket::inline v0_1::tracking
