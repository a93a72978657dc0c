#pragma once

#include <functional>

#include "testing/git/process.hpp"
#include "testing/net/http_message.hpp"

namespace bitbucket::inline v0_1::testing::embedded {

/// Runs a git command that is a CGI program: the request's body goes through a file to its standard
/// input, what it prints becomes the answer.  Throws std::runtime_error when it cannot be started.
/// `whole` waits for the end; otherwise the answer is streamed.  `received` is called once the body
/// is there, before the program starts.
void run_cgi(const git::Command& command, const HttpRequest& request, HttpResponse& response,
             bool whole, const std::function<void()>& received = {});

}  // namespace bitbucket::inline v0_1::testing::embedded
