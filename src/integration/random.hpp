#pragma once

#include <bitbucket/secret.hpp>

namespace bitbucket::inline v0_1::integration {

/// Returns 256 random bits as 64 hexadecimal digits.  Throws Error when OpenSSL has none.
Secret random_secret();

}  // namespace bitbucket::inline v0_1::integration
