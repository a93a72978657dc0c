#pragma once

#include <chrono>
#include <cstddef>
#include <memory>
#include <optional>
#include <stdexcept>
#include <string>
#include <string_view>
#include <vector>

#include <bitbucket/detail/export.hpp>
#include <bitbucket/json.hpp>
#include <bitbucket/print.hpp>

namespace bitbucket::inline v0_1 {

/// The root of everything this library throws.  Its predicates tell the caller what to do.  A
/// predicate that does not apply to an error is false, so `catch (const Error&)` is enough.
class BITBUCKET_EXPORT Error : public std::runtime_error {
 public:
  /// Makes what() one line of valid UTF-8 that is safe to show, by replacing control and invisible
  /// characters.
  explicit Error(const std::string& what);
  ~Error() override;

  /// The requested thing does not exist, or this user may not see it.
  [[nodiscard]] virtual bool is_not_found() const noexcept { return false; }
  /// Somebody else changed it first, or it already exists (409).
  [[nodiscard]] virtual bool is_conflict() const noexcept { return false; }
  /// The server does not know who is asking: the credentials are missing, wrong or expired, or the
  /// server answered with a login page.
  [[nodiscard]] virtual bool is_unauthenticated() const noexcept { return false; }
  /// The user is known but may not do this (Bitbucket answers 401 AuthorisationException or 403).
  [[nodiscard]] virtual bool is_forbidden() const noexcept { return false; }
  /// The server asks the client to slow down (429).
  [[nodiscard]] virtual bool is_rate_limited() const noexcept { return false; }
  /// Sending the same call again is safe and may succeed.
  [[nodiscard]] virtual bool is_retryable() const noexcept { return false; }
  /// The server may have acted on the request: it may have received the request and did not refuse
  /// it.
  [[nodiscard]] virtual bool may_have_acted() const noexcept { return false; }
};

/// An entry of the `errors` array of an answer.
struct ErrorEntry {
  std::string context = {};  ///< the field at fault; empty when there is none
  std::string message = {};  ///< the message from Bitbucket
  /// The Java class, for example com.atlassian...NoSuchRepositoryException.
  std::string exception_name = {};
  RawJson extras = {};  ///< all other members, as an object (currentVersion, vetoes, details, ...)

  /// Returns the last segment of exception_name, which is the part that is stable across versions.
  [[nodiscard]] BITBUCKET_EXPORT std::string_view exception() const noexcept;
  friend bool operator==(const ErrorEntry&, const ErrorEntry&) = default;
};

/// What is known about an answer that became an error.
struct ErrorAnswer {
  int status = 0;                       ///< HTTP status
  std::string method = {};              ///< HTTP method
  std::string path = {};                ///< path of the request, without host and query
  std::string content_type = {};        ///< Content-Type of the answer
  std::string request_id = {};          ///< X-AREQUESTID, which the server's access log shows too
  std::string body = {};                ///< first 64 KiB of the body
  std::vector<ErrorEntry> errors = {};  ///< every entry, in order
  std::optional<std::chrono::seconds> retry_after = {};  ///< the wait that the server asked for
  std::string location = {};    ///< target of a redirect, without its query
  bool login_page = false;      ///< the answer leads to, or is, a login page
  bool captcha = false;         ///< the account is locked until a captcha is solved
  bool unrouted = false;        ///< a 404 of the router: this version has no such API
  bool may_have_acted = false;  ///< the server may have acted on an earlier attempt of the call
  bool repeatable = false;      ///< sending the request twice does no harm
};

/// The server answered with an error.
class BITBUCKET_EXPORT ApiError : public Error {
 public:
  /// Makes what() from the answer.
  explicit ApiError(ErrorAnswer answer);
  /// Uses `what` as the text.
  ApiError(ErrorAnswer answer, const std::string& what);
  ~ApiError() override;

  /// Returns the HTTP status.
  [[nodiscard]] int status() const noexcept { return answer_->status; }
  /// Returns every entry of the answer's `errors`, in order.
  [[nodiscard]] const std::vector<ErrorEntry>& errors() const noexcept { return answer_->errors; }
  /// Returns the method of the request.
  [[nodiscard]] const std::string& method() const noexcept { return answer_->method; }
  /// Returns the path of the request, without host and query.
  [[nodiscard]] const std::string& path() const noexcept { return answer_->path; }
  /// Returns X-AREQUESTID, which the server's access log shows too; empty when absent.
  [[nodiscard]] const std::string& request_id() const noexcept { return answer_->request_id; }
  /// Returns the Content-Type of the answer.
  [[nodiscard]] const std::string& content_type() const noexcept { return answer_->content_type; }
  /// Returns the first 64 KiB of the body as it arrived; what() never contains it.
  [[nodiscard]] const std::string& body() const noexcept { return answer_->body; }
  /// Returns how long the server asks the client to wait, if the server says so.
  [[nodiscard]] std::optional<std::chrono::seconds> retry_after() const noexcept {
    return answer_->retry_after;
  }
  /// The account must pass a captcha in the browser before any password is accepted again.
  [[nodiscard]] bool is_captcha_required() const noexcept { return answer_->captcha; }
  /// The 404 came from the router: this server version has no such API.
  [[nodiscard]] bool is_unrouted() const noexcept { return answer_->unrouted; }
  /// An entry has this exception; only the class name is compared, not its package.
  [[nodiscard]] bool has_exception(std::string_view simple_name) const noexcept;

