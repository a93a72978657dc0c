#pragma once

#include <memory>
#include <string>
#include <string_view>

struct evp_pkey_st;

namespace benchmarks {

/// Tells whether an OAuth 1.0a RSA-SHA1 signature is that of the request.  Shares no code with
/// those who sign.
class Verifier {
 public:
  /// The private key's file is as good as the public key's: what is needed is in both.
  explicit Verifier(const std::string& key_file);

  /// `base` is "http://host:port", `authorization` the value of that header.
  [[nodiscard]] bool accepts(std::string_view base, std::string_view target,
                             std::string_view authorization) const;

 private:
  std::shared_ptr<evp_pkey_st> key_;
};

}  // namespace benchmarks
