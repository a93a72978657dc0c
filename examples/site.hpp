// The web server of the service in examples/connect.cpp.
#pragma once
#include <httplib.h>

#include <chrono>
#include <future>
#include <memory>
#include <stdexcept>
#include <string>
#include <string_view>
#include <thread>
#include <variant>
#include <vector>

#include <bitbucket/integration/repository_service.hpp>
#include <bitbucket/webhooks.hpp>

namespace example {

template <class T>
T wait_for(std::promise<T>& promise, std::chrono::seconds patience, const std::string& what) {
  std::future<T> future = promise.get_future();
  if (future.wait_for(patience) != std::future_status::ready)
    throw std::runtime_error(what + " did not arrive in time");
  return future.get();
}

// Serves a page to which the browser returns, and a URL for the webhook of each repository.  The
// URL ends with the repository's id, by which the receiver finds the secret.
class Site {
 public:
  explicit Site(std::shared_ptr<bitbucket::RepositoryStore> repositories)
      : receiver_({.secrets = {[=](std::string_view url) -> std::vector<bitbucket::Secret> {
                     const auto repository = repositories->find(url.substr(url.rfind('/') + 1));
                     if (!repository) return {};
                     return {repository->webhook_secret};
                   }}}) {
    server_.set_keep_alive_max_count(1);  // stop() would wait for idle connections
    server_.set_payload_max_length(16u << 20);
    server_.Get("/callback", [this](const httplib::Request& request, httplib::Response& response) {
      // The query as it was sent: request.params has only what cpp-httplib read.
      callback.set_value(request.target.substr(request.target.find('?') + 1));
      response.set_content("Thank you. The program goes on in the terminal.\n", "text/plain");
    });
    server_.Post(
        R"(/hook/\d+)", [this](const httplib::Request& request, httplib::Response& response) {
          const bitbucket::WebhookReply reply = receiver_.receive({.method = request.method,
                                                                   .url = request.path,
                                                                   .headers = request.headers,
                                                                   .body = request.body});
          response.status = reply.status;
          response.set_content(reply.text, "text/plain");
          if (!reply.event) return;
          if (const auto* push = std::get_if<bitbucket::RefsChanged>(&reply.event->payload))
            delivered.set_value(*push);
        });
    const int port = server_.bind_to_any_port("127.0.0.1");
    if (port < 0) throw std::runtime_error("cannot listen on 127.0.0.1");
    address = "http://127.0.0.1:" + std::to_string(port);
    thread_ = std::thread([this] { server_.listen_after_bind(); });
    while (!server_.is_running()) std::this_thread::yield();  // stop() needs a running server
  }
  Site(const Site&) = delete;
  Site& operator=(const Site&) = delete;
  ~Site() {
    server_.stop();
    thread_.join();
  }

  std::string address;
  // Set by threads of the HTTP server, and only once: a second browser or push gets a 500.
  std::promise<std::string> callback;  // the query of the callback
  std::promise<bitbucket::RefsChanged> delivered;

 private:
  bitbucket::WebhookReceiver receiver_;
  httplib::Server server_;
  std::thread thread_;
};

}  // namespace example