  [[nodiscard]] bool is_not_found() const noexcept override;
  [[nodiscard]] bool is_conflict() const noexcept override;
  [[nodiscard]] bool is_unauthenticated() const noexcept override;
  [[nodiscard]] bool is_forbidden() const noexcept override;
  [[nodiscard]] bool is_rate_limited() const noexcept override;
  [[nodiscard]] bool is_retryable() const noexcept override;
  [[nodiscard]] bool may_have_acted() const noexcept override;

 private:
  std::shared_ptr<const ErrorAnswer> answer_;  // copying an exception must not throw
};

/// What the OAuth provider objects to, read from the body or the WWW-Authenticate header.
struct OAuthProblem {
  std::string problem = {};              ///< oauth_problem, for example token_expired
  std::string advice = {};               ///< oauth_problem_advice
  std::vector<std::string> absent = {};  ///< oauth_parameters_absent
  /// Names in oauth_parameters_rejected, without their values.
  std::vector<std::string> rejected = {};
  std::string acceptable_timestamps = {};  ///< "from-to", in seconds
};

/// The server refused an OAuth request and said why.
class BITBUCKET_EXPORT OAuthError : public ApiError {
 public:
  /// Describes an answer that had an oauth_problem.
  OAuthError(ErrorAnswer answer, OAuthProblem problem);
  ~OAuthError() override;

  /// Returns everything that the provider said.
  [[nodiscard]] const OAuthProblem& details() const noexcept { return *problem_; }
  /// Returns the name of the problem: timestamp_refused, token_rejected, permission_unknown, ...
  [[nodiscard]] const std::string& problem() const noexcept { return problem_->problem; }

  [[nodiscard]] bool is_unauthenticated() const noexcept override { return true; }
  [[nodiscard]] bool is_forbidden() const noexcept override { return false; }
  [[nodiscard]] bool is_not_found() const noexcept override { return false; }

 private:
  std::shared_ptr<const OAuthProblem> problem_;
};

/// No complete answer arrived.
class BITBUCKET_EXPORT TransportError : public Error {
 public:
  /// Where the attempt broke.
  enum class Kind {
    resolve,        ///< the host name is unknown
    connect,        ///< nothing answers at that address
    proxy,          ///< the proxy cannot be reached, or cannot reach the server
    proxy_refused,  ///< the proxy wants other credentials, or forbids the server
    tls,            ///< the handshake failed
    certificate,    ///< the server's certificate is not trusted, or ours cannot be used
    timeout,        ///< the time allowed for the call has run out
    reset,          ///< the connection broke
    cut,            ///< the answer ended before its announced end
    malformed,      ///< the answer is not HTTP, or contradicts itself about where it ends
    too_large,      ///< the answer exceeds ConnectionOptions::max_answer
    other,
  };
  /// `sent` says whether the server's application may have received the request, on this or an
  /// earlier attempt; `repeatable` says whether sending it twice does no harm, which a Transport
  /// cannot know.
  TransportError(Kind kind, const std::string& what, bool sent, bool repeatable = false);
  ~TransportError() override;

  /// Returns where the attempt broke.
  [[nodiscard]] Kind kind() const noexcept { return kind_; }
  [[nodiscard]] bool is_retryable() const noexcept override;
  [[nodiscard]] bool may_have_acted() const noexcept override { return sent_; }

 private:
  Kind kind_;
  bool sent_, repeatable_;
};

/// Returns the enumerator's name, for example "reset".
BITBUCKET_EXPORT std::string_view to_string(TransportError::Kind kind) noexcept;

/// A complete 2xx answer cannot be understood.
class BITBUCKET_EXPORT DecodeError : public Error {
 public:
  /// `pointer` is the JSON pointer (RFC 6901) of the value at fault, or empty for the whole
  /// document; `where` names the request that was answered, or is empty when the document is not an
  /// answer.
  DecodeError(std::string pointer, std::string reason, std::string_view where = {});
  ~DecodeError() override;

  /// Returns the JSON pointer of the value at fault.
  [[nodiscard]] const std::string& pointer() const noexcept { return data_->pointer; }
  /// Returns what is wrong with that value.
  [[nodiscard]] const std::string& reason() const noexcept { return data_->reason; }
  [[nodiscard]] bool may_have_acted() const noexcept override { return data_->answered; }

 private:
  struct Data {
    std::string pointer, reason;
    bool answered;
  };
  std::shared_ptr<const Data> data_;
};

/// The call's stop token was triggered.
class BITBUCKET_EXPORT Cancelled : public Error {
 public:
  /// `sent` says whether the server's application may have received a request of this call.
  explicit Cancelled(bool sent = true);
  ~Cancelled() override;

  [[nodiscard]] bool may_have_acted() const noexcept override { return sent_; }

 private:
  bool sent_;
};

/// An argument or option that cannot work, found before anything was sent.
class BITBUCKET_EXPORT InvalidArgument : public Error {
 public:
  using Error::Error;
  ~InvalidArgument() override;
};

}  // namespace bitbucket::inline v0_1
