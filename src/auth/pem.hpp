#pragma once

#include <string>

#include <bitbucket/error.hpp>
#include <bitbucket/secret.hpp>

#include "auth/cleanse.hpp"

namespace bitbucket::inline v0_1::auth {

/// The private key that a text holds, taken out of its wrapping and not understood yet.
struct PemKey {
  bool encrypted_pkcs8 = false;
  std::string headers;  ///< Proc-Type and DEK-Info of a traditionally encrypted key, else empty
  Scrubbed der;
};

/// Finds the private key in what people paste: PEM, PEM in one line with "\n" escaped or with
/// spaces, base64 of a PEM, with any line ends and anything around it.  Throws InvalidArgument that
/// says what was found instead, in words that contain nothing of the text.
PemKey find_private_key(const Secret& text);

/// The refusal of something that is no RSA key, with the way to a right one.
InvalidArgument need_rsa(const std::string& found);

}  // namespace bitbucket::inline v0_1::auth
