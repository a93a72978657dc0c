#include "tracking/stager.hpp"

#include <array>
#include <utility>

#include <bitbucket/error.hpp>

#include "tracking/text.hpp"

namespace bitbucket::inline v0_1::tracking {
namespace {

constexpr std::size_t longest_commit_id = 64, longest_repository = 300, longest_issue_key = 200;
constexpr std::size_t longest_text = std::size_t{256} * 1024 * 1024;  // bytes
constexpr std::size_t most_known = 4096;
constexpr std::size_t few_bytes = 256 * 1024;
constexpr long long many_commits = 5000;

[[noreturn]] void refuse(const CommitInput& commit, const std::string& why) {
  throw InvalidArgument("commit \"" + commit.id.substr(0, longest_commit_id) + "\" " + why);
}

void check_characters(const CommitInput& commit, std::string_view text, std::size_t longest,
                      const std::string& what) {
  if (text.size() > longest * 4 || !is_storable(text) || count_characters(text) > longest)
    refuse(commit, "has " + what + " that cannot be stored: write at most " +
                       std::to_string(longest) + " characters of UTF-8 without NUL");
}

void check_names(const CommitInput& commit) {
  if (commit.id.empty())
    throw InvalidArgument("a commit of repository \"" + commit.repository +
                          "\" has no id: set CommitInput::id");
  check_characters(commit, commit.id, longest_commit_id, "an id");
  if (commit.repository.empty() && commit.external_id.empty())
    refuse(commit, "has no repository: set CommitInput::repository or external_id");
  check_characters(commit, commit.repository, longest_repository, "a name of a repository");
  check_characters(commit, commit.external_id, longest_repository, "an id of a repository");
  if (commit.message && commit.message->size() > longest_text)
    refuse(commit, "has a message of more than 256 MiB: shorten it");
}

std::string_view word_of(const CommitInput& commit, const FileChange& file) {
  switch (file.type) {
    case FileChangeType::added:
      return "A";
    case FileChangeType::deleted:
      return "D";
    case FileChangeType::modified:
      return "M";
  }
  refuse(commit, "has a file with an unknown type of change: use a value of FileChangeType");
}

Value text_or_null(const std::optional<std::string>& text) {
  return text ? Value(std::string_view(*text)) : Value();
}

}  // namespace

Stager::Stager(Session& session, AuthorRule rule)
    : session_(session),
      tables_(session.staging_tables()),
      rule_(rule),
      commits_(session, "given_commits",
               "position, repository, hash, message, author, time, has_files, has_issues", 8),
      authors_(session, "given_authors", "number, email, name, time, position", 5),
      files_(session, "given_files", "position, path, type", 3),
      issues_(session, "staged_issues", "position, issue", 2) {}

void Stager::add(CommitInput& commit) {
  check_names(commit);
  Value message, time;
  long long milliseconds = 0;
  if (commit.message) {
    make_storable(*commit.message);
    message = std::string_view(*commit.message);
    tables_.bytes += commit.message->size();
  }
  tables_.bytes += 300;
  if (commit.timestamp) {
    milliseconds = commit.timestamp->time_since_epoch().count();
    time = milliseconds;
  }
  const Value repository = repository_of(commit), author = author_of_commit(commit, milliseconds);
  commits_.add({position_, repository, std::string_view(commit.id), message, author, time,
                commit.files ? 1LL : 0LL, commit.issues ? 1LL : 0LL});
  if (commit.files) add_files(commit);
  if (commit.issues) add_issues(commit);
  ++position_;
}

Given Stager::finish() {
  write_authors();
  given_.commits = position_ > 0;
  given_.many = position_ > many_commits;
  if (given_.many && !given_.few_files.empty()) write_files();  // their ids would need memory
  BulkInsert::finish(session_, {&commits_, &authors_, &files_, &issues_});
  write_repositories();  // after COPY, which would wait for their answers
  return std::move(given_);
}

Value Stager::repository_of(const CommitInput& commit) {
  key_.assign(commit.external_id).append(1, '\0').append(commit.repository);
  if (known_repositories_.size() >= most_known) {
    write_repositories();
    known_repositories_.clear();
  }
  const auto [found, is_new] = known_repositories_.try_emplace(key_, repository_count_);
  if (is_new) {
    ++repository_count_;
    new_repositories_.push_back({found->second, commit.external_id, commit.repository});
  }
  return found->second;
}

void Stager::write_repositories() {
  for (const Repository& repository : new_repositories_)
    session_.send("INSERT INTO given_repositories (number, external_id, name) VALUES ($1, $2, $3)",
                  {repository.number, std::string_view(repository.external_id),
                   std::string_view(repository.name)});
  new_repositories_.clear();
}

Value Stager::author_of_commit(const CommitInput& commit, long long time) {
  std::optional<GivenAuthor> author = author_of(commit, rule_);
  if (!author) return {};
  given_.authors = true;
  key_ = author->email;
  if (author->name) key_.append(1, '\0').append(*author->name);
  if (known_authors_.size() >= most_known) write_authors();
  const auto [found, is_new] = known_authors_.try_emplace(key_);
  Author& known = found->second;
  if (is_new)
    known = {author_count_++, time, position_, std::move(author->email), std::move(author->name)};
  else if (time > known.time)
    known.time = time, known.position = position_;
  return known.number;
}

void Stager::write_authors() {
  for (const auto& [key, author] : known_authors_)
    authors_.add({author.number, std::string_view(author.email), text_or_null(author.name),
                  author.time, author.position});
  known_authors_.clear();
}

void Stager::add_files(CommitInput& commit) {
  paths_.clear();
  for (FileChange& file : *commit.files) {
    if (file.path.empty()) refuse(commit, "has a file without a path: set FileChange::path");
    if (file.path.size() > longest_text)
      refuse(commit, "has a path of more than 256 MiB: leave it out");
    make_storable(file.path);
    if (!paths_.insert(file.path).second) continue;  // the first change of a path counts
    GivenFile given{position_, file.path, word_of(commit, file)};
    bytes_of_files_ += sizeof given + file.path.size();
    given_.few_files.push_back(std::move(given));
    if (given_.files || bytes_of_files_ > few_bytes) write_files();
  }
}

void Stager::write_files() {
  for (const GivenFile& file : given_.few_files) {
    files_.add({file.position, std::string_view(file.path), file.type});
    tables_.bytes += 50 + file.path.size();
  }
  given_.files = true;
  given_.few_files.clear();
  bytes_of_files_ = 0;
}

void Stager::add_issues(const CommitInput& commit) {
  given_.issues = true;
  for (const std::string& issue : *commit.issues) {
    if (issue.empty()) refuse(commit, "has an issue without a key: leave it out");
    check_characters(commit, issue, longest_issue_key, "a key of an issue");
    issues_.add({position_, std::string_view(issue)});
  }
}

}  // namespace bitbucket::inline v0_1::tracking
