// A result or an error for each item.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <stdexcept>
#include <stop_token>
#include <string>
#include <vector>

#include "server/signed_client.hpp"

namespace bitbucket::test {
namespace {

using ::testing::ElementsAre;

TEST(OutcomeTest, HoldsAResult) {
  const auto outcome = attempt([] { return std::string("result"); });
  EXPECT_TRUE(outcome);
  EXPECT_EQ(outcome.error(), nullptr);
  EXPECT_EQ(outcome.value(), "result");
  EXPECT_EQ(attempt([] { return std::make_unique<int>(7); }).value().operator*(), 7);
}

TEST(OutcomeTest, HoldsNoValueForWorkThatReturnsNothing) {
  int calls = 0;
  const auto outcome = attempt([&] { ++calls; });
  EXPECT_TRUE(outcome);
  outcome.value();
  EXPECT_EQ(calls, 1);
}

TEST(OutcomeTest, HoldsAnErrorOfItsClass) {
  auto first = attempt([]() -> int { throw DecodeError("/id", "a number is missing"); });
  ASSERT_FALSE(first);
  const auto copy = first;
  first = attempt([]() -> int { return 7; });
  EXPECT_EQ(first.value(), 7);
  EXPECT_EQ(dynamic_cast<const DecodeError&>(*copy.error()).pointer(), "/id");
  EXPECT_THROW((void)copy.value(), DecodeError);
  EXPECT_THROW(attempt([] { throw InvalidArgument("bad"); }).value(), InvalidArgument);
}

TEST(OutcomeTest, HoldsNeitherACancellationNorAForeignError) {
  EXPECT_THROW((void)attempt([] { throw Cancelled(); }), Cancelled);
  EXPECT_THROW((void)attempt([] { throw std::logic_error("a bug"); }), std::logic_error);
}

TEST(OutcomeTest, LetsConcurrentlyContinueWithTheOtherItems) {
  const auto server = signed_server();
  const BitbucketServer client{signed_options(*server)};
  const std::vector<RepoRef> repos{"PRJ/absent", "PRJ/demo", "PRJ/empty", "PRJ/gone"};
  const auto outcomes =
      client.concurrently(repos, [](const BitbucketServer& worker, const RepoRef& repo) {
        return attempt([&] { return worker.commits.last(repo, 1); });
      });
  std::vector<std::string> texts;
  for (const auto& outcome : outcomes)
    texts.emplace_back(!outcome ? outcome.error()->is_not_found() ? "not found" : "?"
                                : std::to_string(outcome.value().size()));
  EXPECT_THAT(texts, ElementsAre("not found", "1", "0", "not found"));
}

TEST(OutcomeTest, DoesNotKeepConcurrentlyFromStopping) {
  const auto server = signed_server();
  const BitbucketServer whole{signed_options(*server)};
  std::stop_source source;
  const auto client = whole.with({.stop = source.get_token()});
  const std::vector<RepoRef> repos(100, RepoRef("PRJ/demo"));
  EXPECT_THROW(client.concurrently(repos,
                                   [&](const BitbucketServer& worker, const RepoRef& repo) {
                                     source.request_stop();
                                     return attempt([&] { return worker.commits.last(repo, 1); });
                                   }),
               Cancelled);
}

}  // namespace
}  // namespace bitbucket::test
