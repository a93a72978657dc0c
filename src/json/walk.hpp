#pragma once

#include <string>
#include <string_view>
#include <utility>

#include "json/decode.hpp"

namespace bitbucket::inline v0_1::json {

/// Moves over the members of an object, one after the other: compare `key()` with names, `take()`
/// the value, read it, `step()`.
///
/// The parser's own iterator makes a field of each member, whose copies cost more than all the
/// rest. So the next key is looked at in the text, behind the comma at which the parser stands, and
/// the parser is asked for the member of just that key.
class Walk {
 public:
  /// Enters the object at `in`; refuses what lies too deep.
  explicit Walk(Cursor& in) : Walk(start_object(in), in.value.raw_json_token().data(), in.at) {}
  /// Enters the object that the document is.
  explicit Walk(Document& document) : Walk(document.object(), document.begin(), document.root()) {}
  Walk(const Walk&) = delete;
  Walk& operator=(const Walk&) = delete;

  [[nodiscard]] bool done() const noexcept { return done_; }
  /// Returns the token behind an object that is done, where it is known.
  [[nodiscard]] const char* next() const noexcept { return next_; }
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
  template <std::size_t N>
  [[gnu::noinline]] ondemand::value take(const char (&name)[N]) {
    if (respelled_.data()) [[unlikely]]
      return take({name, N - 1}, std::exchange(respelled_, {}));
    place_.name = {name, N - 1};
    ondemand::value value;
    check(object_.find_field(std::string_view(name, N - 1)).get(value), *place_.up);
    return value;
  }
  /// The same for a name that is written in the text as `raw`.
  ondemand::value take(std::string_view name, std::string_view raw);
  /// Moves to the next key once the value was read.
  [[gnu::always_inline]] void step(Cursor& in) {
    const char* at = in.next;
    if (!at) check(in.value.current_location().get(at), *place_.up);
    if (*at == ',') [[likely]]
      look_behind(at);
    else
      leave(at);
  }

  /// Lets `key()` return another spelling of the next key, of which `raw` is the one in the text.
  void respell(const char* key, std::string_view raw) noexcept {
    key_ = key;
    respelled_ = raw;
  }

 private:
  Walk(ondemand::object object, const char* brace, const Place& at)
      : object_(object), place_{.up = &at, .depth = at.depth + 1} {
    look_behind(brace);
    if (key_[-1] != '}') [[likely]]
      return;
    key_ = no_key;
    done_ = true;
  }

  /// Looks at the key behind a brace or comma.  That it is none is found out when it is taken.
  [[gnu::always_inline]] void look_behind(const char* at) noexcept { key_ = token_behind(at) + 1; }
  /// Leaves the object on its own brace, or refuses what stands there instead.
  void leave(const char* brace);

  // The parser's padding is what a comparison may read behind the end of a document.
  static constexpr char no_key[simdjson::SIMDJSON_PADDING]{};

  ondemand::object object_;
  Place place_;
  const char* key_ = nullptr;
  std::string_view respelled_;  // the next key when it is to be called by another spelling
  const char* next_ = nullptr;
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
