#include "testing/webhooks/deliveries.hpp"

#include <fcntl.h>
#include <sys/socket.h>
#include <unistd.h>

#include <algorithm>

#include <httplib.h>

#include "testing/base/text.hpp"

namespace bitbucket::inline v0_1::testing::embedded {
namespace {

using SteadyTime = std::chrono::steady_clock::time_point;

constexpr std::chrono::seconds connect_time(3);
constexpr std::size_t max_kept = 32u << 10;    // of an answer's body
constexpr std::size_t max_answer = 16u << 20;  // more is an error

struct Address {
  std::string origin, target;
};

Address take_apart(const std::string& url) {
  const auto slash = url.find('/', url.find("://") + 3);
  const auto end = std::min(slash, url.find('?'));
  Address out{url.substr(0, end), end == std::string::npos ? "/" : url.substr(end)};
  if (!out.target.starts_with('/')) out.target.insert(0, 1, '/');
  out.target.resize(std::min(out.target.size(), out.target.find('#')));
  return out;
}

/// Makes a POST whose answer's body goes to `received`, as far as it is kept: what a receiver sends
/// may have no end.
httplib::Request post(const std::string& target, httplib::Headers headers, const std::string& body,
                      std::string& received) {
  httplib::Request request;
  request.method = "POST";
  request.path = target;
  request.headers = std::move(headers);
  request.headers.emplace("Content-Type", "application/json; charset=utf-8");
  request.body = body;
  request.content_receiver = [&received, total = std::size_t{0}](const char* data, std::size_t size,
                                                                 std::uint64_t,
                                                                 std::uint64_t) mutable {
    received.append(data, std::min(size, max_kept - received.size()));
    total += size;
    return total <= max_answer;
  };
  return request;
}

Json headers_json(const httplib::Headers& headers) {
  Json out = Json::object();
  for (const auto& [name, value] : headers) out[name] = value;
  return out;
}

}  // namespace

Deliveries::Deliveries(std::string version, bool enabled, std::chrono::milliseconds timeout,
                       Clock clock)
    : version_(std::move(version)), enabled_(enabled), timeout_(timeout), clock_(std::move(clock)) {
  try {
    sender_ = std::thread([this] { run(); });
    watcher_ = std::thread([this] { watch(); });
  } catch (...) {  // there may be no thread left for the second
    stop();
    throw;
  }
}

Deliveries::~Deliveries() { stop(); }

/// One request on its way, with the sockets that may have to be shut down.
class Deliveries::Sending {
 public:
  explicit Sending(Deliveries& all) : all_(all) {
    const std::scoped_lock lock(all_.mutex_);
    allowed_ = !all_.stopping_;
    if (allowed_) all_.sendings_.insert(this);
    all_.changed_.notify_all();
  }
  Sending(const Sending&) = delete;
  Sending& operator=(const Sending&) = delete;
  ~Sending() {
    if (!allowed_) return;
    const std::scoped_lock lock(all_.mutex_);
    for (const int socket : sockets_) ::close(socket);
    all_.sendings_.erase(this);
    all_.changed_.notify_all();
  }
  [[nodiscard]] bool allowed() const noexcept { return allowed_; }
  void add(int socket) {
    const int copy = ::fcntl(socket, F_DUPFD_CLOEXEC, 0);
    if (copy < 0) return;
    const std::scoped_lock lock(all_.mutex_);
    sockets_.push_back(copy);
  }
  [[nodiscard]] SteadyTime deadline() const noexcept { return deadline_; }
  void cut() const noexcept {
    for (const int socket : sockets_) ::shutdown(socket, SHUT_RDWR);
  }

