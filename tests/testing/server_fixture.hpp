#pragma once

#include <cstdint>
#include <filesystem>
#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include <gtest/gtest.h>
#include <bitbucket/testing/git_server.hpp>
#include <nlohmann/json.hpp>

#include "support/repository_builder.hpp"

// What the tests of the embedded server talk to it with.  Shares no code with the server or the
// library: a socket, and signatures made with OpenSSL alone.
namespace server_test {

using bitbucket::testing::GitServer;
using bitbucket::testing::GitServerOptions;
using nlohmann::json;
using Headers = std::vector<std::pair<std::string, std::string>>;

inline const std::string kDemo = "/rest/api/1.0/projects/PRJ/repos/demo";
inline const std::string kProperties = "/rest/api/1.0/application-properties";

struct Answer {
  int status = 0;
  Headers headers;
  std::string body;

  [[nodiscard]] std::string header(std::string_view name) const;
  [[nodiscard]] json parsed() const { return json::parse(body); }
  /// Returns the last part of the first error's exceptionName.
  [[nodiscard]] std::string exception() const;
};

/// Sends exactly this and reads the answer to its end; status 0 when none came.
Answer send(int port, const std::string& method, const std::string& target,
            const Headers& headers = {}, const std::string& body = {});
/// Sends these bytes as they are.
std::string send_raw(int port, const std::string& bytes);

/// A connection that stays open.
class Connection {
 public:
  explicit Connection(int port);
  ~Connection();
  Connection(const Connection&) = delete;
  Connection& operator=(const Connection&) = delete;
  Answer get(const std::string& target, const Headers& headers = {});
  /// Sends these bytes as they are.
  void write(std::string_view bytes);
  /// Reads an answer; status 0 when none comes.
  Answer read();
  /// Waits until the peer closes; false when it does not for 10 s.
  bool closed_by_peer();

 private:
  int socket_ = -1;
};

inline const Headers kBearer{{"Authorization", "Bearer ann-token"}};
inline const Headers kNoCheck{{"X-Atlassian-Token", "no-check"}};
Headers operator+(Headers a, const Headers& b);
Headers basic(const std::string& user, const std::string& password);

/// The repositories the tests read: made once for all processes of a run when
/// BITBUCKET_TEST_SAMPLES names a folder for them.
struct Samples {
  std::filesystem::path folder;                    ///< of projects
  bitbucket::test_support::SmallRepository small;  ///< PRJ/demo
  bitbucket::test_support::RichRepository rich;    ///< PRJ/rich
  bitbucket::test_support::WideHistory wide;       ///< BIG/wide, 3000 files
  std::string long_tip;                            ///< BIG/long, 2500 commits
};
const Samples& samples();

/// ann (admin of everything, ann-token), bob (writes, bob-token), eve (reads, eve-token).
GitServerOptions options();
/// A server with them and the samples.
std::unique_ptr<GitServer> serve(GitServerOptions with = options());

/// An RSA key made for this run.
class Key {
 public:
  /// Keys with the same name are the same.
  explicit Key(const std::string& name);
  [[nodiscard]] const std::string& public_pem() const { return public_pem_; }
  [[nodiscard]] const std::string& public_pkcs1() const { return public_pkcs1_; }
  [[nodiscard]] const std::string& private_pem() const { return private_pem_; }
  [[nodiscard]] std::string sign_sha1(const std::string& text) const;  ///< base64

 private:
  std::shared_ptr<void> key_;
  std::string public_pem_, public_pkcs1_, private_pem_;
};
const Key& key();

/// Signs requests as RFC 5849 says.
struct Signer {
  std::string consumer = "app";
  std::string token = {};  ///< sent unless `without_token`
  bool without_token = false;
  std::int64_t timestamp = 0;  ///< now when 0
  std::string nonce = {};      ///< a new one when empty
  std::string method = "RSA-SHA1";
  std::string version = "1.0";
  Headers oauth = {};  ///< more oauth_ parameters
  Headers form = {};   ///< decoded parameters of a form body

  [[nodiscard]] std::string authorization(const std::string& http_method, const std::string& origin,
                                          const std::string& target) const;
};
std::string encode(std::string_view text);
std::optional<std::string> decode(std::string_view text);
/// Takes `a=1&b=2` apart.
std::string form_value(const std::string& form, const std::string& name);

/// Keeps what webhooks send to it, and answers with a status.
class Receiver {
 public:
  struct Delivery {
    std::string target;  ///< "/hook?x=1"
    Headers headers;
    std::string body;
    [[nodiscard]] std::string header(std::string_view name) const;
  };
  /// Returns the status for a delivery.  Called from any thread.
  using Judge = std::function<int(const Delivery&)>;
  explicit Receiver(int status = 200);
  explicit Receiver(Judge judge);
  ~Receiver();
  Receiver(const Receiver&) = delete;
  Receiver& operator=(const Receiver&) = delete;
  [[nodiscard]] std::string url() const;
  [[nodiscard]] std::vector<Delivery> deliveries() const;

 private:
  struct State;
  std::unique_ptr<State> state_;
};
std::string hmac_sha256_hex(const std::string& key, const std::string& text);

}  // namespace server_test
