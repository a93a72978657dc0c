#include "testing/oauth/signed_request.hpp"

#include <algorithm>

#include "base/trim.hpp"

namespace bitbucket::inline v0_1::testing::embedded {
namespace {

OAuthRefusal unreadable(const std::string& what) {
  return {"parameter_rejected", {{"oauth_problem_advice", what}}};
}

/// Splits at commas outside of quotes: a realm may contain some.
std::vector<std::string> split_list(std::string_view text) {
  std::vector<std::string> out(1);
  bool quoted = false;
  for (const char c : text) {
    if (c == '"') quoted = !quoted;
    if (c == ',' && !quoted)
      out.emplace_back();
    else
      out.back() += c;
  }
  return out;
}

/// `OAuth realm="..", name="value", ...`; the realm is no parameter.
Pairs parse_header(std::string_view header) {
  Pairs out;
  if (!equals_ignoring_case(header.substr(0, 6), "OAuth ")) return out;
  for (const std::string& part : split_list(header.substr(6))) {
    const std::string_view item = detail::trim(part);
    if (item.empty()) continue;
    const auto equal = item.find('=');
    if (equal == std::string::npos)
      throw unreadable("a part of the Authorization header has no '='");
    const std::string_view value = detail::trim(item.substr(equal + 1));
    if (value.size() < 2 || value.front() != '"' || value.back() != '"') {
      throw unreadable("a value in the Authorization header is not quoted");
    }
    const auto name = percent_decode(detail::trim(item.substr(0, equal)));
    const auto text = percent_decode(value.substr(1, value.size() - 2));
    if (!name || !text) throw unreadable("a broken escape in the Authorization header");
    if (!equals_ignoring_case(*name, "realm")) out.emplace_back(*name, *text);
  }
  return out;
}

}  // namespace

void SignedRequest::parse() {
  parameters = parse_header(authorization);
  const auto mark = target.find('?');
  for (const std::string& text :
       {mark == std::string::npos ? std::string() : target.substr(mark + 1), form}) {
    const auto pairs = parse_form(text);
    if (!pairs) throw unreadable("a broken escape in the query or the form");
    parameters.insert(parameters.end(), pairs->begin(), pairs->end());
  }
}

std::optional<std::string> SignedRequest::find(std::string_view name) const {
  const auto count = std::count_if(parameters.begin(), parameters.end(),
                                   [&](const auto& pair) { return pair.first == name; });
  if (count > 1 && name.starts_with("oauth_")) {
    throw OAuthRefusal{"parameter_rejected", {{"oauth_parameters_rejected", std::string(name)}}};
  }
  return find_value(parameters, name);
}

std::string SignedRequest::require(std::string_view name) const {
  const auto value = find(name);
  if (!value || value->empty()) {
    throw OAuthRefusal{"parameter_absent", {{"oauth_parameters_absent", std::string(name)}}};
  }
  return *value;
}

}  // namespace bitbucket::inline v0_1::testing::embedded
