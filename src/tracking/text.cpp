#include "tracking/text.hpp"

#include <algorithm>
#include <cstdint>
#include <cstring>

#include <bitbucket/error.hpp>

#include "base/utf8.hpp"

namespace bitbucket::inline v0_1::tracking {
namespace {

constexpr std::size_t longest_key = 1000;  // bytes

/// Returns where the first byte that is NUL or not ASCII may be.  Most texts have none, and are
/// read eight bytes at a time.
std::size_t skip_plain(std::string_view text) noexcept {
  constexpr std::uint64_t ones = 0x0101010101010101u, tops = 0x8080808080808080u;
  std::size_t at = 0;
  for (std::uint64_t word = 0; at + sizeof word <= text.size(); at += sizeof word) {
    std::memcpy(&word, text.data() + at, sizeof word);
    if (((word | (word - ones)) & tops) != 0) break;
  }
  return at;
}

/// Returns where the first byte is that cannot be stored, at `from` or behind it.
std::size_t find_unstorable(std::string_view text, std::size_t from) noexcept {
  for (std::size_t at = from + skip_plain(text.substr(from)); at < text.size();) {
    const std::size_t size = detail::size_of_character(text.substr(at));
    if (size == 0 || text[at] == '\0') return at;
    at += size;
  }
  return std::string_view::npos;
}

}  // namespace

void check_text(std::string_view text, std::string_view what) {
  if (text.find('\0') != std::string_view::npos)
    throw InvalidArgument("a text of " + std::string(what) +
                          " has a NUL byte, which the database cannot store; remove it");
  if (!is_storable(text))
    throw InvalidArgument("a text of " + std::string(what) +
                          " is not UTF-8; convert it before you store it");
}

bool is_storable(std::string_view text) noexcept {
  return find_unstorable(text, 0) == std::string_view::npos;
}

void make_storable(std::string& text) {
  std::size_t bad = find_unstorable(text, 0);
  if (bad == std::string::npos) return;
  std::string out;
  std::size_t from = 0;
  for (; bad != std::string::npos; bad = find_unstorable(text, from)) {
    out.append(text, from, bad - from);
    out += "\xef\xbf\xbd";
    from = bad + 1;
  }
  text = out.append(text, from);
}

std::size_t count_characters(std::string_view text) noexcept {
  return static_cast<std::size_t>(std::count_if(
      text.begin(), text.end(), [](char c) { return (static_cast<unsigned char>(c) >> 6) != 2; }));
}

std::string_view first_characters(std::string_view text, std::size_t count) noexcept {
  if (text.size() <= count) return text;
  for (std::size_t end = 0; end < text.size(); ++end)
    if ((static_cast<unsigned char>(text[end]) >> 6) != 2 && count-- == 0)
      return text.substr(0, end);
  return text;
}

bool is_key(std::string_view text) noexcept {
  return text.size() <= longest_key && is_storable(text);
}

void check_key(std::string_view text, std::string_view what) {
  check_text(text, what);
  if (text.size() > longest_key)
    throw InvalidArgument("a text of " + std::string(what) +
                          " is longer than 1,000 bytes; shorten it");
}

}  // namespace bitbucket::inline v0_1::tracking
