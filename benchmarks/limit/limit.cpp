// The limit: the best that libcurl, OpenSSL and simdjson can do when only the workload matters.

#include <algorithm>
#include <atomic>
#include <cstddef>
#include <cstdint>
#include <deque>
#include <optional>
#include <stdexcept>
#include <string>
#include <thread>
#include <utility>
#include <vector>

#include "harness/digest.hpp"
#include "harness/measure.hpp"
#include "limit/decode.hpp"
#include "limit/transfers.hpp"

namespace {

using namespace benchmarks;
using namespace benchmarks::limit;
using bitbucket::Change;
using bitbucket::Commit;
using bitbucket::Page;

std::string repo_path(const Options& options, const std::string& slug) {
  return "/rest/api/1.0/projects/" + options.project + "/repos/" + slug;
}

void set_place(Target& target, std::int64_t start, std::int64_t limit) {
  target.before = "limit=" + std::to_string(limit);
  target.after = "start=" + std::to_string(start);
}

Outcome get(const Options& options) {
  Transfers transfers(options, 2);
  const Target target = transfers.target(repo_path(options, options.slug));
  Tally tally(options);
  transfers.sign(transfers.slot(0), target);
  for (int i = 0; i < options.count; ++i) {
    Slot& other = transfers.slot(options.sign_ahead ? (static_cast<std::size_t>(i) + 1) % 2 : 0);
    const bool more = i + 1 < options.count;
    transfers.send(transfers.slot(options.sign_ahead ? static_cast<std::size_t>(i) % 2 : 0));
    if (options.sign_ahead && more) transfers.sign(other, target);
    bitbucket::Repo repo;
    decode(transfers.wait().body, repo);
    tally(repo);
    if (!options.sign_ahead && more) transfers.sign(other, target);
  }
  return tally.outcome();
}

/// Decodes a page and proves what was read of its tail before.
void take(const Body& body, std::optional<std::int64_t> next, Tally& tally) {
  Page<Commit> page;
  decode(body, page);
  if (page.next_page_start != next) throw std::runtime_error("the tail named another page");
  tally.all<Commit>(page.values);
}

/// One page after the other; the next one is on its way while a page is decoded.  Two slots in
/// turn, one connection.
Outcome walk_in_turn(const Options& options) {
  Transfers transfers(options, 2);
  Target target = transfers.target(repo_path(options, options.slug) + "/commits");
  const auto sign = [&](Slot& slot, std::int64_t start) {
    set_place(target, start, options.page_size);
    transfers.sign(slot, target);
  };
  Tally tally(options);
  sign(transfers.slot(0), 0);
  transfers.send(transfers.slot(0));
  std::int64_t start = 0;
  for (std::size_t page = 1;; ++page) {
    Slot& other = transfers.slot(page % 2);
    const std::int64_t guess = start + options.page_size;
    if (options.sign_ahead) sign(other, guess);
    const Body& body = transfers.wait().body;
    const auto next = next_start_in_tail(body.text());
    if (next) {
      if (!options.sign_ahead || *next != guess) sign(other, *next);
      transfers.send(other);
    }
    take(body, next, tally);
    if (!next) return tally.outcome();
    start = *next;
  }
}

/// Several pages on their way at guessed places.  A server whose pages lie elsewhere ends the
/// program: falling back is the library's business.
Outcome walk_ahead(const Options& options) {
  const auto width = static_cast<std::size_t>(options.in_flight);
  Transfers transfers(options, width);
  Target target = transfers.target(repo_path(options, options.slug) + "/commits");
  std::deque<Slot*> pages;  // in their order
  std::int64_t guess = 0, step = 0;
  const auto ask = [&](Slot& slot) {
    set_place(target, guess, options.page_size);
    slot.job = static_cast<std::size_t>(guess);
    transfers.sign(slot, target);
    transfers.send(slot);
    pages.push_back(&slot);
    guess += step;
  };
  Tally tally(options);
  Body body;
  ask(transfers.slot(0));
  for (;;) {
    Slot& slot = *pages.front();
    pages.pop_front();
    while (slot.running) transfers.wait();
    body.swap(slot.body);
    const auto next = next_start_in_tail(body.text());
    if (next && step == 0) {
      guess = step = *next;
      for (std::size_t i = 1; i < width; ++i) ask(transfers.slot(i));
    }
    if (next) ask(slot);
    take(body, next, tally);
    if (!next) return tally.outcome();
    if (pages.front()->job != static_cast<std::size_t>(*next))
      throw std::runtime_error("a page lies elsewhere");
  }
}

Outcome walk(const Options& options) {
  return options.in_flight > 1 ? walk_ahead(options) : walk_in_turn(options);
}

template <class T>
Outcome read_page(const Options& options, const Body& body) {
  Page<T> page;
  decode(body, page);
  Tally item(options);
  item.all<T>(page.values);
  return item.outcome();
}

/// One page for each of many targets; a slot's next request leaves before its answer is decoded.
template <class T, class MakeTarget>
std::vector<Outcome> many_on_one_thread(const Options& options, Transfers& transfers,
                                        std::size_t count, MakeTarget target) {
  std::vector<Outcome> results(count);
  std::size_t next = 0;
  const auto start = [&](Slot& slot) {
    if (next == count) return;
    slot.job = next++;
    transfers.sign(slot, target(slot.job));
    transfers.send(slot);
  };
  const auto width = std::min(static_cast<std::size_t>(options.concurrency), count);
  for (std::size_t i = 0; i < width; ++i) start(transfers.slot(i));
  Body body;
  for (std::size_t done = 0; done < count; ++done) {
    Slot& slot = transfers.wait();
    const std::size_t job = slot.job;
    body.swap(slot.body);
    start(slot);
    results[job] = read_page<T>(options, body);
  }
  return results;
}

/// Gets the same pages as blocking calls must: with a thread for each page under way, each with its
/// own connection and key.
template <class T, class MakeTarget>
std::vector<Outcome> many_on_threads(const Options& options, std::size_t count, MakeTarget target) {
  std::vector<Outcome> results(count);
  std::atomic<std::size_t> next = 0;
  std::vector<std::jthread> threads;
  const auto width = std::min(static_cast<std::size_t>(options.concurrency), count);
  for (std::size_t i = 0; i < width; ++i)
    threads.emplace_back([&] {
      Transfers transfers(options, 1);
      Slot& slot = transfers.slot(0);
      for (std::size_t job = next++; job < count; job = next++) {
        transfers.sign(slot, target(job));
        transfers.send(slot);
        transfers.wait();
        results[job] = read_page<T>(options, slot.body);
      }
    });
  threads.clear();  // joins
  return results;
}

/// As many event loops, each with its share of the items at once.
template <class T, class MakeTarget>
std::vector<Outcome> many_on_loops(const Options& options, std::size_t count, MakeTarget target) {
  std::vector<Outcome> results(count);
  std::atomic<std::size_t> next = 0;
  std::vector<std::jthread> threads;
  const auto loops = static_cast<std::size_t>(options.loops);
  const std::size_t width = (static_cast<std::size_t>(options.concurrency) + loops - 1) / loops;
  for (std::size_t i = 0; i < loops; ++i)
    threads.emplace_back([&] {
      Transfers transfers(options, width);
      std::size_t running = 0;
      const auto start = [&](Slot& slot) {
        const std::size_t job = next++;
        if (job >= count) return;
        slot.job = job;
        transfers.sign(slot, target(job));
        transfers.send(slot);
        ++running;
      };
      for (std::size_t slot = 0; slot < width; ++slot) start(transfers.slot(slot));
      Body body;
      while (running > 0) {
        Slot& slot = transfers.wait();
        --running;
        const std::size_t job = slot.job;
        body.swap(slot.body);
        start(slot);
        results[job] = read_page<T>(options, body);
      }
    });
  threads.clear();  // joins
  return results;
}

template <class T, class MakeTarget>
Outcome many(const Options& options, Transfers& transfers, std::size_t count, MakeTarget target) {
  Tally tally(options);
  const std::vector<Outcome> results =
      options.threads     ? many_on_threads<T>(options, count, target)
      : options.loops > 1 ? many_on_loops<T>(options, count, target)
                          : many_on_one_thread<T>(options, transfers, count, target);
  for (const Outcome& result : results) tally.join(result);
  return tally.outcome();
}

Outcome fanout(const Options& options) {
  Transfers transfers(options, static_cast<std::size_t>(options.concurrency));
  return many<Commit>(
      options, transfers, static_cast<std::size_t>(options.repos), [&](std::size_t i) {
        Target out = transfers.target(repo_path(options, options.repo_prefix + std::to_string(i)) +
                                      "/commits");
        set_place(out, 0, std::min(options.count, options.page_size));
        return out;
      });
}

/// Ids of the newest commits, page by page.
std::vector<std::string> newest(const Options& options, Transfers& transfers) {
  std::vector<std::string> ids;
  const auto count = static_cast<std::size_t>(options.count);
  Target target = transfers.target(repo_path(options, options.slug) + "/commits");
  std::optional<std::int64_t> next = 0;
  while (next && ids.size() < count) {
    set_place(
        target, *next,
        std::min<std::int64_t>(options.page_size, static_cast<std::int64_t>(count - ids.size())));
    transfers.sign(transfers.slot(0), target);
    transfers.send(transfers.slot(0));
    Page<Commit> page;
    decode(transfers.wait().body, page);
    for (Commit& commit : page.values) ids.push_back(std::move(commit.id));
    next = page.next_page_start;
  }
  ids.resize(std::min(ids.size(), count));
  return ids;
}

Outcome changes(const Options& options) {
  Transfers transfers(options, static_cast<std::size_t>(options.concurrency));
  const std::vector<std::string> ids = newest(options, transfers);
  const std::string commits = repo_path(options, options.slug) + "/commits/";
  return many<Change>(options, transfers, ids.size(), [&](std::size_t i) {
    Target out = transfers.target(commits + ids[i] + "/changes");
    set_place(out, 0, options.page_size);
    return out;
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
  const Options options = parse_options(argc, argv);
  return measure(options.threads ? "threads" : "limit", options, &run);
}
