#include "integration/setup_state.hpp"

#include <openssl/crypto.h>
#include <openssl/evp.h>
#include <openssl/hmac.h>

#include <array>
#include <charconv>
#include <exception>
#include <span>
#include <utility>

#include <bitbucket/integration/setup_flow.hpp>

#include "base/hex.hpp"
#include "integration/form.hpp"
#include "integration/random.hpp"

namespace bitbucket::inline v0_1::integration {
namespace {

// The state is a form.  Its first name carries the version: a release that changes the format will
// change the number.  Its last field is the HMAC of everything before it, with a key that only this
// state has and that is sealed in it together with the other secrets.
constexpr std::string_view version = "bitbucket_setup=1";
constexpr std::string_view check_name = "&check=";
using Reason = SetupError::Reason;

[[noreturn]] void refuse(const char* why) {
  throw SetupError(Reason::state_changed,
                   std::string("the stored state of the set-up cannot be used, because ") + why +
                       ": begin again");
}

std::string check_of(std::string_view text, const Secret& key) {
  std::array<unsigned char, EVP_MAX_MD_SIZE> digest;
  unsigned int size = 0;
  if (!HMAC(EVP_sha256(), key.reveal().data(), static_cast<int>(key.reveal().size()),
            reinterpret_cast<const unsigned char*>(text.data()), text.size(), digest.data(), &size))
    throw Error("OpenSSL cannot compute an HMAC with SHA-256");
  return detail::hex(std::span(digest).first(size));
}

bool are_equal(std::string_view a, std::string_view b) noexcept {
  return a.size() == b.size() && CRYPTO_memcmp(a.data(), b.data(), a.size()) == 0;
}

/// Returns a field of a form.
Secret take_field(std::string_view form, std::string_view name) {
  auto found = find_fields(form, name, 1);
  if (found.empty()) refuse("a part of it is missing");
  return {std::move(found.front())};
}

std::string seal_secrets(const SetupState& state, const Secret& key, const Sealer& sealer) {
  const Secret request = state.request.save();
  std::string form;
  // A buffer that grows leaves copies behind.
  form.reserve(64 + 3 * (state.config.private_key.reveal().size() + request.reveal().size() +
                         key.reveal().size()));
  append_field(form, "private_key", state.config.private_key.reveal());
  append_field(form, "request_token", request.reveal());
  append_field(form, "check_key", key.reveal());
  return sealer.seal(Secret(std::move(form)));
}

Secret unseal_secrets(std::string_view sealed, const Sealer& sealer) {
  try {
    return sealer.unseal(sealed);
  } catch (...) {
    std::throw_with_nested(
        SetupError(Reason::state_changed,
                   "the stored state of the set-up cannot be unsealed: it was changed, or sealed "
                   "with another key: begin again"));
  }
}

RequestToken restore(const Secret& saved) {
  try {
    return RequestToken::restore(saved);
  } catch (const InvalidArgument&) {
    std::throw_with_nested(SetupError(
        Reason::state_changed, "the request token of the set-up cannot be read: begin again"));
  }
}

std::chrono::sys_seconds read_time(std::string_view text) {
  std::int64_t seconds = 0;
  const auto [end, fault] = std::from_chars(text.data(), text.data() + text.size(), seconds);
  if (fault != std::errc() || end != text.data() + text.size()) refuse("its time is not a number");
  return std::chrono::sys_seconds(std::chrono::seconds(seconds));
}

}  // namespace

std::string write_state(const SetupState& state, const Sealer& sealer) {
  const Secret key = random_secret();
  std::string out(version);
  append_field(out, "url", state.config.url);
  append_field(out, "verify_ssl", state.config.verify_ssl ? "true" : "false");
  append_field(out, "consumer_key", state.config.consumer_key);
  append_field(out, "expires", std::to_string(state.expires.time_since_epoch().count()));
  append_field(out, "secrets", seal_secrets(state, key, sealer));
  const std::string check = check_of(out, key);
  return out.append(check_name).append(check);
}

SetupState read_state(std::string_view text, const Sealer& sealer) {
  const std::size_t end = text.rfind(check_name);
  if (end == std::string_view::npos) refuse("its end is missing");
  const std::string_view checked = text.substr(0, end);
  if (!checked.starts_with(version) || !checked.substr(version.size()).starts_with('&'))
    refuse("it was not written by this version of the library");
  const auto open = [&](std::string_view name) {
    return std::string(take_field(checked, name).reveal());
  };
  const Secret secrets = unseal_secrets(open("secrets"), sealer);
  const auto sealed = [&](std::string_view name) { return take_field(secrets.reveal(), name); };
  if (!are_equal(check_of(checked, sealed("check_key")), text.substr(end + check_name.size())))
    refuse("it was changed");
  return {.config = {.url = open("url"),
                     .verify_ssl = open("verify_ssl") != "false",
                     .consumer_key = open("consumer_key"),
                     .private_key = sealed("private_key")},
          .request = restore(sealed("request_token")),
          .expires = read_time(open("expires"))};
}

}  // namespace bitbucket::inline v0_1::integration
