#include "testing/rest/call.hpp"

#include "testing/base/refusal.hpp"

namespace bitbucket::inline v0_1::testing::embedded {

void Caller::require(Need need, bool anonymous_reads) const {
  const char* const permission = need == Need::admin   ? "REPO_ADMIN"
                                 : need == Need::write ? "REPO_WRITE"
                                                       : "REPO_READ";
  if (need == Need::nothing || (need == Need::read && anonymous_reads) || may(permission)) return;
  if (!user) throw authentication_required();
  throw not_permitted();
}

nlohmann::json Call::json() const {
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

}  // namespace bitbucket::inline v0_1::testing::embedded
