#include "testing/faults/script.hpp"

#include <limits>
#include <utility>

#include <bitbucket/error.hpp>

#include "testing/base/path.hpp"

namespace bitbucket::embedded {
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

bool fits(const FaultRule& rule, std::string_view method, std::string_view path) {
  if (!rule.method.empty() && !equals_ignoring_case(rule.method, method)) return false;
  if (rule.path.empty() || rule.path == path) return true;
  const PathSegments asked = split_path(path);
  return asked.verdict == PathSegments::Verdict::good &&
         match(std::string_view(rule.path).substr(1), asked.segments).has_value();
}

}  // namespace

void FaultScript::add(FaultRule rule) {
  check(rule);
  const std::lock_guard lock(mutex_);
  rules_.push_back({std::move(rule)});
}

void FaultScript::clear() {
  const std::lock_guard lock(mutex_);
  rules_.clear();
}

std::optional<Fault> FaultScript::next(std::string_view method, std::string_view path) {
  const std::lock_guard lock(mutex_);
  const Fault* due = nullptr;
  for (auto& [rule, seen] : rules_) {
    if (!fits(rule, method, path)) continue;
    if (seen < std::numeric_limits<int>::max()) ++seen;
    const bool now = seen >= rule.first && (rule.times == 0 || seen - rule.first < rule.times);
    if (now && due == nullptr) due = &rule.fault;
  }
  return due != nullptr ? std::optional(*due) : std::nullopt;
}

}  // namespace bitbucket::embedded
