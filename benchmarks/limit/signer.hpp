#pragma once

#include <cstdint>
#include <memory>
#include <string>
#include <string_view>

#include "harness/options.hpp"

struct evp_pkey_st;
struct evp_pkey_ctx_st;
struct evp_md_st;

namespace benchmarks::limit {

/// Where a GET goes.  `before` and `after` are the query parameters that sort before and after
/// "oauth_", joined by '&' and in no need of encoding.
struct Target {
  std::string path;
  std::string encoded_url;  ///< percent-encoded base URL and path, which the signature wants
  std::string before, after;
};

void percent_encode(std::string& out, std::string_view text);

/// Signs with OAuth 1.0a RSA-SHA1 and prepares everything constant once.  For one thread.
class Signer {
 public:
  explicit Signer(const Options& options);

  /// Writes "Authorization: OAuth ..." over `header`, whose memory is used again.
  void sign(const Target& target, std::string& header);

 private:
  std::shared_ptr<evp_pkey_st> key_;
  std::shared_ptr<evp_pkey_ctx_st> context_;
  std::shared_ptr<evp_md_st> sha1_;
  std::string consumer_key_, token_;      // encoded
  std::string consumer_key_2_, token_2_;  // encoded twice, for the base string
  std::string nonce_;                     // random, with a counter at its end
  std::string bearer_;                    // the whole header of requests that are not signed
  std::uint64_t counter_ = 0;
  std::string base_string_;
  std::string signature_;
};

}  // namespace benchmarks::limit
