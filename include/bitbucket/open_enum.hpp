#pragma once

#include <concepts>
#include <iosfwd>
#include <span>
#include <string>
#include <string_view>
#include <utility>

#include <bitbucket/print.hpp>

namespace bitbucket::inline v0_1 {

/// The wire names of an enumeration, see Open.
template <class E>
using EnumNames = std::span<const std::pair<E, std::string_view>>;

/// Returns the wire name of an enumerator; "unknown" when it has none.
template <class E>
requires requires {
  { names(E{}) } -> std::same_as<EnumNames<E>>;
}
std::string_view to_string(E value) noexcept {
  for (const auto& [known, name] : names(E{}))
    if (known == value) return name;
  return "unknown";
}

/// An enumeration that a newer server may extend: text it does not know is kept and given back
/// unchanged.  `E` has an enumerator `unknown` (the default) and a function `names(E)` that returns
/// the wire names, found by argument-dependent look-up.
template <class E>
class Open {
 public:
  Open() = default;
  /// Stands for a value that is known.
  Open(E value) : value_(value) {}  // NOLINT(google-explicit-constructor): stands in for E
  /// Finds the value of a wire name; keeps the text when there is none.
  explicit Open(std::string_view text) {
    for (const auto& [value, name] : names(E{}))
      if (name == text) {
        value_ = value;
        return;
      }
    text_ = text;
  }

  /// Returns the value, `unknown` for text that this version of the library does not know.
  [[nodiscard]] E value() const noexcept { return value_; }
  /// Returns the value.
  operator E() const noexcept { return value_; }  // NOLINT(google-explicit-constructor)

  /// Returns the text as the server writes it; empty for `unknown` without text.
  [[nodiscard]] std::string_view text() const noexcept {
    if (!text_.empty()) return text_;
    return value_ == E::unknown ? std::string_view() : to_string(value_);
  }

  friend bool operator==(const Open&, const Open&) = default;
  /// Compares with a value that is known.
  friend bool operator==(const Open& a, E b) noexcept { return a.value_ == b; }
  /// Writes text(); "unknown" when that is empty.
  template <class Traits>
  friend std::basic_ostream<char, Traits>& operator<<(std::basic_ostream<char, Traits>& out,
                                                      const Open& value) {
    const std::string_view text = value.text();
    return out << (text.empty() ? std::string_view("unknown") : text);
  }

 private:
  E value_ = E::unknown;
  std::string text_;
};

}  // namespace bitbucket::inline v0_1
