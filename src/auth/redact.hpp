#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include <bitbucket/transport.hpp>

#include "auth/cleanse.hpp"

namespace bitbucket::inline v0_1::auth {

/// Knows the secrets that are sent to a server and takes them out of what comes back: proxies and
/// applications in trouble echo requests, and their answers end up in error texts and logs.
///
/// It looks for all of them, in all their forms, in one pass over a text (Aho and Corasick's
/// automaton), so that no answer can make it slow.
class Redactor {
 public:
  /// One of fewer characters than this is not looked for: it would be found everywhere.
  static constexpr std::size_t shortest = 6;

  void add(std::string_view secret);
  /// Puts "[secret]" where a secret stands, also one that is percent-encoded, or escaped for JSON
  /// or HTML.  One mark stands for those that overlap.
  void redact(std::string& text) const;
  void redact(std::vector<Header>& headers) const;

 private:
  /// Some first bytes of a form.
  struct State {
    std::uint32_t child = 0, sibling = 0;  // the states of one byte more are a list
    std::uint32_t fallback = 0;            // the longest end of these bytes that begins a form
    std::uint32_t found = 0;               // the length of the longest form that ends here
    unsigned char byte = 0;                // the last one
    bool complete = false;                 // these bytes are a form
  };
  struct Span {
    std::size_t begin, end;
  };

  void insert(std::string_view form);
  void link();
  [[nodiscard]] std::uint32_t child(std::uint32_t state, unsigned char byte) const noexcept;
  [[nodiscard]] std::uint32_t step(std::uint32_t state, unsigned char byte) const noexcept;
  /// In order, without overlaps.
  [[nodiscard]] std::vector<Span> find(std::string_view text) const;

  std::vector<State, CleansingAllocator<State>> states_ = {State()};  // the first of no bytes
  std::array<std::uint32_t, 256> first_{};  // the states of one byte, for speed
};

}  // namespace bitbucket::inline v0_1::auth
