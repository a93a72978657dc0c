#include "testing/handlers/api.hpp"

#include <algorithm>

// Webhooks of a repository.
namespace bitbucket::embedded {
namespace {

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

}  // namespace

void Api::list_webhooks(Call& call) {
  const RepositoryPtr repository = this->repository(call);
  std::vector<Webhook> hooks = repository->hooks.all();
  const std::string event = call.value("event");
  if (!event.empty()) {
    std::erase_if(hooks, [&](const Webhook& hook) {
      return std::find(hook.events.begin(), hook.events.end(), event) == hook.events.end();
    });
  }
  pager_.answer(call, options_.max_page_limit, hooks.size(), [&](std::size_t i) {
    return dump(webhook_json(hooks[i], options_.mask_webhook_secrets));
  });
}

void Api::create_webhook(Call& call) {
  const RepositoryPtr repository = this->repository(call);
  Webhook hook = parse_webhook(call.json());
  hook.created = hook.updated = now_ms();
  hook.configuration["createdBy"] = "bitbucket";
  hook = repository->hooks.add(std::move(hook));
  // Not the path of the request: the base URL has the context path already.
  call.response.set("Location", entities_.base_url() + "/rest/api/1.0/projects/" +
                                    percent_encode(repository->project->key) + "/repos/" +
                                    repository->slug + "/webhooks/" + std::to_string(hook.id));
  answer_json(call.response, webhook_json(hook, options_.mask_webhook_secrets), 201);
}

void Api::get_webhook(Call& call) {
  const RepositoryPtr repository = this->repository(call);
  answer_json(call.response,
              webhook_json(find_hook(*repository, call), options_.mask_webhook_secrets));
}

void Api::replace_webhook(Call& call) {
  const RepositoryPtr repository = this->repository(call);
  const Webhook old = find_hook(*repository, call);
  Webhook hook = parse_webhook(call.json());  // what is left out is gone, the secret too
  hook.id = old.id;
  hook.created = old.created;
  hook.updated = now_ms();
  hook.configuration["createdBy"] = "bitbucket";
  if (!repository->hooks.replace(hook)) throw no_such_webhook(call.param("webhook"));
  answer_json(call.response, webhook_json(hook, options_.mask_webhook_secrets));
}

void Api::delete_webhook(Call& call) {
  const RepositoryPtr repository = this->repository(call);
  if (!repository->hooks.remove(find_hook(*repository, call).id)) {
    throw no_such_webhook(call.param("webhook"));
  }
  call.response.status = 204;
}

void Api::test_webhook(Call& call) {
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
  std::optional<std::pair<std::string, std::string>> credentials;
  if (!call.body.empty()) {
    const nlohmann::json body = call.json();
    if (body.is_object() && body.contains("username") && body["username"].is_string()) {
      const auto password = body.find("password");
      const bool given = password != body.end() && password->is_string();
      credentials = {body["username"].get<std::string>(),
                     given ? password->get<std::string>() : std::string()};
    }
  }
  const bool verify = !equals_ignoring_case(call.value("sslVerificationRequired"), "false");
  const DeliveryOutcome sent = deliveries_.ping(url, verify, credentials);
  Json out{{"url", url}, {"request", sent.request}};
  if (!sent.response.is_null()) out["response"] = sent.response;
  out["result"] = {{"outcome", sent.outcome}, {"description", sent.description}};
  answer_json(call.response, out);
}

void Api::latest_delivery(Call& call) {
  const RepositoryPtr repository = this->repository(call);
  const nlohmann::json latest = repository->hooks.latest(find_hook(*repository, call).id);
  const std::string event = call.value("event");
  if (latest.is_null() || (!event.empty() && latest.value("event", "") != event)) {
    call.response.status = 204;
    return;
  }
  answer_json(call.response, Json(latest));
}

}  // namespace bitbucket::embedded
