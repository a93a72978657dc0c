#include "tracking/release_versions.hpp"

#include <algorithm>
#include <cstddef>
#include <string>

#include <bitbucket/error.hpp>
#include <bitbucket/tracking/release_store.hpp>

#include "tracking/text.hpp"

namespace bitbucket::inline v0_1 {
namespace tracking {
namespace {

constexpr std::size_t most_characters = 250;

/// The characters that Unicode calls white space, and the four separators of ASCII.
constexpr std::array<std::string_view, 29> white_spaces = {
    "\t",           "\n",           "\v",           "\f",           "\r",
    "\x1c",         "\x1d",         "\x1e",         "\x1f",         " ",
    "\xc2\x85",     "\xc2\xa0",     "\xe1\x9a\x80", "\xe2\x80\x80", "\xe2\x80\x81",
    "\xe2\x80\x82", "\xe2\x80\x83", "\xe2\x80\x84", "\xe2\x80\x85", "\xe2\x80\x86",
    "\xe2\x80\x87", "\xe2\x80\x88", "\xe2\x80\x89", "\xe2\x80\x8a", "\xe2\x80\xa8",
    "\xe2\x80\xa9", "\xe2\x80\xaf", "\xe2\x81\x9f", "\xe3\x80\x80"};

std::string_view without_white_space(std::string_view text) noexcept {
  for (bool again = true; again;) {
    again = false;
    for (const std::string_view space : white_spaces) {
      if (text.starts_with(space)) text.remove_prefix(space.size()), again = true;
      if (text.ends_with(space)) text.remove_suffix(space.size()), again = true;
    }
  }
  return text;
}

bool is_latest(std::string_view text) noexcept {
  constexpr std::string_view latest = "latest";
  return std::equal(text.begin(), text.end(), latest.begin(), latest.end(),
                    [](char a, char b) { return (a >= 'A' && a <= 'Z' ? a + 32 : a) == b; });
}

bool is_number(std::string_view text) noexcept {
  return !text.empty() && text.find_first_not_of("0123456789") == std::string_view::npos;
}

bool has_leading_zero(std::string_view number) noexcept {
  return number.size() > 1 && number.front() == '0';
}

bool is_identifier(std::string_view text) noexcept {
  return !text.empty() && text.find_first_not_of(
                              "0123456789abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ-") ==
                              std::string_view::npos;
}

/// Returns the text up to the separator and removes both, or the whole text.
std::string_view take_until(std::string_view& text, char separator) noexcept {
  const std::string_view part = text.substr(0, text.find(separator));
  text.remove_prefix(std::min(part.size() + 1, text.size()));
  return part;
}

/// Splits at dots; nothing when a part is not an identifier.
std::optional<std::vector<std::string_view>> identifiers(std::string_view text) {
  std::vector<std::string_view> out;
  for (bool more = true; more;) {
    more = text.find('.') != std::string_view::npos;
    out.push_back(take_until(text, '.'));
    if (!is_identifier(out.back())) return std::nullopt;
  }
  return out;
}

int sign(int difference) noexcept { return (difference > 0) - (difference < 0); }

int compare_numbers(std::string_view a, std::string_view b) noexcept {
  if (a.size() != b.size()) return a.size() < b.size() ? -1 : 1;
  return sign(a.compare(b));
}

int compare_identifiers(std::string_view a, std::string_view b) noexcept {
  const bool a_number = is_number(a), b_number = is_number(b);
  if (a_number && b_number) return compare_numbers(a, b);
  if (a_number != b_number) return a_number ? -1 : 1;
  return sign(a.compare(b));
}

}  // namespace

void check_version(std::string_view version) {
  const auto refuse = [](const std::string& why) {
    throw InvalidArgument("a version of a release " + why);
  };
  if (version.find_first_of("\n\t\f\r/\\") != std::string_view::npos)
    refuse("must not have line breaks, tabs, form feeds, \"/\" or \"\\\"");
  if (!is_storable(version)) refuse("must be valid UTF-8 without NUL bytes");
  if (count_characters(version) > most_characters)
    refuse("must have at most " + std::to_string(most_characters) + " characters");
  const std::string_view text = without_white_space(version);
  if (text.empty()) refuse("must not be blank");
  if (text == "." || text == ".." || is_latest(text))
    refuse("must not be \".\", \"..\" or \"latest\"");
}

std::optional<SemanticVersion> parse_semantic(std::string_view version) {
  // A semantic version has no "@", so the last one ends the name.
  if (const auto at = version.rfind('@'); at != std::string_view::npos)
    version.remove_prefix(at + 1);
  if (version.starts_with('v')) version.remove_prefix(1);
  if (const auto plus = version.find('+'); plus != std::string_view::npos) {
    if (!identifiers(version.substr(plus + 1))) return std::nullopt;
    version = version.substr(0, plus);
  }
  SemanticVersion out;
  if (const auto hyphen = version.find('-'); hyphen != std::string_view::npos) {
    auto parts = identifiers(version.substr(hyphen + 1));
    if (!parts) return std::nullopt;
    for (const std::string_view part : *parts)
      if (is_number(part) && has_leading_zero(part)) return std::nullopt;
    out.prerelease = std::move(*parts);
    version = version.substr(0, hyphen);
  }
  if (std::count(version.begin(), version.end(), '.') != 2) return std::nullopt;
  for (std::string_view& number : out.numbers) {
    number = take_until(version, '.');
    if (!is_number(number) || has_leading_zero(number)) return std::nullopt;
  }
  return out;
}

int compare(const SemanticVersion& a, const SemanticVersion& b) noexcept {
  for (std::size_t i = 0; i < a.numbers.size(); ++i)
    if (const int order = compare_numbers(a.numbers[i], b.numbers[i])) return order;
  // A version without a pre-release comes after all of its pre-releases.
  if (a.prerelease.empty() || b.prerelease.empty())
    return static_cast<int>(a.prerelease.empty()) - static_cast<int>(b.prerelease.empty());
  for (std::size_t i = 0; i < a.prerelease.size() && i < b.prerelease.size(); ++i)
    if (const int order = compare_identifiers(a.prerelease[i], b.prerelease[i])) return order;
  if (a.prerelease.size() == b.prerelease.size()) return 0;
  return a.prerelease.size() < b.prerelease.size() ? -1 : 1;
}

}  // namespace tracking

std::optional<int> compare_semantic(std::string_view a, std::string_view b) {
  const auto left = tracking::parse_semantic(a), right = tracking::parse_semantic(b);
  if (!left || !right) return std::nullopt;
  return tracking::compare(*left, *right);
}

}  // namespace bitbucket::inline v0_1
