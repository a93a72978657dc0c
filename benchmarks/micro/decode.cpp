// Decodes a page of each struct into fresh structs, with the library and, for some structs, with a
// hand-written decoder.

#include <cstddef>
#include <string>

#include <benchmark/benchmark.h>

#include <bitbucket/json.hpp>
#include <bitbucket/model/change.hpp>
#include <bitbucket/model/commit.hpp>
#include <bitbucket/model/page.hpp>
#include <bitbucket/model/ref.hpp>
#include <bitbucket/model/repo.hpp>

#include "harness/samples.hpp"
#include "limit/decode.hpp"
#include "micro/allocations.hpp"

namespace {

using namespace benchmarks;
using namespace bitbucket;

Rows many_changes(std::size_t count) {
  Rows out;
  for (std::size_t i = 0; out.size() < count; ++i) {
    const Rows rows = sample_changes(i);
    for (std::size_t row = 0; row < rows.size(); ++row) out.add(rows.slice(row, row + 1));
  }
  return out;
}

Rows many_repos(std::size_t count) {
  Rows out;
  for (std::size_t i = 0; i < count; ++i) out.add(sample_repo("PRJ", "demo" + std::to_string(i)));
  return out;
}

template <class T>
std::string sample_page(std::size_t rows);
template <>
std::string sample_page<Commit>(std::size_t rows) {
  return page_of(sample_commits(rows + 1), 0, 0, rows).str();
}
template <>
std::string sample_page<Change>(std::size_t rows) {
  return page_of(many_changes(rows + 1), 0, 0, rows).str();
}
template <>
std::string sample_page<Repo>(std::size_t rows) {
  return page_of(many_repos(rows + 1), 0, 0, rows).str();
}
template <>
std::string sample_page<Branch>(std::size_t rows) {
  return page_of(sample_branches(rows + 1), 0, 0, rows).str();
}
template <>
std::string sample_page<Tag>(std::size_t rows) {
  return page_of(sample_tags(rows + 1), 0, 0, rows).str();
}

/// Runs `decode_into` on fresh pages and reports the speed and the allocations of one row.
template <class T, class Decode>
void run(benchmark::State& state, const std::string& body, Decode decode_into) {
  std::size_t rows = 0;
  const std::size_t before = allocations();
  for (auto _ : state) {
    Page<T> page;
    decode_into(page);
    rows += page.values.size();
    benchmark::DoNotOptimize(page);
  }
  state.SetBytesProcessed(static_cast<std::int64_t>(state.iterations() * body.size()));
  state.counters["allocations_per_row"] =
      static_cast<double>(allocations() - before) / static_cast<double>(rows);
}

template <class T>
void library_page(benchmark::State& state) {
  std::string body = sample_page<T>(static_cast<std::size_t>(state.range(0)));
  run<T>(state, body, [&](Page<T>& page) { JsonCodec<Page<T>>::read(body, page); });
}

template <class T>
void hand_written_page(benchmark::State& state) {
  const std::string text = sample_page<T>(static_cast<std::size_t>(state.range(0)));
  limit::Body body;
  body.append(text.data(), text.size());
  run<T>(state, text, [&](Page<T>& page) { limit::decode(body, page); });
}

BENCHMARK(library_page<Commit>)->Arg(1000)->Arg(100)->Arg(25);
BENCHMARK(hand_written_page<Commit>)->Arg(1000)->Arg(100)->Arg(25);
BENCHMARK(library_page<Change>)->Arg(1000)->Arg(5);
BENCHMARK(hand_written_page<Change>)->Arg(1000)->Arg(5);
BENCHMARK(library_page<Repo>)->Arg(1000);
BENCHMARK(library_page<Branch>)->Arg(1000);
BENCHMARK(library_page<Tag>)->Arg(1000);

void library_repo(benchmark::State& state) {
  std::string body = sample_repo("PRJ", "demo");
  for (auto _ : state) {
    Repo repo;
    JsonCodec<Repo>::read(body, repo);
    benchmark::DoNotOptimize(repo);
  }
}
BENCHMARK(library_repo);

void hand_written_repo(benchmark::State& state) {
  const std::string text = sample_repo("PRJ", "demo");
  limit::Body body;
  body.append(text.data(), text.size());
  for (auto _ : state) {
    Repo repo;
    limit::decode(body, repo);
    benchmark::DoNotOptimize(repo);
  }
}
BENCHMARK(hand_written_repo);

}  // namespace
