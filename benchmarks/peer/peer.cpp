// How such a program is usually written: with a kept libcurl handle, as in cpr, a key that is
// parsed once, nlohmann's DOM, and a thread for each call under way.

#include <atomic>
#include <cstddef>
#include <exception>
#include <mutex>
#include <string>
#include <thread>
#include <vector>

#include <nlohmann/json.hpp>

#include "harness/digest.hpp"
#include "harness/measure.hpp"
#include "peer/session.hpp"
#include "peer/typed.hpp"

namespace {

using namespace benchmarks;
using namespace benchmarks::peer;
using bitbucket::Change;
using bitbucket::Commit;

std::string repo_path(const Options& options, const std::string& slug) {
  return "/rest/api/1.0/projects/" + options.project + "/repos/" + slug;
}

/// Gets pages until `wanted` values were there.
template <class T, class Each>
void pages(Session& session, const std::string& path, int page_size, std::size_t wanted,
           Each each) {
  std::size_t start = 0;
  for (bool last = false; !last && wanted > 0;) {
    const auto limit = std::min(static_cast<std::size_t>(page_size), wanted);
    const nlohmann::json page =
        session.get(path, {{"limit", std::to_string(limit)}, {"start", std::to_string(start)}});
    std::vector<T> values;
    for (const auto& value : page.at("values")) peer::take(value, values.emplace_back());
    values.resize(std::min(values.size(), wanted));
    wanted -= values.size();
    for (const T& value : values) each(value);
    last = page.at("isLastPage");
    if (!last) start = page.at("nextPageStart");
  }
}

constexpr std::size_t everything = static_cast<std::size_t>(-1);

Outcome get(const Options& options) {
  const Account account(options);
  Session session(options, account);
  Tally tally(options);
  for (int i = 0; i < options.count; ++i) {
    bitbucket::Repo repo;
    peer::take(session.get(repo_path(options, options.slug)), repo);
    tally(repo);
  }
  return tally.outcome();
}

Outcome walk(const Options& options) {
  const Account account(options);
  Session session(options, account);
  Tally tally(options);
  pages<Commit>(session, repo_path(options, options.slug) + "/commits", options.page_size,
                everything, [&](const Commit& commit) { tally(commit); });
  return tally.outcome();
}

/// Runs `work(session, i)` for each i on as many threads as are asked for.
template <class Work>
Outcome many(const Options& options, const Account& account, std::size_t count, Work work) {
  std::vector<Outcome> results(count);
  std::atomic<std::size_t> next = 0;
  std::exception_ptr error;
  std::mutex error_mutex;
  {
    std::vector<std::jthread> threads;
    for (int t = 0; t < options.concurrency; ++t)
      threads.emplace_back([&] {
        try {
          Session session(options, account);
          for (std::size_t i = next++; i < count; i = next++) results[i] = work(session, i);
        } catch (...) {
          const std::scoped_lock lock(error_mutex);
          error = std::current_exception();
        }
      });
  }
  if (error) std::rethrow_exception(error);
  Tally tally(options);
  for (const Outcome& result : results) tally.join(result);
  return tally.outcome();
}

Outcome fanout(const Options& options) {
  const Account account(options);
  return many(options, account, static_cast<std::size_t>(options.repos),
              [&](Session& session, std::size_t i) {
                Tally tally(options);
                pages<Commit>(
                    session,
                    repo_path(options, options.repo_prefix + std::to_string(i)) + "/commits",
                    options.page_size, static_cast<std::size_t>(options.count),
                    [&](const Commit& commit) { tally(commit); });
                return tally.outcome();
              });
}

Outcome changes(const Options& options) {
  const Account account(options);
  const std::string commits = repo_path(options, options.slug) + "/commits";
  std::vector<std::string> ids;
  {
    Session session(options, account);
    pages<Commit>(session, commits, options.page_size, static_cast<std::size_t>(options.count),
                  [&](const Commit& commit) { ids.push_back(commit.id); });
  }
  return many(options, account, ids.size(), [&](Session& session, std::size_t i) {
    Tally tally(options);
    pages<Change>(session, commits + '/' + ids[i] + "/changes", options.page_size, everything,
                  [&](const Change& change) { tally(change); });
    return tally.outcome();
  });
}

Outcome run(const Options& options) {
  if (options.workload == "get") return get(options);
  if (options.workload == "walk") return walk(options);
  if (options.workload == "fanout") return fanout(options);
  return changes(options);
}

}  // namespace

int main(int argc, char** argv) {
  curl_global_init(CURL_GLOBAL_DEFAULT);
  return measure("peer", parse_options(argc, argv), &run);
}
