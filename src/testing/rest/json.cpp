#include "testing/rest/json.hpp"

namespace bitbucket::inline v0_1::testing::embedded {

std::string dump(const Json& value) {
  return value.dump(-1, ' ', false, Json::error_handler_t::replace);
}

void answer_json(HttpResponse& response, const Json& value, int status) {
  response.status = status;
  response.content("application/json;charset=UTF-8", dump(value));
}

}  // namespace bitbucket::inline v0_1::testing::embedded
