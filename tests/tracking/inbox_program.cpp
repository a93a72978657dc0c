// A service with an inbox.  It writes its process and the request id of each delivery that it
// handles to a file, and kills itself, if it is told to, at the N-th time at a place.  With
// "stored", it handles nothing: inbox_program DATABASE LOG [stored|handling|handled|statement N]
#include <fcntl.h>
#include <signal.h>
#include <unistd.h>

#include <atomic>
#include <chrono>
#include <exception>
#include <iostream>
#include <memory>
#include <string>
#include <thread>
#include <vector>

#include <httplib.h>
#include <bitbucket/tracking.hpp>

namespace {

using namespace bitbucket;

/// Kills the process when it passes the place for the N-th time.
class Death {
 public:
  Death(std::string place, int count) : place_(std::move(place)), left_(count) {}
  void passes(const std::string& place) {
    if (armed_ && place == place_ && --left_ == 0) ::kill(::getpid(), SIGKILL);
  }
  [[nodiscard]] bool is_at(const std::string& place) const { return place == place_; }
  void arm() { armed_ = true; }

 private:
  const std::string place_;
  std::atomic<int> left_;
  std::atomic<bool> armed_ = false;
};

void append(int log, const std::string& line) {
  if (::write(log, line.data(), line.size()) != static_cast<ssize_t>(line.size()))
    throw std::runtime_error("the file cannot be written");
}

void serve(const std::string& database, const std::string& log_path, Death& death) {
  const int log = ::open(log_path.c_str(), O_WRONLY | O_CREAT | O_APPEND | O_CLOEXEC, 0600);
  const auto store = std::make_shared<TrackingStore>(TrackingStoreOptions{
      .database = database, .on_statement = [&](std::string_view) { death.passes("statement"); }});
  const Inbox inbox(store, WebhookReceiver({.secrets = {"secret of the inbox"}}),
                    {.poll = std::chrono::milliseconds(20),
                     .on_error = [](const std::exception& error, const StoredDelivery*) {
                       std::cout << error.what() << std::endl;
                     }});
  httplib::Server server;
  server.set_tcp_nodelay(true);
  server.Post("/hook", [&](const httplib::Request& request, httplib::Response& response) {
    response.status = inbox
                          .receive({.method = request.method,
                                    .url = request.target,
                                    .headers = request.headers,
                                    .body = request.body})
                          .status;
    death.passes("stored");
  });
  const int port = server.bind_to_any_port("127.0.0.1");
  const auto handle = [&](const WebhookEvent& event) {
    death.passes("handling");
    append(log, std::to_string(::getpid()) + ' ' + event.request_id + '\n');
    death.passes("handled");
  };
  std::vector<std::jthread> handlers;
  if (!death.is_at("stored"))
    for (int i = 0; i < 2; ++i)
      handlers.emplace_back([&](const std::stop_token& stop) { inbox.run(stop, handle); });
  std::cout << "port " << port << "\n" << std::flush;
  death.arm();
  server.listen_after_bind();
}

}  // namespace

int main(int argc, char** argv) {
  const std::vector<std::string> arguments(argv, argv + argc);
  try {
    Death death(argc > 4 ? arguments[3] : "nowhere", argc > 4 ? std::stoi(arguments[4]) : 0);
    serve(arguments.at(1), arguments.at(2), death);
    return 0;
  } catch (const std::exception& error) {
    std::cout << error.what() << std::endl;
    return 1;
  }
}
