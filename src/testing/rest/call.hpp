#pragma once

#include <string>
#include <string_view>

#include <nlohmann/json.hpp>

#include "testing/net/http_message.hpp"
#include "testing/state/accounts.hpp"

namespace bitbucket::inline v0_1::testing::embedded {

/// What a caller must be allowed to do.
enum class Need { nothing, read, write, admin };

/// Who asks.
struct Caller {
  User user;  ///< null: nobody known
  std::string authentication = "none";

  [[nodiscard]] bool may(std::string_view permission) const {
    return user && includes(user->permission, permission);
  }
  /// Throws the refusal of Bitbucket unless the caller may do this.
  void require(Need need, bool anonymous_reads) const;
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
  [[nodiscard]] nlohmann::json json() const;
};

}  // namespace bitbucket::inline v0_1::testing::embedded
