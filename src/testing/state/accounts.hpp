#pragma once

#include <cstdint>
#include <map>
#include <memory>
#include <shared_mutex>
#include <string>
#include <string_view>
#include <vector>

#include <bitbucket/testing/git_server.hpp>

namespace bitbucket::inline v0_1::testing::embedded {

using User = std::shared_ptr<const GitServerUser>;

/// Users, their passwords and HTTP access tokens.  Thread-safe.
class Accounts {
 public:
  explicit Accounts(int captcha_after) : captcha_after_(captcha_after) {}

  /// Throw InvalidArgument on what cannot work.
  void add(GitServerUser user);
  void add_token(const GitServerToken& token);

  [[nodiscard]] User find(std::string_view name) const;
  [[nodiscard]] User find_by_email(std::string_view email) const;
  [[nodiscard]] User first() const;
  [[nodiscard]] std::vector<User> all() const;
  /// Return the user or throw the 401 that Bitbucket gives.
  User check_password(const std::string& name, const std::string& password);
  [[nodiscard]] User check_token(const std::string& token) const;
  [[nodiscard]] bool is_token(const std::string& text) const;
  void clear_captcha(const std::string& name);
  /// Changes whenever a user is added.
  [[nodiscard]] std::uint64_t version() const;

 private:
  const int captcha_after_;
  mutable std::shared_mutex mutex_;
  std::vector<User> users_;
  std::map<std::string, User> tokens_;
  std::map<std::string, int> failures_;
};

/// Does a user who has `has` have `needs` too ("REPO_READ" < "REPO_WRITE" < "REPO_ADMIN")?
bool includes(std::string_view has, std::string_view needs);

}  // namespace bitbucket::inline v0_1::testing::embedded
