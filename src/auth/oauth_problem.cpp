#include "auth/oauth_problem.hpp"

#include <algorithm>
#include <string>
#include <string_view>
#include <utility>

#include "base/ascii.hpp"
#include "base/trim.hpp"
#include "http/encoding.hpp"

namespace bitbucket::inline v0_1::auth {
namespace {

// All of these texts come from whoever answered.  Their size is bounded, and only printable
// characters are kept.
constexpr std::size_t max_input = 64u << 10;
constexpr int max_parameters = 256;
constexpr std::size_t max_names = 32;
constexpr std::size_t max_name = 64;
constexpr std::size_t max_advice = 1024;

/// Keeps identifier characters only.
std::string identifier(std::string_view text) {
  std::string out;
  for (const char c : text.substr(0, max_name)) {
    const bool kept = (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') ||
                      c == '_' || c == '-' || c == '.';
    out += kept ? c : '?';
  }
  return out;
}

/// Returns one line of printable ASCII, in which each other character is a '?'.
std::string printable(std::string_view text) {
  std::string out;
  for (const unsigned char c : text.substr(0, max_advice)) {
    if (c >= 0x20 && c < 0x7f)
      out += static_cast<char>(c);
    else if (c < 0x80)
      out += ' ';
    else if (c >= 0xc0)  // the first byte of a multi-byte character
      out += '?';
  }
  return out;
}

/// Returns the names in "a&b" or "a=1&b=2" without the values, which may be secrets.
std::vector<std::string> names_in(std::string_view text) {
  std::vector<std::string> out;
  while (!text.empty() && out.size() < max_names) {
    const std::string_view pair = text.substr(0, text.find('&'));
    text.remove_prefix(std::min(text.size(), pair.size() + 1));
    const auto name = http::percent_decode(pair.substr(0, pair.find('=')), false);
    if (name && !name->empty()) out.push_back(identifier(*name));
  }
  return out;
}

/// Sets the member that `name` means, if it is still empty.  `value` has been decoded once.
void take(OAuthProblem& out, std::string_view name, std::string_view value) {
  if (name == "oauth_problem" && out.problem.empty()) out.problem = identifier(value);
  if (name == "oauth_problem_advice" && out.advice.empty()) out.advice = printable(value);
  if (name == "oauth_parameters_absent" && out.absent.empty()) out.absent = names_in(value);
  if (name == "oauth_parameters_rejected" && out.rejected.empty()) out.rejected = names_in(value);
  if (name == "oauth_acceptable_timestamps" && out.acceptable_timestamps.empty() &&
      value.find_first_not_of("0123456789-") == std::string_view::npos)
    out.acceptable_timestamps = value.substr(0, max_name);
}

void take_encoded(OAuthProblem& out, std::string_view name, std::string_view value) {
  const auto plain_name = http::percent_decode(name, false);
  const auto plain = http::percent_decode(value, false);
  if (plain_name && plain) take(out, *plain_name, *plain);
}

void read_body(OAuthProblem& out, std::string_view body) {
  body = detail::trim(body.substr(0, max_input));
  if (body.empty()) return;
  if (body[0] == '<' || body[0] == '{' || body[0] == '[') return;  // a page or JSON
  for (int i = 0; i < max_parameters && !body.empty(); ++i) {
    const std::string_view pair = body.substr(0, body.find('&'));
    body.remove_prefix(std::min(body.size(), pair.size() + 1));
    const std::size_t equals = pair.find('=');
    if (equals != std::string_view::npos)
      take_encoded(out, pair.substr(0, equals), pair.substr(equals + 1));
  }
}

/// Removes and returns the text before the next comma outside quotes.  Removes the comma too.
std::string_view next_item(std::string_view& text) noexcept {
  bool quoted = false;
  std::size_t i = 0;
  for (; i < text.size() && (quoted || text[i] != ','); ++i) {
    if (text[i] == '"') quoted = !quoted;
    if (text[i] == '\\' && quoted) ++i;
  }
  const std::string_view item = text.substr(0, i);
  text.remove_prefix(std::min(text.size(), i + 1));
  return detail::trim(item, detail::blanks);
}

std::string unquote(std::string_view text) {
  if (!text.starts_with('"')) return std::string(text);
  std::string out;
  for (std::size_t i = 1; i < text.size() && text[i] != '"'; ++i) {
    if (text[i] == '\\' && i + 1 < text.size()) ++i;
    out += text[i];
  }
  return out;
}

/// One header may hold several challenges: `Basic realm="x", OAuth realm="y", oauth_problem="z"`.
void read_challenges(OAuthProblem& out, std::string_view value) {
  value = value.substr(0, max_input);
  bool oauth = false;
  for (int i = 0; i < max_parameters && !value.empty(); ++i) {
    std::string_view item = next_item(value);
    const std::size_t equals = std::min(item.find('='), item.size());
    const std::size_t space = item.find_first_of(" \t");
    if (space < equals || equals == item.size()) {  // a scheme, perhaps with its first parameter
      oauth = detail::equal_ignoring_case(item.substr(0, space), "OAuth");
      item = space == std::string_view::npos ? std::string_view()
                                             : detail::trim(item.substr(space), detail::blanks);
    }
    const std::size_t assign = item.find('=');
    if (oauth && assign != std::string_view::npos)
      take_encoded(out, detail::trim(item.substr(0, assign), detail::blanks),
                   unquote(detail::trim(item.substr(assign + 1), detail::blanks)));
  }
}

}  // namespace

std::optional<OAuthProblem> parse_oauth_problem(const Response& response) {
  OAuthProblem out;
  read_body(out, response.body);
  for (const Header& header : response.headers)
    if (detail::equal_ignoring_case(header.name, "WWW-Authenticate"))
      read_challenges(out, header.value);
  if (out.problem.empty()) return std::nullopt;
  return out;
}

}  // namespace bitbucket::inline v0_1::auth
