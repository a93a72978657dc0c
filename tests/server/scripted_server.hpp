#pragma once

#include <chrono>
#include <deque>
#include <functional>
#include <memory>
#include <string>
#include <utility>
#include <vector>

#include "server/fake_client.hpp"

namespace bitbucket::test {

using Step = std::function<Response()>;

/// A client with scripted answers, of which the last one repeats for ever.  The client records its
/// waits; its time moves only while it waits.
struct Scripted {
  explicit Scripted(std::deque<Step> script) : steps(std::move(script)) {
    transport = std::make_shared<FakeTransport>([this](const Request&) {
      Step step = steps.front();
      if (steps.size() > 1) steps.pop_front();
      return step();
    });
    options = fake_options(transport);
    options.connection.retry.clock = [this] { return time; };
    options.connection.retry.sleeper = [this](std::chrono::milliseconds wait, std::stop_token) {
      waits.push_back(wait);
      time += wait;
      return true;
    };
  }

  std::deque<Step> steps;
  std::shared_ptr<FakeTransport> transport;
  ClientOptions options;
  std::vector<std::chrono::milliseconds> waits;
  std::chrono::steady_clock::time_point time = std::chrono::steady_clock::now();
};

inline Step answer(int status, const std::string& body = R"({"slug":"demo"})",
                   std::vector<Header> headers = {}) {
  return [=] {
    Response response = json_answer(body, status);
    response.headers.insert(response.headers.end(), headers.begin(), headers.end());
    return response;
  };
}

inline Step breaks(TransportError::Kind kind, bool sent) {
  return [=]() -> Response { throw TransportError(kind, "it broke", sent); };
}

/// A transport whose start() fails `failures` times before anything is sent.
class NeverStarts final : public Transport {
 public:
  NeverStarts(int failures, TransportError::Kind kind, std::shared_ptr<Transport> then)
      : failures_(failures), kind_(kind), then_(std::move(then)) {}
  std::unique_ptr<Exchange> start(Request request) override {
    if (failures_-- > 0) throw TransportError(kind_, "not even started", false);
    return then_->start(std::move(request));
  }

 private:
  int failures_;
  TransportError::Kind kind_;
  std::shared_ptr<Transport> then_;
};

}  // namespace bitbucket::test
