#include <algorithm>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "testing/base/refusal.hpp"
#include "testing/handlers/family.hpp"
#include "testing/webhooks/webhook_body.hpp"

namespace bitbucket::inline v0_1::testing::embedded {
namespace {

/// Webhooks of a repository.
class Hooks final : public Family {
 public:
  using Family::Family;
  [[nodiscard]] std::span<const Route> routes() const override;

 private:
  void list(Call& call);
  void create(Call& call);
  void get(Call& call);
  void update(Call& call);
  void remove(Call& call);
  void test(Call& call);
  void latest(Call& call);

  [[nodiscard]] nlohmann::json shown(const Webhook& hook) const;
};

std::span<const Route> Hooks::routes() const {
  static const Route all[] = {
      route<&Hooks::list>("GET", "projects/{project}/repos/{repo}/webhooks", {.need = Need::admin}),
      route<&Hooks::create>("POST", "projects/{project}/repos/{repo}/webhooks",
                            {.need = Need::admin, .json_body = true}),
      route<&Hooks::test>("POST", "projects/{project}/repos/{repo}/webhooks/test",
                          {.need = Need::admin}),
      route<&Hooks::get>("GET", "projects/{project}/repos/{repo}/webhooks/{webhook}",
                         {.need = Need::admin}),
      route<&Hooks::update>("PUT", "projects/{project}/repos/{repo}/webhooks/{webhook}",
                            {.need = Need::admin, .json_body = true}),
      route<&Hooks::remove>("DELETE", "projects/{project}/repos/{repo}/webhooks/{webhook}",
                            {.need = Need::admin}),
      route<&Hooks::latest>("GET", "projects/{project}/repos/{repo}/webhooks/{webhook}/latest",
                            {.need = Need::admin}),
  };
  return all;
}

Refusal no_such_webhook(const std::string& id) {
  return refusal(404, "Webhook " + id + " does not exist.",
                 "com.atlassian.bitbucket.webhook.NoSuchWebhookException");
}

Webhook find_hook(const ServedRepository& repository, const Call& call) {
  const auto id = parse_integer(call.param("webhook"));
  const auto hook = id ? repository.hooks.find(*id) : std::nullopt;
  if (!hook) throw no_such_webhook(call.param("webhook"));
  return *hook;
}

void Hooks::list(Call& call) {
  const RepositoryPtr repository = this->repository(call);
  std::vector<Webhook> hooks = repository->hooks.all();
  const std::string event = call.value("event");
  if (!event.empty()) {
    std::erase_if(hooks, [&](const Webhook& hook) {
      return std::find(hook.events.begin(), hook.events.end(), event) == hook.events.end();
    });
  }
  services_.pager.answer_rows(call, hooks.size(),
                              [&](std::size_t i) { return dump(shown(hooks[i])); });
}

void Hooks::create(Call& call) {
  const RepositoryPtr repository = this->repository(call);
  Webhook hook = parse_webhook(call.json());
  hook.created = hook.updated = milliseconds(services_.clock);
  hook.configuration["createdBy"] = "bitbucket";
  hook = repository->hooks.add(std::move(hook));
  const FactsPtr facts = repository->facts();
  // Not the path of the request: the base URL has the context path already.
  call.response.set("Location", services_.entities.base_url() + "/rest/api/1.0/projects/" +
                                    percent_encode(facts->project->key) + "/repos/" + facts->slug +
                                    "/webhooks/" + std::to_string(hook.id));
  answer_json(call.response, shown(hook), 201);
}

void Hooks::get(Call& call) {
  const RepositoryPtr repository = this->repository(call);
  answer_json(call.response, shown(find_hook(*repository, call)));
}

void Hooks::update(Call& call) {
  const RepositoryPtr repository = this->repository(call);
  const Webhook old = find_hook(*repository, call);
  Webhook hook = parse_webhook(call.json());  // what is left out is gone, the secret too
  hook.id = old.id;
  hook.created = old.created;
  hook.updated = milliseconds(services_.clock);
  hook.configuration["createdBy"] = "bitbucket";
  if (!repository->hooks.replace(hook)) throw no_such_webhook(call.param("webhook"));
  answer_json(call.response, shown(hook));
}

void Hooks::remove(Call& call) {
  const RepositoryPtr repository = this->repository(call);
  if (!repository->hooks.remove(find_hook(*repository, call).id)) {
    throw no_such_webhook(call.param("webhook"));
  }
  call.response.status = 204;
}

void Hooks::test(Call& call) {
  static_cast<void>(repository(call));
  const std::string url = call.value("url");
  if (url.empty()) {  // as the real one does
    throw refusal(500,
                  "An error occurred while processing the request. Check the server logs for more "
                  "information.",
                  "java.lang.NullPointerException");
  }
  if (!is_web_address(url)) {
    throw invalid("url", "The URL must be an absolute http or https URL.");
  }
  std::optional<WebhookCredentials> credentials;
  if (!call.body.empty()) credentials = parse_credentials(call.json());
  const bool verify = !equals_ignoring_case(call.value("sslVerificationRequired"), "false");
  const DeliveryOutcome sent = services_.deliveries.ping(url, verify, credentials);
  Json out{{"url", url}, {"request", sent.request}};
  if (!sent.response.is_null()) out["response"] = sent.response;
  out["result"] = {{"outcome", sent.outcome}, {"description", sent.description}};
  answer_json(call.response, out);
}

void Hooks::latest(Call& call) {
  const RepositoryPtr repository = this->repository(call);
  const nlohmann::json sent = repository->hooks.latest(find_hook(*repository, call).id);
  const std::string event = call.value("event");
  if (sent.is_null() || (!event.empty() && sent.value("event", "") != event)) {
    call.response.status = 204;
    return;
  }
  answer_json(call.response, Json(sent));
}

nlohmann::json Hooks::shown(const Webhook& hook) const {
  return webhook_json(hook, services_.options.mask_webhook_secrets);
}

}  // namespace

std::unique_ptr<Family> make_hooks(Services& services) { return std::make_unique<Hooks>(services); }

}  // namespace bitbucket::inline v0_1::testing::embedded
