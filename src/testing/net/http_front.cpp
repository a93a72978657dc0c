#include "testing/net/http_front.hpp"

#include <fcntl.h>
#include <sys/socket.h>
#include <unistd.h>

#include <algorithm>
#include <atomic>
#include <chrono>
#include <future>
#include <stdexcept>
#include <thread>
#include <utility>

#include <httplib.h>

#include "base/trim.hpp"
#include "testing/faults/delivery.hpp"
#include "testing/net/connections.hpp"
#include "testing/net/socket_stream.hpp"
#include "testing/net/task_queue.hpp"

namespace bitbucket::inline v0_1::testing::embedded {
namespace {

// Below, functions are overridden and called that are not part of the library's interface.
static_assert(std::string_view(CPPHTTPLIB_VERSION) == BITBUCKET_HTTPLIB_VERSION,
              "this header is not the one of the cpp-httplib that CMake found");

constexpr int backlog = 1024;
constexpr std::size_t max_body = std::size_t{1} << 30;  // a push of a large history
constexpr std::size_t max_drain = std::size_t{16} << 20;
constexpr std::chrono::seconds drain_time(1);
constexpr std::chrono::seconds linger_time(5);
constexpr std::chrono::seconds idle_time(60);

/// Takes the head of a request apart without decoding anything.
void parse_head(const std::string& head, HttpRequest& request) {
  std::size_t at = head.find('\n') + 1;
  const std::string_view line = detail::trim(std::string_view(head).substr(0, at));
  const auto first = line.find(' ');
  const auto last = line.rfind(' ');
  request.method = line.substr(0, first);
  request.target = first == last ? std::string_view() : line.substr(first + 1, last - first - 1);
  // Some clients send the whole URL as if to a proxy.
  if (const auto scheme = request.target.find("://"); scheme < request.target.find('/')) {
    const auto slash = request.target.find('/', scheme + 3);
    request.target = slash == std::string::npos ? "/" : request.target.substr(slash);
  }
  while (at < head.size()) {
    const auto end = std::min(head.find('\n', at), head.size());
    const std::string_view header = std::string_view(head).substr(at, end - at);
    if (const auto colon = header.find(':'); colon != std::string_view::npos) {
      request.headers.emplace_back(std::string(header.substr(0, colon)),
                                   detail::trim(header.substr(colon + 1)));
    }
    at = end + 1;
  }
}

/// One request being answered.
struct Running {
  SocketStream& stream;
  HttpRequest request = {};
  bool refused = false;    ///< its connection was closed to make room for another one
  bool ambiguous = false;  ///< where its body ends
  bool too_large = false;  ///< the body, as its length says
  bool begun = false;      ///< to read the body, which can be done once
  bool read = false;       ///< the body, to its end
  bool close = false;
  bool served = false;  // by us; what httplib refuses itself leaves the connection unclear
  std::optional<Fault> fault = {};

