#include <bitbucket/hooks.hpp>

#include <bitbucket/api/hooks.hpp>
#include <bitbucket/detail/send.hpp>

#include "http/url.hpp"
#include "model/hook_update.hpp"

namespace bitbucket::inline v0_1 {
namespace {

void check_events(const std::vector<std::string>& events) {
  for (const std::string& event : events)
    if (event.empty()) throw InvalidArgument("a webhook event is empty");
}

}  // namespace

Paged<Hook> Hooks::list(const RepoRef& repo) const {
  return detail::send(context_, api::hooks::list(repo));
}

Hook Hooks::create(const RepoRef& repo, const NewHook& hook) const {
  if (hook.name.empty()) throw InvalidArgument("a webhook needs a name");
  http::require_http_url(hook.url, "the webhook's url");
  if (hook.events.empty()) throw InvalidArgument("a webhook needs at least one event");
  check_events(hook.events);
  return detail::send(context_, api::hooks::create(repo, hook));
}

Hook Hooks::get(const RepoRef& repo, HookId id) const {
  return detail::send(context_, api::hooks::get(repo, id));
}

Hook Hooks::update(const RepoRef& repo, HookId id, const HookUpdate& update) const {
  if (update.url) http::require_http_url(*update.url, "the webhook's url");
  if (update.events) check_events(*update.events);
  // As JSON, because the update writes back even the members that this library does not know.
  const RawJson current =
      detail::send(context_, ApiCall<RawJson>(api::hooks::get(repo, id).spec()));
  return detail::send(context_, api::hooks::update(repo, id, json::updated_hook(current, update)));
}

void Hooks::remove(const RepoRef& repo, HookId id) const {
  detail::send(context_, api::hooks::remove(repo, id));
}

HookTestResult Hooks::test(const RepoRef& repo, const std::string& url) const {
  http::require_http_url(url, "the url to test");
  return detail::send(context_, api::hooks::test(repo, {{"url", url}}));
}

}  // namespace bitbucket::inline v0_1
