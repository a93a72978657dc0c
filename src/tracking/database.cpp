#include "tracking/database.hpp"

#include "tracking/schema.hpp"

namespace bitbucket::inline v0_1::tracking {

/// A connection of the pool, which goes back to it unless something failed.
class Database::Lease {
 public:
  explicit Lease(Database& database) : database_(database) {
    std::unique_lock lock(database_.mutex_);
    database_.returned_.wait(lock, [&] {
      return !database_.idle_.empty() || database_.open_ < database_.options_.connections;
    });
    while (!database_.idle_.empty()) {
      session_ = std::move(database_.idle_.back());
      database_.idle_.pop_back();
      if (!session_->is_stale()) return;
      session_.reset();  // the server was restarted
      --database_.open_;
    }
    ++database_.open_;
    lock.unlock();
    try {
      session_ = std::make_unique<Session>(database_.options_);
    } catch (...) {
      give_up();
      throw;
    }
  }
  Lease(const Lease&) = delete;
  Lease& operator=(const Lease&) = delete;
  ~Lease() {
    if (session_ && intact_) {
      const std::lock_guard lock(database_.mutex_);
      database_.idle_.push_back(std::move(session_));
      database_.returned_.notify_one();
    } else if (session_) {
      session_.reset();
      give_up();
    }
  }

  [[nodiscard]] Session& session() noexcept { return *session_; }
  /// Says that the connection can be used again.
  void keep() noexcept { intact_ = true; }

 private:
  void give_up() {
    const std::lock_guard lock(database_.mutex_);
    --database_.open_;
    database_.returned_.notify_one();
  }

  Database& database_;
  std::unique_ptr<Session> session_;
  bool intact_ = false;
};

Database::Database(TrackingStoreOptions options) : options_(std::move(options)) {
  try {
    Lease lease(*this);
    migrate(lease.session());
    lease.keep();
  } catch (...) {
    rethrow_as_store_error("opening the database");
  }
}

Database::~Database() = default;

void Database::run(Mode mode, std::string_view what, const Step& prepare, const Step& work) {
  try {
    Lease lease(*this);
    if (prepare) prepare(lease.session());
    transact(lease.session(), mode, what, work);
    lease.keep();
  } catch (...) {
    const std::string_view unnamed =
        mode == Mode::read ? "reading the database" : "writing to the database";
    rethrow_as_store_error(what.empty() ? unnamed : what);
  }
}

void Database::transact(Session& session, Mode mode, std::string_view what, const Step& work) {
  if (session.is_sqlite())
    session.execute(mode == Mode::write ? "BEGIN IMMEDIATE" : "BEGIN");
  else
    session.execute(mode == Mode::write ? "BEGIN"
                                        : "BEGIN ISOLATION LEVEL REPEATABLE READ READ ONLY");
  try {
    if (mode == Mode::write && !session.is_sqlite() && !what.empty()) {
      const std::string name(what);
      session.sql() << "SELECT pg_advisory_xact_lock(hashtextextended(:name, 0))", soci::use(name);
    }
    work(session);
    session.execute("COMMIT");
  } catch (...) {
    try {
      session.execute("ROLLBACK");
    } catch (...) {  // NOLINT(bugprone-empty-catch): the first failure matters more
    }
    throw;
  }
}

}  // namespace bitbucket::inline v0_1::tracking
