#pragma once

#include <chrono>
#include <cstddef>
#include <functional>
#include <memory>
#include <optional>
#include <stop_token>
#include <string>
#include <string_view>
#include <vector>

#include <bitbucket/secret.hpp>
#include <bitbucket/transport.hpp>

namespace bitbucket::inline v0_1 {

/// The oldest TLS version that is accepted.
enum class TlsVersion { v1_2, v1_3 };

/// Which https servers to trust, and the client's own certificate.  Files are PEM.
struct TlsOptions {
  std::string ca_file = {};  ///< bundle of CA certificates, used instead of the system's
  std::string ca_path = {};  ///< directory of CA certificates that `openssl rehash` has prepared
  /// File with the client's certificate and those between it and the CA; a name that ends in .p12
  /// or .pfx is a PKCS#12 file that also holds the key.
  std::string client_certificate = {};
  std::string client_key = {};                ///< file with its key; empty: in client_certificate
  Secret client_key_passphrase = {};          ///< opens an encrypted key
  TlsVersion min_version = TlsVersion::v1_2;  ///< older versions are refused
  /// False accepts any certificate, so that anybody on the way can read the credentials and give
  /// the answers; use it for experiments only.  Each Attempt then has peer_unverified set.
  bool verify = true;
};

/// The proxy to use; docs/connections.md says what the environment adds.
struct ProxyOptions {
  /// For example "http://proxy.example.com:3128", without user or password; "direct" uses none.
  /// Empty takes https_proxy, http_proxy and all_proxy from the environment.
  std::string url = {};
  std::string username = {};  ///< user name for the proxy; empty for none
  Secret password = {};       ///< password of that user
  /// Hosts, domains and CIDR blocks to reach without the proxy, separated by commas; "*" means all.
  /// Empty takes no_proxy from the environment when `url` comes from there too.
  std::string no_proxy = {};
};

/// The newest HTTP version to use.
enum class HttpVersion {
  v1_1,
  v2,  ///< HTTP/2 over https where the server offers it, HTTP/1.1 otherwise
};

/// When a request is sent again; docs/errors.md says which requests may be.  The functions are
/// called from any thread that makes calls.
struct RetryOptions {
  int max_attempts = 4;  ///< 1 sends everything only once
  std::chrono::milliseconds first_delay = std::chrono::milliseconds(200);  ///< doubled each time
  /// Longest wait between two attempts.
  std::chrono::milliseconds max_delay = std::chrono::seconds(20);
  /// Longest Retry-After that the library waits for.  A longer one is thrown to the caller at once,
  /// and nothing is sent with the same credentials for `max_retry_after`.
  std::chrono::milliseconds max_retry_after = std::chrono::seconds(60);
  /// Sleeps and returns false when it was stopped; replaceable so that tests need not wait.
  std::function<bool(std::chrono::milliseconds, std::stop_token)> sleeper = {};
  /// Returns the time by which deadlines and pauses are counted, for transports that do not wait
  /// for real.
  std::function<std::chrono::steady_clock::time_point()> clock = {};
  /// Returns a number in [0, 1) for the jitter.
  std::function<double()> random = {};
};

/// What an observer sees of each attempt.  The views are valid only during the call.
struct Attempt {
  Method method = Method::get;  ///< HTTP method
  /// Template of the path, which names no project or repository.  A request without a row
  /// (`client.call(Method::get, "/rest/...")`) has no template, so this is its path, without the
  /// query.
  std::string_view path;
  int number = 1;                        ///< counted from 1
  int status = 0;                        ///< 0 when no answer came
  std::string_view error = {};           ///< why no answer came; contains no secret
  std::chrono::nanoseconds duration{0};  ///< from the start of the attempt to its end
  std::string_view request_id = {};      ///< X-AREQUESTID
  const std::vector<Header>* headers =
      nullptr;  ///< headers of the answer, as far as ConnectionOptions::observed_headers names them
  /// TlsOptions::verify is off, so the server's identity was not checked.
  bool peer_unverified = false;
};

/// A function that is called after each attempt, on the thread that makes the call.  Its exceptions
/// are ignored.
using Observer = std::function<void(const Attempt&)>;

/// How the server is reached.
struct ConnectionOptions {
  /// Limits one call with its retries and waits, or one page of a range.  Streams are limited by
  /// connect_timeout and idle_timeout instead.
  std::chrono::milliseconds timeout = std::chrono::seconds(30);
  /// Limits the name lookup, the connection and the TLS handshake together.
  std::chrono::milliseconds connect_timeout = std::chrono::seconds(10);
  /// A stream that moves no byte for this long has timed out.
  std::chrono::milliseconds idle_timeout = std::chrono::seconds(30);
  /// A connection that was unused for this long is closed, when the next call begins or ends.  0: a
  /// connection is closed after its call.
  std::chrono::milliseconds max_idle = std::chrono::seconds(30);
  /// A longer answer is a TransportError; streams are not limited.
  std::size_t max_answer = 64u << 20;
  TlsOptions tls = {};      ///< certificates and TLS version
  ProxyOptions proxy = {};  ///< proxy between client and server
  /// The newest HTTP version to use.
  HttpVersion http_version = HttpVersion::v1_1;
  /// Asks for gzip, which takes a fifth of the bytes or less but twice the client's work and some
  /// of the server's.  Worth it below about 0.4 Gbit/s; docs/performance.md has figures.
  bool compression = false;
  /// When a request is sent again.
  RetryOptions retry = RetryOptions();  // not {}: GCC 12 would then warn in the user's code
  Observer observer = {};               ///< sees each attempt
  /// Names of answer headers that the observer sees.  Authorization, Proxy-Authorization, Cookie
  /// and Set-Cookie are never shown.
  std::vector<std::string> observed_headers = {"Content-Type", "Retry-After", "X-ASEN"};
  std::string user_agent = {};  ///< goes before the library's own user agent
  /// Replaces libcurl; BlockingTransport is a base for simple transports.
  std::shared_ptr<Transport> transport = {};
};

}  // namespace bitbucket::inline v0_1
