#include <algorithm>
#include <set>
#include <string>
#include <vector>

#include "testing/base/refusal.hpp"
#include "testing/handlers/family.hpp"
#include "testing/rest/revisions.hpp"

namespace bitbucket::inline v0_1::testing::embedded {
namespace {

constexpr std::size_t batch_size = 1000;  // commits asked of git at a time

/// Commits and what they changed.
class Commits final : public Family {
 public:
  using Family::Family;
  [[nodiscard]] std::span<const Route> routes() const override;

 private:
  void list(Call& call);
  void get(Call& call);
  void changes(Call& call);

  [[nodiscard]] std::vector<std::string> commit_texts(ServedRepository& repository,
                                                      const std::vector<std::string>& ids) const;
  [[nodiscard]] Json commit_counts(ServedRepository& repository,
                                   const git::HistoryQuery& query) const;
};

std::span<const Route> Commits::routes() const {
  static const Route all[] = {
      route<&Commits::list>("GET", "projects/{project}/repos/{repo}/commits"),
      route<&Commits::get>("GET", "projects/{project}/repos/{repo}/commits/{commit}"),
      route<&Commits::changes>("GET", "projects/{project}/repos/{repo}/commits/{commit}/changes"),
  };
  return all;
}

/// Returns the path of the query; git fails on one that leads out of the repository.
std::string path_of(const Call& call) {
  std::string path = call.value("path");
  const std::vector<std::string> parts = split(path, '/');
  const bool outside = path.starts_with('/') || path.find('\0') != std::string::npos ||
                       std::find(parts.begin(), parts.end(), "..") != parts.end();
  if (outside) throw invalid("path", "'" + path + "' is not a path inside a repository.");
  return path;
}

git::MergeFilter merges_of(const Call& call) {
  const std::string merges = call.value("merges");
  if (merges.empty() || equals_ignoring_case(merges, "include")) return git::MergeFilter::include;
  if (equals_ignoring_case(merges, "exclude")) return git::MergeFilter::exclude;
  if (equals_ignoring_case(merges, "only")) return git::MergeFilter::only;
  throw invalid("merges", "'" + merges + "' is not one of exclude, include, only.");
}

void Commits::list(Call& call) {
  const RepositoryPtr repository = this->repository(call);
  git::HistoryQuery query;
  query.merges = merges_of(call);
  query.path = path_of(call);
  query.follow = call.flag("followRenames") && !query.path.empty();
  bool missing = false;
  try {
    query.until = resolve(*repository, call.value("until"));
    if (const std::string since = call.value("since"); !since.empty()) {
      query.since = resolve(*repository, since);
    }
  } catch (const Refusal&) {
    if (!call.flag("ignoreMissing")) throw;
    missing = true;
  }
  Json more = Json::object();
  if (call.flag("withCounts")) {
    more =
        missing ? Json{{"authorCount", 0}, {"totalCount", 0}} : commit_counts(*repository, query);
  }
  const auto fetch = [&](std::size_t row, std::size_t count) {
    Rows rows;
    if (missing) return rows;
    const git::Slice slice = repository->git.history(query, row, count);
    rows.texts = commit_texts(*repository, slice.ids);
    rows.last = slice.last;
    return rows;
  };
  services_.pager.answer(call, services_.options.max_commits_limit, fetch, more);
}

git::CommitData commit_of(ServedRepository& repository, const Call& call) {
  return repository.git.commits({resolve(repository, call.param("commit"))}).front();
}

void Commits::get(Call& call) {
  const RepositoryPtr repository = this->repository(call);
  const git::CommitData commit = commit_of(*repository, call);
  Json out = services_.entities.commit(commit);
  Json parents = Json::array();
  for (const auto& parent : repository->git.commits(commit.parents)) {
    parents.push_back(services_.entities.commit(parent));
  }
  out["parents"] = std::move(parents);
  answer_json(call.response, out);
}

void Commits::changes(Call& call) {
  const RepositoryPtr repository = this->repository(call);
  const git::CommitData commit = commit_of(*repository, call);
  const std::string& id = commit.id;
  const std::string parent =
      commit.parents.empty() ? std::string(id.size(), '0') : commit.parents.front();
  if (const std::string since = call.value("since");
      !since.empty() && resolve(*repository, since) != parent) {
    throw invalid("since", "This server compares a commit with its first parent only.");
  }
  const auto found = repository->git.changes(id);
  const FactsPtr facts = repository->facts();
  const Json more{{"fromHash", parent}, {"toHash", id}, {"properties", {{"changeScope", "ALL"}}}};
  services_.pager.answer_rows(
      call, found->size(),
      [&](std::size_t i) { return dump(services_.entities.change(*facts, id, (*found)[i])); },
      more);
}

std::vector<std::string> Commits::commit_texts(ServedRepository& repository,
                                               const std::vector<std::string>& ids) const {
  const std::uint64_t version = services_.accounts.version();
  std::vector<CommitTexts::Text> found(ids.size());
  std::vector<std::string> missing;
  for (std::size_t i = 0; i < ids.size(); ++i) {
    found[i] = repository.texts.find(ids[i], version);
    if (!found[i]) missing.push_back(ids[i]);
  }
  std::vector<git::CommitData> commits;
  if (!missing.empty()) commits = repository.git.commits(missing);
  auto next = commits.begin();
  std::vector<std::string> out;
  out.reserve(found.size());
  for (auto& text : found) {
    if (!text) {
      text = std::make_shared<const std::string>(dump(services_.entities.commit(*next)));
      repository.texts.put(next->id, version, text);
      ++next;
    }
    out.push_back(*text);
  }
  return out;
}

Json Commits::commit_counts(ServedRepository& repository, const git::HistoryQuery& query) const {
  std::set<std::string> authors;
  for (std::size_t start = 0;; start += batch_size) {
    const git::Slice slice = repository.git.history(query, start, batch_size);
    for (const auto& commit : repository.git.commits(slice.ids))
      authors.insert(lower(commit.author.email));
    if (slice.last) break;
  }
  return {{"authorCount", authors.size()}, {"totalCount", repository.git.count(query)}};
}

}  // namespace

std::unique_ptr<Family> make_commits(Services& services) {
  return std::make_unique<Commits>(services);
}

}  // namespace bitbucket::inline v0_1::testing::embedded
