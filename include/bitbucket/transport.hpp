#pragma once

#include <chrono>
#include <cstddef>
#include <cstdint>
#include <functional>
#include <memory>
#include <span>
#include <stop_token>
#include <string>
#include <string_view>
#include <vector>

#include <bitbucket/print.hpp>
#include <bitbucket/detail/export.hpp>

namespace bitbucket::inline v0_1 {

/// The methods of HTTP that the API uses.
enum class Method { get, head, post, put, patch, del };

/// Returns "GET", "DELETE", ...
BITBUCKET_EXPORT std::string_view to_string(Method method) noexcept;

/// One header of a request or an answer.
struct Header {
  std::string name;   ///< in any case
  std::string value;  ///< without surrounding white space
  friend bool operator==(const Header&, const Header&) = default;
};

/// Returns the first value of a header, whatever the case of its name; empty when absent.
BITBUCKET_EXPORT std::string_view find_header(const std::vector<Header>& headers,
                                              std::string_view name) noexcept;

/// Receives a body piece by piece, on the thread that makes the call.  SIGPIPE is blocked for this
/// thread meanwhile: a sink that writes to a closed pipe gets EPIPE.
using Sink = std::function<void(std::string_view)>;

struct Response;

/// One HTTP request, complete and authorised.
struct Request {
  Method method = Method::get;       ///< of HTTP
  std::string url = {};              ///< absolute, encoded
  std::vector<Header> headers = {};  ///< authorisation included
  std::string body = {};             ///< empty for none
  /// Where the body of a 2xx answer goes instead of Response::body.
  Sink sink = {};
  /// A cut would not show in the body: an answer that does not say where it ends is refused.
  bool opaque = false;
  /// With a sink, is told of the status and headers of a 2xx answer before the sink gets a byte.
  /// What it throws ends the transfer, and is thrown by wait().
  std::function<void(const Response&)> on_head = {};
  /// More than this in Response::body is a TransportError of kind too_large.
  std::size_t max_body = 64u << 20;
  /// For the name, the connection and TLS.
  std::chrono::milliseconds connect_timeout = std::chrono::seconds(10);
  /// A transfer that moves no byte for so long is a time-out; zero for no limit.
  std::chrono::milliseconds idle_timeout = std::chrono::milliseconds(0);
  /// Whose request it is.  Only requests of the same account use a connection again.
  std::uint64_t account = 0;
};

/// Any complete answer, whatever its status.
struct Response {
  int status = 0;                    ///< of HTTP, 100 to 999
  std::vector<Header> headers = {};  ///< as they came, repeated ones too
  std::string body = {};             ///< empty when it went to a sink

  /// Returns the first value of a header, whatever the case of its name; empty when absent.
  [[nodiscard]] std::string_view header(std::string_view name) const noexcept {
    return find_header(headers, name);
  }
};

/// When a wait ends.
using Deadline = std::chrono::steady_clock::time_point;

/// A request on its way.  Destroying it abandons the request without waiting.
/// One thread at a time, except cancel().
class BITBUCKET_EXPORT Exchange {
 public:
  Exchange() = default;
  Exchange(const Exchange&) = delete;
  Exchange& operator=(const Exchange&) = delete;
  virtual ~Exchange();

  /// Waits for the answer, once.  Throws TransportError when no complete answer comes before the
  /// deadline, Cancelled when the token is triggered or cancel() was called.
  virtual Response wait(Deadline deadline, std::stop_token stop) = 0;
  /// Makes a wait() on another thread end with Cancelled.
  virtual void cancel() noexcept = 0;
};

/// What a request may use to save time.  A transport may ignore it.
struct Company {
  std::string memory = {};  ///< room for Response::body
  /// A transfer of the same transport for which the same thread will wait: that wait may move both.
  /// Valid during the start only.
  const Exchange* beside = nullptr;
};

/// How requests leave the process.  start() must not block and may be called from any thread.
class BITBUCKET_EXPORT Transport {
 public:
  Transport() = default;
  Transport(const Transport&) = delete;
  Transport& operator=(const Transport&) = delete;
  virtual ~Transport();

  /// Puts a request on its way.
  virtual std::unique_ptr<Exchange> start(Request request) = 0;

  /// The same in company of other requests.
  virtual std::unique_ptr<Exchange> start_beside(Request request, Company company);

  /// Returns whether wait_any() really waits for all of its exchanges.  Otherwise concurrently() has
  /// one thread for each exchange.
  [[nodiscard]] virtual bool waits_for_many() const noexcept { return false; }
  /// Waits until one of `exchanges`, which this thread started with this transport, has its answer or
  /// has failed, and returns it; its wait() then returns at once.  Returns null when the deadline
  /// comes first.  Throws Cancelled when the token is triggered.
  virtual Exchange* wait_any(std::span<Exchange* const> exchanges, Deadline deadline,
                             std::stop_token stop);
};

/// For simple transports and fakes: only send() is to be written; it runs when the answer is
/// awaited.
class BITBUCKET_EXPORT BlockingTransport : public Transport {
 public:
  /// Keeps the request until its answer is awaited.
  std::unique_ptr<Exchange> start(Request request) final;

 protected:
  /// Returns the answer, or throws TransportError.
  virtual Response send(const Request& request) = 0;
};

}  // namespace bitbucket::inline v0_1
