#include <algorithm>
#include <atomic>
#include <chrono>
#include <optional>
#include <set>
#include <string>
#include <thread>
#include <vector>

#include <gmock/gmock.h>

#include <bitbucket/error.hpp>

#include "tracking/databases.hpp"

namespace bitbucket::test {
namespace {

using namespace std::chrono_literals;
using ::testing::ElementsAre;

const std::string kPush = "repo:refs_changed";

class DeliveryStoreTest : public StoreTest {
 protected:
  bool add(const std::string& id, const std::string& body = "{}",
           const std::string& event = kPush) const {
    return deliveries_.add(id, event, body);
  }
  /// Claims a delivery that must exist.
  [[nodiscard]] StoredDelivery claim(std::chrono::milliseconds lease = 1h) const {
    return deliveries_.claim(lease).value();
  }
  /// Lets every lease end.
  void end_leases() const { database_.query("UPDATE deliveries SET due_at = 0"); }
  /// Returns the time of the machine.
  static Timestamp now() {
    return std::chrono::time_point_cast<std::chrono::milliseconds>(
        std::chrono::system_clock::now());
  }
  /// Returns how long the only delivery rests, by the clock of the test.
  [[nodiscard]] std::chrono::milliseconds rest() const {
    return std::chrono::milliseconds(std::stoll(database_.query("SELECT due_at FROM deliveries"))) -
           now().time_since_epoch();
  }