  void inspect_framing() {
    std::string length;
    int lengths = 0;
    bool chunked = false;
    for (const auto& [name, value] : request.headers) {
      if (equals_ignoring_case(name, "Content-Length")) length = value, ++lengths;
      if (equals_ignoring_case(name, "Transfer-Encoding")) chunked = true;
    }
    const auto number = parse_integer(length);
    ambiguous = lengths + (chunked ? 1 : 0) > 1 || (lengths == 1 && (!number || *number < 0));
    too_large = number && *number > static_cast<std::int64_t>(max_body);
    read = !chunked && (!number || *number <= 0);
  }
};

thread_local Running* running = nullptr;
thread_local bool refusing = false;  ///< there is no thread for the next connection

void copy_response(const std::shared_ptr<HttpResponse>& from, httplib::Response& to) {
  to.status = from->status;
  std::string type;
  for (const auto& [name, value] : from->headers) {
    to.set_header(name, value);
    if (name == "Content-Type") type = value;
  }
  if (from->close) to.set_header("Connection", "close");
  if (!from->stream) {
    to.body = std::move(from->body);
    return;
  }
  to.headers.erase("Content-Type");  // the library adds it again
  to.set_chunked_content_provider(type, [from](std::size_t, httplib::DataSink& sink) {
    const bool whole = from->stream([&](std::string_view piece) {
      return piece.empty() || sink.write(piece.data(), piece.size());
    });
    if (whole) sink.done();
    return whole;
  });
}

/// A fault below HTTP needs the whole answer before it is sent.  Returns false when the content
/// breaks off; the client must then not take the answer for a complete one.
bool gather(HttpResponse& response) {
  if (!response.stream) return true;
  const bool whole = response.stream([&](std::string_view piece) {
    response.body += piece;
    return true;
  });
  response.stream = nullptr;
  if (!whole) response.stream = [](const ByteSink&) { return false; };
  return whole;
}

}  // namespace

class HttpFront::Impl : public httplib::Server {
 public:
  Impl(const std::string& address, int port, HttpFront::Handler handler)
      : handler_(std::move(handler)) {
    configure();
    port_ = port == 0 ? bind_to_any_port(address) : (bind_to_port(address, port) ? port : -1);
    if (port_ < 0) {
      throw std::runtime_error("cannot listen on " + address + " port " + std::to_string(port) +
                               ": the port is in use or the address is not of this machine");
    }
    // The library lets five wait; to one more the kernel says nothing, and who asks tries again
    // after a second.
    ::listen(svr_sock_, backlog);
  }

  ~Impl() override { shut_down(); }

  void start() {
    std::promise<void> ready;
    new_task_queue = [this, &ready] {
      auto* queue = new ElasticTaskQueue(  // owned by the library
          most_connections(), [this](bool crowded) { all_.set_crowded(crowded); },
          [](const ElasticTaskQueue::Task& task) {
            refusing = true;
            task();
            refusing = false;
          });
      ready.set_value();
      return queue;
    };
    thread_ = std::thread([this] { listen_after_bind(); });
    ready.get_future().wait();
  }

  void shut_down() noexcept {
    all_.stop();
    if (thread_.joinable()) {
      stop();
      thread_.join();
    } else if (const int listening = svr_sock_.exchange(-1); listening >= 0) {
      ::close(listening);  // never started: the library would leave it open
    }
  }

  int port_ = -1;
  std::atomic<std::uint64_t> accepted_{0};

 private:
  void configure() {
    set_tcp_nodelay(true);
    set_payload_max_length(max_body);
    set_keep_alive_max_count(1'000'000);
    set_keep_alive_timeout(idle_time.count());
    // Only one process may have the port: the library's default lets two share it.
    set_socket_options([](socket_t socket) {
      const int yes = 1;
      ::setsockopt(socket, SOL_SOCKET, SO_REUSEADDR, &yes, sizeof yes);
      ::fcntl(socket, F_SETFD, FD_CLOEXEC);  // git's processes must not keep the port
    });
    // The library would keep the body of this method in memory, whatever its length.
    set_pre_routing_handler([](const httplib::Request& request, httplib::Response& to) {
      if (request.method != "PRI") return HandlerResponse::Unhandled;
      to.status = 405;
      to.set_header("Connection", "close");
      return HandlerResponse::Handled;
    });
    const auto plain = [this](const httplib::Request&, httplib::Response& to) {
      serve(to, nullptr);
    };
    const auto reading = [this](const httplib::Request&, httplib::Response& to,
                                const httplib::ContentReader& reader) { serve(to, &reader); };
    Get("/", plain).Options("/", plain);
    Post("/", reading).Put("/", reading).Patch("/", reading).Delete("/", reading);
  }

  bool process_and_close_socket(socket_t socket) override {
    const std::uint64_t number = ++accepted_;
    if (refusing) return ::close(socket) == 0;
    ::fcntl(socket, F_SETFD, FD_CLOEXEC);
    End end = End::orderly;
    try {
      if (all_.enter(socket)) end = converse(socket, number);
      if (end == End::unread) linger(socket);
    } catch (...) {
      // The source of the content threw, or memory is short: only this connection ends.
    }
    all_.leave(socket, end == End::reset);
    return true;
  }

