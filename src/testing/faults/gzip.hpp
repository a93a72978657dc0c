#pragma once

#include <cstddef>
#include <string>
#include <string_view>

// gzip without a library: faults need to be read as it, not to be small.
namespace bitbucket::inline v0_1::testing::embedded {

/// Returns the text as a gzip file, in stored blocks.
std::string gzip(std::string_view text);

/// Returns a gzip file of one JSON string, so many bytes long when it is unpacked (at least 32).
std::string gzip_bomb(std::size_t unpacked);

}  // namespace bitbucket::inline v0_1::testing::embedded
