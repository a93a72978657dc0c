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

#include <bitbucket/detail/export.hpp>
#include <bitbucket/print.hpp>

namespace bitbucket::inline v0_1 {

/// The HTTP methods that the API uses.
enum class Method { get, head, post, put, patch, del };

/// Returns "GET", "DELETE", ...
BITBUCKET_EXPORT std::string_view to_string(Method method) noexcept;

/// A header of a request or an answer.
struct Header {
  std::string name;   ///< in upper or lower case
  std::string value;  ///< without surrounding white space
  friend bool operator==(const Header&, const Header&) = default;
};

/// Returns the first value of a header, ignoring the case of its name; empty when absent.
BITBUCKET_EXPORT std::string_view find_header(const std::vector<Header>& headers,
                                              std::string_view name) noexcept;

/// Receives a body piece by piece, on the thread that makes the call.  SIGPIPE is blocked on that
/// thread meanwhile, so a sink that writes to a closed pipe gets EPIPE.
using Sink = std::function<void(std::string_view)>;

struct Response;

/// One HTTP request, complete and authorised.
struct Request {
  Method method = Method::get;       ///< HTTP method
  std::string url = {};              ///< absolute and encoded
  std::vector<Header> headers = {};  ///< all headers, including the authorisation
  std::string body = {};             ///< empty for none
  /// Receives the body of a 2xx answer, which then does not go to Response::body.
  Sink sink = {};
  /// The body would not show that it was cut, so the transport refuses an answer that does not say
  /// where it ends.
  bool opaque = false;
  /// With a sink, is called with the status and headers of a 2xx answer before the sink gets a
  /// byte. An exception from it ends the transfer, and wait() rethrows that exception.
  std::function<void(const Response&)> on_head = {};
  /// A longer Response::body is a TransportError of kind too_large.
  std::size_t max_body = 64u << 20;
  /// Limits the name lookup, the connection and the TLS handshake together.
  std::chrono::milliseconds connect_timeout = std::chrono::seconds(10);
  /// A transfer that moves no byte for this long has timed out; zero means no limit.
  std::chrono::milliseconds idle_timeout = std::chrono::milliseconds(0);
  /// Whose request it is.  A connection is reused only by requests of the same account.
  std::uint64_t account = 0;
};

/// A complete answer with any status.
struct Response {
  int status = 0;                    ///< HTTP status, 100 to 999
  std::vector<Header> headers = {};  ///< in the order received, including repeated ones
  std::string body = {};             ///< empty when it went to a sink

  /// Returns the first value of a header, ignoring the case of its name; empty when absent.
  [[nodiscard]] std::string_view header(std::string_view name) const noexcept {
    return find_header(headers, name);
  }
};

/// When a wait ends.
using Deadline = std::chrono::steady_clock::time_point;

/// A request on its way.  Destroying it abandons the request without waiting.  Only one thread at a
/// time may use it, but any thread may call cancel().
class BITBUCKET_EXPORT Exchange {
 public:
  Exchange() = default;
  Exchange(const Exchange&) = delete;
  Exchange& operator=(const Exchange&) = delete;
  virtual ~Exchange();

  /// Waits for the answer and may be called once.  Throws TransportError when no complete answer
  /// arrives before the deadline, and Cancelled when the token is triggered or cancel() is called.
  virtual Response wait(Deadline deadline, std::stop_token stop) = 0;
  /// Makes wait() throw Cancelled on the thread that waits.
  virtual void cancel() noexcept = 0;
};

/// What a request may use to save time.  A transport may ignore it.
struct Company {
  std::string memory = {};  ///< memory to reuse for Response::body
  /// A transfer of the same transport that the same thread will wait for; that wait may drive both
  /// transfers.  Valid only during the start.
  const Exchange* beside = nullptr;
};

/// How requests leave the process.  start() must not block and may be called from any thread.
class BITBUCKET_EXPORT Transport {
 public:
  Transport() = default;
  Transport(const Transport&) = delete;
  Transport& operator=(const Transport&) = delete;
  virtual ~Transport();

  /// Starts a request.
  virtual std::unique_ptr<Exchange> start(Request request) = 0;

  /// Starts a request that may use what `company` offers.
  virtual std::unique_ptr<Exchange> start_beside(Request request, Company company);

  /// Returns whether wait_any() really waits for all of its exchanges.  If it does not,
  /// concurrently() uses one thread for each exchange.
  [[nodiscard]] virtual bool waits_for_many() const noexcept { return false; }
  /// Waits until at least one of `exchanges`, which this thread started with this transport, has
  /// its answer or has failed, and returns all such exchanges; wait() on each of them then returns
  /// or throws at once.  Returns an empty vector if the deadline passes first.  Throws Cancelled
  /// when the token is triggered.
  virtual std::vector<Exchange*> wait_any(std::span<Exchange* const> exchanges, Deadline deadline,
                                          std::stop_token stop);
};

/// The base of simple transports and fakes, which implement only send().  It runs when the answer
/// is awaited.
class BITBUCKET_EXPORT BlockingTransport : public Transport {
 public:
  /// Keeps the request until its answer is awaited.
  std::unique_ptr<Exchange> start(Request request) final;

 protected:
  /// Returns the answer, or throws TransportError.
  virtual Response send(const Request& request) = 0;
};

}  // namespace bitbucket::inline v0_1
