#pragma once

#include <string>

#include <nlohmann/json.hpp>

#include "testing/net/http_message.hpp"

namespace bitbucket::inline v0_1::testing::embedded {

using Json = nlohmann::ordered_json;

/// Writes a value as text; names of files may be no UTF-8.
std::string dump(const Json& value);

/// Answers with a JSON document.
void answer_json(HttpResponse& response, const Json& value, int status = 200);

}  // namespace bitbucket::inline v0_1::testing::embedded
