#pragma once

#include <curl/curl.h>

#include <array>
#include <cstddef>
#include <deque>
#include <memory>
#include <string>
#include <vector>

#include "harness/options.hpp"
#include "limit/decode.hpp"
#include "limit/signer.hpp"

namespace benchmarks::limit {

/// One request at a time on a kept handle, with its header and body in memory that is reused.
struct Slot {
  CURL* easy = nullptr;
  std::string url, header;
  std::array<curl_slist, 2> headers{};  // Authorization and Accept, never copied by libcurl
  Body body;
  std::size_t job = 0;
  bool running = false;
};

/// All requests of the limit program.  One thread drives them with curl_multi_socket_action and
/// epoll, so it looks only at requests that have something to do.
class Transfers {
 public:
  Transfers(const Options& options, std::size_t slots);
  ~Transfers();
  Transfers(const Transfers&) = delete;
  Transfers& operator=(const Transfers&) = delete;

  [[nodiscard]] Slot& slot(std::size_t i) noexcept { return slots_[i]; }
  [[nodiscard]] Target target(std::string path) const;
  void sign(Slot& slot, const Target& target);
  /// Sends a request that is signed.
  void send(Slot& slot);
  /// Waits for any request to be answered with 200; its slot is free then and keeps the body.
  Slot& wait();

 private:
  static std::size_t on_body(char* data, std::size_t, std::size_t size, void* slot);
  static int on_socket(CURL*, curl_socket_t socket, int what, void* self, void* known);
  static int on_timer(CURLM*, long ms, void* self);
  void drive(curl_socket_t socket, int events);
  void collect();

  const std::string base_url_;
  const std::string ca_file_;
  Signer signer_;
  CURLM* multi_;
  int epoll_;
  long timeout_ms_ = -1;
  std::vector<Slot> slots_;
  std::deque<Slot*> answered_;
};

/// Throws unless the answer of the handle is a 200.
void require_success(CURL* easy, CURLcode code);

}  // namespace benchmarks::limit
