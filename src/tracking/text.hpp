#pragma once

#include <string_view>

namespace bitbucket::inline v0_1::tracking {

/// Throws InvalidArgument unless both products can store a text as it is: it must be UTF-8 without
/// a NUL byte, where PostgreSQL's text ends.  `what` says whose text it is.
void check_text(std::string_view text, std::string_view what);

}  // namespace bitbucket::inline v0_1::tracking
