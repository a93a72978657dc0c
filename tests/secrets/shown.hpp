#pragma once

#include <exception>
#include <set>
#include <string>

#include <bitbucket/server.hpp>

// All that a user can see of a call.
namespace bitbucket::test {

/// Returns all that can be read from an error, including the body.
inline std::string all_of(const std::exception& error) {
  std::string out = error.what();
  if (const auto* api = dynamic_cast<const ApiError*>(&error)) {
    out += '\n' + api->method() + '\n' + api->path() + '\n' + api->request_id() + '\n' +
           api->content_type() + '\n' + api->body();
    for (const ErrorEntry& entry : api->errors())
      out += '\n' + entry.context + '\n' + entry.message + '\n' + entry.exception_name + '\n' +
             entry.extras.text;
  }
  if (const auto* oauth = dynamic_cast<const OAuthError*>(&error)) {
    const OAuthProblem& problem = oauth->details();
    out += '\n' + problem.problem + '\n' + problem.advice + '\n' + problem.acceptable_timestamps;
    for (const auto& name : problem.absent) out += '\n' + name;
    for (const auto& name : problem.rejected) out += '\n' + name;
  }
  if (const auto* decode = dynamic_cast<const DecodeError*>(&error))
    out += '\n' + decode->pointer() + '\n' + decode->reason();
  return out;
}

/// Records all that it is shown.
class Observed {
 public:
  explicit Observed(ConnectionOptions& connection) {
    connection.observed_headers = {
        "Authorization", "proxy-authorization", "COOKIE",          "Set-Cookie",
        "X-Echo",        "X-AREQUESTID",        "Location",        "Date",
        "Content-Type",  "Retry-After",         "WWW-Authenticate"};
    connection.observer = [this](const Attempt& attempt) {
      text += std::string(attempt.path) + '\n' + std::string(attempt.error) + '\n' +
              std::string(attempt.request_id) + '\n';
      for (const Header& header : *attempt.headers) {
        text += header.name + ": " + header.value + '\n';
        names.insert(header.name);
      }
      ++attempts;
    };
  }
  std::string text;
  std::set<std::string> names;
  int attempts = 0;
};

}  // namespace bitbucket::test
