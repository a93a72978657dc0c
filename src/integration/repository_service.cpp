#include <bitbucket/integration/repository_service.hpp>

#include <algorithm>
#include <exception>
#include <utility>

#include <bitbucket/error.hpp>
#include <bitbucket/integration/source_links.hpp>

#include "integration/random.hpp"

namespace bitbucket::inline v0_1 {
namespace {

constexpr int most_rounds = 8;
// No repository or server has more rows than these, so a longer list may be one that never ends.
constexpr std::size_t most_webhooks = 10'000, most_repositories = 1'000'000;

/// Returns whether the project key and the slug can stand in a path.
bool is_repository(const RepoRef& repo) {
  const auto is_one_segment = [](const std::string& text) {
    return !text.empty() && text != "." && text != ".." && text.find('/') == std::string::npos;
  };
  return is_one_segment(repo.project) && is_one_segment(repo.slug);
}

Error kept_changing(std::string_view repository) {
  return Error("the webhook or the stored repository " + std::string(repository) +
               " kept changing; try again when no other process changes it");
}

/// Counts a row of a list, and throws when there are too many.
void count_row(std::size_t& rows, std::size_t most, std::string_view list) {
  if (++rows > most)
    throw DecodeError("", "there are more than " + std::to_string(most) + " rows", list);
}

/// Returns whether Bitbucket says that something does not exist.  A 404 without an exception
/// comes from a proxy, or from an address where there is no Bitbucket.
bool says_gone(const ApiError& error) {
  return error.is_not_found() && std::ranges::any_of(error.errors(), [](const ErrorEntry& entry) {
           return !entry.exception().empty();
         });
}

/// Calls `work` and returns whether the thing that it works on existed.
template <class Work>
bool unless_gone(const Work& work) {
  try {
    work();
  } catch (const ApiError& error) {
    if (!says_gone(error)) throw;
    return false;
  }
  return true;
}

/// Calls `work`; the failure that led to it matters more than its own.
template <class Work>
void with_best_effort(const Work& work) noexcept {
  try {
    work();
  } catch (...) {  // NOLINT(bugprone-empty-catch)
  }
}

RepositoryServiceOptions checked_options(RepositoryServiceOptions options) {
  if (options.base_url.empty())
    throw InvalidArgument("RepositoryServiceOptions::base_url is empty; set the server's base URL");
  if (!options.webhook_url)
    throw InvalidArgument(
        "RepositoryServiceOptions::webhook_url is empty; set a function that returns the address "
        "of your receiver");
  if (options.webhook_name.empty())
    throw InvalidArgument("RepositoryServiceOptions::webhook_name is empty; set a name");
  if (options.events.empty())
    throw InvalidArgument("RepositoryServiceOptions::events is empty; name at least one event");
  return options;
}

}  // namespace

class RepositoryService::Impl {
 public:
  Impl(const BitbucketServer& client, std::shared_ptr<RepositoryStore> repositories,
       RepositoryServiceOptions with)
      : server(client.with({})),
        store(std::move(repositories)),
        options(checked_options(std::move(with))) {
    if (!store)
      throw InvalidArgument("RepositoryService has no store; pass a MemoryRepositoryStore");
  }

  class Attachment;

  [[nodiscard]] RepositoryDescription described(const Repo& repo) const;
  [[nodiscard]] std::optional<RepositoryDescription> located(
      const AttachedRepository& stored) const;
  [[nodiscard]] std::string webhook_url(const RepositoryDescription& repository) const;
  [[nodiscard]] std::vector<HookId> ours(const RepoRef& repo, const std::string& url,
                                         std::optional<HookId> stored) const;
  void remove(const RepoRef& repo, HookId id) const;
  void remove_webhooks(const AttachedRepository& stored) const;

