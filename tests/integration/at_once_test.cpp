// Several processes that share a store attach, detach and refresh at once, while the server fails.
#include <atomic>
#include <cstdlib>
#include <random>
#include <string>
#include <thread>
#include <vector>

#include "integration/repository_fixture.hpp"

namespace bitbucket::test {
namespace {

using ::testing::IsEmpty;

class AtOnceTest : public RepositoryServiceTest {
 protected:
  /// Makes the call that `choice` names, which may throw only errors of the library.
  void act(const RepositoryService& own, const std::string& id, unsigned choice) {
    try {
      switch (choice % 4) {
        case 0:
          own.detach(id);
          break;
        case 1: {
          Repo shown;
          shown.id = std::stoll(id);
          shown.slug = choice % 8 == 1 ? "demo" : "former";
          shown.project.key = "PRJ";
          (void)own.refresh(shown);
          break;
        }
        default: {
          const auto attached = own.attach(kDemoName);
          EXPECT_TRUE(attached.webhook);
        }
      }
    } catch (const Error&) {
    }
  }
  /// Lets three processes make three calls each at the same time.
  void act_at_once(const std::string& id, std::mt19937& random) {
    std::vector<std::jthread> processes;
    for (int i = 0; i < 3; ++i)
      processes.emplace_back([this, &id, seed = random()] {
        const RepositoryService own = service();
        std::mt19937 choose(seed);
        for (int step = 0; step < 3; ++step) act(own, id, choose());
      });
  }
  static int rounds() {
    const char* const wanted = std::getenv("BITBUCKET_AT_ONCE_ROUNDS");
    return wanted ? std::atoi(wanted) : 30;
  }
};

TEST_F(AtOnceTest, AnyMixOfCallsEndsWithOneWebhookThatIsStored) {
  const std::string id = service().describe(kDemoName).external_id;
  std::mt19937 random(7);
  for (int round = 0; round < rounds(); ++round) {
    SCOPED_TRACE(round);
    if (round % 3 == 1)
      server_->misbehave({.first = static_cast<int>(random() % 12 + 1),
                          .times = static_cast<int>(random() % 3 + 1),
                          .fault = faults::reset(testing::Fault::Place::body)});
    if (round % 3 == 2)
      server_->misbehave({.first = static_cast<int>(random() % 12 + 1),
                          .times = static_cast<int>(random() % 3 + 1),
                          .fault = faults::server_error(500)});
    act_at_once(id, random);
    server_->behave();
    const auto attached = service().attach(kDemoName);
    expect_attached(attached);
    service().detach(attached.external_id);
    EXPECT_THAT(ours(), IsEmpty());
    EXPECT_THAT(store_->list(), IsEmpty());
  }
}

TEST_F(AtOnceTest, WithoutFaultsTheServerHasTheWebhookThatIsStoredInTheEnd) {
  const std::string id = service().describe(kDemoName).external_id;
  std::mt19937 random(11);
  for (int round = 0; round < rounds(); ++round) {
    SCOPED_TRACE(round);
    act_at_once(id, random);
    if (const auto stored = store_->find(id)) expect_attached(*stored);
    service().detach(id);
  }
}

}  // namespace
}  // namespace bitbucket::test
