#pragma once

#include <cstdint>
#include <map>
#include <mutex>
#include <optional>
#include <string>
#include <vector>

#include <nlohmann/json.hpp>

namespace bitbucket::inline v0_1::testing::embedded {

/// The user name and password that a delivery sends.
struct WebhookCredentials {
  std::string username, password;
};

/// A webhook of a repository.
struct Webhook {
  std::int64_t id = 0;
  std::string name, url;
  bool active = true;
  std::vector<std::string> events;
  std::int64_t created = 0, updated = 0;  ///< milliseconds
  std::string secret;
  nlohmann::json configuration = nlohmann::json::object();  ///< without the secret
  bool ssl_verification = true;
  std::optional<WebhookCredentials> credentials;
};

/// The webhooks of one repository.  Thread-safe.
class WebhookStore {
 public:
  Webhook add(Webhook hook);
  [[nodiscard]] std::vector<Webhook> all() const;
  [[nodiscard]] std::optional<Webhook> find(std::int64_t id) const;
  /// Replaces everything but id and creation; false when it is not there.
  bool replace(const Webhook& hook);
  bool remove(std::int64_t id);
  /// The latest invocation, null when there was none.
  void set_latest(std::int64_t id, nlohmann::json invocation);
  [[nodiscard]] nlohmann::json latest(std::int64_t id) const;

 private:
  mutable std::mutex mutex_;
  std::map<std::int64_t, Webhook> hooks_;
  std::map<std::int64_t, nlohmann::json> latest_;
};

}  // namespace bitbucket::inline v0_1::testing::embedded