 private:
  Deliveries& all_;
  const SteadyTime deadline_ = SteadyTime::clock::now() + all_.timeout_;
  bool allowed_ = false;
  /// Duplicates: what the HTTP library closes may be somebody else's number a moment later.
  std::vector<int> sockets_;
};

void Deliveries::stop() noexcept {
  {
    const std::scoped_lock lock(mutex_);
    stopping_ = true;
    jobs_.clear();
    changed_.notify_all();
  }
  if (sender_.joinable()) sender_.join();
  if (watcher_.joinable()) watcher_.join();
}

/// Cuts off what takes too long, and everything when the server stops.
void Deliveries::watch() {
  std::unique_lock lock(mutex_);
  while (!stopping_ || !sendings_.empty()) {
    const auto now = SteadyTime::clock::now();
    SteadyTime next = SteadyTime::max();
    for (const Sending* sending : sendings_) {
      const bool late = stopping_ || sending->deadline() <= now;
      if (late) sending->cut();
      // A socket can be shut down once it connects, which may be a moment from now.
      next = std::min(next, late ? now + std::chrono::milliseconds(10) : sending->deadline());
    }
    if (next == SteadyTime::max()) {
      changed_.wait(lock);
    } else {
      changed_.wait_until(lock, next);
    }
  }
}

void Deliveries::publish(const RepositoryPtr& repository, const std::string& event,
                         const Json& body) {
  if (!enabled_) return;
  const std::string text = dump(body);
  for (const Webhook& hook : repository->hooks.all()) {
    const bool wanted =
        std::find(hook.events.begin(), hook.events.end(), event) != hook.events.end();
    if (!hook.active || !wanted) continue;
    const std::scoped_lock lock(mutex_);
    jobs_.push_back({repository, hook, event, text});
  }
  changed_.notify_all();
}

bool Deliveries::wait(std::chrono::milliseconds timeout) {
  std::unique_lock lock(mutex_);
  return changed_.wait_for(lock, timeout, [&] { return jobs_.empty() && !busy_; });
}

void Deliveries::run() {
  std::unique_lock lock(mutex_);
  for (;;) {
    changed_.wait(lock, [&] { return stopping_ || !jobs_.empty(); });
    if (stopping_) return;
    const Job job = std::move(jobs_.front());
    jobs_.pop_front();
    busy_ = true;
    lock.unlock();
    deliver(job);
    lock.lock();
    busy_ = false;
    changed_.notify_all();
  }
}

DeliveryOutcome Deliveries::send(const std::string& url, bool verify,
                                 const std::optional<WebhookCredentials>& credentials,
                                 const Pairs& headers, const std::string& body) {
  const Address address = take_apart(url);
  DeliveryOutcome out;
  httplib::Headers all{
      {"User-Agent", "Atlassian HttpClient 2.1.5 / Bitbucket-" + version_ + " / Default"}};
  for (const auto& [name, value] : headers) all.emplace(name, value);
  if (credentials) {
    const std::string text = credentials->username + ':' + credentials->password;
    all.emplace("Authorization", "Basic " + base64_encode(text));
  }
  Json shown = headers_json(all);
  if (credentials) shown["Authorization"] = "********";
  out.request = {{"url", url}, {"method", "POST"}, {"headers", shown}, {"body", body}};

  httplib::Client client(address.origin);
  client.set_connection_timeout(connect_time);
  client.set_read_timeout(timeout_);
  client.set_write_timeout(timeout_);
  client.set_tcp_nodelay(true);
  client.enable_server_certificate_verification(verify);
  Sending sending(*this);
  if (!sending.allowed()) return out;
  client.set_socket_options([&](socket_t socket) { sending.add(socket); });
  std::string received;
  const auto result = client.send(post(address.target, all, body, received));
  if (!result) {
    out.outcome = "ERROR";
    out.description = sending.deadline() <= SteadyTime::clock::now()
                          ? "No answer within " + std::to_string(timeout_.count()) + " ms"
                          : "No answer: " + httplib::to_string(result.error());
    return out;
  }
  out.response = {
      {"status", result->status}, {"headers", headers_json(result->headers)}, {"body", received}};
  out.outcome = result->status / 100 == 2 ? "SUCCESS" : "FAILURE";
  out.description = std::to_string(result->status);
  return out;
}

DeliveryOutcome Deliveries::ping(const std::string& url, bool verify,
                                 const std::optional<WebhookCredentials>& credentials) {
  return send(url, verify, credentials, {{"X-Event-Key", "diagnostics:ping"}}, R"({"test": true})");
}

void Deliveries::deliver(const Job& job) {
  Pairs headers{{"X-Event-Key", job.event}, {"X-Request-Id", random_uuid()}};
  if (!job.hook.secret.empty()) {
    headers.emplace_back("X-Hub-Signature",
                         "sha256=" + hex(hmac_sha256(job.hook.secret, job.body)));
  }
  const std::int64_t start = milliseconds(clock_);
  DeliveryOutcome outcome;
  try {
    outcome =
        send(job.hook.url, job.hook.ssl_verification, job.hook.credentials, headers, job.body);
  } catch (const std::exception& e) {
    outcome.outcome = "ERROR";
    outcome.description = e.what();
  }
  const std::int64_t finish = milliseconds(clock_);
  job.repository->hooks.set_latest(
      job.hook.id,
      {{"id", ++sent_},
       {"event", job.event},
       {"start", start},
       {"finish", finish},
       {"duration", finish - start},
       {"eventScope",
        {{"id", std::to_string(job.repository->facts()->id)}, {"type", "repository"}}},
       {"request", outcome.request},
       {"response", outcome.response},
       {"result", {{"outcome", outcome.outcome}, {"description", outcome.description}}}});
}

}  // namespace bitbucket::inline v0_1::testing::embedded
