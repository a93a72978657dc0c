#include "http/observe.hpp"

#include <algorithm>
#include <vector>

#include "http/encoding.hpp"

namespace bitbucket::inline v0_1::http {

void observe(const ConnectionOptions& connection, Attempt attempt,
             const Response* response) noexcept try {
  if (!connection.observer) return;
  std::vector<Header> shown;
  if (response) {
    attempt.status = response->status;
    attempt.request_id = response->header("X-AREQUESTID");
    const auto& names = connection.observed_headers;
    for (const Header& header : response->headers)
      if (std::any_of(names.begin(), names.end(), [&](const std::string& name) {
            return equal_ignoring_case(header.name, name);
          }))
        shown.push_back(header);
  }
  attempt.headers = &shown;
  attempt.peer_unverified = !connection.tls.verify && !connection.transport;
  connection.observer(attempt);
} catch (...) {  // the observer's trouble is not the call's
}

}  // namespace bitbucket::inline v0_1::http
