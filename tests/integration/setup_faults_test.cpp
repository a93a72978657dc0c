// The two steps of a set-up meet a hostile server, callback and state.
#include <chrono>
#include <cstdlib>
#include <string>
#include <utility>
#include <vector>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "integration/setup_world.hpp"

namespace bitbucket {
namespace {

using std::chrono::milliseconds;
using test::Failure;
using test::first_leg;
using test::third_leg;
using test::token_of;
using testing::Fault;
using ::testing::HasSubstr;
using ::testing::Not;
using Reason = SetupError::Reason;
namespace faults = testing::faults;

class SetupFaultsTest : public test::SetupWorld {
 protected:
  SetupFaultsTest() { options_.connection.retry.max_attempts = 1; }

  /// Expects that each leg gives a SetupError with its reason, or works.
  void attack(const Fault& fault) {
    server_->behave();
    misbehave(first_leg, fault);
    attack(Reason::request_token_refused, [&] { (void)begin(); });
    server_->behave();
    const PendingSetup pending = begin();
    const std::string query = allow(pending);
    misbehave(third_leg, fault);
    attack(Reason::access_token_refused, [&] { (void)finish(pending, query); });
  }

 private:
  void attack(Reason reason, const std::function<void()>& step) {
    try {
      step();
    } catch (const SetupError& error) {
      EXPECT_EQ(error.reason(), reason) << error.what();
      EXPECT_LT(std::string(error.what()).size(), 3000u);
    }
  }
};

TEST_F(SetupFaultsTest, EachLegMeetsEveryFaultWithASetupError) {
  const char* const wanted = std::getenv("BITBUCKET_FAULT_STRIDE");
  std::vector<Fault> all;
  for (std::size_t offset = 0; offset < 400; offset += wanted ? std::stoul(wanted) : 29) {
    all.push_back(faults::cut_head(offset));
    all.push_back(faults::cut_body(offset));
  }
  for (const int status : {204, 206, 301, 400, 401, 403, 404, 409, 418, 500, 503})
    all.push_back(faults::answer(status, {{"Content-Type", "text/html"}}, "<html>no</html>"));
  for (const Fault& fault :
       {faults::too_many_requests(std::chrono::seconds(0)), faults::login_page(),
        faults::login_redirect(), faults::endless_headers(), faults::bad_status_line(),
        faults::gzip_bomb(), faults::answer(200, {}, std::string(100'000, '&')),
        faults::answer(200, {}, "oauth_token=" + std::string(100'000, 'x')),
        faults::answer(200, {}, "oauth_token=a&oauth_token=b&oauth_token_secret=c"),
        faults::answer(200, {}, "oauth_token=%00&oauth_token_secret=c"),
        faults::answer(200, {}, "oauth_token=%zz&oauth_token_secret=c")})
    all.push_back(fault);
  for (const Fault& fault : all) {
    SCOPED_TRACE(fault.name + " " + std::to_string(fault.amount));
    attack(fault);
  }
  options_.connection.timeout = milliseconds(200);
  attack(faults::stall(Fault::Place::body));
}

TEST_F(SetupFaultsTest, MessagesOmitTokensThatTheServerEchoes) {
  const PendingSetup pending = begin();
  const std::string query = allow(pending);
  const std::string token = token_of(pending);
  const std::string verifier = query.substr(query.rfind('=') + 1);
  for (const int status : {400, 401, 404, 500}) {
    server_->behave();
    misbehave(third_leg,
              faults::answer(status, {},
                             "oauth_problem=x&oauth_problem_advice=" + token + "+" + verifier));
    const Failure failure = failed_finish(pending, query);
    EXPECT_THAT(failure.what, Not(HasSubstr(token)));
    EXPECT_THAT(failure.what, Not(HasSubstr(verifier)));
  }
}

TEST_F(SetupFaultsTest, FollowsNoRedirectToAnotherHost) {
  const auto other = test::signed_server();
  const PendingSetup pending = begin();
  const std::string query = allow(pending);
  for (const int status : {301, 302, 303, 307, 308})
    attack(faults::answer(status, {{"Location", other->base_url() + third_leg}}));
  EXPECT_TRUE(other->requests().empty());
}

TEST_F(SetupFaultsTest, PassesOnWhatTheCallersFunctionsThrow) {
  struct Own {};
  const PendingSetup pending = begin();
  const std::string query = allow(pending);
  options_.clock = []() -> std::chrono::system_clock::time_point { throw Own(); };
  EXPECT_THROW((void)begin(), Own);
  EXPECT_THROW((void)finish(pending, query), Own);
  options_.clock = {};
  options_.sealer.seal = [](const Secret&) -> std::string { throw Own(); };
  EXPECT_THROW((void)begin(), Own);
  options_.sealer.unseal = [](std::string_view) -> Secret { throw Own(); };
  EXPECT_EQ(failed_finish(pending, query).reason, Reason::state_changed);
}

}  // namespace
}  // namespace bitbucket
