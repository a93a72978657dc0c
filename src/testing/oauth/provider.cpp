#include "testing/oauth/provider.hpp"

#include <algorithm>
#include <chrono>
#include <utility>

#include <bitbucket/error.hpp>

#include "testing/oauth/base_string.hpp"

namespace bitbucket::inline v0_1::testing::embedded {
namespace {

constexpr std::int64_t forget_after =
    86'400;  // seconds a dead token is still told from an unknown one

OAuthRefusal rejected(std::string_view name, std::string_view value) {
  return {"parameter_rejected",
          {{"oauth_parameters_rejected", percent_encode(name) + '=' + percent_encode(value)}}};
}

}  // namespace

bool usable_callback(const std::string& callback) {
  const std::string text = lower(callback);
  const bool web = text.starts_with("http://") || text.starts_with("https://");
  const bool plain = std::all_of(text.begin(), text.end(), [](unsigned char c) {
    return c > ' ' && c != 127 && c != '"' && c != '<' && c != '>';
  });
  return text == "oob" || (web && plain && text.find("://") + 3 < text.size());
}

OAuthProvider::OAuthProvider(const GitServerOptions& options, Clock clock,
                             const std::filesystem::path& record)
    : window_(options.timestamp_window.count()),
      request_lifetime_(options.request_token_lifetime.count()),
      access_lifetime_(options.access_token_lifetime.count()),
      session_lifetime_(options.session_lifetime.count()),
      clock_(std::move(clock)),
      recorder_(record) {}

OAuthProvider::Seconds OAuthProvider::now() const {
  return std::chrono::duration_cast<std::chrono::seconds>(clock_().time_since_epoch()).count();
}

void OAuthProvider::add_consumer(const GitServerConsumer& consumer) {
  if (consumer.key.empty()) throw InvalidArgument("a consumer has no key");
  Consumer entry{consumer, PublicKey(consumer.public_key, consumer.key)};
  const std::scoped_lock lock(mutex_);
  if (!consumers_.emplace(consumer.key, std::move(entry)).second) {
    throw InvalidArgument("there are two consumers with the key \"" + consumer.key + '"');
  }
}

OAuthProvider::Consumer OAuthProvider::verify(SignedRequest& request, bool with_token) {
  request.parse();
  const std::string key = request.require("oauth_consumer_key");
  const std::string method = request.require("oauth_signature_method");
  const std::string signature = request.require("oauth_signature");
  const std::string time = request.require("oauth_timestamp");
  static_cast<void>(request.require("oauth_nonce"));
  // Present but empty means two-legged.
  if (with_token && !request.find("oauth_token")) static_cast<void>(request.require("oauth_token"));
  if (const auto version = request.find("oauth_version"); version && *version != "1.0") {
    throw OAuthRefusal{"version_rejected", {{"oauth_acceptable_versions", "1.0-1.0"}}};
  }
  const Consumer consumer = [&] {
    const std::scoped_lock lock(mutex_);
    const auto found = consumers_.find(key);
    if (found == consumers_.end()) throw OAuthRefusal{"consumer_key_unknown"};
    return found->second;
  }();
  if (method != "RSA-SHA1") throw OAuthRefusal{"signature_method_rejected"};
  const auto timestamp = parse_integer(time);
  if (!timestamp || *timestamp < 0) throw rejected("oauth_timestamp", time);
  check_timestamp(*timestamp);

  Pairs parameters;
  for (const auto& pair : request.parameters) {
    if (pair.first != "oauth_signature") parameters.push_back(pair);
  }
  const std::string path = request.target.substr(0, request.target.find('?'));
  const std::string base = signature_base(request.method, request.origin, path, parameters);
  const auto raw = base64_decode(signature);
  if (!raw || !consumer.key.verifies(base, *raw)) {
    throw OAuthRefusal{"signature_invalid", {{"oauth_signature_base_string", base}}};
  }
  check_nonce(request, *timestamp);
  recorder_.record(request, consumer.key.pem());
  return consumer;
}

void OAuthProvider::check_timestamp(Seconds timestamp) const {
  const Seconds time = now();
  if (timestamp < time - window_ || timestamp > time + window_) {
    throw OAuthRefusal{"timestamp_refused",
                       {{"oauth_acceptable_timestamps",
                         std::to_string(time - window_) + '-' + std::to_string(time + window_)}}};
  }
}

void OAuthProvider::check_nonce(const SignedRequest& request, Seconds timestamp) {
  const std::string entry = percent_encode(request.require("oauth_consumer_key")) + '&' +
                            percent_encode(request.find("oauth_token").value_or("")) + '&' +
                            percent_encode(request.require("oauth_nonce"));
  // Twice the window: the clock goes on between the check of the timestamp and this one.
  const Seconds oldest = now() - 2 * window_;
  const std::scoped_lock lock(mutex_);
  nonces_.erase(nonces_.begin(), nonces_.lower_bound(oldest));
  if (!nonces_[timestamp].insert(entry).second) throw OAuthRefusal{"nonce_used"};
}

Pairs OAuthProvider::request_token(SignedRequest request) {
  const Consumer consumer = verify(request, false);
  const auto callback = request.find("oauth_callback");
  if (callback && !usable_callback(*callback)) throw rejected("oauth_callback", *callback);
  Token token;
  token.consumer = consumer.data.key;
  token.secret = random_hex(16);
  token.callback = callback && *callback != "oob" ? *callback : "";
  token.has_callback = callback.has_value();
  token.form_token = random_hex(16);
  const Seconds time = now();
  token.expires = time + request_lifetime_;
  const std::string name = random_hex(16);
  const Pairs answer{{"oauth_token", name},
                     {"oauth_token_secret", token.secret},
                     {"oauth_callback_confirmed", "true"}};
  const std::scoped_lock lock(mutex_);
  std::erase_if(tokens_, [&](const auto& entry) {
    return !entry.second.access && entry.second.expires + forget_after < time;
  });
  tokens_.emplace(name, std::move(token));
  return answer;
}

Pairs OAuthProvider::access_token(SignedRequest request) {
  const Consumer consumer = verify(request, true);
  const std::string name = request.require("oauth_token");
  const std::scoped_lock lock(mutex_);
  const auto found = tokens_.find(name);
  if (found == tokens_.end() || found->second.consumer != consumer.data.key) {
    throw OAuthRefusal{"token_rejected"};
  }
  return found->second.access ? renew(request, consumer, name)
                              : exchange(request, consumer, found->second);
}

Pairs OAuthProvider::exchange(const SignedRequest& request, const Consumer& consumer,
                              Token& token) {
  if (token.used) throw OAuthRefusal{"token_used"};
  if (token.expires < now()) throw OAuthRefusal{"token_expired"};
  if (token.answer == Answer::none) throw OAuthRefusal{"permission_unknown"};
  if (token.answer == Answer::denied) throw OAuthRefusal{"permission_denied"};
  const std::string verifier = request.require("oauth_verifier");
  // Without a callback in leg 1 it is OAuth 1.0, which has no verifier to compare.
  if (token.has_callback && !equals_secret(verifier, token.verifier)) {
    throw OAuthRefusal{"token_rejected"};
  }
  token.used = true;
  return grant(consumer, token.user, nullptr);
}

Pairs OAuthProvider::renew(const SignedRequest& request, const Consumer& consumer,
                           const std::string& name) {
  const Token token = tokens_.at(name);
  const std::string handle = request.require("oauth_session_handle");
  if (token.revoked) throw OAuthRefusal{"token_revoked"};
  if (!equals_secret(handle, token.session_handle)) throw OAuthRefusal{"token_rejected"};
  if (token.session_expires < now()) throw OAuthRefusal{"permission_denied"};
  tokens_.erase(name);
  return grant(consumer, token.user, nullptr);
}

Pairs OAuthProvider::grant(const Consumer& consumer, const std::string& user,
                           GitServerAccessToken* out) {
  Token token;
  token.access = true;
  token.consumer = consumer.data.key;
  token.secret = random_hex(16);
  token.user = user;
  token.session_handle = random_hex(16);
  token.expires = now() + access_lifetime_;
  token.session_expires = now() + session_lifetime_;
  const std::string name = random_hex(16);
  if (out != nullptr) *out = {name, token.secret, token.session_handle};
  Pairs answer{{"oauth_token", name},
               {"oauth_token_secret", token.secret},
               {"oauth_expires_in", std::to_string(access_lifetime_)},
               {"oauth_session_handle", token.session_handle},
               {"oauth_authorization_expires_in", std::to_string(session_lifetime_)}};
  tokens_.emplace(name, std::move(token));
  return answer;
}

std::string OAuthProvider::check(SignedRequest request) {
  const Consumer consumer = verify(request, true);
  const std::string name = request.find("oauth_token").value_or("");
  if (name.empty()) return two_legged(request, consumer);
  const std::scoped_lock lock(mutex_);
  const auto found = tokens_.find(name);
  if (found == tokens_.end() || !found->second.access ||
      found->second.consumer != consumer.data.key) {
    throw OAuthRefusal{"token_rejected"};
  }
  if (found->second.revoked) throw OAuthRefusal{"token_revoked"};
  if (found->second.expires < now()) throw OAuthRefusal{"token_expired"};
  return found->second.user;
}

std::string OAuthProvider::two_legged(const SignedRequest& request, const Consumer& consumer) {
  if (!consumer.data.two_legged && !consumer.data.impersonation) {
    throw OAuthRefusal{"permission_denied",
                       {{"oauth_problem_advice", "two-legged OAuth is not allowed"}}};
  }
  for (const char* name : {"xoauth_requestor_id", "user_id"}) {
    const auto user = request.find(name);
    if (!user || user->empty()) continue;
    if (!consumer.data.impersonation) {
      throw OAuthRefusal{"permission_denied",
                         {{"oauth_problem_advice", "impersonation is not allowed"}}};
    }
    return *user;
  }
  return consumer.data.two_legged_user;
}

OAuthProvider::Token& OAuthProvider::usable_request_token(const std::string& token) {
  const auto found = tokens_.find(token);
  if (found == tokens_.end() || found->second.access) throw OAuthRefusal{"token_rejected"};
  if (found->second.used) throw OAuthRefusal{"token_used"};
  if (found->second.expires < now()) throw OAuthRefusal{"token_expired"};
  return found->second;
}

PendingToken OAuthProvider::pending(const std::string& token) {
  const std::scoped_lock lock(mutex_);
  const Token& data = usable_request_token(token);
  if (data.answer != Answer::none) throw OAuthRefusal{"token_used"};
  return {token,           data.consumer, consumer_name(data),
          data.form_token, data.callback, !data.has_callback};
}

std::string OAuthProvider::form_token(const std::string& token) {
  const std::scoped_lock lock(mutex_);
  return usable_request_token(token).form_token;
}

std::string OAuthProvider::consumer_name(const Token& token) const {
  const std::string& name = consumers_.at(token.consumer).data.name;
  return name.empty() ? token.consumer : name;
}

AnsweredToken OAuthProvider::answer(const std::string& token, Answer answer,
                                    const std::string& user) {
  const std::scoped_lock lock(mutex_);
  Token& data = usable_request_token(token);
  if (data.answer == Answer::none) {
    data.answer = answer;
    data.user = user;
    data.verifier = answer == Answer::approved ? random_hex(8) : "denied";
  } else if (data.answer != answer || data.user != user) {
    throw OAuthRefusal{"token_used"};
  }
  return {token, consumer_name(data), data.verifier, data.callback, !data.has_callback};
}

AnsweredToken OAuthProvider::approve(const std::string& token, const std::string& user) {
  return answer(token, Answer::approved, user);
}

AnsweredToken OAuthProvider::deny(const std::string& token) {
  return answer(token, Answer::denied, "");
}

GitServerAccessToken OAuthProvider::issue(const std::string& consumer_key,
                                          const std::string& user) {
  const std::scoped_lock lock(mutex_);
  const auto found = consumers_.find(consumer_key);
  if (found == consumers_.end()) {
    throw InvalidArgument("there is no consumer with the key \"" + consumer_key + '"');
  }
  GitServerAccessToken out;
  static_cast<void>(grant(found->second, user, &out));
  return out;
}

void OAuthProvider::revoke(const std::string& token) {
  const std::scoped_lock lock(mutex_);
  const auto found = tokens_.find(token);
  if (found == tokens_.end()) throw InvalidArgument("there is no such token");
  found->second.revoked = true;
}

}  // namespace bitbucket::inline v0_1::testing::embedded
