// The paged walk over a transport that answers from memory: the whole library without the network.

#include <cstddef>
#include <memory>
#include <string>
#include <utility>
#include <vector>

#include <benchmark/benchmark.h>

#include <bitbucket/server.hpp>

#include "harness/samples.hpp"
#include "micro/allocations.hpp"

namespace {

using namespace bitbucket;

/// Gives the pages one after the other, whatever is asked for.
class Memory final : public BlockingTransport {
 public:
  explicit Memory(std::size_t rows) {
    const benchmarks::Rows commits = benchmarks::sample_commits(rows * pages);
    for (std::size_t i = 0; i < pages; ++i)
      bodies_.push_back(benchmarks::page_of(commits, 0, i * rows, rows).str());
  }
  static constexpr std::size_t pages = 20;

 protected:
  Response send(const Request&) override {
    Response out;
    out.status = 200;
    out.headers = {{"Content-Type", "application/json;charset=UTF-8"}};
    const std::string& body = bodies_[next_++ % pages];
    out.body.reserve(body.size() + 128);
    out.body = body;
    return out;
  }

 private:
  std::vector<std::string> bodies_;
  std::size_t next_ = 0;
};

void walk(benchmark::State& state) {
  const auto rows = static_cast<std::size_t>(state.range(0));
  ConnectionOptions connection;
  connection.transport = std::make_shared<Memory>(rows);
  const BitbucketServer client{{.base_url = "http://127.0.0.1",
                                .paging = {.page_size = static_cast<int>(rows)},
                                .connection = connection}};
  std::size_t commits = 0;
  const std::size_t before = benchmarks::allocations();
  for (auto _ : state)
    for (const Commit& commit : client.commits.list({"PRJ", "demo"})) {
      benchmark::DoNotOptimize(&commit);
      ++commits;
    }
  state.SetItemsProcessed(static_cast<std::int64_t>(commits));
  state.counters["allocations_per_commit"] =
      static_cast<double>(benchmarks::allocations() - before) / static_cast<double>(commits);
}
BENCHMARK(walk)->Arg(1000)->Arg(100);

}  // namespace
