// Receives the webhooks of attached repositories without losing one.
#pragma once
#include <httplib.h>

#include <stdexcept>
#include <string>
#include <string_view>
#include <thread>
#include <vector>

#include <bitbucket/tracking.hpp>

namespace example {

// Passes webhooks at /hook/ID to an inbox; ID is that of the repository.
class InboxServer {
 public:
  InboxServer(const bitbucket::Inbox& inbox, int port) {
    server_.set_keep_alive_max_count(1);  // stop() would wait for idle connections
    server_.set_payload_max_length(16u << 20);
    server_.Post("/hook/.*", [&inbox](const httplib::Request& request, httplib::Response& answer) {
      const bitbucket::WebhookReply reply = inbox.receive({.method = request.method,
                                                           .url = request.path,
                                                           .headers = request.headers,
                                                           .body = request.body});
      answer.status = reply.status;
      answer.set_content(reply.text, "text/plain");
    });
    if (port == 0)
      port = server_.bind_to_any_port("127.0.0.1");
    else if (!server_.bind_to_port("127.0.0.1", port))
      port = -1;
    if (port < 0) throw std::runtime_error("cannot listen on 127.0.0.1: choose another --port");
    address = "http://127.0.0.1:" + std::to_string(port);
    thread_ = std::thread([this] { server_.listen_after_bind(); });
    while (!server_.is_running()) std::this_thread::yield();  // stop() needs a running server
  }
  InboxServer(const InboxServer&) = delete;
  InboxServer& operator=(const InboxServer&) = delete;
  ~InboxServer() {
    server_.stop();
    thread_.join();
  }
  std::string address;

 private:
  httplib::Server server_;
  std::thread thread_;
};

// Finds the secret of a webhook by the id at the end of its address.
inline bitbucket::WebhookReceiver receiver_for(const bitbucket::TrackingStore& store) {
  return bitbucket::WebhookReceiver(
      {.secrets = {[repositories = store.repositories](
                       std::string_view url) -> std::vector<bitbucket::Secret> {
         const auto repository = repositories->find(url.substr(url.rfind('/') + 1));
         if (!repository) return {};
         return {repository->webhook_secret};
       }}});
}

}  // namespace example
