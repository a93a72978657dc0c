#include <bitbucket/testing/fake_transport.hpp>

#include <algorithm>
#include <atomic>
#include <utility>

#include <bitbucket/error.hpp>

namespace bitbucket::inline v0_1::testing {

struct FakeTransport::State {
  Script script;
  mutable std::mutex mutex;
  std::vector<Request> requests;
  std::size_t abandoned = 0;
};

class FakeTransport::FakeExchange final : public Exchange {
 public:
  FakeExchange(std::shared_ptr<State> state, Request request)
      : state_(std::move(state)), request_(std::move(request)) {}
  ~FakeExchange() override {
    const std::scoped_lock lock(state_->mutex);
    if (!awaited_) ++state_->abandoned;
  }

  Response wait(Deadline, std::stop_token stop) override {
    awaited_ = true;
    if (cancelled_ || stop.stop_requested()) throw Cancelled();
    Response response = state_->script(request_);
    if (request_.sink && response.status / 100 == 2) {
      if (request_.on_head) request_.on_head(response);
      request_.sink(response.body);
      response.body.clear();
    }
    return response;
  }
  void cancel() noexcept override { cancelled_ = true; }

 private:
  std::shared_ptr<State> state_;
  Request request_;
  bool awaited_ = false;
  std::atomic<bool> cancelled_ = false;
};

FakeTransport::FakeTransport(Script script) : state_(std::make_shared<State>()) {
  state_->script = std::move(script);
}

FakeTransport::~FakeTransport() = default;

std::shared_ptr<FakeTransport> FakeTransport::in_turn(std::vector<Response> answers) {
  if (answers.empty()) throw InvalidArgument("a fake transport needs at least one answer");
  return std::make_shared<FakeTransport>(
      [answers = std::move(answers), next = std::make_shared<std::atomic<std::size_t>>(0)](
          const Request&) { return answers[std::min(next->fetch_add(1), answers.size() - 1)]; });
}

std::unique_ptr<Exchange> FakeTransport::start(Request request) {
  {
    const std::scoped_lock lock(state_->mutex);
    state_->requests.push_back(request);
  }
  return std::make_unique<FakeExchange>(state_, std::move(request));
}

std::vector<Request> FakeTransport::requests() const {
  const std::scoped_lock lock(state_->mutex);
  return state_->requests;
}

std::size_t FakeTransport::started() const {
  const std::scoped_lock lock(state_->mutex);
  return state_->requests.size();
}

std::size_t FakeTransport::abandoned() const {
  const std::scoped_lock lock(state_->mutex);
  return state_->abandoned;
}

Response json_answer(std::string body, int status) {
  return {.status = status,
          .headers = {{"Content-Type", "application/json;charset=UTF-8"}},
          .body = std::move(body)};
}

}  // namespace bitbucket::inline v0_1::testing
