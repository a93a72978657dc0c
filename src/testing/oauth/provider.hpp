#pragma once

#include <cstdint>
#include <map>
#include <mutex>
#include <set>
#include <string>
#include <unordered_map>

#include <bitbucket/testing/git_server.hpp>

#include "testing/base/clock.hpp"
#include "testing/oauth/public_key.hpp"
#include "testing/oauth/recorder.hpp"
#include "testing/oauth/signed_request.hpp"

namespace bitbucket::inline v0_1::testing::embedded {

/// What the approve page shows.
struct PendingToken {
  std::string token;
  std::string consumer_key;
  std::string consumer_name;
  std::string form_token;     ///< must come back with the answer
  std::string callback;       ///< empty: the verifier is shown
  bool any_callback = false;  ///< leg 1 named none: the authorize address may
};

/// What the user's answer leads to.
struct AnsweredToken {
  std::string token;
  std::string consumer_name;
  std::string verifier;  ///< "denied" when refused
  std::string callback;
  bool any_callback = false;
};

/// Returns whether a browser can be sent to `callback`, or it is "oob".
bool usable_callback(const std::string& callback);

/// The OAuth 1.0a provider: consumers, tokens, signatures, nonces.  Knows no HTTP.  Thread-safe.
class OAuthProvider {
 public:
  OAuthProvider(const GitServerOptions& options, Clock clock, const std::filesystem::path& record);

  void add_consumer(const GitServerConsumer& consumer);
  /// The legs 1 and 3 (or a renewal): return the pairs of the answer, throw OAuthRefusal.
  Pairs request_token(SignedRequest request);
  Pairs access_token(SignedRequest request);
  /// Checks a call of the API.  Returns the name of its user, who need not exist; empty when the
  /// call names no user.
  std::string check(SignedRequest request);

  /// Returns a request token that waits for an answer; throws OAuthRefusal otherwise.
  PendingToken pending(const std::string& token);
  /// Returns what proves that an answer comes from the page about `token`, answered or not.
  std::string form_token(const std::string& token);
  /// An answer may be repeated (a second click, a reload) until the token is used; another one is
  /// refused.
  AnsweredToken approve(const std::string& token, const std::string& user);
  AnsweredToken deny(const std::string& token);
  GitServerAccessToken issue(const std::string& consumer_key, const std::string& user);
  void revoke(const std::string& token);

 private:
  using Seconds = std::int64_t;  // since 1970
  enum class Answer { none, approved, denied };
  struct Consumer {
    GitServerConsumer data;
    PublicKey key;
  };
  struct Token {
    bool access = false;
    std::string consumer, secret, user;
    std::string callback;
    bool has_callback = false;
    std::string verifier, form_token;
    Answer answer = Answer::none;
    bool used = false, revoked = false;
    Seconds expires = 0;
    std::string session_handle;
    Seconds session_expires = 0;
  };

  Seconds now() const;
  /// Everything but the token: returns the consumer of a request that is genuine and new.
  Consumer verify(SignedRequest& request, bool with_token);
  void check_timestamp(Seconds timestamp) const;
  void check_nonce(const SignedRequest& request, Seconds timestamp);
  Token& usable_request_token(const std::string& token);
  AnsweredToken answer(const std::string& token, Answer answer, const std::string& user);
  std::string consumer_name(const Token& token) const;
  Pairs grant(const Consumer& consumer, const std::string& user, GitServerAccessToken* out);
  Pairs exchange(const SignedRequest& request, const Consumer& consumer, Token& token);
  Pairs renew(const SignedRequest& request, const Consumer& consumer, const std::string& name);
  static std::string two_legged(const SignedRequest& request, const Consumer& consumer);

  const Seconds window_, request_lifetime_, access_lifetime_, session_lifetime_;
  const Clock clock_;
  Recorder recorder_;
  mutable std::mutex mutex_;
  std::map<std::string, Consumer> consumers_;
  std::unordered_map<std::string, Token> tokens_;
  std::map<Seconds, std::set<std::string>> nonces_;  // by timestamp, so that old ones can go
};

}  // namespace bitbucket::inline v0_1::testing::embedded
