#include "testing/handlers/ref_filter.hpp"

#include <algorithm>
#include <string>

#include "testing/base/refusal.hpp"
#include "testing/rest/entities.hpp"

namespace bitbucket::inline v0_1::testing::embedded {
namespace {

/// Exact matches first, then those that begin with the text, then the others.
int rank(const std::string& name, const std::string& text) {
  if (equals_ignoring_case(name, text)) return 0;
  return lower(name).starts_with(lower(text)) ? 1 : 2;
}

}  // namespace

std::vector<git::Ref> filter_refs(const Call& call, std::vector<git::Ref> refs) {
  const std::string text = call.value("filterText");
  const std::string order = call.value("orderBy");
  const bool by_date = equals_ignoring_case(order, "MODIFICATION");
  if (!order.empty() && !by_date && !equals_ignoring_case(order, "ALPHABETICAL")) {
    throw invalid("orderBy", "'" + order + "' is not one of ALPHABETICAL, MODIFICATION.");
  }
  std::erase_if(refs, [&](const git::Ref& ref) {
    return !contains_ignoring_case(display_name(ref.name), text);
  });
  if (by_date) {
    std::stable_sort(refs.begin(), refs.end(),
                     [](const auto& a, const auto& b) { return a.seconds > b.seconds; });
  }
  if (call.flag("boostMatches") && !text.empty()) {
    std::stable_sort(refs.begin(), refs.end(), [&](const auto& a, const auto& b) {
      return rank(display_name(a.name), text) < rank(display_name(b.name), text);
    });
  }
  return refs;
}

}  // namespace bitbucket::inline v0_1::testing::embedded
