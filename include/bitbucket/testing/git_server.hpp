#pragma once

#include <chrono>
#include <cstddef>
#include <cstdint>
#include <filesystem>
#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include <bitbucket/detail/export.hpp>
#include <bitbucket/testing/fault.hpp>

namespace bitbucket::inline v0_1::testing {

/// A user that the server knows.
struct GitServerUser {
  std::string name = {};          ///< name to log in with
  std::string password = {};      ///< empty: every password is wrong
  std::string display_name = {};  ///< empty: the same as `name`
  std::string email = {};         ///< commits with this address are shown as this user's
  std::string slug = {};          ///< empty: derived from `name`
  std::int64_t id = 0;            ///< 0: the next free id
  /// What this user may do everywhere: "REPO_READ", "REPO_WRITE" (push), "REPO_ADMIN" (webhooks,
  /// and settings such as a repository's name).
  std::string permission = "REPO_ADMIN";
};

/// An HTTP access token, `Authorization: Bearer <token>`.
struct GitServerToken {
  std::string token = {};  ///< token that requests carry
  std::string user = {};   ///< name of its user
};

/// An application that signs its requests with OAuth 1.0a, RSA-SHA1.
struct GitServerConsumer {
  std::string key;                   ///< consumer key that the client sends
  std::string public_key;            ///< PEM: PUBLIC KEY, RSA PUBLIC KEY or CERTIFICATE
  std::string name = {};             ///< shown on the approve page; empty: the key
  bool two_legged = false;           ///< may make requests with an empty oauth_token
  std::string two_legged_user = {};  ///< user that these requests act as; empty: the first user
  bool impersonation = false;        ///< may name that user in user_id or xoauth_requestor_id
};

/// Options of an embedded server, which works with the defaults.
struct GitServerOptions {
  std::string bind_address = "127.0.0.1";  ///< address of an interface of this machine
  int port = 0;                            ///< 0: any free port
  std::string context_path = {};           ///< for example "/bitbucket"
  /// The address that the server takes for its own, as behind a proxy: links contain it, and OAuth
  /// signatures must be made for it.  Empty: the address it listens on, and signatures follow
  /// `Host`.
  std::string public_url = {};
  /// Version that the server imitates: repositories have `archived` from 8.0 on, errors have no
  /// `context` from 9.4, passwords do not work from 10.0, and webhooks have ISO times from 10.3.
  std::string version = "8.19.0";
  /// Basic authentication accepts only access tokens; unset: from version 10.0 on.
  std::optional<bool> block_passwords = {};

  /// Empty: one user, "admin" with the password "admin".
  std::vector<GitServerUser> users = {};
  std::vector<GitServerToken> tokens = {};        ///< HTTP access tokens
  std::vector<GitServerConsumer> consumers = {};  ///< applications that sign
  /// Allows reading without credentials.  The `public` setting of a repository does not affect it.
  bool anonymous_reads = false;
  /// Request tokens are approved for the first user as soon as they are issued.
  bool auto_approve = false;
  int captcha_after = 5;  ///< wrong passwords in a row that lead to a captcha

  /// How far a client's clock may be off.
  std::chrono::seconds timestamp_window = std::chrono::seconds(300);
  /// How long a request token can be approved and exchanged.
  std::chrono::seconds request_token_lifetime = std::chrono::minutes(10);
  /// How long an access token is valid.
  std::chrono::seconds access_token_lifetime = std::chrono::seconds(157'680'000);
  /// How long an access token can be renewed.
  std::chrono::seconds session_lifetime = std::chrono::seconds(160'272'000);
  /// The server's time; the system clock when empty.  Called from many threads.
  std::function<std::chrono::system_clock::time_point()> clock = {};

  std::size_t default_limit = 25;        ///< rows of a page when the request has no `limit`
  std::size_t max_page_limit = 1000;     ///< a larger `limit` is clamped to this
  std::size_t max_commits_limit = 1000;  ///< a larger `limit` for commits is clamped to this
  /// Most rows that a page has, whatever `limit` it echoes; 0: off.
  std::size_t short_pages = 0;
  /// Every n-th page is empty although more follow, and cursors are not row numbers; 0: off.
  std::size_t empty_pages = 0;
  /// The default branch of an empty repository is a 204 instead of a NoDefaultBranchException.
  bool no_default_branch_is_204 = false;

