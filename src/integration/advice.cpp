#include "integration/advice.hpp"

#include <array>
#include <utility>

namespace bitbucket::inline v0_1::integration {
namespace {

// docs/oauth-setup.md explains these problems.
constexpr std::array<std::pair<std::string_view, std::string_view>, 14> problems = {{
    {"consumer_key_unknown",
     "no application link has this consumer key: compare the key with the incoming part of the "
     "link, which must use OAuth 1"},
    {"signature_invalid",
     "the public key in the link does not match the private key, or a proxy changes the "
     "server's address: enter the public key in the link again"},
    {"signature_method_rejected",
     "the application link does not accept RSA-SHA1: create the link again, with a public key"},
    {"timestamp_refused", "the clocks of this machine and of the server differ: set them"},
    {"nonce_used", "the request arrived twice: make sure that no proxy repeats requests"},
    {"token_rejected",
     "the server does not know the token, or the verifier is wrong: connect the server again"},
    {"token_expired", "the token has expired: connect the server again"},
    {"token_used", "the token has been used before: connect the server again"},
    {"token_revoked", "somebody withdrew the access: connect the server again"},
    {"permission_unknown",
     "nobody has answered the server's page yet: open the page and allow the access"},
    {"permission_denied",
     "the access was denied, or the application link does not permit the request: connect the "
     "server again and allow the access, or change the link"},
    {"parameter_absent",
     "a part of the request is missing: make sure that no proxy removes the Authorization header"},
    {"parameter_rejected",
     "the server does not accept a part of the request: make sure that the callback is an absolute "
     "address"},
    {"version_rejected",
     "the server expects another version of OAuth: make sure that the URL is that of a Bitbucket "
     "Server"},
}};

}  // namespace

std::string_view advice_for_problem(std::string_view problem) noexcept {
  for (const auto& [name, advice] : problems)
    if (name == problem) return advice;
  return "the application link does not work: it must use OAuth 1, this consumer key and the "
         "public key that belongs to the private key";
}

}  // namespace bitbucket::inline v0_1::integration
