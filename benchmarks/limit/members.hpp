#pragma once

#include <chrono>
#include <cstddef>
#include <cstdint>
#include <cstring>
#include <optional>
#include <stdexcept>
#include <string>
#include <string_view>

#include <bitbucket/model/common.hpp>

#include <simdjson.h>

// How objects are read by hand with simdjson's on-demand interface; used by decode.cpp alone.

namespace benchmarks::limit {

using namespace bitbucket;
namespace ondemand = simdjson::ondemand;

[[noreturn, gnu::noinline, gnu::cold]] inline void fail(simdjson::error_code error) {
  throw std::runtime_error(simdjson::error_message(error));
}

[[gnu::always_inline]] inline void check(simdjson::error_code error) {
  if (error) [[unlikely]]
    fail(error);
}

/// The members of one object, from the first to the last.
class Members {
 public:
  explicit Members(ondemand::object object) {
    check(object.begin().get(next_));
    check(object.end().get(end_));
    load();
  }

  [[nodiscard]] bool more() const noexcept { return !done_; }
  template <std::size_t N>
  [[gnu::always_inline]] [[nodiscard]] bool at(const char (&name)[N]) const noexcept {
    return !done_ && std::memcmp(key_, name, N - 1) == 0 && key_[N - 1] == '"';
  }
  /// Tells a null, and passes over it.
  [[gnu::always_inline]] bool null() {
    if (first() != 'n') return false;
    step();
    return true;
  }
  [[gnu::always_inline]] void text(std::string& out) {
    if (null()) return;
    assign(field_.value(), out);
    step();
  }
  void number(std::int64_t& out) {
    if (null()) return;
    check(field_.value().get_int64().get(out));
    step();
  }
  void number(std::optional<std::int64_t>& out) {
    if (first() != 'n') {
      number(out.emplace());
    } else {
      step();
    }
  }
  void flag(bool& out) {
    if (null()) return;
    check(field_.value().get_bool().get(out));
    step();
  }
  void time(Timestamp& out) {
    std::int64_t ms = 0;
    number(ms);
    out = Timestamp(std::chrono::milliseconds(ms));
  }
  void raw(RawJson& out) {
    if (null()) return;
    std::string_view text;
    ondemand::object object;
    check(field_.value().get_object().get(object));
    check(object.raw_json().get(text));
    out.text.assign(text);
    step();
  }
  ondemand::object object() {
    ondemand::object out;
    check(field_.value().get_object().get(out));
    return out;
  }
  ondemand::array array() {
    ondemand::array out;
    check(field_.value().get_array().get(out));
    return out;
  }
  [[nodiscard]] std::string_view token() noexcept { return field_.value().raw_json_token(); }
  [[nodiscard]] std::string_view key() const noexcept {
    return {key_, static_cast<std::size_t>(std::strchr(key_, '"') - key_)};
  }
  char first() noexcept { return *field_.value().raw_json_token().data(); }
  /// To the next member, once an object or array was read.
  [[gnu::always_inline]] void step() {
    ++next_;
    load();
  }

  [[gnu::noinline]] static void unescape(ondemand::value value, std::string& out) {
    std::string_view text;
    check(value.get_string().get(text));
    out.assign(text);
  }
  [[gnu::always_inline]] static void assign(ondemand::value value, std::string& out) {
    // The token ends where the next one begins; without escapes it is the text.
    std::string_view token = value.raw_json_token();
    while (token.back() != '"') token.remove_suffix(1);
    token = token.substr(1, token.size() - 2);
    if (std::memchr(token.data(), '\\', token.size())) return unescape(value, out);
    ondemand::raw_json_string consumed;
    check(value.get_raw_json_string().get(consumed));
    out.assign(token);
  }

 private:
  [[gnu::always_inline]] void load() {
    done_ = next_ == end_;
    if (done_) return;
    check((*next_).get(field_));
    key_ = field_.key().raw();
  }

  ondemand::object_iterator next_, end_;
  ondemand::field field_;
  const char* key_ = nullptr;
  bool done_ = false;
};

/// The members of an object that has all that are asked for, in their order: the quickest way that
/// simdjson offers.  Members is for all other objects.
class InOrder {
 public:
  explicit InOrder(ondemand::object& object) : object_(object) {}

  [[gnu::always_inline]] bool find(std::string_view name) {
    return object_.find_field(name).get(value_) == simdjson::SUCCESS;
  }
  [[gnu::always_inline]] bool text(std::string_view name, std::string& out) {
    if (!find(name) || *value_.raw_json_token().data() != '"') return false;
    Members::assign(value_, out);
    return true;
  }
  [[gnu::always_inline]] bool number(std::string_view name, std::int64_t& out) {
    return find(name) && value_.get_int64().get(out) == simdjson::SUCCESS;
  }
  [[gnu::always_inline]] bool flag(std::string_view name, bool& out) {
    return find(name) && value_.get_bool().get(out) == simdjson::SUCCESS;
  }
  [[gnu::always_inline]] bool time(std::string_view name, Timestamp& out) {
    std::int64_t ms = 0;
    if (!number(name, ms)) return false;
    out = Timestamp(std::chrono::milliseconds(ms));
    return true;
  }
  [[gnu::always_inline]] bool normal(std::string_view name, Open<UserType>& out) {
    if (!find(name) || !value_.raw_json_token().starts_with("\"NORMAL\"")) return false;
    ondemand::raw_json_string consumed;
    check(value_.get_raw_json_string().get(consumed));
    out = UserType::normal;
    return true;
  }
  [[gnu::always_inline]] bool object(std::string_view name, ondemand::object& out) {
    return find(name) && value_.get_object().get(out) == simdjson::SUCCESS;
  }
  [[gnu::always_inline]] bool array(std::string_view name, ondemand::array& out) {
    return find(name) && value_.get_array().get(out) == simdjson::SUCCESS;
  }

 private:
  ondemand::object& object_;
  ondemand::value value_;
};

}  // namespace benchmarks::limit
