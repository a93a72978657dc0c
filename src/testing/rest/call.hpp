#pragma once

#include <optional>
#include <string>
#include <string_view>

#include <nlohmann/json.hpp>

#include "testing/base/refusal.hpp"
#include "testing/net/http_message.hpp"
#include "testing/state/accounts.hpp"

namespace bitbucket::embedded {

/// Who asks.
struct Caller {
  User user;  ///< null: nobody known
  std::string authentication = "none";

  [[nodiscard]] bool may(std::string_view permission) const {
    return user && includes(user->permission, permission);
  }
};

/// One call of the REST API.
struct Call {
  const HttpRequest& request;
  HttpResponse& response;
  Caller caller;
  Pairs path;  ///< values of the placeholders
  Pairs query;
  std::string body;

  [[nodiscard]] std::string param(std::string_view name) const {
    return find_value(path, name).value_or("");
  }
  /// Returns a query parameter, empty when absent.
  [[nodiscard]] std::string value(std::string_view name) const {
    return find_value(query, name).value_or("");
  }
  [[nodiscard]] bool flag(std::string_view name) const {
    return equals_ignoring_case(value(name), "true");
  }
  /// Returns the body; throws the 400 that malformed JSON gets.
  [[nodiscard]] nlohmann::json json() const {
    // Copying and writing recurse: a body of brackets only would overflow the stack.
    bool deep = false;
    const auto keep = [&](int depth, nlohmann::json::parse_event_t, const nlohmann::json&) {
      deep = deep || depth > 200;
      return !deep;
    };
    nlohmann::json out = nlohmann::json::parse(body, keep, false);
    if (deep || out.is_discarded()) {
      throw refusal(400, "The request body is not valid JSON.",
                    "com.fasterxml.jackson.core.JsonParseException");
    }
    return out;
  }
};

}  // namespace bitbucket::embedded
