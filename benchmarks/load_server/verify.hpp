#pragma once

#include <memory>
#include <string>
#include <string_view>

struct evp_pkey_st;

namespace benchmarks {

/// Says whether a request has the right OAuth 1.0a RSA-SHA1 signature.  It shares no code with the
/// programs that sign.
class Verifier {
 public:
  /// Accepts the file of the private or of the public key, since both contain what is needed.
  explicit Verifier(const std::string& key_file);

  /// `base` is "http://host:port", `authorization` the value of that header.
  [[nodiscard]] bool accepts(std::string_view base, std::string_view target,
                             std::string_view authorization) const;

 private:
  std::shared_ptr<evp_pkey_st> key_;
};

}  // namespace benchmarks
