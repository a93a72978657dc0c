#pragma once

#include <curl/curl.h>

#include <memory>
#include <string>
#include <utility>
#include <vector>

#include <nlohmann/json.hpp>

#include "harness/options.hpp"

struct evp_pkey_st;

namespace benchmarks::peer {

using Query = std::vector<std::pair<std::string, std::string>>;

/// The key, parsed once, and who signs.  Thread-safe.
class Account {
 public:
  explicit Account(const Options& options);
  [[nodiscard]] std::string authorization(const std::string& url, const Query& query) const;

 private:
  std::shared_ptr<evp_pkey_st> key_;
  std::string consumer_key_, token_;
};

/// A kept libcurl handle, as cpr::Session is one.  One thread.
class Session {
 public:
  Session(const Options& options, const Account& account);
  /// Returns the answer to a GET as JSON; throws unless it is a 200.
  nlohmann::json get(const std::string& path, const Query& query = {});

 private:
  const Options& options_;
  const Account& account_;
  std::unique_ptr<CURL, void (*)(CURL*)> easy_;
};

}  // namespace benchmarks::peer
