#pragma once

#include <optional>
#include <string>
#include <variant>
#include <vector>

#include <bitbucket/ids.hpp>
#include <bitbucket/model/common.hpp>
#include <bitbucket/secret.hpp>

namespace bitbucket::inline v0_1 {

/// How deliveries are signed.
struct HookConfiguration {
  Secret secret;           ///< in clear from old servers, masked or absent from newer ones
  std::string created_by;  ///< the application that made the webhook, when it said so
  RawJson others;          ///< all other members, as an object
  friend bool operator==(const HookConfiguration&, const HookConfiguration&) = default;
};

/// What deliveries carry as Basic authentication.
struct HookCredentials {
  std::string username;  ///< for the receiver
  Secret password;       ///< never shown by the server
  friend bool operator==(const HookCredentials&, const HookCredentials&) = default;
};

/// A webhook of a repository.
struct Hook {
  HookId id;                                   ///< identifies the webhook in the other operations
  std::string name;                            ///< for people
  std::string url;                             ///< where deliveries go
  bool active = false;                         ///< deliveries are sent
  std::vector<std::string> events;             ///< "repo:refs_changed", "pr:merged", ...
  Timestamp created_date{};                    ///< when it was created
  Timestamp updated_date{};                    ///< when it was changed last
  HookConfiguration configuration;             ///< the secret, among others
  std::string scope_type;                      ///< "repository" or "project"
  bool ssl_verification_required = false;      ///< the receiver's certificate is checked
  std::optional<HookCredentials> credentials;  ///< what deliveries carry, when there are some
  RawJson statistics;                          ///< of the deliveries, when asked for
  friend bool operator==(const Hook&, const Hook&) = default;
};
BITBUCKET_EXPORT const detail::ModelCodec<Hook>& model_codec(const Hook*);

/// A webhook to be created.
struct NewHook {
  std::string name;                 ///< for people
  std::string url;                  ///< absolute, http or https
  std::vector<std::string> events;  ///< "repo:refs_changed", "pr:merged", ...
  bool active = true;               ///< deliveries are sent
  /// Signs deliveries (X-Hub-Signature); empty for none.
  Secret secret = {};
  bool ssl_verification_required = true;  ///< the receiver's certificate is checked
  /// What deliveries carry as Basic authentication.
  std::optional<HookCredentials> credentials = {};
  friend bool operator==(const NewHook&, const NewHook&) = default;
};
BITBUCKET_EXPORT const detail::ModelCodec<NewHook>& model_codec(const NewHook*);

/// Changes to a webhook; a member without a value changes nothing.
struct HookUpdate {
  /// Leaves the server's value unchanged.
  struct Keep {
    friend bool operator==(Keep, Keep) = default;
  };
  /// Removes something.
  struct Clear {
    friend bool operator==(Clear, Clear) = default;
  };
  static constexpr Keep keep{};    ///< leaves the server's value unchanged
  static constexpr Clear clear{};  ///< removes it

  std::optional<std::string> name = {};                 ///< for people
  std::optional<std::string> url = {};                  ///< absolute, http or https
  std::optional<std::vector<std::string>> events = {};  ///< replaces all of them
  std::optional<bool> active = {};                      ///< deliveries are sent
  std::optional<bool> ssl_verification_required = {};   ///< the receiver's certificate is checked
  /// A new secret, `HookUpdate::keep` or `HookUpdate::clear`.  A server that masks secrets cannot
  /// keep one, because an update replaces the whole webhook: `keep` is then an InvalidArgument and
  /// nothing is changed.
  std::variant<Keep, Clear, Secret> secret = keep;
  /// New credentials for deliveries, `keep` or `clear`; the server never shows the password, so
  /// that `keep` is an InvalidArgument when there are credentials.
  std::variant<Keep, Clear, HookCredentials> credentials = keep;
};

/// What a test delivery got.
struct HookTestResult {
  RawJson request;   ///< what Bitbucket sent; holds the body and the headers
  RawJson response;  ///< what the receiver answered, absent when it did not
  RawJson others;    ///< all other members, as an object
  friend bool operator==(const HookTestResult&, const HookTestResult&) = default;
};
BITBUCKET_EXPORT const detail::ModelCodec<HookTestResult>& model_codec(const HookTestResult*);

}  // namespace bitbucket::inline v0_1