  bool deliver_webhooks = true;  ///< false only stores them
  /// How long a webhook's receiver may take for its whole answer.
  std::chrono::milliseconds delivery_timeout = std::chrono::seconds(10);
  bool mask_webhook_secrets = false;  ///< hides secrets in answers, as newer servers do
  /// Folder in which this server appends each accepted OAuth request to a file of its own, one JSON
  /// object per line.  Empty: the folder that BITBUCKET_RECORD_SIGNED_REQUESTS names, if it is set.
  std::filesystem::path record_signed_requests = {};
  /// Folder for the private clones that pushes go to, which two servers must not share at the same
  /// time.  Empty: a temporary folder that is removed at the end.
  std::filesystem::path scratch = {};
};

/// An OAuth access token.
struct GitServerAccessToken {
  std::string token;           ///< oauth_token
  std::string token_secret;    ///< oauth_token_secret
  std::string session_handle;  ///< renews the token
};

/// A request that the server answered.
struct GitServerRequest {
  std::string method = {};              ///< HTTP method
  std::string target = {};              ///< as sent, with the context path and the query
  std::string path = {};                ///< without context path and query: "/rest/api/1.0/repos"
  int status = 0;                       ///< 0 when a fault suppressed the answer
  std::string user = {};                ///< empty for an anonymous request
  std::string authentication = "none";  ///< "none", "basic", "bearer" or "oauth"
  std::uint64_t connection = 0;         ///< number of its connection, counted from 1
  std::string fault = {};               ///< name of the fault it met; empty for none
};

/// Serves ordinary git repositories through Bitbucket Server's REST API on a port of this machine,
/// with OAuth 1.0a, working clone links and webhooks.  It only reads the repositories: a push goes
/// to a private clone.  Every member may be called from any thread.
class BITBUCKET_EXPORT GitServer {
 public:
  /// Starts to listen.  Throws InvalidArgument when an option cannot work (a consumer's key, a
  /// token of an unknown user, ...), and std::runtime_error when the port is not available.
  explicit GitServer(GitServerOptions options = {});
  /// Ends every connection and removes everything that the server created.
  ~GitServer();
  GitServer(const GitServer&) = delete;
  GitServer& operator=(const GitServer&) = delete;

  /// Adds each repository two levels below `folder`, as PROJECT/repo or PROJECT/repo.git, and
  /// returns their number.  Throws std::runtime_error when the folder is missing or contains no
  /// repository.
  std::size_t add_projects_folder(const std::filesystem::path& folder);
  /// Adds the repository or work tree at `path` under a project key and a slug.
  void add_repository(const std::string& project, const std::string& slug,
                      const std::filesystem::path& path);
  /// Adds a user; throws InvalidArgument when the name is taken.
  void add_user(const GitServerUser& user);
  /// Adds a token for an existing user.
  void add_token(const GitServerToken& token);
  /// Adds an application; throws InvalidArgument when its key cannot be read.
  void add_consumer(const GitServerConsumer& consumer);

  /// Returns the server's base URL, for example "http://127.0.0.1:40123/bitbucket".
  [[nodiscard]] std::string base_url() const;
  /// Returns the port that the server listens on.
  [[nodiscard]] int port() const noexcept;

  /// Answers the approve page for a user (the first one when empty) and returns the verifier.
  std::string approve(const std::string& request_token, const std::string& user = {});
  /// Refuses a request token.
  void deny(const std::string& request_token);
  /// Gives an application access without the three legs.
  GitServerAccessToken issue_access_token(const std::string& consumer_key, const std::string& user);
  /// Withdraws an access token.
  void revoke_access_token(const std::string& token);
  /// Unlocks a user whom a captcha keeps from logging in.
  void clear_captcha(const std::string& user);

  /// Adds a rule to the script of faults.  A request counts for every rule that it matches, and
  /// meets the fault of the first rule that is due.  Throws InvalidArgument for a rule that matches
  /// nothing.
  void misbehave(FaultRule rule);
  /// Removes all rules.
  void behave();

  /// Waits until every webhook delivery due so far has been tried; returns false when that takes
  /// too long.
  bool wait_for_deliveries(std::chrono::milliseconds timeout = std::chrono::seconds(10));

  /// Returns the requests answered so far, up to the newest 100,000.
  [[nodiscard]] std::vector<GitServerRequest> requests() const;
  /// Counts the requests with this method and path, for example "GET /rest/api/1.0/repos", without
  /// the context path and the query.
  [[nodiscard]] std::size_t request_count(std::string_view method_and_path) const;
  /// Forgets all requests so far.
  void clear_requests();
  /// Returns how many connections the server has accepted.
  [[nodiscard]] std::uint64_t connections() const noexcept;

 private:
  class Impl;
  std::unique_ptr<Impl> impl_;
};

}  // namespace bitbucket::inline v0_1::testing
