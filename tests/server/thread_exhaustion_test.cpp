#include <gtest/gtest.h>

#include <atomic>
#include <cstddef>
#include <functional>
#include <iterator>
#include <optional>
#include <set>
#include <thread>
#include <utility>
#include <vector>

#include <bitbucket/error.hpp>

#include "server/fake_client.hpp"
#include "support/no_more_threads.hpp"

// concurrently() in a process that cannot start more threads.

namespace bitbucket::test {
namespace {

BitbucketServer client() {
  return BitbucketServer(fake_options(std::make_shared<FakeTransport>(
      [](const Request&) { return json_answer(R"({"slug":"demo"})"); })));
}

TEST(ThreadExhaustionTest, TheCallersThreadDoesTheWorkAlone) {
  const NoMoreThreads limit;
  EXPECT_THROW(std::jthread([] {}), std::system_error) << "the limit works";
  std::set<std::thread::id> threads;
  const auto results =
      client().concurrently(first_numbers(50),
                            [&](const BitbucketServer& c, int n) {
                              threads.insert(std::this_thread::get_id());
                              return c.repos.get("PRJ/demo").slug + std::to_string(n);
                            },
                            {.max = 8});
  ASSERT_EQ(results.size(), 50u);
  for (int n : first_numbers(50))
    EXPECT_EQ(results[static_cast<std::size_t>(n)], "demo" + std::to_string(n));
  EXPECT_EQ(threads.size(), 1u);
}

/// Numbers; a function sees each number when it is requested.
class WatchedNumbers {
 public:
  class iterator {
   public:
    using iterator_concept = std::input_iterator_tag;
    using value_type = int;
    using difference_type = std::ptrdiff_t;
    iterator(const WatchedNumbers& owner, std::size_t at) : owner_(&owner), at_(at) {}
    int operator*() const {
      owner_->watch_(owner_->numbers_[at_]);
      return owner_->numbers_[at_];
    }
    iterator& operator++() {
      ++at_;
      return *this;
    }
    void operator++(int) { ++at_; }
    bool operator==(std::default_sentinel_t) const { return at_ == owner_->numbers_.size(); }

   private:
    const WatchedNumbers* owner_;
    std::size_t at_;
  };

  WatchedNumbers(std::vector<int> numbers, std::function<void(int)> watch)
      : numbers_(std::move(numbers)), watch_(std::move(watch)) {}
  [[nodiscard]] iterator begin() const { return {*this, 0}; }
  [[nodiscard]] std::default_sentinel_t end() const { return {}; }

 private:
  std::vector<int> numbers_;
  std::function<void(int)> watch_;
};

TEST(ThreadExhaustionTest, TheExistingThreadsDoTheWork) {
  std::optional<NoMoreThreads> limit;
  std::atomic<int> done = 0;
  const auto items = first_numbers(50);
  const WatchedNumbers limiting(items, [&](int n) {
    if (n == 3) limit.emplace();  // requested by the caller's thread
  });
  const auto results = client().concurrently(
      limiting, [&](const BitbucketServer&, int n) { return ++done, n; }, {.max = 8});
  EXPECT_EQ(results, items);
  EXPECT_EQ(done, 50);
}

TEST(ThreadExhaustionTest, AFailureIsStillThrown) {
  const NoMoreThreads limit;
  int done = 0;
  EXPECT_THROW(client().concurrently(first_numbers(50),
                                     [&](const BitbucketServer&, int n) {
                                       ++done;
                                       if (n == 5) throw InvalidArgument("five");
                                     }),
               InvalidArgument);
  EXPECT_EQ(done, 6);
}

}  // namespace
}  // namespace bitbucket::test
