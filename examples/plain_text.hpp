// Shared by the programs that show releases.
#pragma once
#include <algorithm>
#include <cstddef>
#include <ctime>
#include <optional>
#include <string>
#include <string_view>

#include <bitbucket/error.hpp>
#include <bitbucket/model/common.hpp>
#include <bitbucket/tracking/issue_references.hpp>

namespace example {

// Replaces the control characters that a server may send, because a terminal would obey them: those
// of ASCII, and U+0080 to U+009F.
inline std::string plain(std::string_view text) {
  std::string result(text);
  for (std::size_t i = 0; i < result.size(); ++i) {
    const auto c = static_cast<unsigned char>(result[i]);
    const auto before = static_cast<unsigned char>(i > 0 ? result[i - 1] : '\0');
    if (c < ' ' || c == 127) result[i] = '?';
    if (before == 0xc2 && c >= 0x80 && c < 0xa0) result.replace(i - 1, 2, "??");
  }
  return result;
}

// Returns "1 commit" or "2 commits".
inline std::string counted(std::size_t n, const std::string& one, const std::string& many) {
  return std::to_string(n) + ' ' + (n == 1 ? one : many);
}

// Returns "2024-05-06T07:08:09Z"; `format` is for strftime.
inline std::string utc(bitbucket::Timestamp time, const char* format = "%Y-%m-%dT%H:%M:%SZ") {
  // A clock counts nanoseconds, of which 64 bits hold 292 years; a commit may have any date.
  const std::time_t seconds =
      std::chrono::floor<std::chrono::seconds>(time).time_since_epoch().count();
  std::tm parts{};
  char text[64] = "";
  if (!::gmtime_r(&seconds, &parts) || std::strftime(text, sizeof text, format, &parts) == 0)
    return "an unknown time";
  return text;
}

// Reads a port from a command line.
inline int port_number(const std::string& text) {
  if (text.empty() || text.size() > 5 ||
      text.find_first_not_of("0123456789") != std::string::npos || std::stoi(text) > 65535)
    throw bitbucket::InvalidArgument("the port must be a number up to 65535");
  return std::stoi(text);
}

// Stands in for the issues of a service: every reference such as "abc-12" is to its issue "ABC-12".
inline std::optional<std::string> issue_key(const bitbucket::IssueReference& reference) {
  const std::string& text = reference.text;
  const auto letter = [](char c) { return (c >= 'A' && c <= 'Z') || (c >= 'a' && c <= 'z'); };
  const auto digit = [](char c) { return c >= '0' && c <= '9'; };
  const std::size_t dash = text.rfind('-');
  if (reference.kind != bitbucket::IssueReference::Kind::id || dash == std::string::npos ||
      text.size() > 64 || !letter(text[0]) || dash + 1 == text.size() ||
      !std::all_of(text.begin(), text.begin() + static_cast<std::ptrdiff_t>(dash),
                   [&](char c) { return letter(c) || digit(c) || c == '_'; }) ||
      !std::all_of(text.begin() + static_cast<std::ptrdiff_t>(dash) + 1, text.end(), digit))
    return std::nullopt;
  std::string key = text;
  for (char& c : key)
    if (c >= 'a' && c <= 'z') c = static_cast<char>(c - 'a' + 'A');
  return key;
}

}  // namespace example
