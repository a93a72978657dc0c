#pragma once

#include <string>

#include <bitbucket/model/common.hpp>

namespace bitbucket::inline v0_1 {

/// What the server says about itself.
struct ApplicationProperties {
  std::string version;       ///< "8.19.3"
  std::string build_number;  ///< "8019003"
  std::string build_date;    ///< milliseconds since 1970, as text
  std::string display_name;  ///< "Bitbucket"
  friend bool operator==(const ApplicationProperties&, const ApplicationProperties&) = default;
};
BITBUCKET_EXPORT const detail::ModelCodec<ApplicationProperties>& model_codec(
    const ApplicationProperties*);

}  // namespace bitbucket::inline v0_1
