#include "service.hpp"

#include <algorithm>
#include <exception>
#include <filesystem>
#include <iostream>
#include <utility>
#include <variant>

#include "../plain_text.hpp"
#include "../stored_installation.hpp"
#include "releases.hpp"

namespace tracker {
namespace {

using bitbucket::AttachedRepository;
using bitbucket::TrackingStore;

constexpr std::size_t most_pending = 20, most_problems = 20;

std::string database_of(const ServiceOptions& options) {
  return options.database.empty() ? "sqlite:" + options.folder + "/tracking.db" : options.database;
}

std::shared_ptr<const TrackingStore> open_store(const ServiceOptions& options,
                                                const bitbucket::Sealer& sealer) {
  return std::make_shared<TrackingStore>(
      bitbucket::TrackingStoreOptions{.database = database_of(options), .sealer = sealer});
}

bitbucket::TrackerOptions tracker_options(const ServiceOptions& options) {
  return {.find_issue =
              [projects = options.issue_projects](const bitbucket::IssueReference& reference) {
                auto key = example::issue_key(reference);
                if (key && !projects.empty() && !projects.contains(key->substr(0, key->rfind('-'))))
                  key.reset();
                return key;
              },
          .include_merges = true};
}

bitbucket::RepositoryServiceOptions repository_options(const bitbucket::Installation& installation,
                                                       const ServiceOptions& options) {
  return {.base_url = installation.base_url,
          .webhook_url =
              [address = options.public_url](const bitbucket::RepositoryDescription& repository) {
                return address + "/hook/" + repository.external_id;
              },
          .webhook_name = "release-tracker"};
}

// Finds the secret of a webhook by the id at the end of its address.
bitbucket::WebhookReceiver make_receiver(
    const std::shared_ptr<bitbucket::RepositoryStore>& repositories) {
  return bitbucket::WebhookReceiver(
      {.secrets = {[repositories](std::string_view url) -> std::vector<bitbucket::Secret> {
         const auto repository = repositories->find(url.substr(url.rfind('/') + 1));
         if (!repository) return {};
         return {repository->webhook_secret};
       }}});
}

// The webhook of a repository must not speak for another one, because it could change the other's
// name.
bool may_tell(std::string_view url, const bitbucket::WebhookEvent& event) {
  const std::string_view id = url.substr(url.rfind('/') + 1);
  if (const auto* push = std::get_if<bitbucket::RefsChanged>(&event.payload))
    return id == std::to_string(push->repository.id);
  if (const auto* change = std::get_if<bitbucket::RepoModified>(&event.payload))
    return id == std::to_string(change->new_repository.id);
  return true;  // the service ignores the other events
}

}  // namespace

Connection::Connection(const bitbucket::ConnectedInstallation& connected,
                       const ServiceOptions& options,
                       const std::shared_ptr<const TrackingStore>& store)
    : installation(connected.installation),
      client(bitbucket::make_client(connected, options.connection)),
      repositories(client, store->repositories, repository_options(installation, options)),
      tracker(store, bitbucket::make_commit_source(client), tracker_options(options)) {}

Service::Service(ServiceOptions options)
    : options_(std::move(options)),
      sealer_(example::prepare_sealer(options_.folder)),
      store_(open_store(options_, sealer_)),
      setup_({.callback = options_.public_url + "/callback",
              .sealer = sealer_,
              .connection = options_.connection}),
      inbox_(store_, make_receiver(store_->repositories),
             {.may_tell = may_tell,
              .on_error = [this](const std::exception& error,
                                 const bitbucket::StoredDelivery* delivery) {
                note(delivery == nullptr
                         ? std::string("Pushes cannot be handed on: ") + error.what()
                         : "The delivery " + std::to_string(delivery->id) + " (" +
                               delivery->event_key +
                               ") waits for another attempt: " + error.what());
              }}) {
  if (example::is_stored(options_.folder))
    connection_ =
        std::make_shared<const Connection>(example::read_stored(options_.folder), options_, store_);
}

Service::~Service() = default;

void Service::start() {
  follower_ = std::jthread([this](const std::stop_token& stop) {
    inbox_.run(stop, [this](const bitbucket::WebhookEvent& event) { handle(event); });
  });
  reconciler_ = std::jthread([this](const std::stop_token& stop) { reconcile_now_and_then(stop); });
}

std::shared_ptr<const Connection> Service::find_connection() const {
  const std::lock_guard lock(mutex_);
  return connection_;
}

std::shared_ptr<const Connection> Service::connection() const {
  auto connected = find_connection();
  if (!connected) throw Refused("No Bitbucket Server is connected yet: connect one first.");
  return connected;
}

std::string Service::begin_setup(const bitbucket::InstallationConfig& config) {
  bitbucket::PendingSetup pending = setup_.begin(config);
  const std::lock_guard lock(mutex_);
  pending_.emplace_back(std::move(pending.request_token), std::move(pending.state));
  if (pending_.size() > most_pending) pending_.pop_front();
  return pending.authorize_url;
}

void Service::finish_setup(const std::string& request_token, const std::string& query) {
  std::string state;
  {
    const std::lock_guard lock(mutex_);
    const auto found = std::find_if(pending_.begin(), pending_.end(), [&](const auto& pending) {
      return pending.first == request_token;
    });
    if (found == pending_.end())
      throw Refused("This service did not begin the set-up that ended here: begin again.");
    state = std::move(found->second);
    pending_.erase(found);
  }
  const bitbucket::ConnectedInstallation connected = setup_.finish(state, query);
  const auto before = find_connection();
  if (before && before->installation.base_url != connected.installation.base_url &&
      !store_->repositories->list().empty())
    throw Refused("The attached repositories are on " + before->installation.base_url +
                  ": detach them first, or start another service with a folder of its own.");
  auto connection = std::make_shared<const Connection>(connected, options_, store_);
  example::replace_stored(connected, sealer_, options_.folder);
  const std::lock_guard lock(mutex_);
  connection_ = std::move(connection);
  reconcile_due_ = true;
  wake_.notify_all();
}

void Service::attach(const std::string& identifier) {
  (void)connection()->repositories.attach(identifier);
  const std::lock_guard lock(mutex_);
  reconcile_due_ = true;
  wake_.notify_all();
}

void Service::detach(const std::string& external_id) {
  connection()->repositories.detach(external_id);
}

void Service::create_release(const std::string& version, const std::string& external_id,
                             const std::string& from) {
  const auto repository = store_->repositories->find(external_id);
  if (!repository) throw Refused("This repository is not attached.");
  set_release(*connection(), *repository, version, from);
  show_issue_events();
}

bitbucket::WebhookReply Service::receive(const bitbucket::WebhookRequest& request) const {
  return inbox_.receive(request);
}

std::vector<Problem> Service::problems() const {
  const std::lock_guard lock(mutex_);
  return {problems_.rbegin(), problems_.rend()};
}

void Service::note(const std::string& text) {
  std::cerr << "release_tracker: " << example::plain(text) << '\n';
  const std::lock_guard lock(mutex_);
  std::erase_if(problems_, [&](const Problem& problem) { return problem.text == text; });
  problems_.push_back(
      {std::chrono::time_point_cast<std::chrono::milliseconds>(std::chrono::system_clock::now()),
       text});
  if (problems_.size() > most_problems) problems_.pop_front();
}

// --- in the background

void Service::handle(const bitbucket::WebhookEvent& event) {
  if (const auto* push = std::get_if<bitbucket::RefsChanged>(&event.payload)) handle_push(*push);
  if (const auto* change = std::get_if<bitbucket::RepoModified>(&event.payload))
    (void)connection()->repositories.refresh(change->new_repository);
}

void Service::handle_push(const bitbucket::RefsChanged& push) {
  const auto connected = connection();
  const auto repository = connected->repositories.refresh(push.repository);
  if (!repository) return;
  for (const bitbucket::RecordedRef& ref : connected->tracker.record_push(push))
    if (ref.capped) note("Only the newest commits of " + ref.ref + " are stored.");
  std::vector<std::string> tags;
  for (const bitbucket::RefChange& change : push.changes)
    if (change.ref.type == bitbucket::RefType::tag && change.to_hash)
      tags.push_back(change.ref.display_id);
  for (const std::string& problem : set_releases(*connected, *repository, tags)) note(problem);
  std::cout << example::plain(push.actor.display_name + " pushed to " + repository->name)
            << std::endl;
  show_issue_events();
}

void Service::show_issue_events() const {
  static constexpr std::string_view words[] = {"referenced by", "no longer referenced by",
                                               "resolved by", "reopened by"};
  (void)store_->issues.take_events([](const bitbucket::IssueEvent& event) {
    std::string line = event.issue + " is ";
    line += words[static_cast<std::size_t>(event.type)];
    line += ' ' + event.commit.substr(0, 11) + " of " + event.repository;
    if (!event.release.empty()) line += ", in the release " + event.release;
    std::cout << example::plain(line) << std::endl;
  });
}

void Service::reconcile_now_and_then(const std::stop_token& stop) {
  while (true) {
    {
      std::unique_lock lock(mutex_);
      wake_.wait_for(lock, stop, options_.reconcile, [this] { return reconcile_due_; });
      if (stop.stop_requested()) return;
      reconcile_due_ = false;
    }
    const auto connected = find_connection();
    if (!connected) continue;
    reconciling_ = true;
    try {
      for (const AttachedRepository& repository : store_->repositories->list()) {
        if (stop.stop_requested()) return;
        reconcile(*connected, repository);
      }
    } catch (const std::exception& error) {
      note(std::string("The repositories cannot be compared with the server: ") + error.what());
    }
    reconciling_ = false;
  }
}

void Service::reconcile(const Connection& connected, const AttachedRepository& repository) try {
  (void)connected.tracker.reconcile(repository.external_id);
  const auto tags = new_tags(connected, *store_, repository);
  for (const std::string& problem : set_releases(connected, repository, tags)) note(problem);
  show_issue_events();
  std::cout << example::plain(repository.name) << " is up to date" << std::endl;
} catch (const bitbucket::StoreError&) {
  throw;
} catch (const bitbucket::Error& error) {
  const bitbucket::Breakage breakage = bitbucket::classify(error);
  note("The pushes to " + repository.name + " cannot be read: " + error.what() +
       (breakage.kind == bitbucket::BreakageKind::other ? "" : "  " + breakage.advice));
}

}  // namespace tracker