  enum class End {
    orderly,
    unread,  ///< part of a request was left
    reset,
  };

  End converse(int socket, std::uint64_t number) {
    SocketStream stream(socket);
    while (all_.wait_for_request(socket) && stream.wait_for_request(idle_time)) {
      Running now{stream};
      now.request.connection = number;
      running = &now;
      bool closed = false;
      const bool fine = process_request(stream, false, closed, [&](httplib::Request& request) {
        parse_head(stream.take_head(), now.request);
        now.refused = !all_.start_request(socket);
        now.inspect_framing();
        // The router here is ours; nor shall the library pack or cut what is answered.
        request.path.assign(1, '/');
        request.ranges.clear();
        request.headers.erase("Accept-Encoding");
      });
      running = nullptr;
      if (now.fault && !deliver(stream, *now.fault, stream.take_held()))
        return stream.resets() ? End::reset : End::orderly;
      if (!stream.flush() || !fine || closed || now.close || !now.read || !now.served)
        return !now.read || !now.served ? End::unread : End::orderly;
    }
    return End::orderly;
  }

  void serve(httplib::Response& to, const httplib::ContentReader* reader) {
    Running& now = *running;
    now.served = true;
    auto response = std::make_shared<HttpResponse>();
    std::size_t left = max_body;
    now.request.read_body = [&](const ByteSink& sink) {
      if (now.read) return true;
      if (std::exchange(now.begun, true) || reader == nullptr ||
          now.request.media_type().starts_with("multipart/")) {
        return false;
      }
      now.read = (*reader)([&](const char* data, std::size_t size) {
        left -= std::min(left, size);
        return left > 0 && sink({data, size});
      });
      return now.read;
    };
    if (now.refused) {
      now.read = false;
    } else if (now.ambiguous) {
      now.read = false;  // what follows the head cannot be told from the next request
      response->status = 400;
      response->content("text/plain", "The length of the body is not clear");
    } else if (now.too_large) {
      response->status = 413;
      response->content("text/plain", "The body is larger than 1 GiB");
    } else {
      handler_(now.request, *response);
      drain(now);
    }
    now.request.read_body = nullptr;
    if (!now.read) response->close = true;
    now.close = response->close;
    if (response->fault && response->fault->wire != Fault::Wire::untouched && gather(*response)) {
      now.fault = response->fault;
      now.stream.hold();
    }
    all_.end_request(now.stream.socket());
    copy_response(response, to);
  }

  /// A body that nobody wanted is read when it is small and comes at once, so that the connection
  /// can go on.
  static void drain(Running& now) {
    std::size_t left = max_drain;
    if (now.read || now.begun) return;
    now.stream.read_at_most(drain_time);
    now.request.read_body([&](std::string_view piece) {
      left -= std::min(left, piece.size());
      return left > 0;
    });
  }

  /// Closing with unread bytes would reset the connection, and the client would lose the answer.
  void linger(int socket) {
    ::shutdown(socket, SHUT_WR);
    SocketStream stream(socket);
    std::string buffer(64u << 10, '\0');
    static_cast<void>(stream.take_head());
    stream.read_at_most(linger_time);
    while (stream.read(buffer.data(), buffer.size()) > 0) {
    }
  }

  HttpFront::Handler handler_;
  std::thread thread_;
  Connections all_;
};

HttpFront::HttpFront(const std::string& address, int port, Handler handler)
    : impl_(std::make_unique<Impl>(address, port, std::move(handler))) {}
HttpFront::~HttpFront() = default;
int HttpFront::port() const noexcept { return impl_->port_; }
void HttpFront::start() { impl_->start(); }
void HttpFront::stop() noexcept { impl_->shut_down(); }
std::uint64_t HttpFront::connections() const noexcept { return impl_->accepted_; }

}  // namespace bitbucket::inline v0_1::testing::embedded
