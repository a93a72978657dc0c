#pragma once

#include <string_view>
#include <vector>

#include <bitbucket/transport.hpp>

namespace bitbucket::inline v0_1::http {

/// Collects the headers of an answer line by line, and checks what they say about where the answer
/// ends.  A client that gets this wrong takes part of a body for all of it, or takes the rest of it
/// for the answer to the next request.
class AnswerHead {
 public:
  /// The headers go to `headers`.
  explicit AnswerHead(std::vector<Header>& headers) noexcept : headers_(headers) {}

  /// Takes one line with its line break, beginning with the status line.  Ignores the lines after
  /// the head, which are trailers.
  void take(std::string_view line);
  /// Drops the complete head of an interim answer, which another head follows.
  void restart() noexcept { state_ = State::status_line; }

  /// The next line is a status line.
  [[nodiscard]] bool is_awaited() const noexcept { return state_ == State::status_line; }
  /// The empty line after the head has arrived.
  [[nodiscard]] bool is_complete() const noexcept { return state_ == State::complete; }
  /// The body does not need the end of the connection to tell where it ends.
  [[nodiscard]] bool is_framed() const noexcept { return framed_; }
  /// The head announces a body that is not empty.
  [[nodiscard]] bool announces_body() const noexcept { return framed_ && length_ != "0"; }
  /// Returns what is wrong with the head, or null.
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
  std::string length_;  // short enough to need no allocation
  const char* fault_ = nullptr;
};

}  // namespace bitbucket::inline v0_1::http
