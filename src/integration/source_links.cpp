#include <bitbucket/integration/source_links.hpp>

#include <algorithm>
#include <cstddef>
#include <utility>
#include <vector>

#include <bitbucket/api_path.hpp>
#include <bitbucket/error.hpp>
#include <bitbucket/ids.hpp>

#include "base/ascii.hpp"
#include "integration/url.hpp"

namespace bitbucket::inline v0_1 {
namespace {

constexpr ApiPath<Method::head, void, RepoRef, FilePath, Query<Parameters>> browse_row{
    "/rest/api/1.0/projects/{project}/repos/{repo}/browse/{path}"};

constexpr std::string_view branch_prefix = "refs/heads/";
constexpr const char* code_owners_path = ".bitbucket/CODEOWNERS";

std::vector<std::string_view> split_at(std::string_view text, char separator) {
  std::vector<std::string_view> out;
  for (;;) {
    const std::size_t end = std::min(text.find(separator), text.size());
    out.push_back(text.substr(0, end));
    if (end == text.size()) return out;
    text.remove_prefix(end + 1);
  }
}

/// Returns what follows the first `separator` and takes it, with the separator, from `text`.
std::string_view cut_off(std::string_view& text, char separator) {
  const std::size_t at = std::min(text.find(separator), text.size());
  const std::string_view rest = text.substr(std::min(at + 1, text.size()));
  text = text.substr(0, at);
  return rest;
}

std::string_view without_leading_slashes(std::string_view text) {
  while (text.starts_with('/')) text.remove_prefix(1);
  return text;
}

/// Returns whether a segment of a repository's path can have this name.
bool is_name(std::string_view segment) {
  return !segment.empty() && segment != "." && segment != ".." &&
         segment.find('/') == std::string_view::npos;
}

/// Returns whether a repository can have a file at this path.
bool is_file_path(std::string_view path) {
  return std::ranges::all_of(split_at(path, '/'), is_name);
}

/// Takes a base URL from the beginning of `url`; returns whether it was there.  The scheme and the
/// host may be in upper or lower case.
bool take_base(std::string_view& url, std::string_view base_url) {
  const std::string_view base = integration::without_slashes_at_end(base_url);
  if (!detail::equal_ignoring_case(url.substr(0, base.size()), base)) return false;
  const std::size_t scheme = base.find("://");
  const std::size_t host = scheme == std::string_view::npos ? 0 : scheme + 3;
  const std::size_t context = std::min(base.find('/', host), base.size());
  if (url.substr(context, base.size() - context) != base.substr(context)) return false;
  url.remove_prefix(base.size());
  return url.starts_with('/');
}

/// Returns whether the segments begin with "projects", a key, "repos", a slug and "browse".
/// Browsers show personal projects as "users" and a name too.
bool are_of(const std::vector<std::string>& segments, const RepoRef& repo) {
  if (segments.size() < 5 || segments[2] != "repos" || segments[4] != "browse") return false;
  const std::string key = segments[0] == "users" ? '~' + segments[1] : segments[1];
  return (segments[0] == "projects" || segments[0] == "users") &&
         detail::equal_ignoring_case(key, repo.project) &&
         detail::equal_ignoring_case(segments[3], repo.slug);
}

/// Returns the ref of a query that has exactly one `at`; empty otherwise.
std::string ref_of(std::string_view query) {
  std::vector<std::string> refs;
  for (std::string_view name : split_at(query, '&')) {
    const std::string_view value = cut_off(name, '=');
    if (name == "at") refs.push_back(integration::form_decoded(value));
  }
  if (refs.size() != 1) return {};
  if (refs[0].starts_with(branch_prefix)) refs[0].erase(0, branch_prefix.size());
  return std::move(refs[0]);
}

/// Appends an encoded path whose slashes stay, and '@' does too.
void append_path(std::string& out, std::string_view path) {
  constexpr std::string_view at_sign = "%40";
  std::string encoded;
  detail::append_segments(encoded, path, "the file path");
  std::string_view left = encoded;
  for (std::size_t at = 0; (at = left.find(at_sign)) != std::string_view::npos;) {
    out.append(left.substr(0, at)).append(1, '@');
    left.remove_prefix(at + at_sign.size());
  }
  out.append(left);
}

}  // namespace

std::string source_url(std::string_view base_url, const RepoRef& repo, const SourcePlace& place) {
  std::string out(integration::without_slashes_at_end(base_url));
  out += "/projects/";
  repo.append_to(out, 0);
  out += "/repos/";
  repo.append_to(out, 1);
  out += "/browse";
  if (!place.path.empty()) {
    out += '/';
    append_path(out, place.path);
  }
  if (!place.ref.empty()) {
    out += "?at=";
    detail::append_segment(out, place.ref, "the ref");
  }
  return out;
}

std::optional<SourcePlace> source_place(std::string_view base_url, const RepoRef& repo,
                                        std::string_view url) {
  cut_off(url, '#');
  const std::string_view query = cut_off(url, '?');
  if (!take_base(url, base_url)) return std::nullopt;
  std::vector<std::string> segments;
  for (const std::string_view segment :
       split_at(integration::without_slashes_at_end(url.substr(1)), '/'))
    segments.push_back(integration::percent_decoded(segment));
  if (!are_of(segments, repo)) return std::nullopt;
  SourcePlace place{.path = {}, .ref = ref_of(query)};
  for (std::size_t i = 5; i < segments.size(); ++i) {
    if (!is_name(segments[i])) return std::nullopt;
    if (i > 5) place.path += '/';
    place.path += segments[i];
  }
  return place;
}

std::optional<std::string> find_source(const BitbucketServer& client, std::string_view base_url,
                                       const RepoRef& repo, const SourcePlace& place) {
  const SourcePlace file{std::string(without_leading_slashes(place.path)), place.ref};
  if (!is_file_path(file.path)) return std::nullopt;
  Parameters query;
  if (!file.ref.empty()) query.emplace_back("at", file.ref);
  try {
    client.call(browse_row, repo, FilePath(file.path), query);
  } catch (const ApiError& error) {
    if (error.status() == 400 || error.status() == 401 || error.status() == 404)
      return std::nullopt;
    throw;
  }
  return source_url(base_url, repo, file);
}

std::optional<std::string> stacktrace_link(const BitbucketServer& client, std::string_view base_url,
                                           const RepoRef& repo, std::string_view path,
                                           std::string_view version,
                                           std::string_view default_branch) {
  const std::string file = integration::percent_decoded(path);
  if (!version.empty()) {
    if (auto url = find_source(client, base_url, repo, {file, std::string(version)})) return url;
  }
  if (version == default_branch && !version.empty()) return std::nullopt;
  return find_source(client, base_url, repo, {file, std::string(default_branch)});
}

std::optional<CodeOwners> find_code_owners(const BitbucketServer& client, std::string_view base_url,
                                           const RepoRef& repo, std::string_view ref) {
  auto url = find_source(client, base_url, repo, {code_owners_path, std::string(ref)});
  if (!url) return std::nullopt;
  try {
    return CodeOwners{.file_path = code_owners_path,
                      .html_url = std::move(*url),
                      .raw = client.files.raw(repo, FilePath(code_owners_path), ref)};
  } catch (const ApiError&) {
    return std::nullopt;
  }
}

}  // namespace bitbucket::inline v0_1
