#include "json/scan.hpp"

#include <cstddef>
#include <string>

#include "base/ascii.hpp"

namespace bitbucket::inline v0_1::json {
namespace {

bool is_hex_digit(char c) noexcept {
  return detail::is_digit(c) || (c >= 'a' && c <= 'f') || (c >= 'A' && c <= 'F');
}

/// Follows the grammar of JSON through a text without recursion.
class Scanner {
 public:
  Scanner(std::string_view text, std::size_t max_depth)
      : at_(text.data()), end_(at_ + text.size()), max_depth_(max_depth) {}

  bool scan() {
    do {
      if (!descend() || !ascend()) return false;
    } while (!closing_.empty());
    return at_ == end_;
  }

 private:
  /// Passes over opening brackets and what follows the last of them: a scalar, or nothing if the
  /// bracket is closed at once.
  bool descend() {
    for (;;) {
      space();
      const char open = here();
      if (open != '{' && open != '[') return scalar();
      if (closing_.size() == max_depth_) return false;
      closing_ += open == '{' ? '}' : ']';
      ++at_;
      space();
      if (here() == closing_.back()) return true;
      if (open == '{' && !key()) return false;
    }
  }

  /// Passes over closing brackets and the comma behind them, or reaches the end.
  bool ascend() {
    for (;;) {
      space();
      if (closing_.empty()) return true;
      if (here() == ',') {
        ++at_;
        return closing_.back() == ']' || key();
      }
      if (here() != closing_.back()) return false;
      ++at_;
      closing_.pop_back();
    }
  }

  bool key() {
    space();
    if (!string()) return false;
    space();
    return character(':');
  }

  bool scalar() {
    switch (here()) {
      case '"':
        return string();
      case 't':
        return word("true");
      case 'f':
        return word("false");
      case 'n':
        return word("null");
      default:
        return number();
    }
  }

  bool string() {
    if (!character('"')) return false;
    for (;;) {
      const char* at = at_;  // which stays in a register
      while (at != end_ && *at != '"' && *at != '\\' && static_cast<unsigned char>(*at) >= ' ')
        ++at;
      at_ = at;
      if (character('"')) return true;
      if (!character('\\') || !escape()) return false;
    }
  }

  bool escape() {
    if (character('u')) {
      for (int i = 0; i < 4; ++i, ++at_)
        if (!is_hex_digit(here())) return false;
      return true;
    }
    if (at_ == end_ || std::string_view("\"\\/bfnrt").find(*at_) == std::string_view::npos)
      return false;
    ++at_;
    return true;
  }

  bool number() {
    character('-');
    if (!character('0') && !digits()) return false;
    if (character('.') && !digits()) return false;
    if (character('e') || character('E')) {
      if (!character('+')) character('-');
      return digits();
    }
    return true;
  }

  bool digits() {
    if (!detail::is_digit(here())) return false;
    while (detail::is_digit(here())) ++at_;
    return true;
  }

  bool word(std::string_view expected) {
    if (!std::string_view(at_, static_cast<std::size_t>(end_ - at_)).starts_with(expected))
      return false;
    at_ += expected.size();
    return true;
  }

  bool character(char expected) {
    if (at_ == end_ || *at_ != expected) return false;
    ++at_;
    return true;
  }

  void space() {
    if (static_cast<unsigned char>(here()) > ' ') return;  // as nearly always
    while (at_ != end_ && (*at_ == ' ' || *at_ == '\n' || *at_ == '\r' || *at_ == '\t')) ++at_;
  }

  /// Returns the next character; at the end a NUL, which is no part of the grammar.
  [[nodiscard]] char here() const { return at_ == end_ ? '\0' : *at_; }

  const char* at_;
  const char* end_;
  std::size_t max_depth_;
  std::string closing_;  // the brackets that are still to come, the next one last
};

}  // namespace

bool is_value(std::string_view text, std::size_t max_depth) {
  return Scanner(text, max_depth).scan();
}

}  // namespace bitbucket::inline v0_1::json
