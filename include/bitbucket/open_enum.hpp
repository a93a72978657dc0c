#pragma once

#include <span>
#include <string>
#include <string_view>
#include <utility>

namespace bitbucket::inline v0_1 {

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
    for (const auto& [value, name] : names(E{}))
      if (value == value_) return name;
    return {};
  }

  friend bool operator==(const Open&, const Open&) = default;
  /// Compares with a value that is known.
  friend bool operator==(const Open& a, E b) noexcept { return a.value_ == b; }

 private:
  E value_ = E::unknown;
  std::string text_;
};

/// The wire names of an enumeration, see Open.
template <class E>
using EnumNames = std::span<const std::pair<E, std::string_view>>;

}  // namespace bitbucket::inline v0_1
