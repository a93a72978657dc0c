#pragma once

#include <string_view>
#include <utility>

#include <bitbucket/transport.hpp>

#include "engine/product.hpp"

namespace bitbucket::inline v0_1::detail {

/// Guards the sink of a stream: lets an answer pass only if it is the requested bytes.
class StreamGate {
 public:
  /// Ends the transfer of an answer that does not pass.
  struct Closed {};

  /// `decoded` says whether the transport undoes encodings.
  StreamGate(const Product& product, Sink sink, bool decoded)
      : product_(product), sink_(std::move(sink)), decoded_(decoded) {}

  /// Takes the head of an answer; each attempt has one.
  void begin(const Response& head);
  /// Takes a part of its body.
  void take(std::string_view bytes);
  /// Takes note that the answer is complete.
  void end();

  [[nodiscard]] BytesFault fault() const noexcept { return fault_; }
  /// Returns the answer that did not pass, as far as it was received.
  [[nodiscard]] Response refused() { return std::move(held_); }
  /// The sink has seen bytes.
  [[nodiscard]] bool is_open() const noexcept { return open_; }

 private:
  void release();

  const Product& product_;
  Sink sink_;
  Response held_;  // what may be a login page, until that is known
  BytesFault fault_ = BytesFault::none;
  bool decoded_, holds_ = false, open_ = false;
};

}  // namespace bitbucket::inline v0_1::detail
