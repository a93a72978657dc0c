#pragma once

#include <bitbucket/error.hpp>

// The rule about sending a request again.  Errors report it, and the library's own retries obey it.
namespace bitbucket::inline v0_1::detail {

/// What is known about a request that failed.
struct Sent {
  bool may_have_acted = false;  ///< the server may have acted on this or an earlier attempt
  bool repeatable = false;      ///< sending it twice does no harm
};

/// A 4xx is a refusal: the server did not act.  Any other answer leaves that open.
constexpr bool may_have_acted(int status) noexcept { return status / 100 != 4; }

constexpr bool is_safe(Sent sent) noexcept { return sent.repeatable || !sent.may_have_acted; }

/// True when sending the request again is safe and may succeed.
constexpr bool is_retryable(int status, Sent sent) noexcept {
  const bool temporary = status == 429 || status == 502 || status == 503 || status == 504;
  return temporary && is_safe(sent);
}
constexpr bool is_retryable(TransportError::Kind kind, Sent sent) noexcept {
  using Kind = TransportError::Kind;
  const bool permanent = kind == Kind::certificate || kind == Kind::proxy_refused ||
                         kind == Kind::malformed || kind == Kind::too_large;
  return !permanent && is_safe(sent);
}

}  // namespace bitbucket::inline v0_1::detail
