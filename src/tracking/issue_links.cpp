#include "tracking/issue_links.hpp"

#include <bitbucket/error.hpp>

namespace bitbucket::inline v0_1::tracking {

void check_issue(std::string_view issue) {
  if (issue.empty()) throw InvalidArgument("the key of an issue is empty");
}
void write_issue_links(Session&, ResolvePolicy, long long) {}
void resolve_issues_of_release(Session&, long long, long long) {}
void start_release(Session&, long long, long long) {}

}  // namespace bitbucket::inline v0_1::tracking
