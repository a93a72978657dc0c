#include "testing/handlers/api.hpp"

#include <algorithm>
#include <limits>
#include <set>

// Commits, what they changed, and files at a commit.
namespace bitbucket::embedded {
namespace {

constexpr std::size_t kBatch = 1000;  // commits asked of git at a time

Refusal no_such_commit(const ServedRepository& repository, const std::string& revision) {
  return refusal(
      404, "Commit '" + revision + "' does not exist in repository '" + repository.name + "'.",
      "com.atlassian.bitbucket.commit.NoSuchCommitException");
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

plumbing::MergeFilter merges_of(const Call& call) {
  const std::string merges = call.value("merges");
  if (merges.empty() || equals_ignoring_case(merges, "include"))
    return plumbing::MergeFilter::include;
  if (equals_ignoring_case(merges, "exclude")) return plumbing::MergeFilter::exclude;
  if (equals_ignoring_case(merges, "only")) return plumbing::MergeFilter::only;
  throw invalid("merges", "'" + merges + "' is not one of exclude, include, only.");
}

std::string content_type(const std::string& path, const std::string& content) {
  if (content.find('\0') != std::string::npos) {
    for (const auto& [extension, type] : {std::pair{".png", "image/png"},
                                          {".jpg", "image/jpeg"},
                                          {".gif", "image/gif"},
                                          {".pdf", "application/pdf"}}) {
      if (lower(path).ends_with(extension)) return type;
    }
    return "application/octet-stream";
  }
  return "text/plain;charset=UTF-8";
}

}  // namespace

std::string Api::resolve(ServedRepository& repository, const std::string& revision) const {
  if (revision.empty()) {
    if (const auto id = default_commit(repository)) return *id;
    const std::string name = repository.git.default_branch();
    throw refusal(404,
                  "\"" + name + "\" is set as the default branch, but this branch does not exist",
                  "com.atlassian.bitbucket.repository.NoDefaultBranchException");
  }
  if (const auto id = repository.git.resolve(revision)) return *id;
  throw no_such_commit(repository, revision);
}

std::vector<std::string> Api::commit_texts(ServedRepository& repository,
                                           const std::vector<std::string>& ids) const {
  const std::uint64_t version = accounts_.version();
  std::vector<CommitTexts::Text> found(ids.size());
  std::vector<std::string> missing;
  for (std::size_t i = 0; i < ids.size(); ++i) {
    found[i] = repository.texts.find(ids[i], version);
    if (!found[i]) missing.push_back(ids[i]);
  }
  if (!missing.empty()) {
    const std::vector<plumbing::CommitData> commits = repository.git.commits(missing);
    std::size_t next = 0;
    for (auto& text : found) {
      if (text || next == commits.size()) continue;
      text = std::make_shared<const std::string>(dump(entities_.commit(commits[next])));
      repository.texts.put(commits[next].id, version, text);
      ++next;
    }
  }
  std::vector<std::string> out;
  out.reserve(found.size());
  for (const auto& text : found) out.push_back(text ? *text : std::string("null"));
  return out;
}

Json Api::commit_counts(ServedRepository& repository, const plumbing::HistoryQuery& query) const {
  std::set<std::string> authors;
  for (std::size_t start = 0;; start += kBatch) {
    const plumbing::Slice slice = repository.git.history(query, start, kBatch);
    for (const auto& commit : repository.git.commits(slice.ids))
      authors.insert(lower(commit.author.email));
    if (slice.last) break;
  }
  return {{"authorCount", authors.size()}, {"totalCount", repository.git.count(query)}};
}

void Api::list_commits(Call& call) {
  const RepositoryPtr repository = this->repository(call);
  plumbing::HistoryQuery query;
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
    const plumbing::Slice slice = repository->git.history(query, row, count);
    rows.texts = commit_texts(*repository, slice.ids);
    rows.last = slice.last;
    return rows;
  };
  pager_.answer(call, options_.max_commits_limit, fetch, more);
}

void Api::get_commit(Call& call) {
  const RepositoryPtr repository = this->repository(call);
  const std::string id = resolve(*repository, call.param("commit"));
  const auto commits = repository->git.commits({id});
  if (commits.empty()) throw no_such_commit(*repository, id);
  Json out = entities_.commit(commits.front());
  Json parents = Json::array();
  for (const auto& parent : repository->git.commits(commits.front().parents)) {
    parents.push_back(entities_.commit(parent));
  }
  out["parents"] = std::move(parents);
  answer_json(call.response, out);
}

void Api::list_changes(Call& call) {
  const RepositoryPtr repository = this->repository(call);
  const std::string id = resolve(*repository, call.param("commit"));
  const auto commits = repository->git.commits({id});
  if (commits.empty()) throw no_such_commit(*repository, id);
  const std::vector<std::string>& parents = commits.front().parents;
  const std::string parent = parents.empty() ? std::string(id.size(), '0') : parents.front();
  if (const std::string since = call.value("since");
      !since.empty() && resolve(*repository, since) != parent) {
    throw invalid("since", "This server compares a commit with its first parent only.");
  }
  const auto changes = repository->git.changes(id);
  const Json more{{"fromHash", parent}, {"toHash", id}, {"properties", {{"changeScope", "ALL"}}}};
  pager_.answer(
      call, options_.max_page_limit, changes->size(),
      [&](std::size_t i) { return dump(entities_.change(*repository, id, (*changes)[i])); }, more);
}

void Api::get_raw(Call& call) {
  const RepositoryPtr repository = this->repository(call);
  const std::string commit = resolve(*repository, call.value("at"));
  const std::string path = call.param("path");
  auto blob = std::make_shared<plumbing::Blob>(repository->git.file(commit, path));
  if (blob->type != plumbing::ObjectType::blob) {
    throw refusal(404, "The path \"" + path + "\" does not exist at revision \"" + commit + '"',
                  "com.atlassian.bitbucket.content.NoSuchPathException");
  }
  call.response.set("Content-Type", content_type(path, blob->content));
  call.response.set("X-Content-Type-Options", "nosniff");
  call.response.stream = [blob](const ByteSink& sink) {
    constexpr std::size_t piece = 64u << 10;
    for (std::size_t at = 0; at < blob->content.size(); at += piece) {
      if (!sink(std::string_view(blob->content).substr(at, piece))) return false;
    }
    return true;
  };
}

}  // namespace bitbucket::embedded
