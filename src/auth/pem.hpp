#pragma once

#include <string>

#include <bitbucket/error.hpp>
#include <bitbucket/secret.hpp>

#include "auth/cleanse.hpp"

namespace bitbucket::inline v0_1::auth {

/// The private key that a text contains, unwrapped but not parsed yet.
struct PemKey {
  bool encrypted_pkcs8 = false;
  std::string headers;  ///< Proc-Type and DEK-Info of a traditionally encrypted key, else empty
  Scrubbed der;
};

/// Finds the private key in what people paste: PEM, PEM in one line with escaped "\n" or with
/// spaces, or base64 of a PEM, with any line ends and anything around it.  Otherwise throws an
/// InvalidArgument that says what was found instead, without quoting the text.
PemKey find_private_key(const Secret& text);

/// Returns the error for a key that cannot be used, which tells how to make an RSA key.
InvalidArgument need_rsa(const std::string& found);

}  // namespace bitbucket::inline v0_1::auth
