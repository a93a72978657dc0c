#pragma once

#include <cstddef>
#include <span>
#include <string_view>
#include <utility>

#include <bitbucket/json.hpp>

#include "auth/cleanse.hpp"

namespace bitbucket::inline v0_1::auth {

/// A name and a value, both percent-encoded already.  The texts live elsewhere.
using EncodedParameter = std::pair<std::string_view, std::string_view>;

/// Percent-encodes texts into memory of its own, which the destructor overwrites.
class Encoder {
 public:
  /// `size` is the total size of all texts to come.
  explicit Encoder(std::size_t size) : memory_(3 * size) {}
  /// Returns the encoded text, which lives as long as this object.
  std::string_view operator()(std::string_view text);

 private:
  Scrubbed memory_;
};

/// Returns the total size of all names and values.
std::size_t size_of(const Parameters& parameters) noexcept;

/// Returns the signature base string (RFC 5849 section 3.4.1) of a request: the parameters and the
/// query of `url`, without oauth_signature.  Throws InvalidArgument when `url` is not an http(s)
/// URL or `method` is not a method.  The result contains the token.
Scrubbed signature_base_string(std::string_view method, std::string_view url,
                               std::span<const EncodedParameter> parameters,
                               const Parameters& plain);

}  // namespace bitbucket::inline v0_1::auth
