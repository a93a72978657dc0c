#pragma once

#include <atomic>
#include <cstdint>
#include <string>

#include "testing/base/refusal.hpp"
#include "testing/faults/script.hpp"
#include "testing/handlers/rest_api.hpp"
#include "testing/oauth/endpoints.hpp"
#include "testing/oauth/provider.hpp"
#include "testing/rest/entities.hpp"
#include "testing/scm/scm_backend.hpp"
#include "testing/server/request_log.hpp"
#include "testing/state/accounts.hpp"
#include "testing/state/catalog.hpp"
#include "testing/webhooks/deliveries.hpp"

namespace bitbucket::inline v0_1::testing::embedded {

/// Everything behind the HTTP front: finds out who asks and what for, and has it answered.
class Application {
 public:
  /// `context` is "" or "/bitbucket", `base_url` what links begin with.
  Application(const GitServerOptions& options, Clock clock, std::string context,
              std::string base_url);

  /// Answers a request; throws nothing.  All requests pass here, and what the script has for them
  /// comes before the application.
  void handle(HttpRequest& request, HttpResponse& response) noexcept;

  Accounts accounts;
  Catalog catalog;
  OAuthProvider provider;
  RequestLog log;
  FaultScript script;

 private:
  void answer_wrongly(HttpResponse& response) const;
  void dispatch(HttpRequest& request, HttpResponse& response, GitServerRequest& entry);
  void route(Call& call, const PathSegments& path);
  void scm(Call& call, const std::vector<std::string>& segments);
  void read_body(Call& call);
  [[nodiscard]] Caller authenticate(const Call& call);
  [[nodiscard]] Caller oauth_caller(const Call& call);
  [[nodiscard]] SignedRequest signed_request(const Call& call) const;
  void refuse(HttpResponse& response, const Refusal& refusal) const;
  std::string next_request_id();

  const GitServerOptions& options_;
  const Clock clock_;
  const std::string context_, base_url_;
  Entities entities_;

 public:
  Deliveries deliveries;

 private:
  OAuthEndpoints oauth_;
  Pager pager_;
  RestApi rest_;
  ScmBackend scm_;
  std::atomic<std::uint64_t> requests_{0};
};

}  // namespace bitbucket::inline v0_1::testing::embedded
