// Many threads on one client: every answer is the right one.
#include <gtest/gtest.h>

#include <latch>
#include <stop_token>
#include <string>
#include <thread>
#include <vector>

#include "lifetime/lifetime.hpp"
#include "server/signed_client.hpp"

namespace bitbucket::test {
namespace {

constexpr int threads = 64;

const RepoRef rich{"PRJ", "rich"}, small{"PRJ", "demo"};

std::vector<std::string> ids(Paged<Commit> commits) {
  std::vector<std::string> out;
  for (const Commit& commit : commits) out.push_back(commit.id);
  return out;
}

std::vector<std::string> walk(const BitbucketServer& client, int pages_in_flight) {
  const PagingOptions paging{.page_size = 4, .max_in_flight = pages_in_flight};
  return ids(client.with({.paging = paging}).commits.list(rich));
}

/// The content of the server, as a single thread sees it.
struct Truth {
  std::vector<std::string> rich_commits, slugs;
  std::string small_tip;
};

/// Does the work of one thread and returns how many answers were wrong.
int work(const BitbucketServer& client, const Truth& truth, int number) {
  int wrong = 0;
  const auto expect = [&](const auto& got, const auto& wanted) { wrong += got != wanted; };
  for (int round = 0; round < 2; ++round) {
    switch ((number + round) % 4) {
      case 0:
        expect(client.repos.get(small).slug, "demo");
        expect(client.commits.get(small, "main").id, truth.small_tip);
        break;
      case 1:
        expect(walk(client, 1), truth.rich_commits);
        break;
      case 2: {
        std::stop_source never;
        expect(
            walk(
                client.with({.stop = never.get_token()}).with({.timeout = std::chrono::minutes(1)}),
                8),
            truth.rich_commits);
        break;
      }
      default:
        expect(client.concurrently(
                   std::vector{rich, small, rich},
                   [](const BitbucketServer& c, const RepoRef& repo) {
                     return c.with({.timeout = std::chrono::minutes(1)}).repos.get(repo).slug;
                   },
                   {.max = 3}),
               truth.slugs);
    }
  }
  return wrong;
}

class HammerTest : public LifetimeTest {};

TEST_F(HammerTest, SixtyFourThreadsOnOneClientGetTheRightAnswers) {
  const auto server = signed_server();
  ClientOptions options = signed_options(*server);
  options.connection.timeout = std::chrono::minutes(2);  // sanitizers are slow
  const BitbucketServer client(options);
  const Truth truth{.rich_commits = walk(client, 1),
                    .slugs = {"rich", "demo", "rich"},
                    .small_tip = server_test::samples().small.third};
  ASSERT_GT(truth.rich_commits.size(), 12u) << "several pages";

  std::vector<int> wrong(threads, -1);
  {
    std::latch all(threads);
    std::vector<std::jthread> workers;
    for (int i = 0; i < threads; ++i)
      workers.emplace_back([&, i] {
        all.arrive_and_wait();
        try {
          wrong[static_cast<std::size_t>(i)] = work(client, truth, i);
        } catch (const std::exception& error) {
          ADD_FAILURE() << error.what();
        }
      });
  }
  EXPECT_EQ(wrong, std::vector<int>(threads));
}

TEST_F(HammerTest, SixtyFourThreadsCanMakeAndDropClientsAndViews) {
  const auto server = signed_server();
  const ClientOptions options = signed_options(*server);
  const BitbucketServer shared(options);
  std::vector<std::jthread> workers;
  for (int i = 0; i < threads; ++i)
    workers.emplace_back([&, i] {
      const BitbucketServer own(options);
      Paged<Commit> abandoned =
          shared.with({.paging = {.page_size = 4, .max_in_flight = 4}}).commits.list(rich);
      EXPECT_EQ((i % 2 ? own : shared).repos.get(small).slug, "demo");
      (void)abandoned.begin();
    });
}

}  // namespace
}  // namespace bitbucket::test
