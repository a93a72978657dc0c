#include "engine/accounts.hpp"

#include <gtest/gtest.h>

#include <memory>
#include <string>

namespace bitbucket::test {
namespace {

using namespace std::chrono_literals;
using detail::Account;
using detail::Accounts;

const std::chrono::steady_clock::time_point start{1h};

TEST(AccountsTest, EqualCredentialsShareOneAccount) {
  Accounts accounts("https://git.example.com");
  const auto one = accounts.get(BearerToken{"one"}, start);
  EXPECT_EQ(accounts.get(BearerToken{"one"}, start + 24h), one);
  EXPECT_NE(accounts.get(BearerToken{"two"}, start), one);
  EXPECT_NE(accounts.get(BasicCredentials{"ann", "one"}, start), one);
}

TEST(AccountsTest, ForgetsAccountsThatWereNotUsedForAWhile) {
  Accounts accounts("https://git.example.com");
  std::weak_ptr<const Account> rotated = accounts.get(BearerToken{"one"}, start);
  (void)accounts.get(BearerToken{"two"}, start + Accounts::kept_for);
  EXPECT_FALSE(rotated.expired());
  (void)accounts.get(BearerToken{"two"}, start + Accounts::kept_for + 1s);
  EXPECT_TRUE(rotated.expired());
}

TEST(AccountsTest, KeepsAccountsInUseOrPaused) {
  Accounts accounts("https://git.example.com");
  const auto in_use = accounts.get(BearerToken{"one"}, start);
  std::weak_ptr<const Account> paused = accounts.get(BearerToken{"two"}, start);
  paused.lock()->pause->extend(start + 1h);
  EXPECT_EQ(accounts.get(BearerToken{"one"}, start + 30min), in_use);
  EXPECT_FALSE(paused.expired());
  (void)accounts.get(BearerToken{"one"}, start + 1h);
  EXPECT_TRUE(paused.expired());
}

TEST(AccountsTest, KeepsTheLast64) {
  Accounts accounts("https://git.example.com");
  std::weak_ptr<const Account> first = accounts.get(BearerToken{"first"}, start);
  for (std::size_t i = 1; i < Accounts::kept; ++i)
    (void)accounts.get(BearerToken{std::to_string(i)}, start);
  EXPECT_FALSE(first.expired());
  (void)accounts.get(BearerToken{"last"}, start);
  EXPECT_TRUE(first.expired());
}

TEST(AccountsTest, TheLongerPauseWins) {
  const Account account;
  account.pause->extend(start + 5s);
  account.pause->extend(start + 2s);
  EXPECT_EQ(account.pause->until(), start + 5s);
}

}  // namespace
}  // namespace bitbucket::test
