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

/// Somebody the server knows.
struct GitServerUser {
  std::string name = {};          ///< for logging in
  std::string password = {};      ///< empty: no password is right
  std::string display_name = {};  ///< the name when empty
  std::string email = {};         ///< commits with this address are shown as this user's
  std::string slug = {};          ///< made from the name when empty
  std::int64_t id = 0;            ///< the next free one when 0
  /// What this user may do everywhere: "REPO_READ", "REPO_WRITE" (push), "REPO_ADMIN" (webhooks).
  std::string permission = "REPO_ADMIN";
};

/// An HTTP access token, `Authorization: Bearer <token>`.
struct GitServerToken {
  std::string token = {};  ///< what requests carry
  std::string user = {};   ///< whose it is
};

/// An application that signs its requests with OAuth 1.0a, RSA-SHA1.
struct GitServerConsumer {
  std::string key;                   ///< as the client sends it
  std::string public_key;            ///< PEM: PUBLIC KEY, RSA PUBLIC KEY or CERTIFICATE
  std::string name = {};             ///< shown on the approve page; the key when empty
  bool two_legged = false;           ///< takes requests with an empty oauth_token
  std::string two_legged_user = {};  ///< who such a request acts as; the first user when empty
  bool impersonation = false;        ///< two-legged with user_id or xoauth_requestor_id
};

/// What an embedded server is like; every default gives one that works.
struct GitServerOptions {
  std::string bind_address = "127.0.0.1";  ///< of an interface of this machine
  int port = 0;                            ///< 0: any free one
  std::string context_path = {};           ///< "/bitbucket"
  /// What the server takes for its own address, as behind a proxy: links carry it, and OAuth
  /// signatures must be made for it.  Empty: where it listens; signatures then follow `Host`.
  std::string public_url = {};
  /// What clients meet follows it: `archived` on repositories from 8.0 on, no `context` in errors
  /// from 9.4, no passwords from 10.0, ISO times in webhooks from 10.3.
  std::string version = "8.19.0";
  /// Basic takes access tokens only; unset: from version 10.0 on.
  std::optional<bool> block_passwords = {};

  /// When empty there is one, "admin" with password "admin".
  std::vector<GitServerUser> users = {};
  std::vector<GitServerToken> tokens = {};        ///< HTTP access tokens
  std::vector<GitServerConsumer> consumers = {};  ///< applications that sign
  bool anonymous_reads = false;                   ///< reading needs no credentials
  /// Request tokens are approved as soon as they are given out, for the first user.
  bool auto_approve = false;
  int captcha_after = 5;  ///< wrong passwords in a row

  /// How far a client's clock may be off.
  std::chrono::seconds timestamp_window = std::chrono::seconds(300);
  std::chrono::seconds request_token_lifetime = std::chrono::minutes(10);  ///< to be approved in
  /// Before it must be renewed.
  std::chrono::seconds access_token_lifetime = std::chrono::seconds(157'680'000);
  /// In which it can be renewed.
  std::chrono::seconds session_lifetime = std::chrono::seconds(160'272'000);
  /// The server's time; the system clock when empty.  Called from many threads.
  std::function<std::chrono::system_clock::time_point()> clock = {};

  std::size_t default_limit = 25;        ///< rows of a page when none is asked
  std::size_t max_page_limit = 1000;     ///< more is clamped
  std::size_t max_commits_limit = 1000;  ///< the same for commits
  std::size_t short_pages =
      0;  ///< a page has at most so many rows, whatever `limit` it echoes; 0: off
  /// Every so many-th page is empty although more follow; 0: off.  Cursors are then no row numbers.
  std::size_t empty_pages = 0;
  /// The default branch of an empty repository is a 204 instead of a NoDefaultBranchException.
  bool no_default_branch_is_204 = false;

  bool deliver_webhooks = true;  ///< false only keeps them
  /// How long a webhook's receiver may take for its whole answer.
  std::chrono::milliseconds delivery_timeout = std::chrono::seconds(10);
  bool mask_webhook_secrets = false;  ///< as newer servers do
  /// A folder: each OAuth request found right is appended to a file of this server in it, a JSON
  /// object a line.  Empty: the folder BITBUCKET_RECORD_SIGNED_REQUESTS names, if it is set.
  std::filesystem::path record_signed_requests = {};
  /// Where private clones for pushes go; a temporary folder, removed at the end, when empty.
  /// Two servers at a time must not share one.
  std::filesystem::path scratch = {};
};

