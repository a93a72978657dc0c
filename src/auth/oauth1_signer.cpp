#include <bitbucket/oauth1.hpp>

#include <utility>

#include "auth/base_string.hpp"
#include "auth/signer.hpp"

namespace bitbucket::inline v0_1 {

struct OAuth1Signer::State {
  auth::Signer signer;
  Secret token;
};

OAuth1Signer::OAuth1Signer(const OAuth1Credentials& credentials, OAuth1Environment environment)
    : state_(std::make_shared<const State>(
          State{auth::Signer(credentials.private_key, credentials.passphrase,
                             credentials.consumer_key, std::move(environment)),
                credentials.access_token})) {
  auth::require_no_control_characters(credentials.access_token.reveal(), "access_token");
}

OAuth1Signer::OAuth1Signer(const OAuth1Signer&) = default;
OAuth1Signer::OAuth1Signer(OAuth1Signer&& other) noexcept : state_(other.state_) {}
OAuth1Signer& OAuth1Signer::operator=(const OAuth1Signer&) = default;
OAuth1Signer& OAuth1Signer::operator=(OAuth1Signer&& other) noexcept {
  state_ = other.state_;  // a moved-from signer still works: there is no empty one
  return *this;
}
OAuth1Signer::~OAuth1Signer() = default;

Secret OAuth1Signer::authorization(std::string_view method, std::string_view url,
                                   const Parameters& form, const Parameters& oauth) const {
  return state_->signer.authorization(method, url, state_->token.reveal(), form, oauth);
}

std::string OAuth1Signer::base_string(std::string_view method, std::string_view url,
                                      const Parameters& parameters) {
  return std::move(auth::signature_base_string(method, url, {}, parameters).text);
}

std::string OAuth1Signer::sign(std::string_view base_string) const {
  return state_->signer.sign(base_string);
}

}  // namespace bitbucket::inline v0_1
