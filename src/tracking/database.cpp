#include "tracking/database.hpp"

#include <thread>

#include "tracking/schema.hpp"

namespace bitbucket::inline v0_1::tracking {
namespace {

using std::chrono::steady_clock;

constexpr int most_deadlocks = 5;

TrackingStoreOptions checked_options(TrackingStoreOptions options) {
  if (options.connections == 0)
    throw InvalidArgument("TrackingStoreOptions::connections is 0; allow at least one");
  if (options.lock_timeout < std::chrono::milliseconds::zero())
    throw InvalidArgument("TrackingStoreOptions::lock_timeout is negative; set a time to wait");
  if (!options.sealer.seal != !options.sealer.unseal)
    throw InvalidArgument("TrackingStoreOptions::sealer has one function; set both or none");
  return options;
}

StoreError waited_for(const std::string& what) { return {StoreError::Reason::locked, what}; }

}  // namespace

/// What a call does, and how far it is.
struct Database::Call {
  Mode mode;
  std::string what;
  const Step& prepare;
  const Step& work;
  Time end;                   ///< when waiting for others ends
  bool started = false;       ///< `work` was called
  bool committing = false;    ///< COMMIT was sent
  bool anew = false;          ///< open a new connection: the idle ones may be broken
  int deadlocks = 0;          ///< deadlocks so far
  long long transaction = 0;  ///< the server's number of the transaction

  [[nodiscard]] std::string doing() const {
    if (mode == Mode::read) return "reading";
    return what.empty() ? "writing to" : "storing " + what + " in";
  }
};

/// A connection of the pool, which goes back to it unless something failed.
class Database::Lease {
 public:
  /// With `anew`, opens a connection and closes the idle ones, which are probably broken too.
  Lease(Database& database, Session::Create create, bool anew, Time end) : database_(database) {
    std::vector<std::unique_ptr<Session>> broken;
    std::unique_lock lock(database_.mutex_);
    if (anew) {
      database_.open_ -= database_.idle_.size();
      broken.swap(database_.idle_);
      database_.returned_.notify_all();
    }
    const bool free = database_.returned_.wait_until(lock, end, [&] {
      return !database_.idle_.empty() || database_.open_ < database_.options_.connections;
    });
    if (!free)
      throw waited_for("all " + std::to_string(database_.options_.connections) +
                       " connections to " + database_.address_.name +
                       " were in use for too long; raise TrackingStoreOptions::connections, and "
                       "do not use a store inside its own callbacks");
    if (!database_.idle_.empty()) {
      session_ = std::move(database_.idle_.back());
      database_.idle_.pop_back();
      was_idle_ = true;
      return;
    }
    ++database_.open_;
    lock.unlock();
    broken.clear();
    connect(create);
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

  [[nodiscard]] Session& session() const noexcept { return *session_; }
  /// Returns whether an earlier call opened the connection, so that it may have broken since.
  [[nodiscard]] bool was_idle() const noexcept { return was_idle_; }
  /// Says that the connection can be used again.
  void keep() noexcept { intact_ = true; }

 private:
  void connect(Session::Create create) {
    try {
      session_ = std::make_unique<Session>(database_.address_, database_.options_, create);
      // Somebody may have replaced the database, or updated its schema, since the store was opened.
      if (create == Session::Create::no) check_schema(*session_, migrations());
    } catch (...) {
      const auto error = std::current_exception();
      const auto failure = failure_of(error, session_.get());
      session_.reset();
      give_up();
      throw_store_error(error, "opening", database_.address_, failure, {});
    }
  }
  void give_up() {
    const std::lock_guard lock(database_.mutex_);
    --database_.open_;
    database_.returned_.notify_one();
  }

  Database& database_;
  std::unique_ptr<Session> session_;
  bool was_idle_ = false;
  bool intact_ = false;
};

/// The turn of a thread to write to a file.  SQLite itself would let the other threads of this
/// process sleep for up to 100 ms after the file is free.
class Database::Turn {
 public:
  Turn(Database& database, Session& session, Time end) : database_(database) {
    std::unique_lock lock(database_.mutex_);
    if (!database_.written_.wait_until(lock, end, [&] { return !database_.writing_; }))
      throw waited_for("another thread of this process wrote to " + database_.address_.name +
                       " for too long; try again when it has finished");
    database_.writing_ = true;
    session.wait_at_most(
        std::chrono::duration_cast<std::chrono::milliseconds>(end - steady_clock::now()));
  }
  Turn(const Turn&) = delete;
  Turn& operator=(const Turn&) = delete;
  ~Turn() {
    const std::lock_guard lock(database_.mutex_);
    database_.writing_ = false;
    database_.written_.notify_one();
  }

