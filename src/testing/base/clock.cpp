#include "testing/base/clock.hpp"

#include <array>

namespace bitbucket::inline v0_1::testing::embedded {

std::int64_t milliseconds(const Clock& clock) {
  return std::chrono::duration_cast<std::chrono::milliseconds>(clock().time_since_epoch()).count();
}

std::string format_utc(std::time_t seconds, const char* format) {
  std::tm parts{};
  ::gmtime_r(&seconds, &parts);
  std::array<char, 64> text{};
  return {text.data(), std::strftime(text.data(), text.size(), format, &parts)};
}

}  // namespace bitbucket::inline v0_1::testing::embedded
