#pragma once

#include <bitbucket/model/common.hpp>
#include <bitbucket/model/page.hpp>

// Field lists: the names that members have in JSON, in the order in which servers write them.

namespace bitbucket::inline v0_1::json {

template <class F>
void fields(Link& l, F& f) {
  f("href", l.href);
  f("name", l.name);
}

template <class F>
void fields(User& u, F& f) {
  f.required("name", u.name);
  f("emailAddress", u.email_address);
  f("id", u.id);
  f("displayName", u.display_name);
  f("active", u.active);
  f("slug", u.slug);
  f("type", u.type);
  f("links", u.links);
  f("avatarUrl", u.avatar_url);
}

template <class F>
void fields(Person& p, F& f) {
  f("name", p.name);
  f("emailAddress", p.email_address);
  f("id", p.id);
  f("displayName", p.display_name);
  f("active", p.active);
  f("slug", p.slug);
  f("type", p.type);
  f("links", p.links);
  f("avatarUrl", p.avatar_url);
}

template <class T, class F>
void fields(Page<T>& p, F& f) {
  f("size", p.size);
  f("limit", p.limit);
  f("isLastPage", p.is_last_page);
  f.required("values", p.values);
  f("start", p.start);
  f("nextPageStart", p.next_page_start);
}

}  // namespace bitbucket::inline v0_1::json
