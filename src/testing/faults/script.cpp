#include "testing/faults/script.hpp"

#include <limits>
#include <utility>

#include <bitbucket/error.hpp>

namespace bitbucket::inline v0_1::testing::embedded {
namespace {

void check(const FaultRule& rule) {
  const std::string& path = rule.path;
  if (!path.empty() && path[0] != '/')
    throw InvalidArgument("the path \"" + path + "\" of a fault does not begin with a slash");
  for (std::size_t at = 0; (at = path.find('{', at)) != std::string::npos; ++at) {
    const auto end = path.find_first_of("/}", at);
    if (path[at - 1] != '/' || end == std::string::npos || path[end] != '}' ||
        (end + 1 < path.size() && path[end + 1] != '/'))
      throw InvalidArgument("a placeholder of \"" + path + "\" is not a whole segment");
  }
  if (rule.first < 1 || rule.times < 0)
    throw InvalidArgument(
        "a fault begins with the first request or a later one, and no number of "
        "times is negative");
}

}  // namespace

FaultScript::Counted::Counted(FaultRule given)
    : rule(std::move(given)),
      pattern(std::string_view(rule.path).substr(rule.path.empty() ? 0 : 1)) {}

bool FaultScript::Counted::fits(std::string_view method, std::string_view path,
                                const PathSegments& segments) const {
  if (!rule.method.empty() && !equals_ignoring_case(rule.method, method)) return false;
  if (rule.path.empty() || rule.path == path) return true;
  return segments.verdict == PathSegments::Verdict::good &&
         pattern.match(segments.segments).has_value();
}

void FaultScript::add(FaultRule rule) {
  check(rule);
  const std::scoped_lock lock(mutex_);
  rules_.emplace_back(std::move(rule));
}

void FaultScript::clear() {
  const std::scoped_lock lock(mutex_);
  rules_.clear();
}

std::optional<Fault> FaultScript::next(std::string_view method, std::string_view path) {
  const std::scoped_lock lock(mutex_);
  if (rules_.empty()) return std::nullopt;
  const PathSegments segments = split_path(path);
  const Fault* due = nullptr;
  for (Counted& counted : rules_) {
    const FaultRule& rule = counted.rule;
    if (!counted.fits(method, path, segments)) continue;
    if (counted.seen < std::numeric_limits<int>::max()) ++counted.seen;
    const int after = counted.seen - rule.first;
    if (after >= 0 && (rule.times == 0 || after < rule.times) && due == nullptr) due = &rule.fault;
  }
  return due != nullptr ? std::optional(*due) : std::nullopt;
}

}  // namespace bitbucket::inline v0_1::testing::embedded
