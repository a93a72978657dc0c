#include "testing/scm/cgi.hpp"

#include <fcntl.h>
#include <unistd.h>

#include <cstdio>
#include <memory>
#include <stdexcept>
#include <string>
#include <utility>

#include "base/trim.hpp"

namespace bitbucket::inline v0_1::testing::embedded {
namespace {

constexpr std::size_t max_head = 64u << 10;

/// Puts the body into a file that has no name.
git::Descriptor spool(const HttpRequest& request) {
  std::FILE* file = std::tmpfile();
  if (file == nullptr) throw std::runtime_error("cannot make a temporary file");
  const bool whole = request.read_body([&](std::string_view piece) {
    return std::fwrite(piece.data(), 1, piece.size(), file) == piece.size();
  });
  std::fflush(file);
  git::Descriptor out(::fcntl(::fileno(file), F_DUPFD_CLOEXEC, 3));
  std::fclose(file);
  if (!whole || !out) throw std::runtime_error("the body of the request broke off");
  ::lseek(out.get(), 0, SEEK_SET);
  return out;
}

void read_head(git::Child& child, HttpResponse& response) {
  std::string line;
  for (std::size_t size = 0; size < max_head; size += line.size()) {
    if (!child.read_until('\n', line)) break;
    if (line.empty() || line == "\r") return;
    const auto colon = line.find(':');
    if (colon == std::string::npos) continue;
    const std::string name = line.substr(0, colon);
    const std::string_view value = detail::trim(std::string_view(line).substr(colon + 1));
    if (equals_ignoring_case(name, "Status")) {
      response.status = static_cast<int>(parse_integer(value.substr(0, 3)).value_or(500));
    } else if (!equals_ignoring_case(name, "Content-Length")) {
      response.set(name, std::string(value));
    }
  }
  throw std::runtime_error("the program gave no answer");
}

}  // namespace

void run_cgi(const git::Command& command, const HttpRequest& request, HttpResponse& response,
             bool whole, const std::function<void()>& received) {
  git::Descriptor input = spool(request);
  if (received) received();
  auto child = std::make_shared<git::Child>(command, std::move(input));
  read_head(*child, response);
  const auto pass_on = [child](const ByteSink& sink) {
    for (;;) {
      const std::string_view piece = child->read_some();
      if (piece.empty()) return child->wait() == 0;
      if (!sink(piece)) return false;
    }
  };
  if (!whole) {
    response.stream = pass_on;
    return;
  }
  std::string body;
  if (!pass_on([&](std::string_view piece) {
        body += piece;
        return true;
      })) {
    throw std::runtime_error("the program failed");
  }
  response.body = std::move(body);
}

}  // namespace bitbucket::inline v0_1::testing::embedded
