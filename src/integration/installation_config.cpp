#include <bitbucket/integration/installation.hpp>

#include <openssl/crypto.h>

#include <algorithm>
#include <array>
#include <utility>

#include <nlohmann/json.hpp>

#include <bitbucket/oauth1.hpp>

#include "base/trim.hpp"
#include "integration/characters.hpp"
#include "integration/json_object.hpp"

namespace bitbucket::inline v0_1 {
namespace {

constexpr std::size_t max_consumer_key = 200;

/// A box that is checked sends any value; programs also send these for one that is not.
bool is_checked(std::string_view value) noexcept {
  constexpr std::array<std::string_view, 6> unchecked = {"", "0", "false", "False", "off", "no"};
  return std::find(unchecked.begin(), unchecked.end(), value) == unchecked.end();
}

/// Returns the one of two names that is there.
const char* present_name(const nlohmann::json& form, const char* name, const char* other_name) {
  if (form.contains(name) && form.contains(other_name))
    throw DecodeError(std::string("/") + other_name,
                      std::string("it is given twice: also as ") + name);
  return form.contains(other_name) ? other_name : name;
}

std::string find_url_fault(const std::string& url) {
  if (detail::trim(url).empty())
    return "url is missing; enter the address of Bitbucket, such as https://git.example.com";
  try {
    // The client knows best which addresses it can use.  It sends nothing here.
    (void)BitbucketServer({.base_url = url});
    return {};
  } catch (const InvalidArgument& error) {
    const std::string what = error.what();
    constexpr std::string_view name = "base_url";
    return what.starts_with(name) ? "url" + what.substr(name.size()) : what;
  }
}

std::string find_consumer_key_fault(std::string_view key) {
  if (detail::trim(key).empty())
    return "consumer_key is missing; enter the consumer key of the application link";
  const auto characters = integration::count_characters(key);
  if (!characters) return "consumer_key is not UTF-8";
  if (*characters > max_consumer_key)
    return "consumer_key has " + std::to_string(*characters) + " characters; at most " +
           std::to_string(max_consumer_key) + " are allowed";
  if (std::any_of(key.begin(), key.end(), [](unsigned char c) { return c < 0x20 || c == 0x7f; }))
    return "consumer_key contains a line break or another control character; remove it";
  return {};
}

std::string find_private_key_fault(const Secret& key) {
  try {
    (void)OAuth1Signer({.consumer_key = "any", .private_key = key});
    return {};
  } catch (const InvalidArgument& error) {
    const std::string what = error.what();
    // The signer would advise a passphrase, for which the form has no field.
    if (what.find("is encrypted") != std::string::npos)
      return "private_key is encrypted; enter it without a passphrase, which this command removes: "
             "openssl pkey -in key.pem -out plain.pem";
    return what;
  }
}

std::string in_one_text(const std::vector<FieldError>& errors) {
  std::string out = "the server cannot be connected with these values: ";
  for (const FieldError& error : errors) {
    if (&error != &errors.front()) out += "; ";
    out += error.message;
  }
  return out;
}

}  // namespace

InstallationConfig InstallationConfig::from_form(const Parameters& form) {
  InstallationConfig out{.verify_ssl = false};
  for (const auto& [name, value] : form) {  // the last of several counts
    if (name == "url") out.url = detail::trim(value);
    if (name == "verify_ssl") out.verify_ssl = is_checked(value);
    if (name == "consumer_key") out.consumer_key = detail::trim(value);
    if (name == "private_key") out.private_key = Secret(std::string_view(value));
  }
  return out;
}

InstallationConfig InstallationConfig::from_json(std::string_view text) {
  using integration::find_text;
  nlohmann::json form = integration::read_object(text);
  const char* const private_key = present_name(form, "private_key", "privateKey");
  const auto text_of = [&](const char* name) {
    const std::string* found = find_text(form, name);
    return found ? std::string_view(*found) : std::string_view();
  };
  InstallationConfig out;
  out.private_key = Secret(text_of(private_key));
  if (const std::string* found = find_text(form, private_key); found) {
    auto& copy = form[private_key].get_ref<std::string&>();
    OPENSSL_cleanse(copy.data(), copy.size());
  }
  out.url = detail::trim(text_of("url"));
  out.consumer_key = detail::trim(text_of(present_name(form, "consumer_key", "consumerKey")));
  out.verify_ssl =
      integration::find_flag(form, present_name(form, "verify_ssl", "verifySsl")).value_or(true);
  return out;
}

std::vector<FieldError> InstallationConfig::errors() const {
  std::vector<FieldError> out;
  const auto add = [&](const char* field, std::string message) {
    if (!message.empty()) out.push_back({field, std::move(message)});
  };
  add("url", find_url_fault(url));
  add("consumer_key", find_consumer_key_fault(consumer_key));
  add("private_key", find_private_key_fault(private_key));
  return out;
}

InvalidConfiguration::InvalidConfiguration(std::vector<FieldError> errors)
    : InvalidArgument(in_one_text(errors)),
      errors_(std::make_shared<const std::vector<FieldError>>(std::move(errors))) {}
InvalidConfiguration::~InvalidConfiguration() = default;

}  // namespace bitbucket::inline v0_1
