#include <bitbucket/tracking/issue_references.hpp>

#include <algorithm>
#include <cstddef>
#include <numeric>
#include <tuple>
#include <utility>

#include <bitbucket/error.hpp>

#include "base/ascii.hpp"
#include "tracking/markdown_links.hpp"
#include "tracking/reference_scanner.hpp"

namespace bitbucket::inline v0_1 {
namespace {

constexpr std::size_t most_keywords = 100;
constexpr std::size_t longest_text = 100;
constexpr std::size_t longest_host = 300;

void check_keywords(const std::vector<std::string>& keywords) {
  if (keywords.size() > most_keywords)
    throw InvalidArgument("IssueReferenceOptions::keywords has " + std::to_string(keywords.size()) +
                          " words; keep at most " + std::to_string(most_keywords));
  for (std::size_t i = 0; i < keywords.size(); ++i) {
    const std::string name = "IssueReferenceOptions::keywords[" + std::to_string(i) + ']';
    if (keywords[i].size() > longest_text)
      throw InvalidArgument(name + " is longer than " + std::to_string(longest_text) +
                            " bytes; give a single word, such as \"Fixes\"");
    if (!tracking::is_one_word(keywords[i]))
      throw InvalidArgument(name +
                            " is not a word; give letters, digits and '_' in UTF-8 without spaces "
                            "or other punctuation, such as \"Fixes\"");
  }
}

bool is_host_character(char c) {
  const char lower = detail::lower(c);
  return (lower >= 'a' && lower <= 'z') || detail::is_digit(c) ||
         std::string_view(".-_:[]").find(c) != std::string_view::npos;
}

void check_host(std::string_view host) {
  if (host.empty()) return;
  if (host.find('/') != host.npos || host.find('@') != host.npos)
    throw InvalidArgument(
        "IssueReferenceOptions::host is an address; give only its host, such as "
        "\"app.example.com\" or \"app.example.com:8443\"");
  if (host.size() > longest_host || host.starts_with('.') || host.ends_with(':') ||
      !std::ranges::all_of(host, is_host_character))
    throw InvalidArgument(
        "IssueReferenceOptions::host is not a host; give one such as \"app.example.com\" or "
        "\"app.example.com:8443\", and an international name in its form that begins with "
        "\"xn--\"");
}

void check_ignore_marker(std::string_view marker) {
  if (marker.size() > longest_text)
    throw InvalidArgument("IssueReferenceOptions::ignore_marker is longer than " +
                          std::to_string(longest_text) +
                          " bytes; give a short text such as \"#skip-tracking\"");
  if (!marker.empty() && marker.find_first_not_of(" \t\r\n") == marker.npos)
    throw InvalidArgument(
        "IssueReferenceOptions::ignore_marker is blank, so that nearly every commit would be "
        "ignored; give a text such as \"#skip-tracking\", or an empty one to ignore none");
}

void keep_first_of_each(std::vector<IssueReference>& references) {
  std::vector<std::size_t> order(references.size());
  std::iota(order.begin(), order.end(), std::size_t{0});
  const auto content = [&](std::size_t i) {
    return std::tie(references[i].kind, references[i].text);
  };
  std::ranges::sort(order, [&](std::size_t a, std::size_t b) {
    return content(a) != content(b) ? content(a) < content(b) : a < b;
  });
  const auto same = [&](std::size_t a, std::size_t b) { return references[a] == references[b]; };
  order.erase(std::unique(order.begin(), order.end(), same), order.end());
  std::ranges::sort(order);
  for (std::size_t i = 0; i < order.size(); ++i)
    if (order[i] != i) references[i] = std::move(references[order[i]]);
  references.resize(order.size());
}

}  // namespace

IssueReferences::IssueReferences(IssueReferenceOptions options) : options_(std::move(options)) {
  check_keywords(options_.keywords);
  check_host(options_.host);
  check_ignore_marker(options_.ignore_marker);
  for (std::string& keyword : options_.keywords) keyword = tracking::folded_word(keyword);
  std::ranges::sort(options_.keywords);
  std::ranges::transform(options_.host, options_.host.begin(), detail::lower);
}

std::vector<IssueReference> IssueReferences::find(std::string_view message) const {
  std::vector<IssueReference> references =
      tracking::references_in(tracking::without_markdown_links(message), options_);
  keep_first_of_each(references);
  return references;
}

bool IssueReferences::is_ignored(std::string_view message) const {
  return !options_.ignore_marker.empty() &&
         message.find(options_.ignore_marker) != std::string_view::npos;
}

}  // namespace bitbucket::inline v0_1
