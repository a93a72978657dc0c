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

/// The oldest TLS that is spoken.
enum class TlsVersion { v1_2, v1_3 };

/// Whom to trust over https, and who we are.  Files are PEM.
struct TlsOptions {
  std::string ca_file = {};  ///< bundle of CA certificates, used instead of the system's
  std::string ca_path = {};  ///< the same as a directory that `openssl rehash` has prepared
  /// With the certificates between it and the CA; PKCS#12 with its key when it ends in .p12 or
  /// .pfx.
  std::string client_certificate = {};
  std::string client_key = {};                ///< empty: it is in client_certificate
  Secret client_key_passphrase = {};          ///< opens an encrypted key
  TlsVersion min_version = TlsVersion::v1_2;  ///< older ones are refused
  /// False accepts any certificate, so that anybody on the way can answer, and read the
  /// credentials: for experiments only.  Each Attempt then says peer_unverified.
  bool verify = true;
};

/// The way to the server; docs/connections.md says what the environment adds.
struct ProxyOptions {
  /// For example "http://proxy.example.com:3128", without user or password; "direct" uses none.
  /// Empty takes https_proxy, http_proxy and all_proxy from the environment.
  std::string url = {};
  std::string username = {};  ///< for the proxy; empty for none
  Secret password = {};       ///< of that user
  /// Hosts, domains and CIDR blocks reached without it, separated by commas; "*" is all.  Empty
  /// takes no_proxy from the environment when `url` is taken from there too.
  std::string no_proxy = {};
};

/// The newest HTTP that is spoken.
enum class HttpVersion {
  v1_1,
  v2,  ///< over https, where the server offers it; otherwise HTTP/1.1
};

/// When a request is sent again; docs/errors.md says which requests may be.  The functions are
/// called from any thread that makes calls.
struct RetryOptions {
  int max_attempts = 4;  ///< 1 sends everything once
  std::chrono::milliseconds first_delay = std::chrono::milliseconds(200);  ///< doubled each time
  /// Longest wait between two attempts.
  std::chrono::milliseconds max_delay = std::chrono::seconds(20);
  /// Longest Retry-After that is waited for; a longer one is thrown to the caller at once, and
  /// nothing is sent with the same credentials for this time.
  std::chrono::milliseconds max_retry_after = std::chrono::seconds(60);
  /// Sleeps; returns false when stopped.  Replaceable so that tests need not wait.
  std::function<bool(std::chrono::milliseconds, std::stop_token)> sleeper = {};
  /// Tells the time that deadlines and pauses are counted in, for transports that need none.
  std::function<std::chrono::steady_clock::time_point()> clock = {};
  /// Returns a number in [0, 1) for the jitter.
  std::function<double()> random = {};
};

/// What an observer sees of each attempt.  The views are valid during the call only.
struct Attempt {
  Method method = Method::get;           ///< of HTTP
  std::string_view path;                 ///< the template: no project, repository or token is in it
  int number = 1;                        ///< counted from 1
  int status = 0;                        ///< 0 when no answer came
  std::string_view error = {};           ///< why none came; holds no secret
  std::chrono::nanoseconds duration{0};  ///< from the start of the attempt to its end
  std::string_view request_id = {};      ///< X-AREQUESTID
  const std::vector<Header>* headers =
      nullptr;  ///< of the answer, only ConnectionOptions::observed_headers
  /// TlsOptions::verify is off: nobody knows who answered.
  bool peer_unverified = false;
};

/// Called after each attempt on the thread that makes the call; what it throws is dropped.
using Observer = std::function<void(const Attempt&)>;

/// How the server is reached.
struct ConnectionOptions {
  /// Bounds one call with its retries and waits; of a range, one page.  Streams are bounded by
  /// connect_timeout and idle_timeout instead.
  std::chrono::milliseconds timeout = std::chrono::seconds(30);
  /// For the name, the connection and TLS.
  std::chrono::milliseconds connect_timeout = std::chrono::seconds(10);
  /// A stream that moves no byte for so long is a time-out.
  std::chrono::milliseconds idle_timeout = std::chrono::seconds(30);
  /// Connections unused for so long are closed.
  std::chrono::milliseconds max_idle = std::chrono::seconds(30);
  /// A longer answer is a TransportError; streams are not limited.
  std::size_t max_answer = 64u << 20;
  TlsOptions tls = {};      ///< certificates
  ProxyOptions proxy = {};  ///< what stands between
  /// Which HTTP is offered.
  HttpVersion http_version = HttpVersion::v1_1;
  /// Asks for gzip: a fifth of the bytes or less, for twice the client's work and some of the
  /// server's.  Worth it below about 0.4 Gbit/s; docs/performance.md has figures.
  bool compression = false;
  /// When to try again.
  RetryOptions retry = RetryOptions();  // not {}: GCC 12 then warns in the code of who uses it
  Observer observer = {};               ///< sees each attempt
  /// Names of answer headers that the observer sees; never Authorization, Proxy-Authorization,
  /// Cookie and Set-Cookie.
  std::vector<std::string> observed_headers = {"Content-Type", "Retry-After", "X-ASEN"};
  std::string user_agent = {};  ///< put before the library's own
  /// Replaces libcurl; see BlockingTransport for a simple one.
  std::shared_ptr<Transport> transport = {};
};

}  // namespace bitbucket::inline v0_1
