#pragma once

#include <chrono>
#include <functional>
#include <memory>
#include <string>

#include <gtest/gtest.h>

#include <bitbucket/integration/breakage.hpp>
#include <bitbucket/integration/setup_flow.hpp>
#include <bitbucket/testing/git_server.hpp>

#include "integration/sealers.hpp"
#include "server/signed_client.hpp"

namespace bitbucket::test {

inline constexpr const char* first_leg = "/plugins/servlet/oauth/request-token";
inline constexpr const char* third_leg = "/plugins/servlet/oauth/access-token";

/// How a set-up failed.
struct Failure {
  SetupError::Reason reason = SetupError::Reason::state_changed;
  std::string what;
  BreakageKind kind = BreakageKind::other;  ///< of what caused it
};

inline Failure failure_of(const std::function<void()>& step) {
  try {
    step();
  } catch (const SetupError& error) {
    return {error.reason(), error.what(), classify(error).kind};
  }
  ADD_FAILURE() << "nothing failed";
  return {};
}

inline std::string token_of(const PendingSetup& pending) {
  return pending.authorize_url.substr(pending.authorize_url.rfind('=') + 1);
}

/// A set-up against the embedded server.
class SetupWorld : public ::testing::Test {
 protected:
  SetupWorld() {
    options_.callback = "https://bot.example.com/done";
    options_.sealer = sealers::careful();
    options_.clock = [this] { return std::chrono::system_clock::now() + ahead_; };
    config_.url = server_->base_url() + "//";
    config_.consumer_key = "release-bot";
    config_.private_key = server_test::key().private_pem();
  }

  [[nodiscard]] PendingSetup begin() const { return SetupFlow(options_).begin(config_); }
  [[nodiscard]] ConnectedInstallation finish(const PendingSetup& pending,
                                             const std::string& query) const {
    return SetupFlow(options_).finish(pending.state, query);
  }
  /// Allows the access and returns the query of the callback.
  std::string allow(const PendingSetup& pending) {
    const std::string token = token_of(pending);
    return "oauth_token=" + token + "&oauth_verifier=" + server_->approve(token, "ann");
  }
  Failure failed_begin() {
    return failure_of([&] { (void)begin(); });
  }
  Failure failed_finish(const PendingSetup& pending, const std::string& query) {
    return failure_of([&] { (void)finish(pending, query); });
  }
  void misbehave(const char* leg, const testing::Fault& fault) {
    server_->misbehave({.path = leg, .times = 0, .fault = fault});
  }

  std::unique_ptr<testing::GitServer> server_ = signed_server();
  std::chrono::seconds ahead_{0};
  SetupFlowOptions options_;
  InstallationConfig config_;
};

}  // namespace bitbucket::test
