// Clients, views and ranges that are destroyed while others work.
#include <gtest/gtest.h>

#include <future>
#include <memory>
#include <mutex>
#include <optional>
#include <stop_token>
#include <thread>
#include <vector>

#include <bitbucket/error.hpp>

#include "lifetime/page_server.hpp"

namespace bitbucket::test {
namespace {

/// How many pages of a walk are in flight.
class DestroyedTest : public LifetimeTest, public ::testing::WithParamInterface<int> {
 protected:
  static PagingOptions paging() { return in_flight(GetParam()); }
};

INSTANTIATE_TEST_SUITE_P(PagesInFlight, DestroyedTest, ::testing::Values(1, 8));

TEST_P(DestroyedTest, ARangeContinuesWithoutItsClient) {
  PageServer server(page_rows);
  auto client = std::make_unique<BitbucketServer>(server.options());
  Paged<Tag> tags = client->with({.paging = paging()}).tags.list(demo);
  auto it = tags.begin();
  server.gate().wait_for(1);  // the second page is on its way
  client.reset();
  server.gate().open();
  std::vector<std::string> seen;
  for (; it != tags.end(); ++it) seen.push_back(it->display_id);
  EXPECT_EQ(seen, all_names());
}

TEST_P(DestroyedTest, ARangeBeginsWithoutItsClient) {
  PageServer server;
  std::optional<Paged<Tag>> tags;
  {
    const BitbucketServer client(server.options());
    tags = client.with({.paging = paging()})
               .with({.timeout = std::chrono::minutes(1)})
               .tags.list(demo);
  }
  EXPECT_EQ(rest_of(*tags), all_names());
}

TEST_P(DestroyedTest, AClientAndItsRangesCanBeDestroyedWithPagesInFlight) {
  PageServer server(page_rows);
  {
    const BitbucketServer client(server.options());
    const BitbucketServer view = client.with({.paging = paging()});
    Paged<Tag> first = view.tags.list(demo), second = view.tags.list(demo);
    (void)first.begin();
    (void)second.begin();
    server.gate().wait_for(2);
  }
  server.gate().open();
}

TEST_P(DestroyedTest, AnAbandonedRangeLeavesOthersAlone) {
  PageServer server(page_rows);
  const BitbucketServer client(server.options());
  const BitbucketServer view = client.with({.paging = paging()});
  Paged<Tag> kept = view.tags.list(demo);
  std::optional<Paged<Tag>> given_up = view.tags.list(demo);
  (void)kept.begin();
  (void)given_up->begin();
  server.gate().wait_for(2);
  given_up.reset();
  EXPECT_EQ(client.repos.get(demo).slug, "demo");
  server.gate().open();
  EXPECT_EQ(rest_of(kept), all_names());
}

TEST_P(DestroyedTest, AClientCanBeDestroyedWhileAnotherThreadWaitsInItsRange) {
  PageServer server(page_rows);
  auto client = std::make_unique<BitbucketServer>(server.options());
  std::promise<void> begun;
  auto walk = std::async(std::launch::async, [&, view = client.get()] {
    Paged<Tag> tags = view->with({.paging = paging()}).tags.list(demo);
    auto it = tags.begin();
    begun.set_value();
    std::vector<std::string> seen;
    for (; it != tags.end(); ++it) seen.push_back(it->display_id);
    return seen;
  });
  begun.get_future().wait();
  server.gate().wait_for(1);
  client.reset();
  server.gate().open();
  EXPECT_EQ(walk.get(), all_names());
}

TEST_P(DestroyedTest, ARangeMovesFromThreadToThreadInMidWalk) {
  PageServer server;
  const BitbucketServer client(server.options());
  Paged<Tag> tags = client.with({.paging = paging()}).tags.list(demo);
  std::vector<std::string> seen;
  // An odd number, so that it moves at the border of pages and within them.
  while (seen.size() < all_rows) {
    // NOLINTNEXTLINE(bugprone-use-after-move): the thread puts it back
    std::jthread([&seen, &tags, mine = std::move(tags)]() mutable {
      for (Tag& tag : mine.to_vector(7)) seen.push_back(tag.display_id);
      tags = std::move(mine);
    }).join();
  }
  EXPECT_EQ(seen, all_names());
}

TEST_P(DestroyedTest, ARangeWithPagesInFlightMovesToAnotherThread) {
  PageServer server(page_rows);
  std::optional<BitbucketServer> client(std::in_place, server.options());
  Paged<Tag> tags = client->with({.paging = paging()}).tags.list(demo);
  auto it = tags.begin();
  std::vector<std::string> seen;
  for (int i = 0; i < 3; ++i, ++it) seen.push_back(it->display_id);
  server.gate().wait_for(1);
  auto rest = std::async(std::launch::async, [mine = std::move(tags)]() mutable {
    std::vector<std::string> rows;
    for (const Tag& tag : mine) rows.push_back(tag.display_id);
    return rows;
  });
  client.reset();
  server.gate().open();
  for (const std::string& name : rest.get()) seen.push_back(name);
  EXPECT_EQ(seen, all_names());
}

TEST_P(DestroyedTest, ATokenOutlivesTheViewsItWasGivenTo) {
  PageServer server(page_rows);
  const BitbucketServer client(server.options());
  for (const int triggered : {0, 1, 2}) {
    std::stop_source sources[3];
    Paged<Tag> tags = client.with({.stop = sources[0].get_token(), .paging = paging()})
                          .with({.stop = sources[1].get_token()})
                          .with({.stop = sources[2].get_token()})
                          .tags.list(demo);
    (void)tags.begin();
    std::jthread stopper([&] { sources[triggered].request_stop(); });
    EXPECT_THROW(tags.to_vector(), Cancelled) << triggered;
  }
}

TEST_P(DestroyedTest, AViewCanBeDestroyedInsideTheWorkThatUsesIt) {
  PageServer server;
  auto client = std::make_unique<BitbucketServer>(server.options());
  auto view =
      std::unique_ptr<BitbucketServer>(new BitbucketServer(client->with({.paging = paging()})));
  for (const std::size_t max : {1u, 4u}) {
    std::mutex mutex;
    const auto rows = client->with({.paging = paging()})
                          .concurrently(first_numbers(8),
                                        [&](const BitbucketServer& c, int) {
                                          {
                                            const std::scoped_lock lock(mutex);
                                            view.reset();
                                          }
                                          return names(c.tags.list(demo).to_vector());
                                        },
                                        {.max = max});
    for (const auto& one : rows) EXPECT_EQ(one, all_names());
  }
}

TEST_P(DestroyedTest, AClientCanBeDestroyedInsideItsConcurrently) {
  for (const std::size_t max : {1u, 4u}) {
    PageServer server;
    auto client = std::make_unique<BitbucketServer>(server.options());
    std::once_flag once;
    const auto rows = client->concurrently(first_numbers(8),
                                           [&](const BitbucketServer& c, int) {
                                             const BitbucketServer view =
                                                 c.with({.paging = paging()});
                                             Paged<Tag> tags = view.tags.list(demo);
                                             (void)tags.begin();
                                             std::call_once(once, [&] { client.reset(); });
                                             return rest_of(tags);
                                           },
                                           {.max = max});
    for (const auto& one : rows) EXPECT_EQ(one, all_names());
  }
}

TEST_P(DestroyedTest, RangesReturnedFromTheWorkOutliveIt) {
  PageServer server;
  std::vector<std::optional<Paged<Tag>>> ranges(6);
  {
    const BitbucketServer client(server.options());
    client.concurrently(first_numbers(6),
                        [&](const BitbucketServer& c, int i) {
                          Paged<Tag> tags = c.with({.paging = paging()}).tags.list(demo);
                          (void)tags.begin();
                          ranges[static_cast<std::size_t>(i)] = std::move(tags);
                        },
                        {.max = 3});
  }
  for (auto& tags : ranges) EXPECT_EQ(rest_of(*tags), all_names());
}

}  // namespace
}  // namespace bitbucket::test
