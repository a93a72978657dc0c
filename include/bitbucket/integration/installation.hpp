#pragma once

#include <chrono>
#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include <bitbucket/connection.hpp>
#include <bitbucket/detail/export.hpp>
#include <bitbucket/error.hpp>
#include <bitbucket/secret.hpp>
#include <bitbucket/server.hpp>

namespace bitbucket::inline v0_1 {

/// What is wrong with one field of a form.
struct FieldError {
  std::string field;    ///< "url", "consumer_key" or "private_key"; also "access_token"
  std::string message;  ///< a sentence for the administrator
  friend bool operator==(const FieldError&, const FieldError&) = default;
};

/// What an administrator enters to connect a server.
struct InstallationConfig {
  std::string url = {};    ///< base URL with its scheme; slashes at its end do not matter
  bool verify_ssl = true;  ///< checks the server's certificate
  std::string consumer_key =
      {};                   ///< the consumer key in the application link, at most 200 characters
  Secret private_key = {};  ///< PEM of an RSA key without a passphrase

  /// Reads a form of a web page, whose unchecked boxes are absent: without `verify_ssl`, the
  /// certificate is not checked.  Drops blanks around the URL and the consumer key.
  [[nodiscard]] static BITBUCKET_EXPORT InstallationConfig from_form(const Parameters& form);
  /// Reads a JSON object with names such as `consumer_key` or `consumerKey`; without `verify_ssl`,
  /// the certificate is checked.  Drops blanks around the URL and the consumer key.  Throws
  /// DecodeError when it is not such an object.
  [[nodiscard]] static BITBUCKET_EXPORT InstallationConfig from_json(std::string_view text);

  /// Returns everything that is wrong, in the order of the fields.
  [[nodiscard]] BITBUCKET_EXPORT std::vector<FieldError> errors() const;
};

/// Thrown when fields of a form, or of a stored installation, are missing or not valid.
class BITBUCKET_EXPORT InvalidConfiguration : public InvalidArgument {
 public:
  /// Takes the fields that are wrong, at least one.
  explicit InvalidConfiguration(std::vector<FieldError> errors);
  ~InvalidConfiguration() override;
  /// Returns the fields that are wrong.
  [[nodiscard]] const std::vector<FieldError>& errors() const noexcept { return *errors_; }

 private:
  std::shared_ptr<const std::vector<FieldError>> errors_;  // copying an exception must not throw
};

/// How secrets are stored.  Sealing must hide a text and detect changes (AES-GCM does both).
struct Sealer {
  /// Returns a text to store in place of a secret.  Called from any thread.
  std::function<std::string(const Secret&)> seal = {};
  /// Returns the secret of a sealed text.  Throws when the text was changed or has another key.
  std::function<Secret(std::string_view)> unseal = {};
};

/// A server that is connected.
struct Installation {
  std::string external_id;  ///< see external_id()
  std::string name;         ///< the consumer key
  std::string base_url;     ///< without a slash at its end
  std::string domain_name;  ///< host, with its port if the URL has one
  bool verify_ssl = true;   ///< checks the server's certificate
  friend bool operator==(const Installation&, const Installation&) = default;
};

/// The credentials of an installation.
struct Identity {
  std::string external_id;     ///< that of its installation
  std::string consumer_key;    ///< the consumer key in the application link
  Secret private_key;          ///< PEM
  Secret access_token;         ///< from the third leg
  Secret access_token_secret;  ///< from the third leg
  Secret session_handle = {};  ///< renews the token; empty when the server gave none
  /// When the token stops working; absent when the server did not say.
  std::optional<std::chrono::sys_seconds> expires = {};
  friend bool operator==(const Identity&, const Identity&) = default;
};

/// An installation with its credentials.
struct ConnectedInstallation {
  Installation installation;  ///< the server
  Identity identity;          ///< who calls it
  friend bool operator==(const ConnectedInstallation&, const ConnectedInstallation&) = default;
};

/// Returns "HOST[:PORT]:CONSUMER_KEY", cut to 64 characters, which identifies an installation.
BITBUCKET_EXPORT std::string external_id(std::string_view base_url, std::string_view consumer_key);

/// Returns an installation as JSON.
BITBUCKET_EXPORT std::string to_json(const Installation& installation);
/// Returns an identity as JSON with sealed secrets.
BITBUCKET_EXPORT std::string to_json(const Identity& identity, const Sealer& sealer);
/// Reads what to_json() returned.  Throws DecodeError on anything else.
BITBUCKET_EXPORT Installation read_installation(std::string_view text);
/// Reads what to_json() returned.  Throws DecodeError on anything else, and what `unseal` throws.
BITBUCKET_EXPORT Identity read_identity(std::string_view text, const Sealer& sealer);

/// Returns a client for an installation.  `connection` says how it is reached; verify_ssl replaces
/// its `tls.verify`.  Throws InvalidConfiguration when the credentials cannot be used, and
/// InvalidArgument when the identity is that of another installation.
BITBUCKET_EXPORT BitbucketServer make_client(const ConnectedInstallation& connected,
                                             ConnectionOptions connection = {});

}  // namespace bitbucket::inline v0_1
