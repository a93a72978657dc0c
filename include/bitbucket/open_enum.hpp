#pragma once

#include <concepts>
#include <iosfwd>
#include <span>
#include <string>
#include <string_view>
#include <type_traits>
#include <utility>

#include <bitbucket/print.hpp>

namespace bitbucket::inline v0_1 {

/// An enumerator and the word that servers write for it.
template <class E>
using EnumWord = std::pair<E, std::string_view>;
/// The words of an enumeration.  An enumerator without a word is not sent.
template <class E>
using EnumWords = std::span<const EnumWord<E>>;

namespace detail {
template <class E>
concept HasWords = std::is_enum_v<E> && requires(E value) {
  { enum_words(value) } -> std::same_as<EnumWords<E>>;
};
}  // namespace detail

/// Returns the word of an enumerator; "unknown" when it has none.
template <detail::HasWords E>
std::string_view to_string(E value) noexcept {
  for (const auto& [known, word] : enum_words(value))
    if (known == value) return word;
  return "unknown";
}

/// An enumeration that a newer server may extend: text it does not know is kept and given back
/// unchanged.  `E` has an enumerator `unknown` (the default) and a function `enum_words(E)` in its
/// namespace, which returns its EnumWords.
template <class E>
class Open {
  static_assert(detail::HasWords<E>,
                "an enumeration needs its words: declare EnumWords<E> enum_words(E) behind it");

 public:
  Open() = default;
  /// Holds a known value.
  Open(E value) : value_(value) {}  // NOLINT(google-explicit-constructor): stands in for E
  /// Finds the value of a word; keeps the text when no value has this word.
  explicit Open(std::string_view text) {
    for (const auto& [value, word] : enum_words(E{}))
      if (word == text) {
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
  /// Compares with a known value.
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
