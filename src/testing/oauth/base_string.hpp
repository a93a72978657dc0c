#pragma once

#include <string>
#include <string_view>

#include "testing/base/text.hpp"

namespace bitbucket::inline v0_1::testing::embedded {

/// Returns the signature base string of RFC 5849 section 3.4.1.  `origin` is scheme://authority,
/// `raw_path` the path as on the wire, `parameters` all decoded parameters but the signature.
std::string signature_base(std::string_view method, std::string_view origin,
                           std::string_view raw_path, const Pairs& parameters);

}  // namespace bitbucket::inline v0_1::testing::embedded
