// What examples/release_notes.cpp says about a release: reads it from a store, and writes it in
// three formats.
#pragma once
#include <algorithm>
#include <map>
#include <ostream>
#include <set>
#include <string>
#include <string_view>
#include <vector>

#include <bitbucket/tracking.hpp>
#include <nlohmann/json.hpp>

#include "plain_text.hpp"

namespace example {

// What a release has of a repository.
struct NotesRange {
  std::string repository = {};
  std::string from = {}, from_commit = {};  // empty: from the beginning
  std::string to = {}, to_commit = {};
};

struct NotesCommit {
  bitbucket::StoredCommit commit;
  std::vector<bitbucket::FileChange> files = {};
  std::vector<std::string> issues = {};
};

struct NotesAuthor {
  bitbucket::CommitAuthor author;
  std::size_t commits = 0;
};

struct NotesIssue {
  std::string key;
  std::string commit;  // the one that resolved the issue
};

struct Notes {
  std::string version = {};
  std::vector<NotesRange> ranges = {};
  std::vector<NotesCommit> commits = {};  // newest first
  std::vector<NotesAuthor> authors = {};
  std::vector<NotesIssue> issues = {};
  std::set<std::string> files = {};
};

// Reads a release.  `attached` are the repositories that it may have.
inline Notes read_notes(const bitbucket::TrackingStore& store, const std::string& version,
                        const std::vector<NotesRange>& ranges) {
  Notes notes{.version = version, .ranges = ranges};
  store.releases.visit_commits(version, [&](const bitbucket::StoredCommit& commit) {
    notes.commits.push_back({.commit = commit});
  });
  auto current = notes.commits.begin();  // the files come in the order of the commits
  store.releases.visit_files(
      version, [&](const bitbucket::StoredCommit& commit, const bitbucket::FileChange& file) {
        while (current->commit.id != commit.id || current->commit.repository != commit.repository)
          ++current;
        current->files.push_back(file);
        notes.files.insert(file.path);
      });
  std::map<std::string, std::string> ids;  // of repositories, by name
  for (const auto& repository : store.repositories->list())
    ids[repository.name] = repository.external_id;
  std::map<std::string, std::size_t> counts;
  for (NotesCommit& row : notes.commits) {
    row.issues = store.issues.of_commit(ids[row.commit.repository], row.commit.id);
    if (row.commit.author) ++counts[row.commit.author->email];
  }
  for (const bitbucket::CommitAuthor& author : store.releases.authors(version))
    notes.authors.push_back({author, counts[author.email]});
  for (const std::string& key : store.issues.of_release(version)) {
    const auto resolution = store.issues.resolution(key);
    notes.issues.push_back({key, resolution ? resolution->commit : ""});
  }
  return notes;
}

inline const NotesCommit* find_commit(const Notes& notes, const std::string& id) {
  const auto found =
      std::find_if(notes.commits.begin(), notes.commits.end(),
                   [&](const NotesCommit& row) { return !id.empty() && row.commit.id == id; });
  return found == notes.commits.end() ? nullptr : &*found;
}

inline std::string author_name(const bitbucket::StoredCommit& commit) {
  if (!commit.author) return "unknown";
  return commit.author->name.empty() ? commit.author->email : commit.author->name;
}

inline std::string describe(const NotesRange& range) {
  const auto place = [](const std::string& name, const std::string& id) {
    return name == id ? id.substr(0, 11) : name + " (" + id.substr(0, 11) + ')';
  };
  return range.repository + ": " +
         (range.from.empty() ? "everything up to "
                             : "after " + place(range.from, range.from_commit) + " up to ") +
         place(range.to, range.to_commit);
}

// --- text

inline void write_commit(std::ostream& out, const NotesCommit& row) {
  out << "  " << plain(row.commit.short_id()) << ' ' << plain(row.commit.title()) << "  "
      << plain(author_name(row.commit));
  for (const std::string& issue : row.issues) out << "  [" << plain(issue) << ']';
  out << '\n';
  for (const bitbucket::FileChange& file : row.files)
    out << "    " << static_cast<char>(file.type) << ' ' << plain(file.path) << '\n';
}

inline void write_issue(std::ostream& out, const Notes& notes, const NotesIssue& issue) {
  const NotesCommit* const row = find_commit(notes, issue.commit);
  out << "  " << plain(issue.key);
  if (row) out << "  by " << plain(row->commit.short_id()) << ' ' << plain(row->commit.title());
  out << '\n';
}

inline void write_text(std::ostream& out, const Notes& notes) {
  out << plain(notes.version) << '\n';
  for (const NotesRange& range : notes.ranges) out << "  " << plain(describe(range)) << '\n';
  out << '\n' << counted(notes.issues.size(), "resolved issue", "resolved issues") << '\n';
  for (const NotesIssue& issue : notes.issues) write_issue(out, notes, issue);
  out << '\n'
      << counted(notes.commits.size(), "commit", "commits") << ", "
      << counted(notes.files.size(), "changed file", "changed files") << '\n';
  for (const NotesCommit& row : notes.commits) write_commit(out, row);
  out << '\n' << counted(notes.authors.size(), "author", "authors") << '\n';
  for (const NotesAuthor& row : notes.authors)
    out << "  " << plain(row.author.name) << " <" << plain(row.author.email) << ">  "
        << counted(row.commits, "commit", "commits") << '\n';
}

// --- Markdown

// Returns a text that Markdown shows as it is, without links, images or HTML.
inline std::string markdown(std::string_view text) {
  std::string result;
  const std::string line = plain(text);
  const std::size_t digits = std::min(line.find_first_not_of("0123456789"), line.size());
  for (std::size_t i = 0; i < line.size(); ++i) {
    const bool begins_list =
        (i == 0 && std::string_view("-+=:").find(line[i]) != std::string_view::npos) ||
        (i > 0 && i == digits && (line[i] == '.' || line[i] == ')'));
    if (begins_list ||
        std::string_view("\\`*_{}[]<>#|~&!@$").find(line[i]) != std::string_view::npos)
      result += '\\';
    result += line[i];
  }
  return result;
}

// Returns a text as code: between more backticks than there are in a row in it.
inline std::string markdown_code(std::string_view text) {
  std::size_t longest = 0, row = 0;
  for (const char c : text) longest = std::max(longest, row = c == '`' ? row + 1 : 0);
  const std::string fence(longest + 1, '`'), blank(longest > 0 ? " " : "");
  return fence + blank + plain(text) + blank + fence;
}

inline void write_markdown(std::ostream& out, const Notes& notes) {
  out << "# " << markdown(notes.version) << "\n\n";
  for (const NotesRange& range : notes.ranges) out << "- " << markdown(describe(range)) << '\n';
  out << "\n## Resolved issues\n\n";
  for (const NotesIssue& issue : notes.issues) {
    const NotesCommit* const row = find_commit(notes, issue.commit);
    out << "- **" << markdown(issue.key) << "**";
    if (row) out << ' ' << markdown(row->commit.title());
    out << '\n';
  }
  if (notes.issues.empty()) out << "None.\n";
  out << "\n## Commits\n\n";
  for (const NotesCommit& row : notes.commits) {
    out << "- " << markdown(row.commit.title()) << " (" << markdown_code(row.commit.short_id())
        << ", " << markdown(author_name(row.commit)) << ")\n";
    for (const bitbucket::FileChange& file : row.files)
      out << "  - " << static_cast<char>(file.type) << ' ' << markdown_code(file.path) << '\n';
  }
  if (notes.commits.empty()) out << "None.\n";
  out << "\n## Authors\n\n";
  for (const NotesAuthor& row : notes.authors)
    out << "- " << markdown(row.author.name.empty() ? row.author.email : row.author.name) << " ("
        << counted(row.commits, "commit", "commits") << ")\n";
  if (notes.authors.empty()) out << "None.\n";
}

// --- JSON

inline nlohmann::json to_json(const bitbucket::CommitAuthor& author) {
  return {{"name", author.name}, {"email", author.email}};
}

inline void write_json(std::ostream& out, const Notes& notes) {
  nlohmann::json json{{"version", notes.version},
                      {"ranges", nlohmann::json::array()},
                      {"issues", nlohmann::json::array()},
                      {"commits", nlohmann::json::array()},
                      {"files", notes.files},
                      {"authors", nlohmann::json::array()}};
  for (const NotesRange& range : notes.ranges)
    json["ranges"].push_back({{"repository", range.repository},
                              {"from", range.from},
                              {"fromCommit", range.from_commit},
                              {"to", range.to},
                              {"toCommit", range.to_commit}});
  for (const NotesIssue& issue : notes.issues)
    json["issues"].push_back({{"key", issue.key}, {"commit", issue.commit}});
  for (const NotesCommit& row : notes.commits) {
    nlohmann::json commit{
        {"repository", row.commit.repository}, {"id", row.commit.id},
        {"message", row.commit.message},       {"date", utc(row.commit.timestamp)},
        {"files", nlohmann::json::array()},    {"issues", row.issues}};
    if (row.commit.author) commit["author"] = to_json(*row.commit.author);
    for (const bitbucket::FileChange& file : row.files)
      commit["files"].push_back(
          {{"path", file.path}, {"type", std::string(1, static_cast<char>(file.type))}});
    json["commits"].push_back(std::move(commit));
  }
  for (const NotesAuthor& row : notes.authors) {
    nlohmann::json author = to_json(row.author);
    author["commits"] = row.commits;
    json["authors"].push_back(std::move(author));
  }
  // git allows names and messages that are not UTF-8; JSON does not.
  out << json.dump(2, ' ', false, nlohmann::json::error_handler_t::replace) << '\n';
}

}  // namespace example
