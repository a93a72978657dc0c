#include <barrier>
#include <optional>
#include <thread>

#include "integration/repository_fixture.hpp"

namespace bitbucket::test {
namespace {

using ::testing::ElementsAre;
using ::testing::IsEmpty;

/// A process that was killed removes nothing.
class LastingStore : public MemoryRepositoryStore {
 public:
  bool killed = true;
  bool remove(const AttachedRepository& expected) override {
    return !killed && MemoryRepositoryStore::remove(expected);
  }
};

struct Trouble {
  const char* name;
  testing::Fault fault;
};

class RepositoryAttachFailureTest : public RepositoryServiceTest {
 protected:
  /// Attaches while the n-th request, and `times` in all, meet a fault; nothing when it fails.
  std::optional<AttachedRepository> attach_with(const testing::Fault& fault, int n, int times) {
    server_->clear_requests();
    server_->misbehave({.first = n, .times = times, .fault = fault});
    std::optional<AttachedRepository> out;
    try {
      out = service().attach(kDemoName);
    } catch (const Error&) {
      failures_++;
    }
    server_->behave();
    met_ = false;
    for (const auto& request : server_->requests()) met_ = met_ || !request.fault.empty();
    return out;
  }
  void clean_up() {
    for (const json& hook : ours()) remove_webhook(hook["id"].get<std::int64_t>());
  }
  static std::vector<Trouble> troubles() {
    return {{"reset", faults::reset(testing::Fault::Place::before)},
            {"cut", faults::reset(testing::Fault::Place::body)},
            {"500", faults::server_error(500)}};
  }
  int failures_ = 0;
  bool met_ = true;
};

TEST_F(RepositoryAttachFailureTest, LeavesNoWebhookBehindWhicheverRequestFails) {
  auto all = troubles();
  all.push_back({"not JSON", faults::answer(200, {{"Content-Type", "application/json"}}, "{")});
  for (const auto& [name, fault] : all) {
    SCOPED_TRACE(name);
    met_ = true;
    failures_ = 0;
    for (int n = 1; met_; ++n) {
      SCOPED_TRACE(n);
      auto attached = attach_with(fault, n, 1);
      if (!attached) {
        EXPECT_THAT(ours(), IsEmpty());
        EXPECT_THAT(store_->list(), IsEmpty());
        attached = service().attach(kDemoName);
      }
      expect_attached(*attached);
      service().detach(attached->external_id);
    }
    // attach() reads the repository and the webhooks, and the webhooks again after the POST.  A
    // failed POST fails the call only when the server does not carry it out, because otherwise
    // the list shows the webhook.
    const bool carried_out = fault.answer == std::nullopt;
    EXPECT_EQ(failures_, carried_out ? 3 : 4);
  }
}

TEST_F(RepositoryAttachFailureTest, SucceedsAfterwardsWhicheverRequestOfATakeOverFails) {
  for (const auto& [name, fault] : troubles()) {
    SCOPED_TRACE(name);
    met_ = true;
    for (int n = 1; met_; ++n) {
      SCOPED_TRACE(n);
      clean_up();
      webhook(url_);
      webhook(url_);
      auto attached = attach_with(fault, n, 1);
      if (!attached) {
        EXPECT_THAT(store_->list(), IsEmpty());
        attached = service().attach(kDemoName);
      }
      expect_attached(*attached);
      store_->remove(*attached);
    }
  }
}

TEST_F(RepositoryAttachFailureTest, SucceedsAfterwardsWhereverTheProcessWasKilled) {
  for (const int webhooks : {0, 1, 2}) {
    for (const auto& [name, fault] : troubles()) {
      SCOPED_TRACE(name);
      met_ = true;
      for (int n = 1; met_; ++n) {
        SCOPED_TRACE(n);
        clean_up();
        for (int i = 0; i < webhooks; ++i) webhook(url_);
        const auto lasting = std::make_shared<LastingStore>();
        store_ = lasting;
        auto attached = attach_with(fault, n, 0);
        lasting->killed = false;
        if (!attached) attached = service().attach(kDemoName);
        expect_attached(*attached);
      }
    }
  }
}

TEST_F(RepositoryAttachFailureTest, SucceedsAfterwardsWhenOneOfTwoProcessesFailed) {
  for (int n = 1; n <= 10; ++n) {
    SCOPED_TRACE(n);
    server_->misbehave({.first = n, .fault = faults::server_error(500)});
    std::barrier start(2);
    {
      const auto attach = [&] {
        const RepositoryService own = service();
        start.arrive_and_wait();
        try {
          own.attach(kDemoName);
        } catch (const ApiError&) {
        }
      };
      const std::jthread first(attach), second(attach);
    }
    server_->behave();
    const auto attached = service().attach(kDemoName);
    expect_attached(attached);
    service().detach(attached.external_id);
    EXPECT_THAT(ours(), IsEmpty());
  }
}

TEST_F(RepositoryAttachFailureTest, KeepsWhatWasStoredBefore) {
  auto stored = service().attach(kDemoName);
  remove_webhook(stored.webhook->value);
  for (const bool pending : {false, true}) {
    if (pending) stored.webhook.reset();
    failures_ = 0;
    for (int n = 1; n < 10; ++n) {
      const auto before = store_->list().at(0);
      ASSERT_TRUE(store_->replace(before, stored));
      if (attach_with(faults::server_error(500), n, 1)) break;
      EXPECT_EQ(store_->find(stored.external_id), stored) << n;
      EXPECT_THAT(ours(), IsEmpty()) << n;
    }
    EXPECT_EQ(failures_, 4);
    clean_up();
  }
}

TEST_F(RepositoryAttachFailureTest, LeavesItsWebhookToAProcessThatTookItOver) {
  AttachedRepository attached;
  const auto take_over = [&] {
    attached = service().attach(kDemoName);
    server_->misbehave({.path = kHooksPath, .fault = faults::server_error(500)});
  };
  EXPECT_THROW(service(after_first(Method::post, take_over)).attach(kDemoName), ApiError);
  expect_attached(attached);
}

TEST_F(RepositoryAttachFailureTest, LeavesTheWebhookOfAnotherProcessAloneAfterALostAnswer) {
  server_->misbehave({.method = "POST", .fault = faults::server_error(500)});
  json other;
  const auto create = [&] {
    other = webhook(url_);
    server_->misbehave({.path = kHooksPath, .times = 0, .fault = faults::server_error(500)});
  };
  EXPECT_THROW(service(after_first(Method::post, create)).attach(kDemoName), ApiError);
  server_->behave();
  EXPECT_THAT(ours(), ElementsAre(other));
  EXPECT_THAT(store_->list(), IsEmpty());
}

TEST_F(RepositoryAttachFailureTest, RefusesAnAddressThatCannotReceive) {
  url_ = "bot.example.com";
  EXPECT_THROW(service().attach(kDemoName), InvalidArgument);
  EXPECT_THAT(store_->list(), IsEmpty());
}

}  // namespace
}  // namespace bitbucket::test
