#pragma once

#include <optional>
#include <string>
#include <variant>
#include <vector>

#include <bitbucket/ids.hpp>
#include <bitbucket/model/common.hpp>
#include <bitbucket/secret.hpp>

namespace bitbucket::inline v0_1 {

struct HookConfiguration {
  Secret secret;  ///< in clear from old servers, masked or absent from newer ones
  std::string created_by;
  RawJson others;  ///< all other members, as an object
  friend bool operator==(const HookConfiguration&, const HookConfiguration&) = default;
};

struct HookCredentials {
  std::string username;
  Secret password;  ///< never shown by the server
  friend bool operator==(const HookCredentials&, const HookCredentials&) = default;
};

/// A webhook of a repository.
struct Hook {
  HookId id;
  std::string name;
  std::string url;
  bool active = false;
  std::vector<std::string> events;
  Timestamp created_date{};
  Timestamp updated_date{};
  HookConfiguration configuration;
  std::string scope_type;  ///< "repository" or "project"
  bool ssl_verification_required = false;
  std::optional<HookCredentials> credentials;
  RawJson statistics;
  friend bool operator==(const Hook&, const Hook&) = default;
};

/// A webhook to be created.
struct NewHook {
  std::string name;
  std::string url;  ///< absolute, http or https
  std::vector<std::string> events;
  bool active = true;
  /// Signs deliveries (X-Hub-Signature); empty for none.
  Secret secret = {};
  bool ssl_verification_required = true;
  std::optional<HookCredentials> credentials = {};
  friend bool operator==(const NewHook&, const NewHook&) = default;
};

struct Keep {
  friend bool operator==(Keep, Keep) = default;
};
struct Clear {
  friend bool operator==(Clear, Clear) = default;
};
/// Leaves it as the server has it.
inline constexpr Keep keep{};
/// Removes it.
inline constexpr Clear clear{};

/// What to change of a webhook; what is not named stays as it is.
struct HookUpdate {
  std::optional<std::string> name = {};
  std::optional<std::string> url = {};
  std::optional<std::vector<std::string>> events = {};
  std::optional<bool> active = {};
  std::optional<bool> ssl_verification_required = {};
  /// A new secret, `keep` or `clear`.  A server that masks secrets cannot keep one, because an
  /// update replaces the whole webhook: `keep` is then an InvalidArgument and nothing is changed.
  std::variant<Keep, Clear, Secret> secret = keep;
  /// The same for the credentials that deliveries carry; their password is never shown.
  std::variant<Keep, Clear, HookCredentials> credentials = keep;
};

/// What a test delivery got.
struct HookTestResult {
  RawJson request;   ///< what Bitbucket sent; holds the body and the headers
  RawJson response;  ///< what the receiver answered, absent when it did not
  RawJson others;
  friend bool operator==(const HookTestResult&, const HookTestResult&) = default;
};

}  // namespace bitbucket::inline v0_1
