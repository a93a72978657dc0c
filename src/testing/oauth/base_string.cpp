#include "testing/oauth/base_string.hpp"

#include <algorithm>

namespace bitbucket::inline v0_1::testing::embedded {
namespace {

/// Scheme and host in lower case, without the scheme's own port.
std::string canonical_origin(std::string_view origin) {
  std::string text = lower(origin);
  const std::string_view port = text.starts_with("https://") ? ":443" : ":80";
  if (text.ends_with(port)) text.erase(text.size() - port.size());
  return text;
}

}  // namespace

std::string signature_base(std::string_view method, std::string_view origin,
                           std::string_view raw_path, const Pairs& parameters) {
  Pairs sorted;
  for (const auto& [name, value] : parameters) {
    sorted.emplace_back(percent_encode(name), percent_encode(value));
  }
  std::sort(sorted.begin(), sorted.end());
  std::string text;
  for (const auto& [name, value] : sorted) {
    if (!text.empty()) text += '&';
    text += name + '=' + value;
  }
  std::string upper(method);
  for (char& c : upper) {
    if (c >= 'a' && c <= 'z') c = static_cast<char>(c - 'a' + 'A');
  }
  const std::string url = canonical_origin(origin) + std::string(raw_path.empty() ? "/" : raw_path);
  return upper + '&' + percent_encode(url) + '&' + percent_encode(text);
}

}  // namespace bitbucket::inline v0_1::testing::embedded
