#include <bitbucket/model/server_info.hpp>

#include "model/codec.hpp"

namespace bitbucket::inline v0_1 {
namespace json {

void fields(ApplicationProperties& p, auto& f) {
  f("version", p.version);
  f("buildNumber", p.build_number);
  f("buildDate", p.build_date);
  f("displayName", p.display_name);
}

}  // namespace json

const detail::ModelCodec<ApplicationProperties>& model_codec(const ApplicationProperties*) {
  return json::codec<ApplicationProperties>;
}

}  // namespace bitbucket::inline v0_1
