#pragma once

#include <string>
#include <string_view>

#include "json/decode.hpp"

namespace bitbucket::inline v0_1::json {

/// Moves over the members of an object, one after the other: compare `key()` with names, `take()`
/// the value, read it, `step()`.
class Walk {
 public:
  /// Enters the object at `in`; refuses what lies too deep.
  explicit Walk(Cursor& in) : body_(in.body), place_{.up = &in.at, .depth = in.at.depth + 1} {
    enter(in, '{', "an object");
    if (first_of(in) == '}')
      leave(in.token);
    else
      look_at(in.token);
  }
  Walk(const Walk&) = delete;
  Walk& operator=(const Walk&) = delete;

  [[nodiscard]] bool done() const noexcept { return done_; }
  /// Returns the token behind an object that is done.
  [[nodiscard]] Token next() const noexcept { return token_; }
  /// Returns where the next key begins, behind its quote.
  [[nodiscard]] const char* key() const noexcept { return key_; }
  /// Returns the next key as it stands between its quotes.
  std::string_view raw_key();
  [[nodiscard]] const Place& place() const noexcept { return place_; }
  /// Throws for a member that the object must have and has not.
  [[noreturn]] void fail_missing(std::string_view name) const;
  /// Tells how many elements an array in this object is said to have.
  void expect(std::size_t elements) noexcept { place_.expected = elements; }

  /// Returns the value of the member with the next key, which is called `name`.
  [[gnu::always_inline]] Cursor take(std::string_view name) {
    place_.name = name;
    if (body_[token_[0]] != '"' || body_[token_[1]] != ':') [[unlikely]]
      fail_grammar(*place_.up);
    return {body_, token_ + 2, place_};
  }
  /// Moves to the next key once the value was read.
  [[gnu::always_inline]] void step(const Cursor& in) {
    if (const char separator = first_of(in); separator == ',') [[likely]]
      look_at(in.token + 1);
    else if (separator == '}')
      leave(in.token);
    else
      fail_grammar(*place_.up);
  }

  /// Lets `key()` return another spelling of the next key.
  void respell(const char* key) noexcept { key_ = key; }

 private:
  /// Looks at a token that should be a key; take() checks that it is one.
  [[gnu::always_inline]] void look_at(Token key) noexcept {
    token_ = key;
    key_ = body_ + *key + 1;
  }
  void leave(Token brace) noexcept {
    token_ = brace + 1;
    key_ = no_key;
    done_ = true;
  }

  // A comparison may read past the end of a document, into the padding of the body.
  static constexpr char no_key[simdjson::SIMDJSON_PADDING]{};

  const char* body_;
  Place place_;
  Token token_ = nullptr;  // of the next key, or behind the object
  const char* key_ = nullptr;
  bool done_ = false;
};

/// A key with its escapes resolved.
class ClearKey {
 public:
  ClearKey(std::string_view raw, const Place& object);
  ClearKey(const ClearKey&) = delete;
  ClearKey& operator=(const ClearKey&) = delete;
  [[nodiscard]] bool had_escapes() const noexcept { return data_ != nullptr; }
  [[nodiscard]] std::string_view text() const noexcept { return text_; }
  /// Returns the text with a quote and padding behind it, to be compared with names.
  [[nodiscard]] const char* data() const noexcept { return data_; }

 private:
  std::string memory_;
  std::string_view text_;
  const char* data_ = nullptr;
};

}  // namespace bitbucket::inline v0_1::json
