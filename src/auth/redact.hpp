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

/// Removes the secrets that were sent to a server from what comes back: failing proxies and
/// applications echo requests, and their answers end up in error texts and logs.
///
/// Looks for all secrets, in all their forms, in one pass over a text (Aho and Corasick's
/// automaton), so that no answer can make it slow.
class Redactor {
 public:
  /// Shorter secrets are not looked for, because they would be found everywhere.
  static constexpr std::size_t shortest = 6;

  void add(std::string_view secret);
  /// Replaces each secret with "[secret]", also when it is percent-encoded or escaped for JSON or
  /// HTML.  Overlapping secrets get one mark.
  void redact(std::string& text) const;
  void redact(std::vector<Header>& headers) const;

 private:
  /// The first bytes of one or more forms.
  struct State {
    std::uint32_t child = 0, sibling = 0;  // a list of the states with one more byte
    std::uint32_t fallback = 0;            // the longest suffix of these bytes that begins a form
    std::uint32_t found = 0;               // the length of the longest form that ends here
    unsigned char byte = 0;                // the last of these bytes
    bool complete = false;                 // these bytes are a form
  };
  struct Span {
    std::size_t begin, end;
  };

  void insert(std::string_view form);
  void link();
  [[nodiscard]] std::uint32_t child(std::uint32_t state, unsigned char byte) const noexcept;
  [[nodiscard]] std::uint32_t step(std::uint32_t state, unsigned char byte) const noexcept;
  /// Returns the secrets in the text, in order and without overlaps.
  [[nodiscard]] std::vector<Span> find(std::string_view text) const;

  /// The first state is that of no bytes.
  std::vector<State, CleansingAllocator<State>> states_ = {State()};
  std::array<std::uint32_t, 256> first_{};  // the states of one byte, for speed
};

}  // namespace bitbucket::inline v0_1::auth
