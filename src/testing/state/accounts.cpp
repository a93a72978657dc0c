#include "testing/state/accounts.hpp"

#include <algorithm>
#include <array>
#include <mutex>

#include <bitbucket/error.hpp>

#include "testing/base/refusal.hpp"
#include "testing/base/text.hpp"

namespace bitbucket::inline v0_1::testing::embedded {
namespace {

constexpr std::array<std::string_view, 3> permissions{"REPO_READ", "REPO_WRITE", "REPO_ADMIN"};

Refusal wrong_password() {
  return unauthenticated("Authentication failed. Please check your credentials and try again.",
                         "com.atlassian.bitbucket.auth.IncorrectPasswordAuthenticationException");
}

std::string slug_of_user(std::string_view name) {
  std::string slug = lower(name);
  for (char& c : slug) {
    const bool kept =
        (c >= 'a' && c <= 'z') || (c >= '0' && c <= '9') || c == '.' || c == '-' || c == '_';
    if (!kept) c = '_';
  }
  return slug;
}

}  // namespace

bool includes(std::string_view has, std::string_view needs) {
  const auto at = [](std::string_view p) {
    return std::find(permissions.begin(), permissions.end(), p);
  };
  return at(needs) <= at(has) && at(has) != permissions.end();
}

namespace {

/// Throws InvalidArgument that names `what` unless `permission` is one of the three.
void require_permission(const std::string& permission, const std::string& what) {
  if (!includes("REPO_ADMIN", permission)) {
    throw InvalidArgument("the permission of " + what +
                          " must be REPO_READ, REPO_WRITE or REPO_ADMIN, not \"" + permission +
                          '"');
  }
}

}  // namespace

void Accounts::add(GitServerUser user) {
  if (user.name.empty() || user.name.find(':') != std::string::npos) {
    throw InvalidArgument("a user's name must not be empty nor contain ':'");
  }
  require_permission(user.permission, "user \"" + user.name + '"');
  if (user.display_name.empty()) user.display_name = user.name;
  if (user.slug.empty()) user.slug = slug_of_user(user.name);
  const std::unique_lock lock(mutex_);
  std::int64_t next = 1;
  for (const User& other : users_) {
    next = std::max(next, other->id + 1);
    if (equals_ignoring_case(other->name, user.name) || other->slug == user.slug) {
      throw InvalidArgument("there are two users \"" + user.name + '"');
    }
  }
  if (user.id == 0) user.id = next;
  users_.push_back(std::make_shared<const GitServerUser>(std::move(user)));
}

void Accounts::add_token(const GitServerToken& token) {
  if (token.token.empty()) throw InvalidArgument("a token is empty");
  const User user = find(token.user);
  if (!user) throw InvalidArgument("a token names the unknown user \"" + token.user + '"');
  const std::unique_lock lock(mutex_);
  tokens_[token.token] = user;
}

User Accounts::find(std::string_view name) const {
  const std::shared_lock lock(mutex_);
  for (const User& user : users_) {
    if (equals_ignoring_case(user->name, name)) return user;
  }
  return nullptr;
}

User Accounts::find_by_email(std::string_view email) const {
  const std::shared_lock lock(mutex_);
  for (const User& user : users_) {
    if (!email.empty() && equals_ignoring_case(user->email, email)) return user;
  }
  return nullptr;
}

User Accounts::first() const {
  const std::shared_lock lock(mutex_);
  return users_.empty() ? nullptr : users_.front();
}

std::vector<User> Accounts::all() const {
  const std::shared_lock lock(mutex_);
  return users_;
}

std::uint64_t Accounts::version() const {
  const std::shared_lock lock(mutex_);
  return users_.size();  // users are only ever added
}

User Accounts::check_password(const std::string& name, const std::string& password) {
  const User user = find(name);
  if (!user) throw wrong_password();
  const std::unique_lock lock(mutex_);
  int& failures = failures_[user->name];
  if (failures >= captcha_after_) {
    Refusal captcha = unauthenticated(
        "CAPTCHA required. Your Bitbucket account has been marked as requiring a CAPTCHA.",
        "com.atlassian.bitbucket.auth.CaptchaRequiredAuthenticationException");
    captcha.headers.emplace_back("X-Authentication-Denied-Reason", "CAPTCHA_CHALLENGE");
    throw captcha;
  }
  const auto token = tokens_.find(password);
  const bool right = (!user->password.empty() && equals_secret(user->password, password)) ||
                     (token != tokens_.end() && token->second == user);
  if (!right) {
    ++failures;
    throw wrong_password();
  }
  failures = 0;
  return user;
}

User Accounts::check_token(const std::string& token) const {
  const std::shared_lock lock(mutex_);
  const auto found = tokens_.find(token);
  if (found == tokens_.end()) throw wrong_password();
  return found->second;
}

bool Accounts::is_token(const std::string& text) const {
  const std::shared_lock lock(mutex_);
  return tokens_.contains(text);
}

void Accounts::clear_captcha(const std::string& name) {
  const User user = find(name);
  if (!user) throw InvalidArgument("there is no user \"" + name + '"');
  const std::unique_lock lock(mutex_);
  failures_.erase(user->name);
}

}  // namespace bitbucket::inline v0_1::testing::embedded
