#pragma once

#include <chrono>
#include <cstddef>
#include <cstdint>
#include <functional>
#include <memory>
#include <stop_token>
#include <string>
#include <string_view>
#include <vector>

#include <bitbucket/export.hpp>
#include <bitbucket/print.hpp>

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

class Exchange;
struct Response;

/// One HTTP request, complete and authorised.
struct Request {
  Method method = Method::get;       ///< of HTTP
  std::string url = {};              ///< absolute, encoded
  std::vector<Header> headers = {};  ///< authorisation included
  std::string body = {};             ///< empty for none
  /// Empty; what it has room for may be used for Response::body.
  std::string memory = {};
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
  /// One of the same transport under way that the same thread will wait for: that wait may move
  /// this one as well.  Valid during start() only; may be ignored.
  const Exchange* beside = nullptr;
  /// Whose request it is.  A connection is used again only by requests of the same account.
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

/// How requests leave the process.  start() must not block and may be called from any thread.
class BITBUCKET_EXPORT Transport {
 public:
  Transport() = default;
  Transport(const Transport&) = delete;
  Transport& operator=(const Transport&) = delete;
  virtual ~Transport();

  /// Puts a request on its way.
  virtual std::unique_ptr<Exchange> start(Request request) = 0;
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
