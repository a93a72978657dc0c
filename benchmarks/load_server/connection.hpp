#pragma once

#include <cstddef>
#include <cstdint>
#include <deque>
#include <memory>
#include <string>
#include <string_view>

#include "load_server/content.hpp"

struct ssl_st;
struct ssl_ctx_st;

namespace benchmarks {

/// One client: its requests as they come in and its answers as they go out.
class Connection {
 public:
  Connection(int descriptor, std::uint64_t id, ssl_ctx_st* tls);
  ~Connection();
  Connection(const Connection&) = delete;
  Connection& operator=(const Connection&) = delete;

  /// Takes what has arrived; false when the client is gone.
  bool receive();
  /// Returns the next whole request, empty when there is none.  Valid until receive().
  std::string_view next_request();
  void queue(Answer answer) { out_.push_back(std::move(answer)); }
  /// Sends what can be sent; false when the client is gone.
  bool flush();
  [[nodiscard]] bool wants_to_write() const noexcept { return !out_.empty(); }
  [[nodiscard]] std::uint64_t id() const noexcept { return id_; }
  [[nodiscard]] int descriptor() const noexcept { return descriptor_; }

  bool watches_writing = false;

 private:
  long read_some(char* to, std::size_t size);
  long write_some(const Answer& answer);

  int descriptor_;
  std::uint64_t id_;
  std::unique_ptr<ssl_st, void (*)(ssl_st*)> tls_;
  std::string in_;
  std::size_t taken_ = 0;
  std::deque<Answer> out_;
  std::size_t written_ = 0;  // of the first answer
};

}  // namespace benchmarks