/// An OAuth access token.
struct GitServerAccessToken {
  std::string token;           ///< oauth_token
  std::string token_secret;    ///< oauth_token_secret
  std::string session_handle;  ///< renews the token
};

/// One request the server answered.
struct GitServerRequest {
  std::string method = {};              ///< of HTTP
  std::string target = {};              ///< as on the wire, with the context path and the query
  std::string path = {};                ///< without them: "/rest/api/1.0/repos"
  int status = 0;                       ///< 0 when a fault kept it back
  std::string user = {};                ///< empty for an anonymous one
  std::string authentication = "none";  ///< "none", "basic", "bearer" or "oauth"
  std::uint64_t connection = 0;         ///< which one it came on, counted from 1
  std::string fault = {};               ///< the name of the one it met; empty for none
};

/// Serves ordinary git repositories through Bitbucket Server's REST API on a port of this machine,
/// with OAuth 1.0a, clone links that work and webhooks.  The repositories are only ever read: a
/// push goes to a private clone.  Every member may be called from any thread.
class BITBUCKET_EXPORT GitServer {
 public:
  /// Starts to listen.  Throws InvalidArgument when an option cannot work (a consumer's key, a
  /// token of an unknown user, ...), std::runtime_error when the port is not to be had.
  explicit GitServer(GitServerOptions options = {});
  /// Ends every connection and removes what was made.
  ~GitServer();
  GitServer(const GitServer&) = delete;
  GitServer& operator=(const GitServer&) = delete;

  /// Adds PROJECT/repo or PROJECT/repo.git for each repository two levels below `folder` and
  /// returns how many.  Throws std::runtime_error when the folder or a repository in it is missing.
  std::size_t add_projects_folder(const std::filesystem::path& folder);
  /// Adds the repository (or work tree) at `path` under a project key and a slug.
  void add_repository(const std::string& project, const std::string& slug,
                      const std::filesystem::path& path);
  /// Adds somebody; throws InvalidArgument when the name is taken.
  void add_user(const GitServerUser& user);
  /// Adds a token of a user who is there.
  void add_token(const GitServerToken& token);
  /// Adds an application; throws InvalidArgument when its key cannot be read.
  void add_consumer(const GitServerConsumer& consumer);

  /// Returns "http://127.0.0.1:40123/bitbucket".
  [[nodiscard]] std::string base_url() const;
  /// Returns the port it listens on.
  [[nodiscard]] int port() const noexcept;

  /// Answers the approve page for a user (the first one when empty) and returns the verifier.
  std::string approve(const std::string& request_token, const std::string& user = {});
  /// Refuses a request token.
  void deny(const std::string& request_token);
  /// Gives an application access without the three legs.
  GitServerAccessToken issue_access_token(const std::string& consumer_key, const std::string& user);
  /// Withdraws an access token.
  void revoke_access_token(const std::string& token);
  /// Lets a user try passwords again.
  void clear_captcha(const std::string& user);

  /// Adds a rule to the script of faults.  A request counts for every rule that it fits, and meets
  /// the fault of the first one that is due.  Throws InvalidArgument on a rule that fits nothing.
  void misbehave(FaultRule rule);
  /// Forgets the script.
  void behave();

  /// Waits until every webhook delivery due so far was tried; false when that takes too long.
  bool wait_for_deliveries(std::chrono::milliseconds timeout = std::chrono::seconds(10));

  /// Returns the requests answered so far, the newest 100,000.
  [[nodiscard]] std::vector<GitServerRequest> requests() const;
  /// Counts those of them to "GET /rest/api/1.0/repos", without context path and query.
  [[nodiscard]] std::size_t request_count(std::string_view method_and_path) const;
  /// Forgets them.
  void clear_requests();
  /// Returns how many connections were accepted.
  [[nodiscard]] std::uint64_t connections() const noexcept;

 private:
  class Impl;
  std::unique_ptr<Impl> impl_;
};

}  // namespace bitbucket::inline v0_1::testing
