#include "testing/handlers/api.hpp"

#include <algorithm>
#include <fstream>
#include <tuple>

// Branches and tags.
namespace bitbucket::embedded {
namespace {

std::string display(const plumbing::Ref& ref) {
  const auto slash = ref.name.find('/', ref.name.find('/') + 1);
  return slash == std::string::npos ? ref.name : ref.name.substr(slash + 1);
}

/// Exact matches first, then those that begin with the text, then the others.
int rank(const std::string& name, const std::string& text) {
  if (equals_ignoring_case(name, text)) return 0;
  return lower(name).starts_with(lower(text)) ? 1 : 2;
}

/// Applies filterText, orderBy and boostMatches.
std::vector<plumbing::Ref> select(const Call& call, std::vector<plumbing::Ref> refs) {
  const std::string text = call.value("filterText");
  const std::string order = call.value("orderBy");
  const bool by_date = equals_ignoring_case(order, "MODIFICATION");
  if (!order.empty() && !by_date && !equals_ignoring_case(order, "ALPHABETICAL")) {
    throw invalid("orderBy", "'" + order + "' is not one of ALPHABETICAL, MODIFICATION.");
  }
  std::erase_if(
      refs, [&](const plumbing::Ref& ref) { return !contains_ignoring_case(display(ref), text); });
  if (by_date) {
    std::stable_sort(refs.begin(), refs.end(),
                     [](const auto& a, const auto& b) { return a.seconds > b.seconds; });
  }
  if (call.flag("boostMatches") && !text.empty()) {
    std::stable_sort(refs.begin(), refs.end(), [&](const auto& a, const auto& b) {
      return rank(display(a), text) < rank(display(b), text);
    });
  }
  return refs;
}

}  // namespace

std::optional<plumbing::Ref> Api::default_branch(ServedRepository& repository) const {
  const std::string name = repository.git.default_branch();
  for (plumbing::Ref& ref : repository.git.branches()) {
    if (ref.name == name) return std::move(ref);
  }
  return std::nullopt;
}

std::optional<std::string> Api::default_commit(ServedRepository& repository) const {
  // Every page of commits asks for it: the HEAD file is read here, which costs no process.
  std::ifstream head(repository.git.git_dir() / "HEAD");
  std::string line;
  // With reftables the file is there for older gits only, and names no branch.
  if (std::getline(head, line) && line.starts_with("ref: ") && !line.ends_with("/.invalid")) {
    return repository.git.resolve(trim(line.substr(5)));
  }
  const auto branch = default_branch(repository);
  return branch ? std::optional(branch->commit) : std::nullopt;
}

Json Api::branch_details(ServedRepository& repository, const plumbing::Ref& ref,
                         const std::string& base) const {
  const std::string prefix = "com.atlassian.bitbucket.server.bitbucket-branch:";
  Json out = Json::object();
  if (!base.empty()) {
    plumbing::HistoryQuery ahead, behind;
    ahead.until = behind.since = ref.commit;
    ahead.since = behind.until = base;
    out[prefix + "ahead-behind-metadata-provider"] = {{"ahead", repository.git.count(ahead)},
                                                      {"behind", repository.git.count(behind)}};
  }
  const auto commits = repository.git.commits({ref.commit});
  if (!commits.empty()) out[prefix + "latest-commit-metadata"] = entities_.commit(commits.front());
  return out;
}

void Api::list_branches(Call& call) {
  const RepositoryPtr repository = this->repository(call);
  const std::vector<plumbing::Ref> found = select(call, repository->git.branches());
  const std::string main = repository->git.default_branch();
  const bool details = call.flag("details");
  std::string base;
  if (const std::string named = call.value("base"); !named.empty()) {
    base = resolve(*repository, named);
  } else if (details) {
    base = default_commit(*repository).value_or("");
  }
  pager_.answer(call, options_.max_page_limit, found.size(), [&](std::size_t i) {
    Json branch = entities_.branch(found[i], main);
    if (details) branch["metadata"] = branch_details(*repository, found[i], base);
    return dump(branch);
  });
}

void Api::list_tags(Call& call) {
  const RepositoryPtr repository = this->repository(call);
  const std::vector<plumbing::Ref> found = select(call, repository->git.tags());
  pager_.answer(call, options_.max_page_limit, found.size(),
                [&](std::size_t i) { return dump(entities_.tag(found[i])); });
}

void Api::get_default_branch(Call& call) {
  const RepositoryPtr repository = this->repository(call);
  if (const auto branch = default_branch(*repository)) {
    answer_json(call.response, entities_.branch(*branch, branch->name));
  } else if (options_.no_default_branch_is_204) {
    call.response.status = 204;
  } else {
    static_cast<void>(resolve(*repository, ""));  // throws what says so
  }
}

}  // namespace bitbucket::embedded
