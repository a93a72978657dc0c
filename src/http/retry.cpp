#include "http/retry.hpp"

#include <algorithm>
#include <array>
#include <charconv>
#include <condition_variable>
#include <mutex>
#include <random>

namespace bitbucket::inline v0_1::http {
namespace {

constexpr std::chrono::seconds longest = std::chrono::hours(24 * 365);

std::string_view trim(std::string_view text) {
  while (text.starts_with(' ') || text.starts_with('\t')) text.remove_prefix(1);
  while (text.ends_with(' ') || text.ends_with('\t')) text.remove_suffix(1);
  return text;
}

std::optional<int> number(std::string_view text) {
  int value = 0;
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), value);
  if (error != std::errc() || end != text.data() + text.size() || value < 0) return std::nullopt;
  return value;
}

std::optional<unsigned> month(std::string_view name) {
  static constexpr std::array<std::string_view, 12> names{"Jan", "Feb", "Mar", "Apr", "May", "Jun",
                                                          "Jul", "Aug", "Sep", "Oct", "Nov", "Dec"};
  const auto found = std::find(names.begin(), names.end(), name);
  if (found == names.end()) return std::nullopt;
  return static_cast<unsigned>(found - names.begin()) + 1;
}

}  // namespace

std::optional<std::chrono::sys_seconds> parse_http_date(std::string_view text) {
  // Sun, 06 Nov 1994 08:49:37 GMT
  if (text.size() != 29 || text.substr(3, 2) != ", " || text.substr(25) != " GMT")
    return std::nullopt;
  const auto day = number(text.substr(5, 2));
  const auto mon = month(text.substr(8, 3));
  const auto year = number(text.substr(12, 4));
  const auto hour = number(text.substr(17, 2));
  const auto minute = number(text.substr(20, 2));
  const auto second = number(text.substr(23, 2));
  if (!day || !mon || !year || !hour || !minute || !second || *hour > 23 || *minute > 59 ||
      *second > 60)
    return std::nullopt;
  const std::chrono::year_month_day date{std::chrono::year(*year), std::chrono::month(*mon),
                                         std::chrono::day(static_cast<unsigned>(*day))};
  if (!date.ok()) return std::nullopt;
  return std::chrono::sys_days(date) + std::chrono::hours(*hour) + std::chrono::minutes(*minute) +
         std::chrono::seconds(*second);
}

std::optional<std::chrono::seconds> parse_retry_after(std::string_view value,
                                                      std::string_view date) {
  value = trim(value);
  if (value.empty()) return std::nullopt;
  if (value.find_first_not_of("0123456789") == std::string_view::npos) {
    const auto seconds = number(value);  // nothing on overflow
    return seconds ? std::min<std::chrono::seconds>(std::chrono::seconds(*seconds), longest)
                   : longest;
  }
  const auto at = parse_http_date(value);
  if (!at) return std::nullopt;
  const auto now = parse_http_date(trim(date))
                       .value_or(std::chrono::time_point_cast<std::chrono::seconds>(
                           std::chrono::system_clock::now()));
  return std::clamp<std::chrono::seconds>(*at - now, std::chrono::seconds(0), longest);
}

std::chrono::milliseconds bounded(std::chrono::milliseconds time) {
  return std::min<std::chrono::milliseconds>(time, longest);
}

ConnectionOptions bounded(ConnectionOptions options) {
  RetryOptions& retry = options.retry;
  for (auto* time :
       {&options.timeout, &options.connect_timeout, &options.idle_timeout, &options.max_idle,
        &retry.first_delay, &retry.max_delay, &retry.max_retry_after})
    *time = bounded(*time);
  return options;
}

std::chrono::milliseconds random_part(const RetryOptions& options,
                                      std::chrono::milliseconds limit) {
  double part = 0;
  if (options.random) {
    part = options.random();
    part = part > 0 ? std::min(part, 1.0) : 0;  // also of what is no number
  } else {
    thread_local std::minstd_rand engine{std::random_device{}()};
    part = std::uniform_real_distribution<double>(0, 1)(engine);
  }
  return std::chrono::milliseconds(
      static_cast<std::int64_t>(static_cast<double>(limit.count()) * part));
}

std::chrono::milliseconds backoff(const RetryOptions& options, int failures) {
  auto limit = options.first_delay;
  for (int i = 1; i < failures && limit < options.max_delay; ++i) limit *= 2;
  return random_part(options, std::min(limit, options.max_delay));
}

std::chrono::milliseconds spread_after(const RetryOptions& options,
                                       std::chrono::milliseconds pause) {
  return std::min(std::max(pause / 2, options.first_delay), options.max_delay);
}

std::chrono::steady_clock::time_point now(const RetryOptions& options) {
  return options.clock ? options.clock() : std::chrono::steady_clock::now();
}

bool sleep_for(const RetryOptions& options, std::chrono::milliseconds time, std::stop_token stop) {
  if (options.sleeper) return options.sleeper(time, stop);
  std::mutex mutex;
  std::condition_variable_any woken;
  std::unique_lock lock(mutex);
  woken.wait_for(lock, stop, time, [] { return false; });
  return !stop.stop_requested();
}

}  // namespace bitbucket::inline v0_1::http
