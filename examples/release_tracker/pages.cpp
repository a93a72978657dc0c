#include "pages.hpp"

#include <algorithm>
#include <string_view>

#include "../plain_text.hpp"
#include "commit_list.hpp"
#include "html.hpp"

namespace tracker {
namespace {

using bitbucket::AttachedRepository;
using bitbucket::StoredRelease;

constexpr std::size_t most_releases = 200, most_unreleased = 50, commits_per_page = 100;

std::string note(const std::string& html) { return "<p class=\"note\">" + html + "</p>\n"; }

// Begins a form that changes something.
std::string form(std::string_view action, const std::string& token,
                 std::string_view attributes = {}) {
  return "<form method=\"post\" action=\"" + std::string(action) + "\"" + std::string(attributes) +
         ">\n<input type=\"hidden\" name=\"token\" value=\"" + escape(token) + "\">\n";
}

std::string hidden(std::string_view name, std::string_view value) {
  return "<input type=\"hidden\" name=\"" + std::string(name) + "\" value=\"" + escape(value) +
         "\">\n";
}

std::string release_item(const bitbucket::TrackingStore& store, const StoredRelease& release) {
  std::string html =
      "<li class=\"release\"><strong>" + link("/release", "version", release.version) + "</strong>";
  for (const std::string& key : store.issues.of_release(release.version))
    html += ' ' + issue_link(key);
  return html + "<br>\n<span class=\"small\">" + date(release.date()) + ", " +
         example::counted(static_cast<std::size_t>(release.commit_count), "commit", "commits") +
         " by " +
         example::counted(static_cast<std::size_t>(release.author_count), "author", "authors") +
         "</span></li>\n";
}

std::string release_section(const bitbucket::TrackingStore& store) {
  const auto releases = store.releases.list(bitbucket::ReleaseOrder::date, most_releases + 1);
  if (releases.empty())
    return note("There is no release yet.  Push a tag, which becomes the release of its name.");
  std::string html = "<ul id=\"releases\">\n";
  for (std::size_t i = 0; i < releases.size() && i < most_releases; ++i)
    html += release_item(store, releases[i]);
  html += "</ul>\n";
  if (releases.size() > most_releases)
    html += note("There are more releases than these " + std::to_string(most_releases) + ".");
  return html;
}

std::string unreleased_section(const bitbucket::TrackingStore& store) {
  std::string html = "<h2 id=\"unreleased\">Unreleased</h2>\n";
  auto rows = unreleased_commits(store, most_unreleased);
  if (rows.empty()) return html + "<p>Every commit is in a release.</p>\n";
  const bool more = rows.size() > most_unreleased;
  if (more) rows.resize(most_unreleased);
  html += commit_list(rows);
  if (more)
    html += note("There are more commits than these " + std::to_string(most_unreleased) + ".");
  return html;
}

// Each branch of each repository is one choice, "ID REF".
std::string new_release_section(const bitbucket::TrackingStore& store, const std::string& token,
                                const std::vector<AttachedRepository>& repositories) {
  std::string choices;
  for (const AttachedRepository& repository : repositories)
    for (const bitbucket::SourceHead& branch : store.branches.list(repository.external_id))
      choices += "<option value=\"" + escape(repository.external_id + ' ' + branch.ref) + "\">" +
                 escape(repository.name + ' ' + branch.ref.substr(branch.ref.find('/', 5) + 1)) +
                 "</option>\n";
  if (choices.empty()) return "";
  return "<h2>New release</h2>\n" + form("/release", token, " id=\"new-release\"") +
         "<label for=\"version\">Version</label>\n"
         "<input id=\"version\" name=\"version\" required maxlength=\"250\">\n"
         "<label for=\"from\">Branch</label>\n<select id=\"from\" name=\"from\">\n" +
         choices + "</select>\n<button>Create the release</button>\n</form>\n";
}

std::string problem_section(const Service& service) {
  const auto problems = service.problems();
  if (problems.empty()) return "";
  std::string html = "<h2>Problems</h2>\n<ul id=\"problems\">\n";
  for (const Problem& problem : problems)
    html += "<li>" + escape(problem.text) + "<br>\n<span class=\"small\">" + date(problem.time) +
            "</span></li>\n";
  return html + "</ul>\n";
}

std::string field(const SetupForm& form, std::string_view name, std::string_view label,
                  const std::string& control) {
  std::string html = "<label for=\"" + std::string(name) + "\">" + std::string(label) +
                     "</label>\n" + control + "\n";
  for (const bitbucket::FieldError& error : form.errors)
    if (error.field == name) html += note(escape(error.message));
  return html;
}

std::string search_results(const Service& service, const std::string& token,
                           const std::string& query) {
  std::string html;
  for (const auto& found : service.connection()->repositories.search(query)) {
    if (service.store().repositories->find(found.external_id)) continue;
    html += "<li class=\"found\">" + escape(found.identifier) + ' ' + "<span class=\"small\">" +
            escape(found.name) + "</span>\n" + form("/attach", token, " class=\"small-form\"") +
            hidden("repository", found.identifier) + "<button>Attach</button></form></li>\n";
  }
  if (html.empty()) return note("No other repository that you administer has this name.");
  return "<ul>\n" + html + "</ul>\n";
}

}  // namespace

std::string home_page(const Service& service, const std::string& token) {
  const bitbucket::TrackingStore& store = service.store();
  const auto repositories = store.repositories->list();
  std::string html;
  if (!service.find_connection())
    html += note("No Bitbucket Server is connected. <a href=\"/connect\">Connect one</a>.");
  else if (repositories.empty())
    html += note(
        "No repository is attached. <a href=\"/repositories\">Attach one</a>, and its pushes are "
        "shown here.");
  if (service.is_reconciling())
    html += note("The repositories are being compared with the server. Reload this page soon.");
  html += release_section(store) + unreleased_section(store) +
          new_release_section(store, token, repositories) + problem_section(service);
  return page("Releases", html);
}

std::string setup_page(const Service& service, const std::string& token, const SetupForm& form) {
  std::string html;
  if (const auto connected = service.find_connection())
    html +=
        note("Connected with <strong id=\"connected\">" + escape(connected->installation.base_url) +
             "</strong>. The form connects again, for example after the access was withdrawn.");
  if (!form.problem.empty()) html += note(escape(form.problem));
  const bitbucket::InstallationConfig& config = form.config;
  html += tracker::form("/connect", token) +
          field(form, "url", "Address of the Bitbucket Server",
                "<input id=\"url\" name=\"url\" type=\"url\" required value=\"" +
                    escape(config.url) + "\">") +
          field(form, "consumer_key", "Consumer key in the application link",
                "<input id=\"consumer_key\" name=\"consumer_key\" required maxlength=\"200\" "
                "value=\"" +
                    escape(config.consumer_key) + "\">") +
          field(form, "private_key", "Private key (PEM)",
                "<textarea id=\"private_key\" name=\"private_key\" rows=\"6\" required "
                "spellcheck=\"false\">\n" +
                    escape(config.private_key.reveal()) + "</textarea>") +
          "<label><input type=\"checkbox\" name=\"verify_ssl\" value=\"1\"" +
          (config.verify_ssl ? " checked" : "") +
          "> Check the certificate of the server</label>\n"
          "<button>Connect</button>\n</form>\n";
  return page("Connect a Bitbucket Server", html);
}

std::string repositories_page(const Service& service, const std::string& token,
                              const std::string& query) {
  std::string html = "<ul id=\"attached\">\n";
  const auto attached = service.store().repositories->list();
  for (const AttachedRepository& repository : attached)
    html += "<li>" + escape(repository.name) + '\n' +
            form("/detach", token, " class=\"small-form\"") +
            hidden("repository", repository.external_id) + "<button>Detach</button></form></li>\n";
  html += "</ul>\n";
  if (attached.empty()) html = "<p>No repository is attached.</p>\n";
  if (!service.find_connection())
    return page("Repositories", html + note("No Bitbucket Server is connected. "
                                            "<a href=\"/connect\">Connect one</a>."));
  html +=
      "<h2>Attach a repository</h2>\n<form method=\"get\" action=\"/repositories\">\n"
      "<label for=\"query\">Name contains</label>\n"
      "<input id=\"query\" name=\"query\" type=\"search\" value=\"" +
      escape(query) + "\">\n<button>Search</button>\n</form>\n" +
      search_results(service, token, query);
  return page("Repositories", html);
}

std::optional<std::string> release_page(const Service& service, const std::string& version,
                                        std::size_t first) {
  const bitbucket::TrackingStore& store = service.store();
  const auto release = store.releases.find(version);
  if (!release) return std::nullopt;
  const auto count = static_cast<std::size_t>(release->commit_count);
  std::string html =
      "<p class=\"small\">" + date(release->date()) + "</p>\n<h2>Resolved issues</h2>\n";
  const auto issues = store.issues.of_release(version);
  if (issues.empty()) html += "<p>None.</p>\n";
  for (const std::string& key : issues) html += issue_link(key) + '\n';
  html += "<h2>Repositories</h2>\n<ul id=\"heads\">\n";
  for (const bitbucket::ReleaseHead& head : store.releases.heads(version))
    html += "<li>" + escape(head.repository) + " <code>" + escape(head.commit.substr(0, 11)) +
            "</code></li>\n";
  html += "</ul>\n<h2>Authors</h2>\n<ul id=\"authors\">\n";
  for (const bitbucket::CommitAuthor& author : store.releases.authors(version))
    html += "<li>" + escape(author.name) + " <span class=\"small\">" + escape(author.email) +
            "</span></li>\n";
  html += "</ul>\n<h2 id=\"commits\">" + example::counted(count, "commit", "commits") + "</h2>\n";
  const auto rows = release_commits(store, version, first, commits_per_page);
  html += rows.empty() ? "<p>None.</p>\n" : commit_list(rows);
  const std::string here = "<a href=\"/release?version=" + encode(version) + "&amp;first=";
  if (first > 0)
    html += here + std::to_string(first - std::min(first, commits_per_page)) + "\">Newer</a>\n";
  if (first + rows.size() < count)
    html += here + std::to_string(first + rows.size()) + "\">Older</a>\n";
  return page("Release " + version, html);
}

std::string issue_page(const Service& service, const std::string& key) {
  using Type = bitbucket::IssueResolution::Type;
  const auto resolution = service.store().issues.resolution(key);
  std::string html;
  if (!resolution) {
    html = "<p id=\"state\">Open</p>\n<p>No release has a commit that resolves this issue.</p>\n";
    return page("Issue " + key, html);
  }
  html = "<p id=\"state\">";
  if (resolution->type == Type::in_commit)
    html += "Resolved by a commit";
  else if (resolution->type == Type::in_next_release)
    html += "Resolved in the next release";
  else
    html += "Resolved in the release " + link("/release", "version", resolution->release);
  html += "</p>\n<ul>\n";
  if (!resolution->commit.empty())
    html += "<li>Commit <code id=\"commit\">" + escape(resolution->commit) + "</code></li>\n";
  html += "<li>By " + author(resolution->author) + "</li>\n<li>On " + date(resolution->time) +
          "</li>\n</ul>\n";
  return page("Issue " + key, html);
}

std::string error_page(const std::string& title, const std::string& advice) {
  return page(title, "<p class=\"note\" id=\"advice\">" + escape(advice) + "</p>\n");
}

}  // namespace tracker
