#include <array>
#include <chrono>
#include <string>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "auth/keys.hpp"
#include "integration/setup_world.hpp"

namespace bitbucket {
namespace {

using std::chrono::minutes;
using test::Failure;
using test::failure_of;
using test::token_of;
using ::testing::HasSubstr;
using ::testing::Not;
using Reason = SetupError::Reason;

/// What is stored between the two steps of a set-up.
class SetupStateTest : public test::SetupWorld {};

TEST_F(SetupStateTest, LetsAStateExpire) {
  options_.lifetime = minutes(5);
  const PendingSetup pending = begin();
  const std::string query = allow(pending);
  ahead_ = minutes(5) + std::chrono::seconds(1);
  const Failure failure = failed_finish(pending, query);
  EXPECT_EQ(failure.reason, Reason::state_expired);
  EXPECT_THAT(failure.what, HasSubstr("begin again"));
  ahead_ = minutes(4);
  EXPECT_FALSE(finish(pending, query).identity.access_token.empty());
}

TEST_F(SetupStateTest, SealsTheSecretsInAStateThatNeedsNoQuoting) {
  const PendingSetup pending = begin();
  EXPECT_EQ(pending.state.find_first_not_of("ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz"
                                            "0123456789-._~%&="),
            std::string::npos);
  EXPECT_THAT(pending.state, Not(HasSubstr(token_of(pending))));
  EXPECT_THAT(pending.state, Not(HasSubstr("PRIVATE")));
  EXPECT_THAT(pending.state,
              Not(HasSubstr(std::string(config_.private_key.reveal().substr(40, 20)))));
  EXPECT_NE(begin().state, pending.state);
}

TEST_F(SetupStateTest, KeepsBytesOfTheSealerThatAreNotText) {
  options_.sealer = {.seal = [](const Secret& s) { return "\xFF\n" + std::string(s.reveal()); },
                     .unseal = [](std::string_view text) { return Secret(text.substr(2)); }};
  const PendingSetup pending = begin();
  EXPECT_FALSE(finish(pending, allow(pending)).identity.access_token.empty());
}

TEST_F(SetupStateTest, NoticesThatAnyByteOfAStateWasChanged) {
  for (const Sealer& sealer : {sealers::careful(), sealers::careless()}) {
    options_.sealer = sealer;
    const PendingSetup pending = begin();
    const std::string query = "oauth_token=" + token_of(pending) + "&oauth_verifier=v";
    const SetupFlow flow(options_);
    server_->clear_requests();
    for (std::size_t at = 0; at < pending.state.size(); ++at) {
      // Another digit, the start of another field, and the other case.
      const char byte = pending.state[at];
      const std::array others{byte == 'a' ? 'b' : 'a', byte == '&' ? '=' : '&',
                              static_cast<char>(byte ^ 0x20)};
      std::string changed = pending.state;
      changed[at] = others[at % others.size()];
      ASSERT_EQ(failure_of([&] { (void)flow.finish(changed, query); }).reason,
                Reason::state_changed)
          << at << " of " << pending.state;
    }
    EXPECT_TRUE(server_->requests().empty());
  }
}

TEST_F(SetupStateTest, NoticesThatAStateWasCutOrExtended) {
  options_.sealer = sealers::careless();
  const PendingSetup pending = begin();
  const std::string query = "oauth_token=" + token_of(pending) + "&oauth_verifier=v";
  const auto reason = [&](const std::string& state) {
    return failed_finish({.authorize_url = {}, .state = state}, query).reason;
  };
  for (std::size_t size = 0; size < pending.state.size(); size += 7)
    ASSERT_EQ(reason(pending.state.substr(0, size)), Reason::state_changed) << size;
  const std::size_t check = pending.state.rfind("&check=");
  for (const std::string& state :
       {pending.state + "0", pending.state + "&x=1", pending.state + pending.state,
        "url=x&" + pending.state, std::string(1000, '&'), std::string("bitbucket_setup=1&check="),
        pending.state.substr(0, check) + "&url=http%3A%2F%2Fx" + pending.state.substr(check),
        keys::replaced(pending.state, "bitbucket_setup=1", "bitbucket_setup=2")})
    EXPECT_EQ(reason(state), Reason::state_changed) << state;
}

TEST_F(SetupStateTest, DoesNotAcceptTheSecretsOfAnotherState) {
  const auto parts = [&](const std::string& state) {
    const std::size_t secrets = state.find("&secrets="), check = state.rfind("&check=");
    return std::array{state.substr(0, secrets), state.substr(secrets, check - secrets),
                      state.substr(check)};
  };
  const PendingSetup mine = begin();
  ahead_ = minutes(5);
  const PendingSetup later = begin();
  const std::string query = "oauth_token=" + token_of(mine) + "&oauth_verifier=v";
  const auto reason = [&](const std::string& state) {
    return failed_finish({.authorize_url = {}, .state = state}, query).reason;
  };
  const auto a = parts(mine.state), b = parts(later.state);
  EXPECT_EQ(reason(b[0] + a[1] + a[2]), Reason::state_changed) << "the later expiry";
  EXPECT_EQ(reason(b[0] + a[1] + b[2]), Reason::state_changed);
}

TEST_F(SetupStateTest, CannotUnsealWithAnotherKey) {
  const PendingSetup pending = begin();
  options_.sealer = sealers::careful('x');
  const Failure failure = failed_finish(pending, "oauth_token=x&oauth_verifier=v");
  EXPECT_EQ(failure.reason, Reason::state_changed);
  EXPECT_THAT(failure.what, HasSubstr("sealed with another key"));
}

}  // namespace
}  // namespace bitbucket
