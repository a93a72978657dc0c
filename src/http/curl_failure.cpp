#include <array>
#include <string>

#include "http/curl_handles.hpp"
#include "http/url.hpp"

namespace bitbucket::inline v0_1::http {
namespace {

using Kind = TransportError::Kind;

bool contains(std::string_view text, std::string_view sign) {
  return text.find(sign) != std::string_view::npos;
}

Failure unsent(Kind kind, std::string advice) {
  return {.kind = kind, .never_sent = true, .advice = std::move(advice)};
}

struct Sign {
  std::string_view text;  // a part of what libcurl and its TLS library say
  Kind kind;
  const char* advice;
};

// libcurl reports all of these with the same code; only the texts differ.
constexpr std::array certificate_signs = {
    Sign{"expired", Kind::certificate,
         "the server's certificate has expired; the server needs a new one, unless the clock of "
         "this machine is wrong"},
    Sign{"expiration date has passed", Kind::certificate, "the server's certificate has expired"},
    Sign{"not yet valid", Kind::certificate,
         "the server's certificate is not valid yet; is the clock of this machine right?"},
    Sign{"not activated yet", Kind::certificate, "the server's certificate is not valid yet"},
};

constexpr std::array handshake_signs = {
    Sign{"certificate required", Kind::certificate,
         "the server requires a client certificate that it knows: set tls.client_certificate and "
         "tls.client_key"},
    Sign{"alert unknown ca", Kind::certificate,
         "the server does not trust the certificate of tls.client_certificate"},
    Sign{"alert bad certificate", Kind::certificate,
         "the server rejects the certificate of tls.client_certificate, or requires one that is "
         "not set"},
    Sign{"alert certificate", Kind::certificate,
         "the server rejects the certificate of tls.client_certificate"},
    Sign{"handshake failure", Kind::tls,
         "the server ended the TLS handshake; if it requires a client certificate, set "
         "tls.client_certificate and tls.client_key"},
    Sign{"protocol version", Kind::tls,
         "the server offers no TLS version that tls.min_version allows"},
    Sign{"unsupported protocol", Kind::tls,
         "the server offers no TLS version that tls.min_version allows"},
    Sign{"wrong version number", Kind::tls,
         "the server does not speak TLS on this port; should the URL begin with http://?"},
    Sign{"packet length too long", Kind::tls,
         "the server does not speak TLS on this port; should the URL begin with http://?"},
};

template <std::size_t N>
const Sign* find_sign(const std::array<Sign, N>& signs, std::string_view text) {
  const auto* found = std::find_if(signs.begin(), signs.end(),
                                   [&](const Sign& sign) { return contains(text, sign.text); });
  return found == signs.end() ? nullptr : found;
}

Failure untrusted(const FailedTransfer& transfer) {
  if (const Sign* sign = find_sign(certificate_signs, transfer.text))
    return unsent(sign->kind, sign->advice);
  const std::string host = origin_of(transfer.url).host;
  if (contains(transfer.text, "match"))
    return unsent(Kind::certificate, "the server's certificate is not for " + host +
                                         "; use a host name that the certificate contains");
  return unsent(Kind::certificate,
                "the certificate of " + host +
                    " is not trusted; if a CA of your own signed it, set tls.ca_file to the "
                    "certificate of that CA");
}

Failure failed_handshake(const FailedTransfer& transfer) {
  const Sign* sign = find_sign(handshake_signs, transfer.text);
  return unsent(sign ? sign->kind : Kind::tls, sign ? sign->advice : "the TLS handshake failed");
}

Failure broken(const FailedTransfer& transfer) {
  // With TLS 1.3 the client is done with the handshake, and has sent its request, before the server
  // looks at the client's certificate.
  if (contains(transfer.text, " alert "))
    if (const Sign* sign = find_sign(handshake_signs, transfer.text))
      return {.kind = sign->kind, .unread = true, .advice = sign->advice};
  if (!transfer.silent) return {.kind = Kind::reset, .advice = "the connection broke"};
  const bool plain = !is_https(transfer.url);
  return {.kind = Kind::reset,
          .advice = plain
                        ? "the connection broke before any answer; should the URL begin with "
                          "https://?"
                        : "the connection broke before any answer; if the server requires a client "
                          "certificate, set tls.client_certificate and tls.client_key"};
}

Failure not_http(const FailedTransfer& transfer) {
  const bool plain = !is_https(transfer.url);
  return {.kind = Kind::malformed,
          .advice = plain ? "the answer is not HTTP; should the URL begin with https://?"
                          : "the answer is not HTTP"};
}

}  // namespace

Failure classify_proxy_status(long status, std::string_view url) {
  const std::string answer = " (HTTP " + std::to_string(status) + ')';
  if (status == 407 || status == 401)
    return unsent(Kind::proxy_refused,
                  "the proxy requires a user name and password that it knows: set proxy.username "
                  "and proxy.password" +
                      answer);
  const std::string host = origin_of(url).host;
  if (status / 100 == 4)
    return unsent(Kind::proxy_refused,
                  "the proxy does not allow connections to " + host + answer +
                      "; name the hosts that do not need the proxy in proxy.no_proxy");
  return unsent(Kind::proxy, "the proxy cannot connect to " + host + answer);
}

Failure classify(const FailedTransfer& transfer) {
  if (transfer.proxy_status != 0 && transfer.proxy_status / 100 != 2)
    return classify_proxy_status(transfer.proxy_status, transfer.url);
  switch (transfer.code) {
    case CURLE_COULDNT_RESOLVE_HOST:
      return unsent(Kind::resolve, "the host name is not known");
    case CURLE_COULDNT_RESOLVE_PROXY:
      return unsent(Kind::proxy, "the proxy's host name is not known");
    case CURLE_COULDNT_CONNECT:
      if (transfer.proxied) return unsent(Kind::proxy, "cannot connect to the proxy");
      return unsent(Kind::connect, "cannot connect");
#if LIBCURL_VERSION_NUM >= 0x074900
    case CURLE_PROXY:
      return unsent(Kind::proxy, "the proxy failed");
#endif
    case CURLE_PEER_FAILED_VERIFICATION:
      return untrusted(transfer);
    case CURLE_SSL_CONNECT_ERROR:
      return failed_handshake(transfer);
    case CURLE_SSL_CACERT_BADFILE:
      return unsent(Kind::certificate, "tls.ca_file or tls.ca_path holds no PEM certificate");
    case CURLE_SSL_CERTPROBLEM:
      return unsent(Kind::certificate,
                    "the client certificate cannot be used; check tls.client_certificate, "
                    "tls.client_key and tls.client_key_passphrase");
    case CURLE_SSL_CIPHER:
      return unsent(Kind::tls, "TLS failed");
    case CURLE_OPERATION_TIMEDOUT:
      return {.kind = Kind::timeout, .advice = "timed out"};
    case CURLE_PARTIAL_FILE:
      return {.kind = Kind::cut, .advice = "the answer ended too early"};
    case CURLE_GOT_NOTHING:
    case CURLE_RECV_ERROR:
    case CURLE_SEND_ERROR:
    case CURLE_HTTP2:
    case CURLE_HTTP2_STREAM:
      return broken(transfer);
    case CURLE_WEIRD_SERVER_REPLY:
    case CURLE_UNSUPPORTED_PROTOCOL:
    case CURLE_BAD_CONTENT_ENCODING:
      return not_http(transfer);
    case CURLE_OUT_OF_MEMORY:  // also means that a header line exceeds libcurl's own limit
#if LIBCURL_VERSION_NUM >= 0x080600
    case CURLE_TOO_LARGE:
#endif
      return {.kind = Kind::too_large, .advice = "a header of the answer is too large"};
    default:
      return {.kind = Kind::other, .advice = "the transfer failed"};
  }
}

std::string_view quotable(std::string_view text) noexcept {
  return contains(text, "@") ? std::string_view() : text;
}

}  // namespace bitbucket::inline v0_1::http
