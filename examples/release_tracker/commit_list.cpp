#include "commit_list.hpp"

#include <algorithm>
#include <iterator>
#include <map>

#include "../plain_text.hpp"
#include "html.hpp"

namespace tracker {
namespace {

using bitbucket::TrackingStore;

std::string file_item(const bitbucket::FileChange& file) {
  std::string word = "modified";
  if (file.type == bitbucket::FileChangeType::added) word = "added";
  if (file.type == bitbucket::FileChangeType::deleted) word = "deleted";
  return "<li class=\"file\">" + escape(file.path) + " <span class=\"small\">" + word +
         "</span></li>\n";
}

std::string commit_item(const CommitRow& row) {
  std::string html = "<li class=\"commit\"><strong>" + escape(row.commit.title()) + "</strong>";
  for (const std::string& key : row.issues) html += ' ' + issue_link(key);
  html += "<br>\n<span class=\"small\"><code>" + escape(row.commit.short_id()) + "</code> by " +
          author(row.commit.author) + ", " + date(row.commit.timestamp) + ", " +
          escape(row.commit.repository) + "</span>\n";
  if (row.commit.message.size() > row.commit.title().size() + 1)
    html += "<details><summary>Message</summary><pre>" + escape(row.commit.message) +
            "</pre></details>\n";
  if (!row.files.empty()) {
    html += "<details open><summary>" + example::counted(row.files.size(), "file", "files") +
            "</summary><ul>\n";
    for (const bitbucket::FileChange& file : row.files) html += file_item(file);
    html += "</ul></details>\n";
  }
  return html + "</li>\n";
}

void add_issues(const TrackingStore& store, std::vector<CommitRow>& rows) {
  std::map<std::string, std::string> ids;  // of repositories, by name
  for (const auto& repository : store.repositories->list())
    ids[repository.name] = repository.external_id;
  for (CommitRow& row : rows)
    if (const auto id = ids.find(row.commit.repository); id != ids.end())
      row.issues = store.issues.of_commit(id->second, row.commit.id);
}

}  // namespace

std::vector<CommitRow> unreleased_commits(const TrackingStore& store, std::size_t limit) {
  std::vector<CommitRow> rows;
  for (const auto& repository : store.repositories->list())
    for (bitbucket::StoredCommit& commit :
         store.commits.unreleased(repository.external_id, limit + 1))
      rows.push_back({.commit = std::move(commit)});
  std::stable_sort(rows.begin(), rows.end(), [](const CommitRow& a, const CommitRow& b) {
    return a.commit.timestamp > b.commit.timestamp;
  });
  if (rows.size() > limit + 1) rows.resize(limit + 1);
  add_issues(store, rows);
  return rows;
}

std::vector<CommitRow> release_commits(const TrackingStore& store, const std::string& version,
                                       std::size_t first, std::size_t limit) {
  std::vector<CommitRow> rows;
  std::size_t i = 0;
  store.releases.visit_commits(version, [&](const bitbucket::StoredCommit& commit) {
    if (i >= first && i < first + limit) rows.push_back({.commit = commit});
    ++i;
  });
  std::map<std::pair<std::string, std::string>, CommitRow*> places;
  for (CommitRow& row : rows) places[{row.commit.repository, row.commit.id}] = &row;
  store.releases.visit_files(
      version, [&](const bitbucket::StoredCommit& commit, const bitbucket::FileChange& file) {
        const auto place = places.find({commit.repository, commit.id});
        if (place != places.end()) place->second->files.push_back(file);
      });
  add_issues(store, rows);
  return rows;
}

std::string date(bitbucket::Timestamp time) {
  return "<time datetime=\"" + example::utc(time) + "\">" + example::utc(time, "%Y-%m-%d %H:%M") +
         "</time>";
}

std::string author(const std::optional<bitbucket::CommitAuthor>& author) {
  if (!author) return "an unknown author";
  return "<span class=\"author\">" + escape(author->name.empty() ? author->email : author->name) +
         "</span>";
}

std::string issue_link(const std::string& key) {
  return "<span class=\"issue\">" + link("/issue", "key", key) + "</span>";
}

std::string commit_list(const std::vector<CommitRow>& rows) {
  std::string html = "<ul class=\"commits\">\n";
  for (const CommitRow& row : rows) html += commit_item(row);
  return html + "</ul>\n";
}

}  // namespace tracker
