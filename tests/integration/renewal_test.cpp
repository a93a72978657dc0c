#include <chrono>
#include <string>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "integration/setup_world.hpp"

namespace bitbucket {
namespace {

using std::chrono::hours;
using ::testing::HasSubstr;
using ::testing::Not;
namespace faults = testing::faults;

/// A connected server whose access token can be renewed.
class RenewalTest : public test::SetupWorld {
 protected:
  [[nodiscard]] ConnectedInstallation connected() {
    const PendingSetup pending = begin();
    return finish(pending, allow(pending));
  }
  [[nodiscard]] Identity renew(const ConnectedInstallation& connected) const {
    return SetupFlow(options_).renew(connected);
  }
};

TEST_F(RenewalTest, RenewsTheTokenOfAStoredIdentity) {
  const auto [installation, identity] = connected();
  const auto now = std::chrono::system_clock::now();
  ASSERT_TRUE(identity.expires);
  EXPECT_GT(*identity.expires, now + hours(24));
  const std::string text = to_json(identity, options_.sealer);
  EXPECT_THAT(text, Not(HasSubstr(std::string(identity.session_handle.reveal()))));
  const Identity stored = read_identity(text, options_.sealer);
  EXPECT_EQ(stored, identity);

  ahead_ = hours(1);
  const Identity renewed = renew({installation, stored});
  EXPECT_NE(renewed.access_token, identity.access_token);
  EXPECT_GE(*renewed.expires, *identity.expires + hours(1));
  EXPECT_EQ(renewed.private_key, identity.private_key);
  EXPECT_EQ(check_access(make_client({installation, renewed})), std::nullopt);
  EXPECT_EQ(check_access(make_client({installation, identity}))->kind, BreakageKind::unauthorized);
  EXPECT_NE(renew({installation, renewed}).access_token, renewed.access_token);
}

TEST_F(RenewalTest, ReadsAnIdentityThatWasStoredWithoutASessionHandle) {
  auto [installation, identity] = connected();
  identity.session_handle = {};
  identity.expires.reset();
  const std::string text = to_json(identity, options_.sealer);
  EXPECT_THAT(text, Not(HasSubstr("session_handle")));
  EXPECT_THAT(text, Not(HasSubstr("expires")));
  EXPECT_EQ(read_identity(text, options_.sealer), identity);
  server_->clear_requests();
  EXPECT_THROW((void)renew({installation, identity}), InvalidConfiguration);
  EXPECT_TRUE(server_->requests().empty());
}

TEST_F(RenewalTest, RefusesATimeThatTheClockCannotRepresent) {
  const std::string text = to_json(connected().identity, options_.sealer);
  const std::size_t at = text.find("\"expires\":") + 10;
  const std::size_t end = text.find_first_not_of("0123456789", at);
  for (const char* time : {"-1", "1.5", "1e3", "\"1\"", "true", "{}", "18446744073709551615",
                           "9223372037", "9223372036854775807"}) {
    const std::string changed = text.substr(0, at) + time + text.substr(end);
    EXPECT_THROW((void)read_identity(changed, options_.sealer), DecodeError) << changed;
  }
}

TEST_F(RenewalTest, KeepsATokenWhoseLifetimeIsTooLongForTheClock) {
  const PendingSetup pending = begin();
  misbehave(
      test::third_leg,
      faults::answer(200, {}, "oauth_token=a&oauth_token_secret=b&oauth_expires_in=99999999999"));
  const Identity identity = finish(pending, allow(pending)).identity;
  EXPECT_GT(std::chrono::system_clock::time_point(*identity.expires),
            std::chrono::system_clock::now() + hours(24 * 365 * 50));
  EXPECT_TRUE(identity.session_handle.empty());
}

TEST_F(RenewalTest, SaysWhyATokenIsNotRenewed) {
  const ConnectedInstallation stored = connected();
  server_->revoke_access_token(std::string(stored.identity.access_token.reveal()));
  const test::Failure failure = test::failure_of([&] { (void)renew(stored); });
  EXPECT_EQ(failure.reason, SetupError::Reason::access_token_refused);
  EXPECT_EQ(failure.kind, BreakageKind::unauthorized);
  EXPECT_THAT(failure.what, HasSubstr("connect the server again"));
}

TEST_F(RenewalTest, RefusesTheIdentityOfAnotherInstallation) {
  ConnectedInstallation mixed = connected();
  mixed.installation.external_id = "other.example.com:release-bot";
  server_->clear_requests();
  EXPECT_THROW((void)make_client(mixed), InvalidArgument);
  EXPECT_THROW((void)renew(mixed), InvalidArgument);
  EXPECT_TRUE(server_->requests().empty());
}

}  // namespace
}  // namespace bitbucket
