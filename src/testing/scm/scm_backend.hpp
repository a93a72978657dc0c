#pragma once

#include <string>

#include "testing/net/http_message.hpp"
#include "testing/rest/entities.hpp"
#include "testing/state/catalog.hpp"
#include "testing/webhooks/deliveries.hpp"

namespace bitbucket::inline v0_1::testing::embedded {

/// Clone links: git's own `git http-backend` behind /scm/PROJECT/slug.git.
class ScmBackend {
 public:
  ScmBackend(const Entities& entities, Deliveries& deliveries, Clock clock, std::string version)
      : entities_(entities),
        deliveries_(deliveries),
        clock_(std::move(clock)),
        version_(std::move(version)) {}

  /// Whether a request is part of a push.
  static bool writes(const HttpRequest& request, const std::string& sub_path);
  /// Answers a request; `sub_path` is what follows the repository, "/info/refs", and `writing` what
  /// writes() says of them.
  void answer(const HttpRequest& request, HttpResponse& response, const RepositoryPtr& repository,
              const std::string& sub_path, bool writing, const User& user);

 private:
  void push(const HttpRequest& request, HttpResponse& response, const RepositoryPtr& repository,
            const std::string& sub_path, const User& user);

  const Entities& entities_;
  Deliveries& deliveries_;
  const Clock clock_;
  const std::string version_;
};

}  // namespace bitbucket::inline v0_1::testing::embedded
