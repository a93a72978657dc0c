#pragma once

#include <functional>
#include <memory>
#include <string>
#include <utility>
#include <vector>

#include <bitbucket/error.hpp>
#include <bitbucket/setup.hpp>
#include <bitbucket/transport.hpp>

#include "auth/headers.hpp"
#include "auth/keys.hpp"

/// Answers requests from a script and keeps the requests.
class Scripted : public bitbucket::BlockingTransport {
 public:
  using Step = std::function<bitbucket::Response(const bitbucket::Request&)>;

  explicit Scripted(std::vector<Step> steps) : steps_(std::move(steps)) {}

  std::vector<bitbucket::Request> requests;

 protected:
  bitbucket::Response send(const bitbucket::Request& request) override {
    requests.push_back(request);
    if (requests.size() > steps_.size()) {
      ADD_FAILURE() << "request " << requests.size() << " is not in the script";
      return {.status = 500};
    }
    return steps_[requests.size() - 1](request);
  }

 private:
  std::vector<Step> steps_;
};

inline Scripted::Step answer(int status, std::string body,
                             std::vector<bitbucket::Header> headers = {
                                 {"Content-Type", "text/plain"}}) {
  return [=](const bitbucket::Request&) {
    return bitbucket::Response{.status = status, .headers = headers, .body = body};
  };
}

inline Scripted::Step failure(bitbucket::TransportError::Kind kind, bool sent) {
  return [=](const bitbucket::Request&) -> bitbucket::Response {
    throw bitbucket::TransportError(kind, "scripted failure", sent);
  };
}

/// A client with scripted answers, which records its waits instead of sleeping.
struct ScriptedSetup {
  std::shared_ptr<Scripted> transport;
  bitbucket::SetupOptions options;
  std::vector<std::chrono::milliseconds> waits;

  explicit ScriptedSetup(std::vector<Scripted::Step> steps = {})
      : transport(std::make_shared<Scripted>(std::move(steps))) {
    options.base_url = "https://bitbucket.example.com/git/";
    options.consumer_key = "cnsmr-key";
    options.private_key = keys::rsa_pkcs8();
    options.connection.transport = transport;
    options.connection.retry.random = [] { return 0.5; };
    options.connection.retry.sleeper = [this](std::chrono::milliseconds time, std::stop_token) {
      waits.push_back(time);
      return true;
    };
  }
  ScriptedSetup(const ScriptedSetup&) = delete;
  ScriptedSetup& operator=(const ScriptedSetup&) = delete;

  [[nodiscard]] bitbucket::SetupClient client() const { return bitbucket::SetupClient(options); }
  [[nodiscard]] const std::vector<bitbucket::Request>& requests() const {
    return transport->requests;
  }
  /// The decoded parameters of a request's Authorization header.
  [[nodiscard]] bitbucket::Parameters sent(std::size_t i = 0) const {
    return header_parameters(bitbucket::find_header(requests().at(i).headers, "Authorization"));
  }
};

constexpr const char* good_request_token =
    "oauth_token=req%2Ftkn&oauth_token_secret=req%20scrt&oauth_callback_confirmed=true";
constexpr const char* good_access_token =
    "oauth_token=acs%2Btkn&oauth_token_secret=acs%20scrt&oauth_expires_in=157680000&"
    "oauth_session_handle=hndl&oauth_authorization_expires_in=160272000";
