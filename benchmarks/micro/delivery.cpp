// Verifies and reads a delivery of a webhook, and compares that with what it consists of: OpenSSL's
// HMAC of as many bytes, and a page of as many changes.

#include <chrono>
#include <cstddef>
#include <stdexcept>
#include <string>

#include <benchmark/benchmark.h>
#include <openssl/evp.h>
#include <openssl/hmac.h>

#include <bitbucket/model/page.hpp>
#include <bitbucket/webhooks.hpp>

namespace {

using namespace bitbucket;

const std::string key = "a secret of a webhook";

/// Returns the changes of a push, as elements of an array, of about this many bytes.
std::string sample_ref_changes(std::size_t bytes) {
  const std::string from = "ecddabb624f6f5ba43816f5926e580a5f680a932";
  const std::string to = "178864a7d521b6f5e720b386b2c2b0ef8563e0dc";
  std::string rows;
  for (int i = 0; rows.size() < bytes; ++i) {
    const std::string name = "feature/branch-" + std::to_string(i);
    if (i > 0) rows += ',';
    rows += R"({"ref":{"id":"refs/heads/)" + name + R"(","displayId":")" + name +
            R"(","type":"BRANCH"},"refId":"refs/heads/)" + name + R"(","fromHash":")" + from +
            R"(","toHash":")" + to + R"(","type":"UPDATE"})";
  }
  return rows;
}

std::string delivery_of(const std::string& rows) {
  return R"({"eventKey":"repo:refs_changed","date":"2026-11-22T06:50:00+0000","actor":{"name":"ann",)"
         R"("id":1,"displayName":"Ann","slug":"ann","type":"NORMAL"},"repository":{"slug":"demo",)"
         R"("id":21,"name":"Demo","project":{"key":"PRJ","id":1,"name":"Project"}},"changes":[)" +
         rows + "]}";
}

std::string hmac_of(const std::string& body) {
  unsigned char digest[EVP_MAX_MD_SIZE];
  unsigned int size = 0;
  HMAC(EVP_sha256(), key.data(), static_cast<int>(key.size()),
       reinterpret_cast<const unsigned char*>(body.data()), body.size(), digest, &size);
  return {reinterpret_cast<const char*>(digest), size};
}

std::string hex(const std::string& bytes) {
  std::string out;
  for (const char c : bytes) {
    out += "0123456789abcdef"[static_cast<unsigned char>(c) >> 4];
    out += "0123456789abcdef"[static_cast<unsigned char>(c) & 15];
  }
  return out;
}

/// Returns how many microseconds a piece of work takes.
template <class Work>
double measure(Work work) {
  const auto start = std::chrono::steady_clock::now();
  work();
  return std::chrono::duration<double, std::micro>(std::chrono::steady_clock::now() - start)
      .count();
}

// The three parts take turns, so that a slow moment of the machine slows all of them.
void delivery(benchmark::State& state) {
  const std::string rows = sample_ref_changes(static_cast<std::size_t>(state.range(0)));
  const std::string body = delivery_of(rows);
  std::string page_body = R"({"values":[)" + rows + R"(],"size":1,"isLastPage":true})";
  const std::string signature = "sha256=" + hex(hmac_of(body));
  const WebhookReceiver receiver({.secrets = {key}});
  double receiving = 0, signing = 0, reading = 0;
  for (auto _ : state) {
    receiving += measure([&] {
      const WebhookReply reply = receiver.receive(
          {.method = "POST",
           .headers = {{"X-Event-Key", "repo:refs_changed"}, {"X-Hub-Signature", signature}},
           .body = body});
      if (!reply.event) throw std::runtime_error(reply.text);
    });
    signing += measure([&] { benchmark::DoNotOptimize(hmac_of(body)); });
    reading += measure([&] {
      Page<RefChange> page;
      JsonCodec<Page<RefChange>>::read(page_body, page);
      benchmark::DoNotOptimize(page);
    });
  }
  const auto times = static_cast<double>(state.iterations());
  state.counters["receive_us"] = receiving / times;
  state.counters["hmac_us"] = signing / times;
  state.counters["page_us"] = reading / times;
  state.counters["ratio"] = receiving / (signing + reading);
}
BENCHMARK(delivery)->Arg(100'000)->Arg(10'000);

}  // namespace
