#include "engine/observe.hpp"

#include <algorithm>
#include <array>
#include <string_view>
#include <vector>

#include "base/ascii.hpp"

namespace bitbucket::inline v0_1::detail {

namespace {

/// These headers are credentials, which would end up in logs.
bool is_never_shown(std::string_view name) noexcept {
  static constexpr std::array<std::string_view, 4> never = {"Authorization", "Proxy-Authorization",
                                                            "Cookie", "Set-Cookie"};
  return std::any_of(never.begin(), never.end(),
                     [&](std::string_view one) { return detail::equal_ignoring_case(name, one); });
}

bool may_be_shown(std::string_view name, const std::vector<std::string>& asked) noexcept {
  return !is_never_shown(name) &&
         std::any_of(asked.begin(), asked.end(), [&](const std::string& one) {
           return detail::equal_ignoring_case(name, one);
         });
}

}  // namespace

void observe(const Core& core, Attempt attempt, const Response* response) noexcept try {
  const ConnectionOptions& connection = core.connection;
  if (!connection.observer) return;
  std::vector<Header> shown;
  if (response) {
    attempt.status = response->status;
    attempt.request_id = response->header(core.product->request_id_header());
    for (const Header& header : response->headers)
      if (may_be_shown(header.name, connection.observed_headers)) shown.push_back(header);
  }
  attempt.headers = &shown;
  attempt.peer_unverified = !connection.tls.verify && !connection.transport;
  connection.observer(attempt);
} catch (...) {  // an observer that fails does not fail the call
}

}  // namespace bitbucket::inline v0_1::detail
