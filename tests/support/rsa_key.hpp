#pragma once

#include <memory>
#include <string>

#include <openssl/types.h>

namespace bitbucket::test_support {

/// Returns an RSA key of 2048 bits, which takes up to a second to make.  It is made once for all
/// processes of a run when BITBUCKET_TEST_SAMPLES names a folder for it.
std::shared_ptr<EVP_PKEY> rsa_key(const std::string& name);

}  // namespace bitbucket::test_support
