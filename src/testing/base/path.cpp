#include "testing/base/path.hpp"

#include <algorithm>

namespace bitbucket::embedded {
namespace {

/// Adds one raw segment; the verdict on it.
PathSegments::Verdict add_segment(std::string_view raw, std::vector<std::string>& out) {
  const std::string_view plain = raw.substr(0, raw.find(';'));  // path parameters are nobody's
  const auto decoded = percent_decode(plain);
  if (!decoded || decoded->find('\0') != std::string::npos) return PathSegments::Verdict::bad;
  if (plain.empty() || decoded->find('/') != std::string::npos ||
      decoded->find('\\') != std::string::npos) {
    return PathSegments::Verdict::unrouted;
  }
  if (*decoded == ".") return PathSegments::Verdict::good;
  if (*decoded != "..") {
    out.push_back(*decoded);
  } else if (out.empty()) {
    return PathSegments::Verdict::bad;  // above the root
  } else {
    out.pop_back();
  }
  return PathSegments::Verdict::good;
}

}  // namespace

PathSegments split_path(std::string_view raw) {
  PathSegments out;
  if (!raw.starts_with('/')) {
    out.verdict = PathSegments::Verdict::bad;
    return out;
  }
  raw.remove_prefix(1);
  out.trailing_slash = raw.ends_with('/');
  if (out.trailing_slash) raw.remove_suffix(1);
  if (raw.empty()) return out;
  for (const std::string& segment : split(raw, '/')) {
    out.verdict = std::max(out.verdict, add_segment(segment, out.segments));
  }
  return out;
}

bool acceptable_target(std::string_view target) {
  return !target.empty() && std::all_of(target.begin(), target.end(), [](char c) {
    return c > ' ' && c < '\x7f' &&
           std::string_view("\"<>[\\]^`{|}").find(c) == std::string_view::npos;
  });
}

std::optional<Pairs> match(std::string_view pattern, const std::vector<std::string>& segments) {
  Pairs values;
  const std::vector<std::string> parts = split(pattern, '/');
  for (std::size_t i = 0; i < parts.size(); ++i) {
    if (i >= segments.size()) return std::nullopt;
    const std::string& part = parts[i];
    if (part.ends_with("...}")) {
      std::string rest = segments[i];
      for (std::size_t k = i + 1; k < segments.size(); ++k) rest += '/' + segments[k];
      values.emplace_back(part.substr(1, part.size() - 5), rest);
      return values;
    }
    if (part.starts_with('{')) {
      values.emplace_back(part.substr(1, part.size() - 2), segments[i]);
    } else if (part != segments[i]) {
      return std::nullopt;
    }
  }
  if (parts.size() != segments.size()) return std::nullopt;
  return values;
}

}  // namespace bitbucket::embedded
