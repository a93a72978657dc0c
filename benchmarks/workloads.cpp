// The workloads through the public API, as a user would write them.

#include <cstddef>
#include <ranges>
#include <stdexcept>
#include <string>
#include <vector>

#include <bitbucket/api/commits.hpp>
#include <bitbucket/server.hpp>

#include "harness/digest.hpp"
#include "harness/measure.hpp"

namespace {

using namespace benchmarks;
using bitbucket::BitbucketServer;
using bitbucket::Change;
using bitbucket::Commit;
using bitbucket::RepoRef;

/// Asks for several pages at once where this version of the library has that option.
template <class Paging>
void set_in_flight(Paging& paging, int pages) {
  if constexpr (requires { paging.max_in_flight = pages; })
    paging.max_in_flight = pages;
  else if (pages > 1)
    throw std::runtime_error("this library has one page in flight only");
}

bitbucket::Credentials credentials_of(const Options& options) {
  if (options.bearer) return bitbucket::BearerToken{bitbucket::Secret(options.access_token)};
  return bitbucket::OAuth1Credentials{
      .consumer_key = options.consumer_key,
      .private_key = bitbucket::Secret(options.private_key),
      .access_token = bitbucket::Secret(options.access_token),
      .access_token_secret = bitbucket::Secret(options.access_token_secret)};
}

BitbucketServer make_client(const Options& options) {
  bitbucket::PagingOptions paging{.page_size = options.page_size};
  set_in_flight(paging, options.in_flight);
  bitbucket::ConnectionOptions connection;
  connection.tls.ca_file = options.ca_file;
  connection.compression = options.compression;
  return BitbucketServer{{.base_url = options.base_url,
                          .credentials = credentials_of(options),
                          .paging = paging,
                          .connection = connection}};
}

RepoRef repo_of(const Options& options) { return {options.project, options.slug}; }

bitbucket::ConcurrencyOptions concurrency_of(const Options& options) {
  return {.max = static_cast<std::size_t>(options.concurrency)};
}

template <class T>
Outcome tally_of(const Options& options, const std::vector<T>& items) {
  Tally tally(options);
  for (const T& item : items) tally(item);
  return tally.outcome();
}

Outcome joined(const Options& options, const std::vector<Outcome>& results) {
  Tally tally(options);
  for (const Outcome& result : results) tally.join(result);
  return tally.outcome();
}

Outcome get(const Options& options) {
  const BitbucketServer client = make_client(options);
  Tally tally(options);
  for (int i = 0; i < options.count; ++i) tally(client.repos.get(repo_of(options)));
  return tally.outcome();
}

Outcome walk(const Options& options) {
  const BitbucketServer client = make_client(options);
  Tally tally(options);
  for (const Commit& commit : client.commits.list(repo_of(options))) tally(commit);
  return tally.outcome();
}

/// Sends `call(i)` for each i below `count` and counts the rows of each answer.
template <class Call>
Outcome many(const Options& options, const BitbucketServer& client, std::size_t count, Call call) {
  std::vector<Outcome> results(count);
  client.concurrently(
      std::views::iota(std::size_t{0}, count), call,
      [&](std::size_t i, const auto& rows) { results[i] = tally_of(options, rows); },
      concurrency_of(options));
  return joined(options, results);
}

Outcome fanout(const Options& options) {
  const auto repos = static_cast<std::size_t>(options.repos);
  const auto rows = static_cast<std::size_t>(options.count);
  return many(options, make_client(options), repos, [&](std::size_t i) {
    const RepoRef repo(options.project, options.repo_prefix + std::to_string(i));
    return bitbucket::api::commits::list(repo).first(rows);
  });
}

Outcome changes(const Options& options) {
  const BitbucketServer client = make_client(options);
  const RepoRef repo = repo_of(options);
  const std::vector<Commit> newest = client.call(
      bitbucket::api::commits::list(repo).first(static_cast<std::size_t>(options.count)));
  return many(options, client, newest.size(),
              [&](std::size_t i) { return bitbucket::api::commits::changes(repo, newest[i].id); });
}

Outcome run(const Options& options) {
  if (options.workload == "get") return get(options);
  if (options.workload == "walk") return walk(options);
  if (options.workload == "fanout") return fanout(options);
  return changes(options);
}

}  // namespace

int main(int argc, char** argv) { return measure("library", parse_options(argc, argv), &run); }
