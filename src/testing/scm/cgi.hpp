#pragma once

#include <functional>
#include <memory>
#include <string>
#include <vector>

#include "testing/net/http_message.hpp"

namespace bitbucket::embedded {

/// Runs a CGI program: the request's body goes through a file to its standard input, what it
/// prints becomes the answer.  Throws std::runtime_error when the program cannot be started.
/// `whole` waits for the end; otherwise the answer is streamed.  `received` is called once the body
/// is there, before the program starts.
void run_cgi(const std::vector<std::string>& command, const std::vector<std::string>& environment,
             const HttpRequest& request, HttpResponse& response, bool whole,
             const std::function<void()>& received = {});

}  // namespace bitbucket::embedded
