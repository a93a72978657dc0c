#pragma once

#include <concepts>
#include <iosfwd>
#include <string_view>
#include <type_traits>

namespace bitbucket::inline v0_1 {

namespace detail {
template <class E>
concept HasText = std::is_enum_v<E> && requires(E value) {
  { to_string(value) } -> std::same_as<std::string_view>;
};
}  // namespace detail

/// Writes what to_string() returns for an enumerator.
template <class Traits, detail::HasText E>
std::basic_ostream<char, Traits>& operator<<(std::basic_ostream<char, Traits>& out, E value) {
  return out << to_string(value);
}

}  // namespace bitbucket::inline v0_1