  const BitbucketServer server;
  const std::shared_ptr<RepositoryStore> store;
  const RepositoryServiceOptions options;
};

RepositoryDescription RepositoryService::Impl::described(const Repo& repo) const {
  // All repositories without an id would have the same external id.
  if (repo.id <= 0) throw DecodeError("/id", "the repository " + repo.full_name() + " has no id");
  if (!is_repository(repo.ref()))
    throw DecodeError("/slug", "a repository cannot have this project key or this slug");
  return {.external_id = std::to_string(repo.id),
          .identifier = repo.ref().str(),
          .name = repo.project.name + '/' + repo.name,
          .repo = repo.ref(),
          .url = source_url(options.base_url, repo.ref(), {})};
}

/// Finds a repository by its id: its rename may have been missed, and another one may have its
/// name.
std::optional<RepositoryDescription> RepositoryService::Impl::located(
    const AttachedRepository& stored) const {
  std::optional<RepositoryDescription> named;
  unless_gone([&] { named = described(server.repos.get(stored.repo)); });
  if (named && named->external_id == stored.external_id) return named;
  const RepoFilter all{.permission = RepoFilter::Permission::admin,
                       .archived = RepoFilter::Archived::all};
  std::size_t rows = 0;
  for (const Repo& repo : server.repos.list(all)) {
    count_row(rows, most_repositories, "the list of repositories");
    if (std::to_string(repo.id) == stored.external_id) return described(repo);
  }
  return std::nullopt;
}

/// Returns the URL of our webhook.  Refuses an empty URL, because every webhook with the returned
/// URL counts as ours.
std::string RepositoryService::Impl::webhook_url(const RepositoryDescription& repository) const {
  std::string url = options.webhook_url(repository);
  if (url.empty())
    throw InvalidArgument("RepositoryServiceOptions::webhook_url returned no address for " +
                          repository.identifier);
  return url;
}

/// Returns our webhooks, the oldest first.  The stored one may still have a former address.
/// Webhooks of a project are not ours.
std::vector<HookId> RepositoryService::Impl::ours(const RepoRef& repo, const std::string& url,
                                                  std::optional<HookId> stored) const {
  std::vector<HookId> out;
  std::size_t rows = 0;
  for (const Hook& hook : server.hooks.list(repo)) {
    count_row(rows, most_webhooks, "the list of webhooks");
    if ((hook.url != url && hook.id != stored) || hook.scope_type == "project") continue;
    if (hook.id.value <= 0)
      throw DecodeError("/values", "a webhook has no id", "the list of webhooks");
    out.push_back(hook.id);
  }
  std::ranges::sort(out, {}, &HookId::value);
  return out;
}

void RepositoryService::Impl::remove(const RepoRef& repo, HookId id) const {
  unless_gone([&] { server.hooks.remove(repo, id); });
}

void RepositoryService::Impl::remove_webhooks(const AttachedRepository& stored) const {
  const auto found = located(stored);
  if (!found) return;
  const std::string url = webhook_url(*found);
  unless_gone([&] {
    // One of two processes that attached at once may have died and left a second webhook.
    for (const HookId id : ours(found->repo, url, stored.webhook)) remove(found->repo, id);
  });
}

/// One call of attach().
class RepositoryService::Impl::Attachment {
 public:
  Attachment(const Impl& service, const RepositoryDescription& found)
      : service_(service),
        url_(service.webhook_url(found)),
        pending_{.external_id = found.external_id,
                 .name = found.identifier,
                 .repo = found.repo,
                 .url = found.url,
                 .webhook = {},
                 .webhook_secret = {}} {}

  AttachedRepository run() {
    try {
      for (int round = 0; round < most_rounds; ++round) {
        if (auto done = attempt()) return *std::move(done);
      }
      throw kept_changing(pending_.name);
    } catch (...) {
      undo();
      throw;
    }
  }

 private:
  std::optional<AttachedRepository> attempt();
  std::optional<HookId> create();
  bool take_over(HookId id) const;
  void undo() noexcept;

