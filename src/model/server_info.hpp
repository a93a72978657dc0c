#pragma once

#include <bitbucket/model/server_info.hpp>

namespace bitbucket::inline v0_1::json {

template <class F>
void fields(ApplicationProperties& p, F& f) {
  f("version", p.version);
  f("buildNumber", p.build_number);
  f("buildDate", p.build_date);
  f("displayName", p.display_name);
}

}  // namespace bitbucket::inline v0_1::json
