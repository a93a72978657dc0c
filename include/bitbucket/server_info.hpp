#pragma once

#include <string>

#include <bitbucket/family.hpp>
#include <bitbucket/model/server_info.hpp>

namespace bitbucket::inline v0_1 {

/// The server itself.
class BITBUCKET_EXPORT ServerInfo : public Family {
 public:
  /// Returns the version and name of the server.  GET /rest/api/1.0/application-properties
  [[nodiscard]] ApplicationProperties application_properties() const;
  /// Returns the name of the user that the server takes this client for; empty when anonymous.
  /// GET /rest/api/1.0/application-properties, header X-AUSERNAME
  [[nodiscard]] std::string who_am_i() const;

 private:
  using Family::Family;
  friend class BitbucketServer;
};

}  // namespace bitbucket::inline v0_1