  const Impl& service_;
  const std::string url_;
  AttachedRepository pending_;
  Secret added_secret_;             // of the stored repository that this call added
  std::vector<HookId> created_;     // webhooks that this call certainly created
  std::exception_ptr lost_answer_;  // why it is unknown whether create() made a webhook
};

/// Returns nothing when somebody else changed the webhooks or the stored repository meanwhile.
std::optional<AttachedRepository> RepositoryService::Impl::Attachment::attempt() {
  // The store chooses among those that attach at once: all of them go on with one secret.
  // A repository that was removed meanwhile does not come back with the same secret, so that the
  // store can tell the two apart.
  const Secret fresh_secret = integration::random_secret();
  pending_.webhook_secret = fresh_secret;
  const AttachedRepository stored = service_.store->add(pending_);
  if (stored.webhook_secret == fresh_secret) added_secret_ = fresh_secret;
  if (stored.webhook_secret.empty())
    throw Error("the stored repository " + pending_.name +
                " has no webhook secret; detach it and attach it again");
  pending_.webhook_secret = stored.webhook_secret;
  std::vector<HookId> hooks = service_.ours(pending_.repo, url_, stored.webhook);
  std::optional<HookId> made;
  if (hooks.empty()) {
    made = create();
    hooks = service_.ours(pending_.repo, url_, stored.webhook);
    if (hooks.empty() && lost_answer_) std::rethrow_exception(lost_answer_);
    if (hooks.empty()) return std::nullopt;
  }
  const HookId kept = hooks.front();
  if (made != kept && !take_over(kept)) return std::nullopt;
  for (std::size_t i = 1; i < hooks.size(); ++i) service_.remove(pending_.repo, hooks[i]);
  AttachedRepository done = pending_;
  done.webhook = kept;
  // A process that detached the repository meanwhile has removed the webhook too.
  if (!service_.store->replace(stored, done)) return std::nullopt;
  return done;
}

/// Returns nothing when the answer is lost or wrong: the webhook may exist, and only a list of all
/// webhooks shows it.
std::optional<HookId> RepositoryService::Impl::Attachment::create() {
  lost_answer_ = nullptr;
  try {
    const Hook hook =
        service_.server.hooks.create(pending_.repo, {.name = service_.options.webhook_name,
                                                     .url = url_,
                                                     .events = service_.options.events,
                                                     .secret = pending_.webhook_secret});
    if (hook.id.value <= 0 || hook.url != url_)
      throw DecodeError("", "it is not the webhook that was asked for", "the new webhook");
    created_.push_back(hook.id);
    return hook.id;
  } catch (const Cancelled&) {
    throw;
  } catch (const Error& error) {
    if (!error.may_have_acted()) throw;
    lost_answer_ = std::current_exception();
    return std::nullopt;
  }
}

/// Returns false when the webhook is gone.
bool RepositoryService::Impl::Attachment::take_over(HookId id) const {
  return unless_gone([&] {
    service_.server.hooks.update(pending_.repo, id,
                                 {.name = service_.options.webhook_name,
                                  .url = url_,
                                  .events = service_.options.events,
                                  .active = true,
                                  .secret = pending_.webhook_secret,
                                  .credentials = HookUpdate::clear});
  });
}

/// Removes what this call made and nobody else uses.
void RepositoryService::Impl::Attachment::undo() noexcept {
  std::optional<AttachedRepository> stored;
  with_best_effort([&] { stored = service_.store->find(pending_.external_id); });
  for (const HookId id : created_) {
    if (stored && stored->webhook == id) continue;
    with_best_effort([&] { service_.remove(pending_.repo, id); });
  }
  const bool added = stored && !stored->webhook && !added_secret_.empty() &&
                     stored->webhook_secret == added_secret_;
  if (added) with_best_effort([&] { (void)service_.store->remove(*stored); });
}

RepositoryService::RepositoryService(const BitbucketServer& client,
                                     std::shared_ptr<RepositoryStore> store,
                                     RepositoryServiceOptions options)
    : impl_(std::make_unique<Impl>(client, std::move(store), std::move(options))) {}
RepositoryService::RepositoryService(RepositoryService&&) noexcept = default;
RepositoryService& RepositoryService::operator=(RepositoryService&&) noexcept = default;
RepositoryService::~RepositoryService() = default;

std::vector<RepositoryDescription> RepositoryService::search(std::string_view query) const {
  std::vector<RepositoryDescription> out;
  const RepoFilter filter{.name = std::string(query), .permission = RepoFilter::Permission::admin};
  std::size_t rows = 0;
  for (const Repo& repo : impl_->server.repos.list(filter)) {
    count_row(rows, most_repositories, "the list of repositories");
    out.push_back(impl_->described(repo));
  }
  return out;
}

RepositoryDescription RepositoryService::describe(const RepoRef& repo) const {
  return impl_->described(impl_->server.repos.get(repo));
}

AttachedRepository RepositoryService::attach(const RepoRef& repo) const {
  return Impl::Attachment(*impl_, describe(repo)).run();
}

void RepositoryService::detach(std::string_view external_id) const {
  for (int round = 0; round < most_rounds; ++round) {
    const auto stored = impl_->store->find(external_id);
    if (!stored) return;
    impl_->remove_webhooks(*stored);
    // A process that attached it meanwhile may have made a webhook that this round did not see.
    if (impl_->store->remove(*stored)) return;
  }
  throw kept_changing(external_id);
}

std::optional<AttachedRepository> RepositoryService::refresh(const Repo& repository) const {
  const std::string external_id = std::to_string(repository.id);
  const RepoRef repo = repository.ref();
  for (int round = 0; round < most_rounds; ++round) {
    auto stored = impl_->store->find(external_id);
    if (!stored || !is_repository(repo)) return stored;
    AttachedRepository now = *stored;
    now.name = repo.str();
    now.repo = repo;
    now.url = source_url(impl_->options.base_url, repo, {});
    if (now == *stored || impl_->store->replace(*stored, now)) return now;
  }
  throw kept_changing(external_id);
}

}  // namespace bitbucket::inline v0_1
