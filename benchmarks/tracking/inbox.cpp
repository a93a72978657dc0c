// How fast an inbox answers while a handler is at work: benchmark_inbox DATABASE [DELIVERIES
// [SECONDS]]
//
// DATABASE is what TrackingStoreOptions::database takes; it should be empty.  A service receives
// DELIVERIES (2000) over HTTP, evenly over SECONDS (30), each on a new connection as Bitbucket
// sends them, while the handler of the first one takes as long.  The time of an answer counts from
// the moment at which its delivery should have been sent, so a slow answer also counts against
// those that wait behind it.

#include <algorithm>
#include <atomic>
#include <chrono>
#include <cstdio>
#include <exception>
#include <future>
#include <memory>
#include <string>
#include <thread>
#include <vector>

#include <httplib.h>
#include <openssl/evp.h>
#include <openssl/hmac.h>

#include <bitbucket/tracking.hpp>

namespace {

using namespace bitbucket;
using Clock = std::chrono::steady_clock;
using Milliseconds = std::chrono::duration<double, std::milli>;

constexpr int senders = 4;
const std::string key = "a secret of a webhook";

std::string push_to(int branch) {
  const std::string name = "feature/branch-" + std::to_string(branch);
  return R"({"eventKey":"repo:refs_changed","date":"2026-11-22T06:50:00+0000","actor":{"name":"ann",)"
         R"("id":1,"displayName":"Ann","slug":"ann","type":"NORMAL"},"repository":{"slug":"demo",)"
         R"("id":21,"name":"Demo","project":{"key":"PRJ","id":1,"name":"Project"}},"changes":[)"
         R"({"ref":{"id":"refs/heads/)" +
         name + R"(","displayId":")" + name + R"(","type":"BRANCH"},"refId":"refs/heads/)" + name +
         R"(","fromHash":"ecddabb624f6f5ba43816f5926e580a5f680a932",)"
         R"("toHash":"178864a7d521b6f5e720b386b2c2b0ef8563e0dc","type":"UPDATE"}]})";
}

std::string signature_of(const std::string& body) {
  unsigned char digest[EVP_MAX_MD_SIZE];
  unsigned int size = 0;
  HMAC(EVP_sha256(), key.data(), static_cast<int>(key.size()),
       reinterpret_cast<const unsigned char*>(body.data()), body.size(), digest, &size);
  std::string text = "sha256=";
  for (unsigned int i = 0; i < size; ++i) {
    text += "0123456789abcdef"[digest[i] >> 4];
    text += "0123456789abcdef"[digest[i] & 15];
  }
  return text;
}

/// A service on a port of its own.
class Service {
 public:
  explicit Service(const Inbox& inbox) {
    server_.set_tcp_nodelay(true);
    server_.Post("/", [&](const httplib::Request& request, httplib::Response& response) {
      const WebhookReply reply = inbox.receive(
          {.method = request.method, .headers = request.headers, .body = request.body});
      response.status = reply.status;
      response.set_content(reply.text, "text/plain");
    });
    port_ = server_.bind_to_any_port("127.0.0.1");
    thread_ = std::thread([this] { server_.listen_after_bind(); });
  }
  Service(const Service&) = delete;
  Service& operator=(const Service&) = delete;
  ~Service() {
    server_.stop();
    thread_.join();
  }
  /// Returns the status of the answer to a delivery.
  [[nodiscard]] int deliver(int number) const {
    const std::string body = push_to(number);
    httplib::Client client("127.0.0.1", port_);
    client.set_tcp_nodelay(true);
    const auto answer = client.Post("/",
                                    {{"X-Event-Key", "repo:refs_changed"},
                                     {"X-Request-Id", "delivery-" + std::to_string(number)},
                                     {"X-Hub-Signature", signature_of(body)}},
                                    body, "application/json");
    return answer ? answer->status : 0;
  }

 private:
  httplib::Server server_;
  int port_ = 0;
  std::thread thread_;
};

/// Delivers evenly over a time, and returns how long each answer took; throws when one is refused.
std::vector<double> deliver(const Service& service, int deliveries, std::chrono::seconds time) {
  std::vector<double> took(static_cast<std::size_t>(deliveries));
  std::atomic<int> refused = 0;
  const Clock::time_point start = Clock::now();
  const auto send = [&](int sender) {
    for (int i = sender; i < deliveries; i += senders) {
      const auto when = start + std::chrono::duration_cast<Clock::duration>(time) * i / deliveries;
      std::this_thread::sleep_until(when);
      if (service.deliver(i + 1) != 204) ++refused;
      took[static_cast<std::size_t>(i)] = Milliseconds(Clock::now() - when).count();
    }
  };
  {
    std::vector<std::jthread> threads;
    for (int i = 0; i < senders; ++i) threads.emplace_back(send, i);
  }
  if (refused > 0) throw std::runtime_error(std::to_string(refused) + " deliveries were refused");
  std::sort(took.begin(), took.end());
  return took;
}

void measure(const std::string& database, int deliveries, std::chrono::seconds time) {
  const auto store = std::make_shared<TrackingStore>(TrackingStoreOptions{.database = database});
  const Inbox inbox(store, WebhookReceiver({.secrets = {key}}),
                    {.on_error = [](const std::exception& error, const StoredDelivery*) {
                      std::fprintf(stderr, "%s\n", error.what());
                    }});
  const Service service(inbox);
  std::promise<void> begun, ended;
  std::atomic<int> handled = 0;
  std::vector<double> took;
  {
    const std::jthread handler([&](const std::stop_token& stop) {
      inbox.run(stop, [&](const WebhookEvent&) {
        if (handled++ > 0) return;
        begun.set_value();
        ended.get_future().wait();
      });
    });
    if (service.deliver(0) != 204) throw std::runtime_error("the first delivery was refused");
    begun.get_future().wait();
    took = deliver(service, deliveries, time);
    if (handled != 1) throw std::runtime_error("the handler was not at work all the time");
    ended.set_value();
    while (store->deliveries.unfinished() > 0)
      std::this_thread::sleep_for(std::chrono::milliseconds(10));
  }
  const auto at = [&](double part) {
    return took[static_cast<std::size_t>(part * static_cast<double>(took.size() - 1))];
  };
  std::printf(
      "{\"deliveries\":%d,\"handled\":%d,\"handler_s\":%lld,\"p50_ms\":%.2f,\"p90_ms\":%.2f,"
      "\"p99_ms\":%.2f,\"max_ms\":%.2f}\n",
      deliveries, handled.load() - 1, static_cast<long long>(time.count()), at(0.5), at(0.9),
      at(0.99), took.back());
}

}  // namespace

int main(int argc, char** argv) {
  try {
    if (argc < 2) throw std::runtime_error("benchmark_inbox DATABASE [DELIVERIES [SECONDS]]");
    measure(argv[1], argc > 2 ? std::stoi(argv[2]) : 2000,
            std::chrono::seconds(argc > 3 ? std::stoi(argv[3]) : 30));
    return 0;
  } catch (const std::exception& error) {
    std::fprintf(stderr, "%s\n", error.what());
    return 1;
  }
}
