#include "server/bytes_answer.hpp"

#include <algorithm>
#include <array>
#include <string>

#include "base/ascii.hpp"

namespace bitbucket::inline v0_1::server {
namespace {

/// In lower case: password fields, the forms of Atlassian's servers, single sign-on.
constexpr std::array<std::string_view, 7> signs = {
    "type=\"password\"", "type='password'", "type=password",  "_security_check",
    "j_username",        "os_username",     "\"samlrequest\""};

}  // namespace

detail::BytesFault find_fault(const Response& head, bool decoded) noexcept {
  if (head.status != 200 && head.status != 204) return detail::BytesFault::status;
  const std::string_view encoding = head.header("Content-Encoding");
  const bool plain = encoding.empty() || detail::equal_ignoring_case(encoding, "identity");
  return plain || decoded ? detail::BytesFault::none : detail::BytesFault::encoded;
}

bool may_be_login_page(const Response& head) noexcept {
  std::string_view type = head.header("Content-Type");
  type = type.substr(0, type.find_first_of("; \t"));
  return (detail::equal_ignoring_case(type, "text/html") ||
          detail::equal_ignoring_case(type, "application/xhtml+xml")) &&
         head.header("Content-Disposition").empty() && head.header("X-AUSERNAME").empty();
}

bool holds_login_form(std::string_view page) {
  std::string text(page);
  for (char& c : text) c = detail::lower(c);
  return std::any_of(signs.begin(), signs.end(),
                     [&](std::string_view sign) { return text.find(sign) != std::string::npos; });
}

}  // namespace bitbucket::inline v0_1::server
