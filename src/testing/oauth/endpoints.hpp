#pragma once

#include <string>

#include "testing/oauth/provider.hpp"
#include "testing/rest/call.hpp"
#include "testing/state/accounts.hpp"

namespace bitbucket::inline v0_1::testing::embedded {

/// The three addresses below /plugins/servlet/oauth.
class OAuthEndpoints {
 public:
  OAuthEndpoints(OAuthProvider& provider, Accounts& accounts, std::string base_url,
                 bool auto_approve)
      : provider_(provider),
        accounts_(accounts),
        base_url_(std::move(base_url)),
        auto_approve_(auto_approve) {}

  /// Answers `leg` ("request-token", "authorize", "access-token"); false when there is no such.
  bool answer(const std::string& leg, Call& call, const SignedRequest& request);
  /// Writes a refusal as the provider does.
  void refuse(HttpResponse& response, const OAuthRefusal& refusal) const;

 private:
  void give_token(Call& call, Pairs (OAuthProvider::*leg)(SignedRequest),
                  const SignedRequest& request);
  void show_page(Call& call);
  void take_answer(Call& call);
  void finish(HttpResponse& response, const AnsweredToken& answer, const std::string& fallback);

  OAuthProvider& provider_;
  Accounts& accounts_;
  const std::string base_url_;
  const bool auto_approve_;
};

}  // namespace bitbucket::inline v0_1::testing::embedded
