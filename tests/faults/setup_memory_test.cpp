// What a huge callback or state costs.
#include <string>

#include <gtest/gtest.h>

#include "faults/heap.hpp"
#include "integration/setup_world.hpp"

namespace bitbucket::test {
namespace {

using Reason = SetupError::Reason;

constexpr std::size_t huge_text = 2u << 20;

using SetupMemoryTest = SetupWorld;

TEST_F(SetupMemoryTest, AHugeCallbackIsRefusedWithoutHugeMemory) {
  const PendingSetup pending = begin();
  const std::string good = allow(pending);
  for (const char* piece : {"&", "&a", "&a=b", "=", "%", "%26oauth_token=x", "+"}) {
    std::string query;
    while (query.size() < huge_text) query += piece;
    const std::size_t before = reset_heap_peak();
    EXPECT_EQ(failed_finish(pending, query).reason, Reason::token_missing) << piece;
    EXPECT_LT(heap_peak() - before, 2 * huge_text) << piece;
  }
  std::string many;
  while (many.size() < huge_text) many += "&oauth_token=" + token_of(pending);
  EXPECT_EQ(failed_finish(pending, many).reason, Reason::token_missing);
  EXPECT_EQ(failed_finish(pending, "oauth_token=" + std::string(huge_text, 'x')).reason,
            Reason::other_setup);
  EXPECT_EQ(failed_finish(pending, "oauth_token=" + token_of(pending) +
                                       "&oauth_verifier=" + std::string(huge_text, '\1'))
                .reason,
            Reason::verifier_missing);
  EXPECT_FALSE(finish(pending, good + std::string(huge_text, '&')).identity.access_token.empty());
}

TEST_F(SetupMemoryTest, AHugeStateIsRefusedWithoutHugeMemory) {
  const PendingSetup pending = begin();
  const std::string good = allow(pending);
  for (const char* piece : {"&", "&a", "&url=x", "&secrets=00", "&check=", "%"}) {
    std::string state = "bitbucket_setup=1";
    while (state.size() < huge_text) state += piece;
    for (const std::string& each : {state, state + "&check=0", state + pending.state}) {
      const PendingSetup changed{.authorize_url = {}, .state = each};
      const std::size_t before = reset_heap_peak();
      EXPECT_EQ(failed_finish(changed, good).reason, Reason::state_changed) << piece;
      EXPECT_LT(heap_peak() - before, 2 * huge_text) << piece;
    }
  }
}

}  // namespace
}  // namespace bitbucket::test
