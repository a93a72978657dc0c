#pragma once

#include <chrono>
#include <condition_variable>
#include <cstddef>
#include <functional>
#include <memory>
#include <mutex>
#include <optional>
#include <string>
#include <string_view>
#include <type_traits>
#include <utility>
#include <vector>

#include <bitbucket/tracking/tracking_store.hpp>

#include "tracking/errors.hpp"
#include "tracking/session.hpp"
#include "tracking/transaction.hpp"

namespace bitbucket::inline v0_1::tracking {

/// A database and the connections to it.  Thread-safe.
class Database {
 public:
  /// Opens the database and brings its schema up to date.
  explicit Database(TrackingStoreOptions options);
  Database(const Database&) = delete;
  Database& operator=(const Database&) = delete;
  ~Database();

  /// Calls `work(Session&)` in a transaction that sees one state of the database, and returns what
  /// it returns.
  template <class Work>
  auto read(const Work& work) {
    return result_of(work, [this](const Step& step) { run(Mode::read, {}, {}, step); });
  }
  /// Calls `work(Session&)` in a transaction and commits it.  `what`, such as "release 1.2", is
  /// the name of the lock that writers take; it appears in error messages.  A transaction that lost
  /// a deadlock is run again, so `work` must be repeatable.
  template <class Work>
  auto write(std::string_view what, const Work& work) {
    return result_of(work, [&](const Step& step) { run(Mode::write, what, {}, step); });
  }
  /// The same, but first calls `prepare(Session&)` on the same connection without a lock, to fill
  /// temporary tables.  `prepare` is called again when the connection turns out to be broken, and
  /// must then throw if it cannot read its rows again.
  template <class Prepare, class Work>
  auto write_after(std::string_view what, const Prepare& prepare, const Work& work) {
    return result_of(work, [&](const Step& step) { run(Mode::write, what, Step(prepare), step); });
  }

  [[nodiscard]] const TrackingStoreOptions& options() const noexcept { return options_; }

 private:
  using Step = std::function<void(Session&)>;
  using Time = std::chrono::steady_clock::time_point;
  class Lease;
  class Turn;
  struct Call;

  template <class Work, class Run>
  static auto result_of(const Work& work, const Run& run_it) {
    using Result = std::invoke_result_t<const Work&, Session&>;
    if constexpr (std::is_void_v<Result>) {
      run_it([&](Session& session) { work(session); });
    } else {
      std::optional<Result> result;
      run_it([&](Session& session) { result.emplace(work(session)); });
      return std::move(*result);
    }
  }
  void run(Mode mode, std::string_view what, const Step& prepare, const Step& work);
  void transact(Session& session, Call& call);
  void take_turn_on_server(Session& session, Call& call);
  std::optional<bool> was_committed(const Call& call);
  void attempt(Session& session, Call& call);
  bool may_run_again(Call& call, const Lease& lease, const std::optional<Failure>& failure);

  const TrackingStoreOptions options_;
  const Address address_;
  std::mutex mutex_;
  std::condition_variable returned_;
  std::size_t open_ = 0;  // connections, in use or idle
  std::vector<std::unique_ptr<Session>> idle_;
  bool writing_ = false;  // a thread has the turn to write to the SQLite file
  std::condition_variable written_;
};

}  // namespace bitbucket::inline v0_1::tracking
