#include <bitbucket/integration/breakage.hpp>

#include <algorithm>

#include <bitbucket/integration/installation.hpp>
#include <bitbucket/outcome.hpp>

#include "integration/advice.hpp"

namespace bitbucket::inline v0_1 {
namespace {

using Kind = BreakageKind;

Breakage breakage_of(const ApiError& error) {
  const int status = error.status();
  if (error.is_rate_limited())
    return {Kind::rate_limited, "the server gets too many requests: wait, and send fewer"};
  if (error.is_captcha_required())
    return {Kind::unauthorized,
            "the account is locked: log in with a browser to solve the captcha"};
  if (status / 100 == 3 || (status / 100 == 2 && error.is_unauthenticated()))
    return {Kind::redirected,
            "the address leads to another page, such as a login: check the URL of the server and "
            "the proxy in front of it"};
  if (error.is_forbidden())
    return {
        Kind::unauthorized,
        "the user who allowed the access lacks the permission: give the user the permission, or "
        "connect the server again as another user"};
  if (error.is_unauthenticated())
    return {Kind::unauthorized, "the server refuses the token: connect the server again"};
  if (error.is_not_found())
    return {Kind::configuration,
            "there is nothing at this address: check the URL of the server with its context path, "
            "and whether the repository was moved or deleted"};
  if (status / 100 == 2)
    return {Kind::unsupported_response,
            "the answer is not that of a Bitbucket Server: check the URL of the server"};
  if (status / 100 == 5)
    return {Kind::other, "the server or its proxy has a fault (HTTP " + std::to_string(status) +
                             "): try again later"};
  return {Kind::other, "the server refused the request: " + std::string(error.what())};
}

Breakage breakage_of(const TransportError& error) {
  using Transport = TransportError::Kind;
  switch (error.kind()) {
    case Transport::resolve:
      return {Kind::host_unreachable,
              "the host name of the server is unknown: check the URL of the server"};
    case Transport::connect:
      return {Kind::host_unreachable,
              "nothing answers at this address: check the URL of the server and the firewall"};
    case Transport::proxy:
    case Transport::proxy_refused:
      return {Kind::host_unreachable,
              "the proxy does not reach the server: check the proxy and its credentials"};
    case Transport::tls:
    case Transport::certificate:
      return {
          Kind::host_unreachable,
          "TLS fails: install the CA of the server's certificate on this machine, and check the "
          "URL of the server"};
    case Transport::timeout:
      return {Kind::host_timeout,
              "the server timed out: check that it runs and that no firewall drops the connection"};
    case Transport::reset:
    case Transport::cut:
      return {Kind::connection_reset,
              "the connection ended before the answer: try again, and check the proxy in between"};
    case Transport::malformed:
    case Transport::too_large:
      return {Kind::unsupported_response,
              "the answer is not that of a Bitbucket Server: check the URL of the server"};
    case Transport::other:
      break;
  }
  return {Kind::other, error.what()};
}

Breakage breakage_of(const InvalidConfiguration& error) {
  const auto names = [&](std::string_view field) {
    return std::any_of(error.errors().begin(), error.errors().end(),
                       [&](const FieldError& each) { return each.field == field; });
  };
  if (names("access_token")) return {Kind::identity_not_found, error.what()};
  return {names("url") ? Kind::configuration : Kind::identity_not_valid, error.what()};
}

/// Says what one error means, without those that it wraps.
Breakage breakage_of(const std::exception& error) {
  if (const auto* oauth = dynamic_cast<const OAuthError*>(&error))
    return {Kind::unauthorized, std::string(integration::advice_for_problem(oauth->problem()))};
  if (const auto* api = dynamic_cast<const ApiError*>(&error)) return breakage_of(*api);
  if (const auto* transport = dynamic_cast<const TransportError*>(&error))
    return breakage_of(*transport);
  if (const auto* invalid = dynamic_cast<const InvalidConfiguration*>(&error))
    return breakage_of(*invalid);
  if (dynamic_cast<const DecodeError*>(&error))
    return {Kind::unsupported_response,
            "the answer is not that of a Bitbucket Server: check the URL of the server and the "
            "proxy in front of it"};
  // The text of an exception that is not ours may contain anything.
  if (dynamic_cast<const Error*>(&error)) return {Kind::other, error.what()};
  return {Kind::other, "the program has a fault: look at its log"};
}

/// Classifies the innermost error that says what broke.
Breakage classify_from(const std::exception& error, int depth) {
  constexpr int max_depth = 100;
  const auto* nesting = dynamic_cast<const std::nested_exception*>(&error);
  if (nesting && nesting->nested_ptr() && depth < max_depth) {
    try {
      nesting->rethrow_nested();
    } catch (const std::exception& cause) {
      if (Breakage found = classify_from(cause, depth + 1); found.kind != Kind::other) return found;
    } catch (...) {  // says nothing
    }
  }
  return breakage_of(error);
}

}  // namespace

std::string_view to_string(BreakageKind kind) noexcept {
  switch (kind) {
    case Kind::unauthorized:
      return "unauthorized";
    case Kind::configuration:
      return "configuration";
    case Kind::host_unreachable:
      return "host_unreachable";
    case Kind::host_timeout:
      return "host_timeout";
    case Kind::connection_reset:
      return "connection_reset";
    case Kind::unsupported_response:
      return "unsupported_response";
    case Kind::rate_limited:
      return "rate_limited";
    case Kind::redirected:
      return "redirected";
    case Kind::identity_not_found:
      return "identity_not_found";
    case Kind::identity_not_valid:
      return "identity_not_valid";
    case Kind::other:
      break;
  }
  return "other";
}

Breakage classify(const std::exception& error) { return classify_from(error, 0); }

std::optional<Breakage> check_access(const BitbucketServer& client) {
  const auto outcome = attempt([&] {
    const BitbucketServer one = client.with({.paging = {.page_size = 1, .prefetch = 0}});
    (void)one.repos.list({.permission = RepoFilter::Permission::admin}).to_vector(1);
  });
  if (outcome) return std::nullopt;
  return classify(*outcome.error());
}

}  // namespace bitbucket::inline v0_1
