#include <array>
#include <cstdio>
#include <mutex>
#include <thread>

#include <httplib.h>
#include <openssl/evp.h>
#include <openssl/hmac.h>

#include "testing/server_fixture.hpp"

namespace server_test {

struct Receiver::State {
  httplib::Server server;
  std::thread thread;
  int port = 0;
  mutable std::mutex mutex;
  std::vector<Delivery> deliveries;
};

Receiver::Receiver(int status) : Receiver([status](const Delivery&) { return status; }) {}

Receiver::Receiver(Judge judge) : state_(std::make_unique<State>()) {
  state_->server.set_tcp_nodelay(true);
  state_->server.Post("/hook", [this, judge = std::move(judge)](const httplib::Request& request,
                                                                httplib::Response& response) {
    Delivery delivery;
    delivery.target = request.target;
    for (const auto& [name, value] : request.headers) delivery.headers.emplace_back(name, value);
    delivery.body = request.body;
    response.status = judge(delivery);
    const std::lock_guard lock(state_->mutex);
    state_->deliveries.push_back(std::move(delivery));
    response.set_content("received", "text/plain");
  });
  state_->port = state_->server.bind_to_any_port("127.0.0.1");
  state_->thread = std::thread([this] { state_->server.listen_after_bind(); });
  while (!state_->server.is_running()) std::this_thread::yield();
}

Receiver::~Receiver() {
  state_->server.stop();
  state_->thread.join();
}

std::string Receiver::url() const {
  return "http://127.0.0.1:" + std::to_string(state_->port) + "/hook";
}

std::vector<Receiver::Delivery> Receiver::deliveries() const {
  const std::lock_guard lock(state_->mutex);
  return state_->deliveries;
}

std::string Receiver::Delivery::header(std::string_view name) const {
  for (const auto& [key, value] : headers) {
    if (key == name) return value;
  }
  return {};
}

std::string hmac_sha256_hex(const std::string& secret, const std::string& text) {
  std::array<unsigned char, EVP_MAX_MD_SIZE> raw{};
  unsigned size = 0;
  HMAC(EVP_sha256(), secret.data(), static_cast<int>(secret.size()),
       reinterpret_cast<const unsigned char*>(text.data()), text.size(), raw.data(), &size);
  std::string out;
  for (unsigned i = 0; i < size; ++i) {
    char two[3];
    std::snprintf(two, sizeof two, "%02x", static_cast<unsigned>(raw[i]));
    out += two;
  }
  return out;
}

}  // namespace server_test
