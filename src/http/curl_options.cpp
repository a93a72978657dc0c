#include <cstdlib>
#include <filesystem>
#include <initializer_list>
#include <string>
#include <system_error>

#include "http/curl_handles.hpp"
#include "http/no_proxy.hpp"
#include "http/url.hpp"

namespace bitbucket::inline v0_1::http {
namespace {

namespace fs = std::filesystem;

void require_readable(const std::string& path, const std::string& option, bool directory) {
  if (path.empty()) return;
  if (path.find('\0') != std::string::npos) throw InvalidArgument(option + " contains a NUL");
  std::error_code ignored;
  if (access(path.c_str(), R_OK) != 0)
    throw InvalidArgument(option + " \"" + path + "\" cannot be read");
  if (fs::is_directory(path, ignored) != directory)
    throw InvalidArgument(option + " \"" + path + "\" is " +
                          (directory ? "not a directory" : "a directory, not a file"));
}

void check_tls(const TlsOptions& tls) {
  require_readable(tls.ca_file, "tls.ca_file", false);
  require_readable(tls.ca_path, "tls.ca_path", true);
  require_readable(tls.client_certificate, "tls.client_certificate", false);
  require_readable(tls.client_key, "tls.client_key", false);
  if (tls.client_certificate.empty() && !tls.client_key.empty())
    throw InvalidArgument("tls.client_key is set without tls.client_certificate");
}

void check_proxy(const ProxyOptions& proxy) {
  if (!proxy.url.empty() && proxy.url != "direct") require_proxy_url(proxy.url);
  for (const std::string_view text : {std::string_view(proxy.username), proxy.password.reveal()})
    if (text.find('\0') != std::string_view::npos)  // libcurl would stop at it
      throw InvalidArgument("proxy.username or proxy.password contains a NUL");
}

/// Returns the first of these environment variables that is set; like libcurl, ignores empty ones.
std::string_view first_variable(std::initializer_list<const char*> names) {
  for (const char* name : names)
    if (const char* value = std::getenv(name); value && *value) return value;
  return {};
}

bool is_proxy_in_environment(std::string_view url) {
  const auto found = is_https(url)
                         ? first_variable({"https_proxy", "HTTPS_PROXY", "all_proxy", "ALL_PROXY"})
                         : first_variable({"http_proxy", "all_proxy", "ALL_PROXY"});
  return !found.empty();
}

/// Returns whether there is a proxy between us and the server.
bool has_proxy(const ProxyOptions& proxy, std::string_view url) {
  if (proxy.url == "direct" || (proxy.url.empty() && !is_proxy_in_environment(url))) return false;
  const std::string_view exceptions = !proxy.no_proxy.empty() || !proxy.url.empty()
                                          ? std::string_view(proxy.no_proxy)
                                          : first_variable({"no_proxy", "NO_PROXY"});
  return exceptions.empty() || !bypasses_proxy(origin_of(url).host, exceptions);
}

bool is_pkcs12(const std::string& path) { return path.ends_with(".p12") || path.ends_with(".pfx"); }

}  // namespace

void check_options(const ConnectionOptions& options) {
  check_tls(options.tls);
  check_proxy(options.proxy);
  if (options.http_version == HttpVersion::v2 &&
      !(curl_version_info(CURLVERSION_NOW)->features & CURL_VERSION_HTTP2))
    throw InvalidArgument("http_version is v2, but this libcurl was built without HTTP/2");
}

namespace {

void set_tls(CURL* easy, const TlsOptions& tls) {
  set(easy, CURLOPT_SSL_VERIFYPEER, tls.verify ? 1L : 0L);
  set(easy, CURLOPT_SSL_VERIFYHOST, tls.verify ? 2L : 0L);
  set(easy, CURLOPT_SSLVERSION,
      static_cast<long>(tls.min_version == TlsVersion::v1_3 ? CURL_SSLVERSION_TLSv1_3
                                                            : CURL_SSLVERSION_TLSv1_2));
  if (!tls.ca_file.empty() || !tls.ca_path.empty()) {
    // Sets both, because an option that is not set means the CAs of the system.
    const char* const file = tls.ca_file.empty() ? nullptr : tls.ca_file.c_str();
    const char* const path = tls.ca_path.empty() ? nullptr : tls.ca_path.c_str();
    set(easy, CURLOPT_CAINFO, file);
    set(easy, CURLOPT_CAPATH, path);
    set(easy, CURLOPT_PROXY_CAINFO, file);
    set(easy, CURLOPT_PROXY_CAPATH, path);
  }
  if (tls.client_certificate.empty()) return;
  set(easy, CURLOPT_SSLCERT, tls.client_certificate.c_str());
  set(easy, CURLOPT_SSLCERTTYPE, is_pkcs12(tls.client_certificate) ? "P12" : "PEM");
  if (!tls.client_key.empty()) set(easy, CURLOPT_SSLKEY, tls.client_key.c_str());
  // Always set, because OpenSSL would ask for a missing passphrase on the terminal.
  set(easy, CURLOPT_KEYPASSWD, std::string(tls.client_key_passphrase.reveal()).c_str());
}

}  // namespace

void set_connection(CURL* easy, const ConnectionOptions& options) {
  set(easy, CURLOPT_NOSIGNAL, 1L);
  set(easy, CURLOPT_PATH_AS_IS, 1L);
  set(easy, CURLOPT_FOLLOWLOCATION, 0L);
  set(easy, CURLOPT_DISALLOW_USERNAME_IN_URL, 1L);
#if LIBCURL_VERSION_NUM >= 0x075500
  set(easy, CURLOPT_PROTOCOLS_STR, "http,https");
#else
  set(easy, CURLOPT_PROTOCOLS, static_cast<long>(CURLPROTO_HTTP | CURLPROTO_HTTPS));
#endif
#if LIBCURL_VERSION_NUM >= 0x075700
  set(easy, CURLOPT_QUICK_EXIT, 1L);  // does not wait for a resolver that never answers
#endif
  set(easy, CURLOPT_BUFFERSIZE, 128L * 1024);
  set(easy, CURLOPT_TCP_KEEPALIVE, 1L);
  set(easy, CURLOPT_MAXAGE_CONN,  // 0 would mean for ever
      std::max(1L, static_cast<long>(
                       std::chrono::ceil<std::chrono::seconds>(options.max_idle).count())));
  set(easy, CURLOPT_SUPPRESS_CONNECT_HEADERS, 1L);
  set(easy, CURLOPT_HTTP_VERSION,
      static_cast<long>(options.http_version == HttpVersion::v2 ? CURL_HTTP_VERSION_2TLS
                                                                : CURL_HTTP_VERSION_1_1));
  if (options.compression) set(easy, CURLOPT_ACCEPT_ENCODING, "gzip");
  // The proxy does not see the headers for the server in CONNECT, nor the other way round.
  set(easy, CURLOPT_HEADEROPT, static_cast<long>(CURLHEADER_SEPARATE));
  if (!options.proxy.username.empty()) {
    set(easy, CURLOPT_PROXYUSERNAME, options.proxy.username.c_str());
    set(easy, CURLOPT_PROXYPASSWORD, std::string(options.proxy.password.reveal()).c_str());
  }
  set_tls(easy, options.tls);
}

bool set_proxy(CURL* easy, const ProxyOptions& proxy, std::string_view url) {
  if (!has_proxy(proxy, url)) {
    set(easy, CURLOPT_PROXY, "");
    return false;
  }
  set(easy, CURLOPT_NOPROXY, "");  // has_proxy() has already applied the exceptions
  // If the options name no proxy, libcurl takes the one in the environment.
  set(easy, CURLOPT_PROXY, proxy.url.empty() ? nullptr : proxy.url.c_str());
  return true;
}

}  // namespace bitbucket::inline v0_1::http
