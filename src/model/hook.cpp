#include <bitbucket/model/hook.hpp>

#include "model/codec.hpp"

namespace bitbucket::inline v0_1 {
namespace json {

void fields(HookConfiguration& c, auto& f) {
  f("secret", c.secret);
  f("createdBy", c.created_by);
  f.others(c.others);
}

void fields(HookCredentials& c, auto& f) {
  f("username", c.username);
  f("password", c.password);
}

void fields(Hook& h, auto& f) {
  f.required("id", h.id);
  f("name", h.name);
  f("createdDate", h.created_date);
  f("updatedDate", h.updated_date);
  f("events", h.events);
  f("configuration", h.configuration);
  f("url", h.url);
  f("active", h.active);
  f("scopeType", h.scope_type);
  f("sslVerificationRequired", h.ssl_verification_required);
  f("credentials", h.credentials);
  f("statistics", h.statistics);
}

void fields(NewHook& h, auto& f) {
  f("name", h.name);
  f("url", h.url);
  f("active", h.active);
  f("events", h.events);
  f.nested("configuration", [&h](auto& inner) { inner("secret", h.secret); });
  f("sslVerificationRequired", h.ssl_verification_required);
  f("credentials", h.credentials);
}

void fields(HookTestResult& r, auto& f) {
  f("request", r.request);
  f("response", r.response);
  f.others(r.others);
}

}  // namespace json

const detail::ModelCodec<Hook>& model_codec(const Hook*) { return json::codec<Hook>; }
const detail::ModelCodec<NewHook>& model_codec(const NewHook*) { return json::codec<NewHook>; }
const detail::ModelCodec<HookTestResult>& model_codec(const HookTestResult*) {
  return json::codec<HookTestResult>;
}

}  // namespace bitbucket::inline v0_1
