#include "auth/clock.hpp"

#include <utility>

#include "http/date.hpp"

namespace bitbucket::inline v0_1::auth {
namespace {

using std::chrono::seconds;

// A clock that counts nanoseconds cannot represent the years 1 and 9999, which a header may
// contain.
constexpr std::chrono::sys_days earliest = std::chrono::year(1970) / 1 / 1;
constexpr std::chrono::sys_days latest = std::chrono::year(2200) / 1 / 1;

std::int64_t steady_seconds() noexcept {
  const auto since = std::chrono::steady_clock::now().time_since_epoch();
  return std::chrono::duration_cast<seconds>(since).count() + 1;  // never 0
}

}  // namespace

ServerClock::ServerClock(std::function<time_point()> source) : source_(std::move(source)) {}

ServerClock::time_point ServerClock::local() const {
  return source_ ? source_() : std::chrono::system_clock::now();
}

ServerClock::time_point ServerClock::now() const { return local() + seconds(offset_.load()); }

bool ServerClock::adopt(const Response& refused) {
  const auto date = http::parse_http_date(refused.header("Date"));
  if (!date || *date < earliest || *date > latest) return false;
  const auto here = std::chrono::floor<seconds>(local());
  const std::int64_t offset = (*date - here).count();
  const std::int64_t change = offset - offset_.load();
  if (change >= -5 && change <= 5) {
    // Requests that were refused together must all be sent again, although only the first of them
    // finds that the clock is wrong.
    const std::int64_t adopted = adopted_.load();
    return adopted != 0 && steady_seconds() - adopted < 120;
  }
  adopted_.store(steady_seconds());  // stored first: who sees the new offset must see this too
  offset_.store(offset);
  return true;
}

}  // namespace bitbucket::inline v0_1::auth
