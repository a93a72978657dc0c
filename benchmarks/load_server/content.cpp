#include "load_server/content.hpp"

#include <algorithm>
#include <array>
#include <charconv>

namespace benchmarks {
namespace {

constexpr std::size_t different_changes = 1024;

std::string headers(std::string_view status, std::size_t length) {
  std::string out = "HTTP/1.1 ";
  out.append(status).append(
      "\r\nX-AREQUESTID: @BENCH1x600x1x0\r\nX-ASEN: SEN-1\r\nX-AUSERNAME: bench\r\n"
      "Cache-Control: no-cache, no-transform\r\nVary: X-AUSERNAME\r\n"
      "Content-Type: application/json;charset=UTF-8\r\nContent-Length: ");
  return out.append(std::to_string(length)).append("\r\n\r\n");
}

Answer not_found() {
  return plain_answer("404 Not Found",
                      R"({"errors":[{"context":null,"message":"There is no such thing.",)"
                      R"("exceptionName":"com.atlassian.bitbucket.NoSuchObjectException"}]})");
}

/// Takes what is before the next slash.
std::string_view segment(std::string_view& path) {
  const std::string_view out = path.substr(0, path.find('/'));
  path.remove_prefix(std::min(path.size(), out.size() + 1));
  return out;
}

/// A history for each of the repositories r0, r1, ...; all others have the whole one.
std::size_t first_commit_of(std::string_view slug, std::size_t commits) {
  std::size_t number = 0;
  const std::size_t digits = slug.find_first_of("0123456789");
  if (digits == std::string_view::npos || slug.substr(0, digits) != "r") return 0;
  std::from_chars(slug.data() + digits, slug.data() + slug.size(), number);
  return commits <= 25 ? 0 : number * 25 % (commits - 25);
}

}  // namespace

Answer plain_answer(std::string_view status, std::string body) {
  return {headers(status, body.size()) + body, {}, {}};
}

Content::Content(std::size_t commits, std::size_t cap)
    : commits_(sample_commits(commits)), cap_(cap) {
  for (std::size_t i = 0; i < different_changes; ++i) changes_.push_back(sample_changes(i));
}

Content::Place Content::place_of(std::string_view query) const {
  Place out;
  while (!query.empty()) {
    const std::string_view pair = query.substr(0, query.find('&'));
    query.remove_prefix(std::min(query.size(), pair.size() + 1));
    const auto number = [&](std::string_view name, std::size_t& value) {
      if (pair.starts_with(name))
        std::from_chars(pair.data() + name.size(), pair.data() + pair.size(), value);
    };
    number("start=", out.start);
    number("limit=", out.limit);
  }
  out.limit = std::clamp<std::size_t>(out.limit, 1, cap_);
  return out;
}

Answer Content::page(const Rows& rows, std::size_t first_row, const Place& place) const {
  PageText text = page_of(rows, first_row, place.start, place.limit);
  const std::size_t length = text.head.size() + text.values.size() + text.tail.size();
  return {headers("200 OK", length) + text.head, text.values, std::move(text.tail)};
}

Answer Content::answer(std::string_view target) const {
  const std::size_t question = target.find('?');
  std::string_view path = target.substr(0, question);
  const Place place = place_of(question == std::string_view::npos ? std::string_view()
                                                                  : target.substr(question + 1));
  constexpr std::string_view root = "/rest/api/1.0/projects/";
  if (!path.starts_with(root)) return not_found();
  path.remove_prefix(root.size());
  const std::string_view project = segment(path);
  if (segment(path) != "repos") return not_found();
  const std::string_view repo = segment(path);
  const std::string_view what = segment(path);
  if (what.empty()) return plain_answer("200 OK", sample_repo(project, repo));
  if (what != "commits") return not_found();
  const std::string_view commit = segment(path);
  if (commit.empty()) return page(commits_, first_commit_of(repo, commits_.size()), place);
  if (segment(path) != "changes") return not_found();
  return page(changes_[index_of_commit(commit) % changes_.size()], 0, place);
}

}  // namespace benchmarks
