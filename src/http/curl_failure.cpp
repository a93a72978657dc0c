#include "http/curl_handles.hpp"

namespace bitbucket::inline v0_1::http {

Failure classify(CURLcode code) noexcept {
  using Kind = TransportError::Kind;
  switch (code) {
    case CURLE_COULDNT_RESOLVE_HOST:
      return {Kind::resolve, true, "the host name is not known"};
    case CURLE_COULDNT_RESOLVE_PROXY:
      return {Kind::proxy, true, "the proxy's host name is not known"};
    case CURLE_COULDNT_CONNECT:
      return {Kind::connect, true, "cannot connect"};
#if LIBCURL_VERSION_NUM >= 0x074900
    case CURLE_PROXY:
      return {Kind::proxy, true, "the proxy failed"};
#endif
    case CURLE_PEER_FAILED_VERIFICATION:
      return {Kind::certificate, true,
              "the server's certificate is not trusted; give its CA as tls.ca_file"};
    case CURLE_SSL_CONNECT_ERROR:
      return {Kind::tls, true, "the TLS handshake failed"};
    case CURLE_SSL_CACERT_BADFILE:
      return {Kind::certificate, true, "tls.ca_file cannot be read"};
    case CURLE_SSL_CERTPROBLEM:
      return {Kind::certificate, true, "the client certificate cannot be used"};
    case CURLE_SSL_CIPHER:
      return {Kind::tls, true, "TLS failed"};
    case CURLE_OPERATION_TIMEDOUT:
      return {Kind::timeout, false, "timed out"};
    case CURLE_PARTIAL_FILE:
      return {Kind::cut, false, "the answer ended too early"};
    case CURLE_GOT_NOTHING:
    case CURLE_RECV_ERROR:
    case CURLE_SEND_ERROR:
      return {Kind::reset, false, "the connection broke"};
    case CURLE_WEIRD_SERVER_REPLY:
    case CURLE_UNSUPPORTED_PROTOCOL:
    case CURLE_BAD_CONTENT_ENCODING:
      return {Kind::malformed, false, "the answer is not HTTP"};
    case CURLE_OUT_OF_MEMORY:  // what a header line beyond libcurl's own bound is called
#if LIBCURL_VERSION_NUM >= 0x080600
    case CURLE_TOO_LARGE:
#endif
      return {Kind::too_large, false, "a header of the answer is too large"};
    default:
      return {Kind::other, false, "the transfer failed"};
  }
}

std::string_view printable(char* text) noexcept {
  for (char* c = text; *c; ++c) {
    if (*c == '@') return {};
    if (static_cast<unsigned char>(*c) < 0x20 || *c == 0x7f) *c = ' ';
  }
  return text;
}

}  // namespace bitbucket::inline v0_1::http
