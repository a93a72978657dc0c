#pragma once

#include <cstddef>
#include <functional>
#include <memory>
#include <mutex>
#include <string>
#include <vector>

#include <bitbucket/detail/export.hpp>
#include <bitbucket/transport.hpp>

namespace bitbucket::inline v0_1::testing {

/// A transport that answers requests from a function, without any network; set it as
/// ConnectionOptions::transport.  It is thread-safe when the function is.
class BITBUCKET_EXPORT FakeTransport final : public Transport {
 public:
  /// A function that returns the answer to a request, or throws what the transport should throw. It
  /// runs when the answer is awaited, not when the request is started.
  using Script = std::function<Response(const Request&)>;

  /// Answers with what `script` returns.
  explicit FakeTransport(Script script);
  ~FakeTransport() override;
  /// Answers the n-th request with the n-th of `answers`, and all further requests with the last
  /// one.
  static std::shared_ptr<FakeTransport> in_turn(std::vector<Response> answers);

  /// Keeps the request until its answer is awaited.
  std::unique_ptr<Exchange> start(Request request) override;

  /// Returns all requests started so far.
  [[nodiscard]] std::vector<Request> requests() const;
  /// Returns how many requests have been started so far.
  [[nodiscard]] std::size_t started() const;
  /// Returns how many requests were abandoned before their answer was awaited.
  [[nodiscard]] std::size_t abandoned() const;

 private:
  struct State;
  class FakeExchange;
  std::shared_ptr<State> state_;
};

/// Returns an answer with a JSON body.
BITBUCKET_EXPORT Response json_answer(std::string body, int status = 200);

}  // namespace bitbucket::inline v0_1::testing
