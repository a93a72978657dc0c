#pragma once

#include <string>
#include <string_view>
#include <vector>

#include <bitbucket/secret.hpp>
#include <bitbucket/transport.hpp>

namespace bitbucket::inline v0_1::auth {

/// Knows the secrets that are sent to a server and takes them out of what comes back: proxies and
/// applications in trouble echo requests, and their answers end up in error texts and logs.
class Redactor {
 public:
  /// One of fewer characters than this is not looked for: it would be found everywhere.
  static constexpr std::size_t shortest = 6;

  void add(std::string_view secret);
  /// Puts "[secret]" where a secret stands, also one that is percent-encoded or escaped for JSON.
  void redact(std::string& text) const;
  void redact(std::vector<Header>& headers) const;

 private:
  std::vector<Secret> forms_;
};

}  // namespace bitbucket::inline v0_1::auth
