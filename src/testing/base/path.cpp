#include "testing/base/path.hpp"

#include <algorithm>

namespace bitbucket::inline v0_1::testing::embedded {
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
  if (raw.ends_with('/')) raw.remove_suffix(1);
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

PathPattern::PathPattern(std::string_view text) {
  for (const std::string& part : split(text, '/')) {
    if (part.ends_with("...}")) {
      parts_.push_back({Part::Kind::rest, part.substr(1, part.size() - 5)});
      return;
    }
    const bool placeholder = part.starts_with('{');
    parts_.push_back(placeholder ? Part{Part::Kind::segment, part.substr(1, part.size() - 2)}
                                 : Part{Part::Kind::text, part});
  }
}

std::optional<Pairs> PathPattern::match(const std::vector<std::string>& segments) const {
  const bool open = parts_.back().kind == Part::Kind::rest;
  if (segments.size() < parts_.size() || (segments.size() > parts_.size() && !open)) {
    return std::nullopt;
  }
  for (std::size_t i = 0; i < parts_.size(); ++i) {
    if (parts_[i].kind == Part::Kind::text && parts_[i].text != segments[i]) return std::nullopt;
  }
  Pairs values;
  for (std::size_t i = 0; i < parts_.size(); ++i) {
    if (parts_[i].kind != Part::Kind::text) values.emplace_back(parts_[i].text, segments[i]);
  }
  for (std::size_t i = parts_.size(); i < segments.size(); ++i) {
    values.back().second += '/' + segments[i];
  }
  return values;
}

}  // namespace bitbucket::inline v0_1::testing::embedded