  const std::shared_ptr<TrackingStore> store_ = open();
  const DeliveryStore& deliveries_ = store_->deliveries;
};
INSTANTIATE_TEST_SUITE_P(Products, DeliveryStoreTest, both_products(), name_of);

TEST_P(DeliveryStoreTest, KeepsEveryByte) {
  std::string body, hex;
  for (int i = 0; i < 256; ++i) {
    body += static_cast<char>(i);
    hex += "0123456789abcdef"[i / 16];
    hex += "0123456789abcdef"[i % 16];
  }
  const Timestamp before = now();
  EXPECT_TRUE(add("one", body));
  const char* query = GetParam() == Product::sqlite
                          ? "SELECT request_id, event_key, lower(hex(body)) FROM deliveries"
                          : "SELECT request_id, event_key, encode(body, 'hex') FROM deliveries";
  EXPECT_EQ(database_.query(query), "one|repo:refs_changed|" + hex + "\n");
  const StoredDelivery delivery = claim();
  EXPECT_EQ(delivery.request_id, "one");
  EXPECT_EQ(delivery.event_key, kPush);
  EXPECT_EQ(delivery.body, body);
  EXPECT_EQ(delivery.attempt, 1);
  EXPECT_GE(delivery.received, before - 2ms);
  EXPECT_LE(delivery.received, now() + 2ms);
}

TEST_P(DeliveryStoreTest, KeepsABodyOf16Mebibytes) {
  const std::string body(16u << 20, 'x');
  EXPECT_TRUE(add("one", body));
  EXPECT_TRUE(claim().body == body);
}

TEST_P(DeliveryStoreTest, RecognisesADeliveryByEventBodyAndRequestId) {
  EXPECT_TRUE(add("one", "a"));
  EXPECT_FALSE(add("one", "a"));
  EXPECT_TRUE(add("one", "b")) << "the id is not signed, so it must not hide another delivery";
  EXPECT_TRUE(add("two", "a"));
  EXPECT_TRUE(add("one", "a", "repo:modified"));
  EXPECT_TRUE(add("", "a"));
  EXPECT_FALSE(add("", "a"));
  EXPECT_TRUE(add("", "", kPush));
  EXPECT_EQ(deliveries_.unfinished(), 6);
}

TEST_P(DeliveryStoreTest, IgnoresAStrangeRequestId) {
  EXPECT_TRUE(add("", "a"));
  for (const std::string& strange :
       {std::string(257, 'x'), std::string("a\0b", 3), std::string("\xff"), std::string("a\nb")})
    EXPECT_FALSE(add(strange, "a"));
  EXPECT_TRUE(add(std::string(256, 'x'), "a"));
  EXPECT_EQ(claim().request_id, "");
}

TEST_P(DeliveryStoreTest, RefusesAStrangeEvent) {
  for (const std::string& strange : {std::string(), std::string(257, 'x'), std::string("a\0b", 3),
                                     std::string("\xff"), std::string("a\nb")})
    EXPECT_THROW(add("one", "a", strange), InvalidArgument);
  EXPECT_EQ(deliveries_.unfinished(), 0);
}

TEST_P(DeliveryStoreTest, HandsOutTheOldestFirstAndEachOnce) {
  for (const char* id : {"one", "two", "three"}) add(id);
  std::vector<std::string> order;
  while (const auto delivery = deliveries_.claim(1h)) order.push_back(delivery->request_id);
  EXPECT_THAT(order, ElementsAre("one", "two", "three"));
}

TEST_P(DeliveryStoreTest, RemembersAFinishedDeliveryWithoutItsBody) {
  add("one", "a");
  EXPECT_TRUE(deliveries_.finish(claim()));
  end_leases();
  EXPECT_FALSE(deliveries_.claim(1h));
  EXPECT_FALSE(add("one", "a"));
  EXPECT_EQ(database_.query("SELECT done, body FROM deliveries"), "1|-\n");
  EXPECT_EQ(deliveries_.unfinished(), 0);
}

TEST_P(DeliveryStoreTest, HandsADeliveryOutAgainWhenItHasRested) {
  add("one");
  const StoredDelivery first = claim();
  EXPECT_TRUE(deliveries_.postpone(first, 10min));
  EXPECT_GT(rest(), 9min);
  EXPECT_LE(rest(), 10min + 2ms);
  EXPECT_FALSE(deliveries_.claim(1h));
  EXPECT_TRUE(deliveries_.postpone(first, 0ms));
  EXPECT_EQ(claim(30min).attempt, 2);
  EXPECT_GT(rest(), 29min);
  EXPECT_LE(rest(), 30min + 2ms);
}

TEST_P(DeliveryStoreTest, HandsADeliveryOutAgainWhenItsLeaseEnds) {
  add("one");
  const StoredDelivery first = claim();
  end_leases();
  const StoredDelivery second = claim();
  EXPECT_EQ(second.id, first.id);
  EXPECT_EQ(second.attempt, 2);
  EXPECT_FALSE(deliveries_.finish(first)) << "somebody else has it now";
  EXPECT_FALSE(deliveries_.postpone(first, 0ms));
  EXPECT_FALSE(deliveries_.claim(1h));
  EXPECT_TRUE(deliveries_.finish(second));
  EXPECT_FALSE(deliveries_.postpone(second, 0ms)) << "it is finished";
}

TEST_P(DeliveryStoreTest, AClockThatGoesBackDelaysADeliveryByADayAtMost) {
  add("one");
  (void)claim();
  const long long ahead = now().time_since_epoch() / 1ms;
  const auto due = [&](std::chrono::milliseconds in) {
    database_.query("UPDATE deliveries SET due_at = " + std::to_string(ahead + in.count()));
  };
  due(23h);
  EXPECT_FALSE(deliveries_.claim(1h));
  due(25h);
  EXPECT_TRUE(deliveries_.claim(1h));
}

// A clock that was ahead when the deliveries arrived, or is behind now, does not matter.
TEST_P(DeliveryStoreTest, ANewDeliveryIsDueWhateverTheClockSays) {
  add("one");
  EXPECT_EQ(database_.query("SELECT due_at FROM deliveries"), "0\n");
}

TEST_P(DeliveryStoreTest, RefusesTimesOutOfRange) {
  add("one");
  EXPECT_THROW((void)deliveries_.claim(0ms), InvalidArgument);
  EXPECT_THROW((void)deliveries_.claim(24h + 1ms), InvalidArgument);
  const StoredDelivery delivery = claim(24h);
  EXPECT_THROW(deliveries_.postpone(delivery, -1ms), InvalidArgument);
  EXPECT_THROW(deliveries_.postpone(delivery, 24h + 1ms), InvalidArgument);
  EXPECT_THROW(deliveries_.forget_finished(-1), InvalidArgument);
}

TEST_P(DeliveryStoreTest, ForgetsOnlyOldAndFinishedDeliveries) {
  for (const char* id : {"one", "two", "three", "four"}) add(id);
  for (int i = 0; i < 3; ++i) {
    const StoredDelivery delivery = claim();
    if (delivery.request_id != "one") deliveries_.finish(delivery);
  }
  EXPECT_EQ(deliveries_.forget_finished(2), 1);
  EXPECT_EQ(database_.query("SELECT request_id FROM deliveries ORDER BY id"), "one\nthree\nfour\n");
  EXPECT_TRUE(add("two"));
  EXPECT_FALSE(add("three"));
}

TEST_P(DeliveryStoreTest, ThreadsAndStoresClaimEachDeliveryOnce) {
  constexpr int count = 60;
  for (int i = 0; i < count; ++i) add(std::to_string(i));
  const auto other = open();
  std::vector<std::vector<std::int64_t>> claimed(6);
  {
    std::vector<std::jthread> threads;
    for (std::size_t i = 0; i < claimed.size(); ++i)
      threads.emplace_back([&, i] {
        const DeliveryStore& deliveries = i % 2 ? other->deliveries : deliveries_;
        // Another thread may hold the lock of the last one that this thread could have.
        while (deliveries.unfinished() > 0)
          if (const auto delivery = deliveries.claim(1h)) {
            claimed[i].push_back(delivery->id);
            deliveries.finish(*delivery);
          }
      });
  }
  std::vector<std::int64_t> all;
  for (const auto& some : claimed) all.insert(all.end(), some.begin(), some.end());
  EXPECT_EQ(all.size(), static_cast<std::size_t>(count));
  EXPECT_EQ(std::set<std::int64_t>(all.begin(), all.end()).size(), all.size());
}

TEST_P(DeliveryStoreTest, StoresADeliveryOnceThatArrivesInSeveralThreads) {
  const auto other = open();
  std::atomic<int> stored = 0;
  {
    std::vector<std::jthread> threads;
    for (int i = 0; i < 6; ++i)
      threads.emplace_back([&, i] {
        for (int n = 0; n < 10; ++n)
          stored += (i % 2 ? other->deliveries : deliveries_).add(std::to_string(n), kPush, "{}");
      });
  }
  EXPECT_EQ(stored, 10);
}

}  // namespace
}  // namespace bitbucket::test
