#pragma once

#include <bitbucket/model/hook.hpp>

#include "model/common.hpp"

namespace bitbucket::inline v0_1::json {

template <class F>
void fields(HookConfiguration& c, F& f) {
  f("secret", c.secret);
  f("createdBy", c.created_by);
  f.others(c.others);
}

template <class F>
void fields(HookCredentials& c, F& f) {
  f("username", c.username);
  f("password", c.password);
}

template <class F>
void fields(Hook& h, F& f) {
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

/// Only written: the secret of a new webhook lies one level deeper than in the struct.
template <class F>
void fields(NewHook& h, F& f) {
  f("name", h.name);
  f("url", h.url);
  f("active", h.active);
  f("events", h.events);
  f.nested("configuration", [&h](auto& inner) { inner("secret", h.secret); });
  f("sslVerificationRequired", h.ssl_verification_required);
  f("credentials", h.credentials);
}

template <class F>
void fields(HookTestResult& r, F& f) {
  f("request", r.request);
  f("response", r.response);
  f.others(r.others);
}

}  // namespace bitbucket::inline v0_1::json
