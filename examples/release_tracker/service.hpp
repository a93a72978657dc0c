// What the service does, without HTML and without a web server.
#pragma once
#include <atomic>
#include <chrono>
#include <condition_variable>
#include <deque>
#include <map>
#include <memory>
#include <mutex>
#include <optional>
#include <set>
#include <stop_token>
#include <string>
#include <string_view>
#include <thread>
#include <vector>

#include <bitbucket/integration.hpp>
#include <bitbucket/tracking.hpp>

namespace tracker {

struct ServiceOptions {
  std::string folder = {};      // with the connection and the key that seals its secrets
  std::string database = {};    // see bitbucket::TrackingStoreOptions
  std::string public_url = {};  // where browsers and the Bitbucket Server reach this service
  std::set<std::string> issue_projects = {};  // "ABC"; empty: all
  std::chrono::minutes reconcile = std::chrono::minutes(10);
  bitbucket::ConnectionOptions connection = {};
};

// A connected server.
struct Connection {
  Connection(const bitbucket::ConnectedInstallation& connected, const ServiceOptions& options,
             const std::shared_ptr<const bitbucket::TrackingStore>& store);
  bitbucket::Installation installation;
  bitbucket::BitbucketServer client;
  bitbucket::RepositoryService repositories;
  bitbucket::Tracker tracker;
};

// The request cannot be served in the present state; what() says what to do.
struct Refused : std::runtime_error {
  using std::runtime_error::runtime_error;
};

// Something that went wrong in the background.
struct Problem {
  bitbucket::Timestamp time{};
  std::string text;
};

// Connects a server, follows its pushes, and makes releases.  Thread-safe.
class Service {
 public:
  explicit Service(ServiceOptions options);
  Service(const Service&) = delete;
  Service& operator=(const Service&) = delete;
  ~Service();

  // Begins to follow the pushes, in threads of its own.
  void start();

  // Returns the connected server, or nothing.
  std::shared_ptr<const Connection> find_connection() const;
  // Returns the connected server; throws Refused when there is none.
  std::shared_ptr<const Connection> connection() const;
  // Returns the page on which the administrator allows the access.
  std::string begin_setup(const bitbucket::InstallationConfig& config);
  // Connects the server; `query` is that of the address to which the browser came back.
  void finish_setup(const std::string& request_token, const std::string& query);

  void attach(const std::string& identifier);
  void detach(const std::string& external_id);
  // Makes a release of a branch, a tag or a commit.
  void create_release(const std::string& version, const std::string& external_id,
                      const std::string& from);
  // Checks and stores the delivery of a webhook.
  bitbucket::WebhookReply receive(const bitbucket::WebhookRequest& request) const;

  const bitbucket::TrackingStore& store() const { return *store_; }
  std::vector<Problem> problems() const;
  // Tells whether repositories are being compared with the server now.
  bool is_reconciling() const { return reconciling_; }

 private:
  void handle(const bitbucket::WebhookEvent& event);
  void handle_push(const bitbucket::RefsChanged& push);
  void reconcile_now_and_then(const std::stop_token& stop);
  void reconcile(const Connection& connected, const bitbucket::AttachedRepository& repository);
  void show_issue_events() const;
  void note(const std::string& text);

  const ServiceOptions options_;
  const bitbucket::Sealer sealer_;
  const std::shared_ptr<const bitbucket::TrackingStore> store_;
  const bitbucket::SetupFlow setup_;
  const bitbucket::Inbox inbox_;
  mutable std::mutex mutex_;  // guards what follows
  std::condition_variable_any wake_;
  bool reconcile_due_ = true;
  std::shared_ptr<const Connection> connection_;
  std::deque<std::pair<std::string, std::string>> pending_;  // request token and state
  std::deque<Problem> problems_;
  std::atomic<bool> reconciling_ = false;
  std::jthread reconciler_, follower_;  // last, so that they end first
};

}  // namespace tracker
