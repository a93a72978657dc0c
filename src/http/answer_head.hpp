#pragma once

#include <string_view>
#include <vector>

#include <bitbucket/transport.hpp>

namespace bitbucket::inline v0_1::http {

/// Collects the headers of an answer line by line, and checks what they say about where the answer
/// ends: whoever is wrong about that passes a part of a body for the whole, or feeds the rest of it
/// to the next request.
class AnswerHead {
 public:
  /// The headers go to `headers`.
  explicit AnswerHead(std::vector<Header>& headers) noexcept : headers_(headers) {}

  /// Takes one line with its line break, from the status line on.  Lines behind the head, which are
  /// trailers, are ignored.
  void take(std::string_view line);
  /// Drops the head that was complete: another one follows an interim answer.
  void restart() noexcept { state_ = State::status_line; }

  /// The next line is a status line.
  [[nodiscard]] bool is_awaited() const noexcept { return state_ == State::status_line; }
  /// The empty line behind the head has come.
  [[nodiscard]] bool is_complete() const noexcept { return state_ == State::complete; }
  /// The body has an end of its own, other than the end of the connection.
  [[nodiscard]] bool is_framed() const noexcept { return framed_; }
  /// A body is announced, other than an empty one.
  [[nodiscard]] bool announces_body() const noexcept { return framed_ && length_ != "0"; }
  /// Returns what is wrong with the head; null for nothing.
  [[nodiscard]] const char* fault() const noexcept { return fault_; }

 private:
  enum class State { status_line, headers, complete };
  void add(std::string_view line);
  void add_to_last(std::string_view text);
  void check(std::string_view name, std::string_view value);
  void refuse(const char* fault) noexcept { fault_ = fault_ ? fault_ : fault; }

  std::vector<Header>& headers_;
  State state_ = State::status_line;
  bool framed_ = false, chunked_ = false;
  std::string length_;  // short enough to need no memory
  const char* fault_ = nullptr;
};

}  // namespace bitbucket::inline v0_1::http
