#include <bitbucket/api_path.hpp>

#include <algorithm>

#include <bitbucket/error.hpp>

namespace bitbucket::inline v0_1::detail {
namespace {

// Returns a boundary that no part contains.  It depends only on the content, so it is the same in
// every run.
std::string boundary_for(const Multipart& content) {
  for (unsigned n = 0;; ++n) {
    std::string boundary = "bitbucket-cpp-" + std::to_string(n);
    if (std::none_of(content.parts.begin(), content.parts.end(), [&](const Multipart::Part& part) {
          return part.content.find(boundary) != std::string::npos;
        }))
      return boundary;
  }
}

std::string quoted(const std::string& text) {
  if (text.find_first_of("\r\n\"") != std::string::npos)
    throw InvalidArgument("a name in a multipart body contains a quote or a line break");
  return '"' + text + '"';
}

}  // namespace

void CallSpec::append_literal() {
  const std::size_t end = std::min(operation.path.find('{', next_), operation.path.size());
  path += operation.path.substr(next_, end - next_);
  next_ = end;
}

void CallSpec::skip_placeholder() { next_ = operation.path.find('}', next_) + 1; }

void CallSpec::add(const Multipart& content, std::type_identity<Body<Multipart>>) {
  const std::string boundary = boundary_for(content);
  for (const Multipart::Part& part : content.parts) {
    body += "--" + boundary + "\r\nContent-Disposition: form-data; name=" + quoted(part.name);
    if (!part.filename.empty()) body += "; filename=" + quoted(part.filename);
    if (!part.content_type.empty()) body += "\r\nContent-Type: " + part.content_type;
    body += "\r\n\r\n" + part.content + "\r\n";
  }
  body += "--" + boundary + "--\r\n";
  content_type = "multipart/form-data; boundary=" + boundary;
}

}  // namespace bitbucket::inline v0_1::detail
