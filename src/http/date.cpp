#include "http/date.hpp"

#include <algorithm>
#include <array>
#include <charconv>

#include "base/trim.hpp"

namespace bitbucket::inline v0_1::http {
namespace {

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
  value = detail::trim(value, detail::blanks);
  if (value.empty()) return std::nullopt;
  if (value.find_first_not_of("0123456789") == std::string_view::npos) {
    const auto seconds = number(value);  // nothing on overflow
    return seconds ? std::min<std::chrono::seconds>(std::chrono::seconds(*seconds), longest_wait)
                   : longest_wait;
  }
  const auto at = parse_http_date(value);
  if (!at) return std::nullopt;
  const auto now = parse_http_date(detail::trim(date, detail::blanks))
                       .value_or(std::chrono::time_point_cast<std::chrono::seconds>(
                           std::chrono::system_clock::now()));
  return std::clamp<std::chrono::seconds>(*at - now, std::chrono::seconds(0), longest_wait);
}

}  // namespace bitbucket::inline v0_1::http
