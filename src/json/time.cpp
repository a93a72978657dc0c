#include "json/time.hpp"

#include <chrono>
#include <cstddef>

#include "base/ascii.hpp"

namespace bitbucket::inline v0_1::json {
namespace {

using namespace std::chrono;

/// Takes the text from its front, piece by piece.
struct TimeScanner {
  std::string_view rest;

  bool literal(char c) noexcept {
    if (rest.empty() || rest.front() != c) return false;
    rest.remove_prefix(1);
    return true;
  }
  bool number(std::size_t digits, int& out) noexcept {
    if (rest.size() < digits) return false;
    out = 0;
    for (std::size_t i = 0; i < digits; ++i) {
      if (!detail::is_digit(rest[i])) return false;
      out = out * 10 + (rest[i] - '0');
    }
    rest.remove_prefix(digits);
    return true;
  }
};

bool scan_fraction(TimeScanner& in, milliseconds& out) noexcept {
  int value = 0;
  std::size_t digits = 0;
  while (!in.rest.empty() && detail::is_digit(in.rest.front())) {
    if (digits < 3) value = value * 10 + (in.rest.front() - '0');
    ++digits;
    in.rest.remove_prefix(1);
  }
  for (std::size_t i = digits; i < 3; ++i) value *= 10;
  out = milliseconds(value);
  return digits > 0;
}

bool scan_zone(TimeScanner& in, minutes& out) noexcept {
  if (in.literal('Z')) return true;
  const bool west = !in.rest.empty() && in.rest.front() == '-';
  if (!in.literal('+') && !in.literal('-')) return false;
  int hour = 0;
  int minute = 0;
  if (!in.number(2, hour)) return false;
  if (!in.rest.empty()) {
    in.literal(':');
    if (!in.number(2, minute)) return false;
  }
  if (hour > 23 || minute > 59) return false;
  out = hours(hour) + minutes(minute);
  if (west) out = -out;
  return true;
}

}  // namespace

bool parse_iso8601(std::string_view text, Time& out) noexcept {
  TimeScanner in{text};
  int y = 0;
  int mo = 0;
  int d = 0;
  int h = 0;
  int mi = 0;
  int s = 0;
  milliseconds fraction{};
  minutes zone{};
  if (!in.number(4, y) || !in.literal('-') || !in.number(2, mo) || !in.literal('-') ||
      !in.number(2, d) || !in.literal('T') || !in.number(2, h) || !in.literal(':') ||
      !in.number(2, mi) || !in.literal(':') || !in.number(2, s))
    return false;
  if (in.literal('.') && !scan_fraction(in, fraction)) return false;
  if (!scan_zone(in, zone) || !in.rest.empty()) return false;
  const year_month_day date{year(y), month(static_cast<unsigned>(mo)),
                            day(static_cast<unsigned>(d))};
  // 60 is a leap second, which the scale of milliseconds since 1970 does not have.
  if (!date.ok() || h > 23 || mi > 59 || s > 60) return false;
  out = sys_days(date) + hours(h) + minutes(mi) + seconds(s) + fraction - zone;
  return true;
}

}  // namespace bitbucket::inline v0_1::json
