#include <bitbucket/integration/installation.hpp>

#include <utility>

#include <nlohmann/json.hpp>

#include "integration/characters.hpp"
#include "integration/json_object.hpp"
#include "integration/url.hpp"

namespace bitbucket::inline v0_1 {
namespace {

constexpr std::size_t max_external_id = 64;

std::string sealed(const Sealer& sealer, const Secret& secret) {
  if (!sealer.seal) throw InvalidArgument("sealer.seal is missing; secrets are stored only sealed");
  return sealer.seal(secret);
}

}  // namespace

std::string external_id(std::string_view base_url, std::string_view consumer_key) {
  std::string out(integration::netloc_of(base_url));
  out.append(":").append(consumer_key);
  return std::string(integration::first_characters(out, max_external_id));
}

std::string to_json(const Installation& installation) {
  return integration::write_object({{"external_id", installation.external_id},
                                    {"name", installation.name},
                                    {"base_url", installation.base_url},
                                    {"domain_name", installation.domain_name},
                                    {"verify_ssl", installation.verify_ssl}});
}

std::string to_json(const Identity& identity, const Sealer& sealer) {
  nlohmann::json object{{"external_id", identity.external_id},
                        {"consumer_key", identity.consumer_key},
                        {"private_key", sealed(sealer, identity.private_key)},
                        {"access_token", sealed(sealer, identity.access_token)},
                        {"access_token_secret", sealed(sealer, identity.access_token_secret)}};
  if (!identity.session_handle.empty())
    object["session_handle"] = sealed(sealer, identity.session_handle);
  if (identity.expires) object["expires"] = identity.expires->time_since_epoch().count();
  return integration::write_object(object);
}

Installation read_installation(std::string_view text) {
  using integration::require_text;
  const nlohmann::json object = integration::read_object(text);
  const std::optional<bool> verify_ssl = integration::find_flag(object, "verify_ssl");
  if (!verify_ssl) throw DecodeError("/verify_ssl", "it is missing");
  return {.external_id = require_text(object, "external_id"),
          .name = require_text(object, "name"),
          .base_url = require_text(object, "base_url"),
          .domain_name = require_text(object, "domain_name"),
          .verify_ssl = *verify_ssl};
}

Identity read_identity(std::string_view text, const Sealer& sealer) {
  using integration::require_text;
  if (!sealer.unseal)
    throw InvalidArgument("sealer.unseal is missing; secrets are stored only sealed");
  const nlohmann::json object = integration::read_object(text);
  const auto unsealed = [&](const char* name) { return sealer.unseal(require_text(object, name)); };
  return {.external_id = require_text(object, "external_id"),
          .consumer_key = require_text(object, "consumer_key"),
          .private_key = unsealed("private_key"),
          .access_token = unsealed("access_token"),
          .access_token_secret = unsealed("access_token_secret"),
          .session_handle = integration::find_text(object, "session_handle")
                                ? unsealed("session_handle")
                                : Secret(),
          .expires = integration::find_time(object, "expires")};
}

BitbucketServer make_client(const ConnectedInstallation& connected, ConnectionOptions connection) {
  const auto& [installation, identity] = connected;
  if (installation.external_id != identity.external_id)
    throw InvalidArgument("the identity of " + identity.external_id +
                          " cannot be used for the installation " + installation.external_id);
  // The client would make two-legged requests without a token.
  if (identity.access_token.empty())
    throw InvalidConfiguration(std::vector{
        FieldError{"access_token", "access_token is missing; connect the server again"}});
  connection.tls.verify = installation.verify_ssl;
  try {
    return BitbucketServer(
        {.base_url = installation.base_url,
         .credentials = OAuth1Credentials{.consumer_key = identity.consumer_key,
                                          .private_key = identity.private_key,
                                          .access_token = identity.access_token,
                                          .access_token_secret = identity.access_token_secret},
         .connection = std::move(connection)});
  } catch (const InvalidArgument&) {
    auto errors = InstallationConfig{.url = installation.base_url,
                                     .consumer_key = identity.consumer_key,
                                     .private_key = identity.private_key}
                      .errors();
    if (errors.empty()) throw;  // it is the connection, or the token
    throw InvalidConfiguration(std::move(errors));
  }
}

}  // namespace bitbucket::inline v0_1
