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
  int status = 200;                                               ///< HTTP status
  std::vector<std::pair<std::string, std::string>> headers = {};  ///< names and values
  std::string body = {};                                          ///< the bytes to send
};

/// How an answer goes wrong; the functions in `faults` make one.
struct Fault {
  /// What happens to the bytes on their way out.
  enum class Wire {
    untouched,
    gzip,
    length_off,  ///< Content-Length is wrong by `amount`
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

  std::string name = {};  ///< name that GitServerRequest::fault shows
  /// An answer to send instead of the honest one; the request is then not carried out.  Without it
  /// the request is carried out and only its answer suffers.
  std::optional<FaultAnswer> answer = {};
  Wire wire = Wire::untouched;  ///< what happens to the bytes on their way out
  Place place = Place::before;  ///< where a reset or a stall happens
  std::int64_t amount = 0;      ///< number of bytes or of answers, depending on the fault
  /// Time between the pieces of a slow drip, or before late bytes.
  std::chrono::milliseconds interval = std::chrono::milliseconds(0);
  std::string text = {};      ///< text that replaces the right one
  bool of_bitbucket = false;  ///< the answer's body is written as the server's version writes it
};

/// Which requests meet a fault: among those that match the method and the path, `times` requests
/// beginning with the `first`.
struct FaultRule {
  std::string method = {};  ///< HTTP method; empty matches any
  /// Decoded path without the context path ("/rest/api/1.0/projects/{project}/repos/{repo}"); a
  /// {placeholder} matches one segment, and {name...} matches all that follow.  Empty matches any.
  std::string path = {};
  int first = 1;     ///< number of the first matching request that meets the fault
  int times = 1;     ///< number of requests that meet the fault; 0 for all of them
  Fault fault = {};  ///< what happens to these requests
};

/// The faults that a server can be told to have.  Answers look like those of a real Bitbucket.
/// Faults below HTTP affect the honest answer, or Fault::answer if that is set.
namespace faults {

/// 429 with this Retry-After.
BITBUCKET_EXPORT Fault too_many_requests(std::chrono::seconds retry_after);
/// 429 with any text as its Retry-After, or without a Retry-After when the text is empty.
BITBUCKET_EXPORT Fault too_many_requests(const std::string& retry_after = {});
/// 401 after too many wrong passwords: the user must pass a captcha first.
BITBUCKET_EXPORT Fault captcha_required();
/// 403: the server took a mutating request for one forged in a browser.
BITBUCKET_EXPORT Fault xsrf_refused();
/// 409: somebody else changed the pull request, which now has this version.
BITBUCKET_EXPORT Fault version_conflict(int current_version = 1);
/// 200 with the HTML of the login page.
BITBUCKET_EXPORT Fault login_page();
/// 302 to the login page.
BITBUCKET_EXPORT Fault login_redirect();
/// An error in XML, as the application container writes it.
BITBUCKET_EXPORT Fault xml_error(int status = 500);
/// 404 from the router: this version has no such API.
BITBUCKET_EXPORT Fault no_such_route();
/// 404 with an HTML page, as outside the REST API.
BITBUCKET_EXPORT Fault dead_link();
/// 404: the requested thing does not exist.
BITBUCKET_EXPORT Fault no_such_entity();
/// 200 with no body.
BITBUCKET_EXPORT Fault empty_answer();
/// 503, or another status, with an HTML page as proxies write it.
BITBUCKET_EXPORT Fault server_error(int status = 503);
/// An answer of your own.
BITBUCKET_EXPORT Fault answer(int status,
                              std::vector<std::pair<std::string, std::string>> headers = {},
                              std::string body = {});

/// The answer in gzip, whether or not the client asked for it.
BITBUCKET_EXPORT Fault gzip();
/// Gzip that unpacks into this many bytes of JSON and has at most a hundredth of them on the wire.
BITBUCKET_EXPORT Fault gzip_bomb(std::size_t unpacked = std::size_t{64} << 20);
/// A Content-Length that is `off` more than the body, or less when negative.  When it is less, the
/// connection stays open, so that the surplus waits for the next request.
BITBUCKET_EXPORT Fault wrong_length(std::int64_t off);
/// This text as the Content-Length, and then the end of the connection.
BITBUCKET_EXPORT Fault length_text(const std::string& text);
/// The right Content-Length and a second one that is `off` more.
BITBUCKET_EXPORT Fault two_lengths(std::int64_t off = 1);
/// This Transfer-Encoding next to the right length; the connection ends within the body.
BITBUCKET_EXPORT Fault transfer_encoding(const std::string& coding = "identity");
/// No Content-Length: the body ends with the connection.
BITBUCKET_EXPORT Fault no_length();
/// Status 206 with a Content-Range, as if a part had been requested.
BITBUCKET_EXPORT Fault partial_content();
/// This many bytes of the head, then an orderly end of the connection.
BITBUCKET_EXPORT Fault cut_head(std::size_t after);
/// The head and this many bytes of the body, then an orderly end of the connection.
BITBUCKET_EXPORT Fault cut_body(std::size_t after = 0);
/// This text after the announced end of the body; the connection stays open.
BITBUCKET_EXPORT Fault overlong_body(const std::string& surplus);
/// This text some time after the announced end of the body; the connection stays open.
BITBUCKET_EXPORT Fault late_bytes(const std::string& surplus, std::chrono::milliseconds after);
/// A connection reset at this place.
BITBUCKET_EXPORT Fault reset(Fault::Place place);
/// Silence from this place on, until the client leaves or the server stops.
BITBUCKET_EXPORT Fault stall(Fault::Place place);
/// The answer in pieces of this many bytes, with a wait between them.
BITBUCKET_EXPORT Fault slow_drip(std::size_t bytes, std::chrono::milliseconds interval);
/// This interim answer (100, 102, 103, ...) before the honest one, `count` times.
BITBUCKET_EXPORT Fault interim_answers(int status = 100, std::size_t count = 1);
/// Headers that do not end until the client leaves.
BITBUCKET_EXPORT Fault endless_headers();
/// A body that does not end until the client leaves.
BITBUCKET_EXPORT Fault endless_body();
/// This text instead of the status line.
BITBUCKET_EXPORT Fault bad_status_line(const std::string& line = "HTP/1.1 200 OK");

}  // namespace faults
}  // namespace bitbucket::inline v0_1::testing