 private:
  Database& database_;
};

Database::Database(TrackingStoreOptions options)
    : options_(checked_options(std::move(options))), address_(parse_address(options_.database)) {
  Lease lease(*this, Session::Create::yes, false, steady_clock::now());
  try {
    migrate(lease.session(), migrations());
    lease.keep();
  } catch (...) {
    const auto error = std::current_exception();
    const auto failure = failure_of(error, &lease.session());
    const bool locked = failure && failure->reason == StoreError::Reason::locked;
    throw_store_error(error, "opening", address_, failure,
                      locked ? holder_of_lock(lease.session(), {}) : std::string());
  }
}

Database::~Database() = default;

void Database::run(Mode mode, std::string_view what, const Step& prepare, const Step& work) {
  Call call{.mode = mode,
            .what = std::string(what),
            .prepare = prepare,
            .work = work,
            .end = steady_clock::now() + bounded(options_.lock_timeout)};
  for (;;) {
    Lease lease(*this, Session::Create::no, call.anew, call.end);
    try {
      transact(lease.session(), call);
      return lease.keep();
    } catch (...) {
      const auto error = std::current_exception();
      const auto failure = failure_of(error, &lease.session());
      if (may_run_again(call, lease, failure)) continue;
      if (failure && failure->lost && call.transaction != 0 && call.committing) {
        const auto committed = was_committed(call);
        if (committed == true) return;
        if (!committed)
          throw StoreError(StoreError::Reason::unavailable,
                           call.doing() + ' ' + address_.name +
                               " may have failed: the connection broke at the end, and nobody can "
                               "tell whether the transaction was stored; make the same call again");
      }
      const bool locked = failure && failure->reason == StoreError::Reason::locked;
      throw_store_error(error, call.doing(), address_, failure,
                        locked ? holder_of_lock(lease.session(), call.what) : std::string());
    }
  }
}

void Database::transact(Session& session, Call& call) {
  if (session.is_sqlite()) session.wait_at_most(options_.lock_timeout);
  if (call.prepare) call.prepare(session);
  for (;;) {
    try {
      return attempt(session, call);
    } catch (...) {
      // The prepared rows are still there, so only the transaction is run again.
      const auto failure = failure_of(std::current_exception(), &session);
      if (!failure || !failure->deadlock || ++call.deadlocks >= most_deadlocks) throw;
      call.committing = false;
    }
  }
}

void Database::attempt(Session& session, Call& call) {
  std::optional<Turn> turn;
  if (session.is_sqlite()) {
    if (session.is_lost()) throw soci::soci_error("the file is gone");
    if (call.mode == Mode::write) turn.emplace(*this, session, call.end);
  }
  Transaction transaction(session, call.mode);
  if (call.mode == Mode::write && !session.is_sqlite()) take_turn_on_server(session, call);
  call.started = true;
  call.work(session);
  // Rows that are written to a file that is no longer at its path would be lost.
  if (session.is_sqlite() && call.mode == Mode::write && session.is_lost())
    throw soci::soci_error("the file is gone");
  call.committing = true;
  transaction.commit();
}

void Database::take_turn_on_server(Session& session, Call& call) {
  if (call.what.empty()) {
    call.transaction = session.number("SELECT txid_current()").value();
    return;
  }
  call.transaction =
      session
          .number("SELECT txid_current(), pg_advisory_xact_lock(hashtextextended($1, 0))",
                  {call.what})
          .value();
}

/// Asks the server whether it committed a transaction whose answer did not arrive; returns
/// nothing when it does not say in time.
std::optional<bool> Database::was_committed(const Call& call) {
  const Time end = steady_clock::now() + bounded(options_.lock_timeout);
  do {
    try {
      Session session(address_, options_, Session::Create::no);
      std::string status;
      soci::indicator known = soci::i_null;
      session.sql() << "SELECT txid_status(:id)", soci::use(call.transaction),
          soci::into(status, known);
      if (known != soci::i_ok) return std::nullopt;
      if (status != "in progress") return status == "committed";
    } catch (const soci::soci_error&) {  // the server may still be starting
    } catch (...) {
      return std::nullopt;
    }
    std::this_thread::sleep_for(std::chrono::milliseconds(20));
  } while (steady_clock::now() < end);
  return std::nullopt;
}

/// Returns whether the call met a connection that had broken while it was idle, before anything was
/// done.
bool Database::may_run_again(Call& call, const Lease& lease,
                             const std::optional<Failure>& failure) {
  if (!failure || !failure->lost || call.started || call.anew || !lease.was_idle()) return false;
  return call.anew = true;
}

}  // namespace bitbucket::inline v0_1::tracking
