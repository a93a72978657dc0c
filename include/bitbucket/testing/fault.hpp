#pragma once

#include <chrono>
#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include <bitbucket/detail/export.hpp>

namespace bitbucket::inline v0_1::testing {

/// An answer of your own.
struct FaultAnswer {
  int status = 200;                                               ///< of HTTP
  std::vector<std::pair<std::string, std::string>> headers = {};  ///< names and values
  std::string body = {};                                          ///< as sent
};

/// How an answer goes wrong; made by the functions in `faults`.
struct Fault {
  /// What is done to the bytes on their way out.
  enum class Wire {
    untouched,
    gzip,
    length_off,  ///< Content-Length by `amount`
    length_text,
    two_lengths,
    coding,
    no_length,
    cut_head,
    cut,
    part,
    overlong,
    late,
    reset,
    stall,
    drip,
    interim,
    endless_headers,
    endless_body,
    status_line,
  };
  /// A place in an answer: before its first byte, within its head, between head and body, within
  /// its body, after it.
  enum class Place { before, head, after_head, body, after };

  std::string name = {};  ///< as GitServerRequest::fault shows it
  /// Sent instead of the honest answer, and then nothing is done for the request; without one the
  /// request is carried out and only its answer suffers.
  std::optional<FaultAnswer> answer = {};
  Wire wire = Wire::untouched;  ///< what happens on the way out
  Place place = Place::before;  ///< of a reset or a stall
  std::int64_t amount = 0;      ///< bytes or answers, as the fault counts
  /// Between the pieces of a slow drip, or before late bytes.
  std::chrono::milliseconds interval = std::chrono::milliseconds(0);
  std::string text = {};      ///< what stands where something else should
  bool of_bitbucket = false;  ///< the answer's body is written as the server's version does
};

/// Which requests meet a fault: of those that method and path fit, `times` from the `first` on.
struct FaultRule {
  std::string method = {};  ///< any when empty
  /// Without the context path, decoded; a {placeholder} fits one segment and {name...} all that
  /// follow ("/rest/api/1.0/projects/{project}/repos/{repo}").  Any when empty.
  std::string path = {};
  int first = 1;     ///< request that meets it, counted by this rule
  int times = 1;     ///< 0: for ever
  Fault fault = {};  ///< what happens to them
};

/// The faults a server can be told to have.  Answers look like those of a real Bitbucket; what
/// happens below HTTP happens to the honest answer, or to Fault::answer if that is set.
namespace faults {

/// 429 with this Retry-After.
BITBUCKET_EXPORT Fault too_many_requests(std::chrono::seconds retry_after);
/// 429 with any text as its Retry-After, without one when empty.
BITBUCKET_EXPORT Fault too_many_requests(const std::string& retry_after = {});
/// 401: too many wrong passwords, a person must pass a captcha first.
BITBUCKET_EXPORT Fault captcha_required();
/// 403: a mutating request was taken for one forged in a browser.
BITBUCKET_EXPORT Fault xsrf_refused();
/// 409: somebody else changed the pull request, which has this version now.
BITBUCKET_EXPORT Fault version_conflict(int current_version = 1);
/// 200 with the HTML of the login page.
BITBUCKET_EXPORT Fault login_page();
/// 302 to the login page.
BITBUCKET_EXPORT Fault login_redirect();
/// An error as XML, as the application container writes it.
BITBUCKET_EXPORT Fault xml_error(int status = 500);
/// 404 of the router: this version has no such API.
BITBUCKET_EXPORT Fault no_such_route();
/// 404 as an HTML page, from outside the REST API.
BITBUCKET_EXPORT Fault dead_link();
/// 404: the thing asked for does not exist.
BITBUCKET_EXPORT Fault no_such_entity();
/// 200 with no body.
BITBUCKET_EXPORT Fault empty_answer();
/// 503, or another status, with an HTML page as proxies write it.
BITBUCKET_EXPORT Fault server_error(int status = 503);
/// An answer of your own.
BITBUCKET_EXPORT Fault answer(int status,
                              std::vector<std::pair<std::string, std::string>> headers = {},
                              std::string body = {});

/// The answer in gzip, whether it was asked for or not.
BITBUCKET_EXPORT Fault gzip();
/// JSON of so many bytes in gzip, a hundredth and less of it on the wire.
BITBUCKET_EXPORT Fault gzip_bomb(std::size_t unpacked = std::size_t{64} << 20);
/// A Content-Length that is `off` more than the body (less when negative); the connection stays
/// open when it is less, so that the surplus waits for the next request.
BITBUCKET_EXPORT Fault wrong_length(std::int64_t off);
/// This text as the Content-Length; then the connection ends.
BITBUCKET_EXPORT Fault length_text(const std::string& text);
/// The right Content-Length and a second one that is `off` more.
BITBUCKET_EXPORT Fault two_lengths(std::int64_t off = 1);
/// This Transfer-Encoding beside the right length; the connection ends within the body.
BITBUCKET_EXPORT Fault transfer_encoding(const std::string& coding = "identity");
/// No Content-Length: the body ends with the connection.
BITBUCKET_EXPORT Fault no_length();
/// 206 in place of the status, with a Content-Range, as if a part had been requested.
BITBUCKET_EXPORT Fault partial_content();
/// So many bytes of the head and an orderly end of the connection.
BITBUCKET_EXPORT Fault cut_head(std::size_t after);
/// The head, so many bytes of the body and an orderly end of the connection.
BITBUCKET_EXPORT Fault cut_body(std::size_t after = 0);
/// This behind the announced end of the body; the connection stays open.
BITBUCKET_EXPORT Fault overlong_body(const std::string& surplus);
/// This behind the announced end of the body, so much later; the connection stays open.
BITBUCKET_EXPORT Fault late_bytes(const std::string& surplus, std::chrono::milliseconds after);
/// A connection reset at this place.
BITBUCKET_EXPORT Fault reset(Fault::Place place);
/// Silence from this place on, until the client goes away or the server stops.
BITBUCKET_EXPORT Fault stall(Fault::Place place);
/// The answer in pieces of so many bytes, with a wait between them.
BITBUCKET_EXPORT Fault slow_drip(std::size_t bytes, std::chrono::milliseconds interval);
/// This interim answer (100, 102, 103, ...) before the honest one, `count` times.
BITBUCKET_EXPORT Fault interim_answers(int status = 100, std::size_t count = 1);
/// Headers until the client goes away.
BITBUCKET_EXPORT Fault endless_headers();
/// A body until the client goes away.
BITBUCKET_EXPORT Fault endless_body();
/// This text instead of the status line.
BITBUCKET_EXPORT Fault bad_status_line(const std::string& line = "HTP/1.1 200 OK");

}  // namespace faults
}  // namespace bitbucket::inline v0_1::testing
