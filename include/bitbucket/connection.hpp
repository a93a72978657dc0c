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

/// How TLS connections are made and whom they trust.
struct TlsOptions {
  bool verify = true;                   ///< false accepts any certificate: for experiments only
  std::string ca_file = {};             ///< PEM bundle used instead of the system's
  std::string ca_path = {};             ///< directory of hashed certificates
  std::string client_certificate = {};  ///< PEM file
  std::string client_key = {};          ///< PEM file
  Secret client_key_passphrase = {};    ///< opens an encrypted client_key
};

/// The proxy, if one stands between.
struct ProxyOptions {
  /// For example "http://proxy:3128"; empty takes https_proxy and http_proxy from the environment,
  /// "direct" uses none.
  std::string url = {};
  std::string username = {};  ///< for the proxy; empty for none
  Secret password = {};       ///< of that user
  /// Hosts and CIDR blocks reached without it, separated by commas; empty takes no_proxy from the
  /// environment.
  std::string no_proxy = {};
};

/// When a request is sent again; docs/errors.md says which requests may be.
struct RetryOptions {
  int max_attempts = 4;  ///< 1 sends everything once
  std::chrono::milliseconds first_delay = std::chrono::milliseconds(200);  ///< doubled each time
  /// Longest wait between two attempts.
  std::chrono::milliseconds max_delay = std::chrono::seconds(20);
  /// Longest Retry-After that is waited for; a longer one is thrown to the caller.
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
  RetryOptions retry = {};  ///< when to try again
  Observer observer = {};   ///< sees each attempt
  /// Names of answer headers it sees.
  std::vector<std::string> observed_headers = {"Content-Type", "Retry-After", "X-ASEN"};
  std::string user_agent = {};  ///< put before the library's own
  /// Replaces libcurl; see BlockingTransport for a simple one.
  std::shared_ptr<Transport> transport = {};
};

}  // namespace bitbucket::inline v0_1
