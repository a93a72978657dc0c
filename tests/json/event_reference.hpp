#pragma once

#include <optional>
#include <string>
#include <vector>

#include "reference.hpp"

// What the bodies of webhooks mean, worked out a second time.

namespace bitbucket_test::reference {

inline void get(const json& j, CommitId& out) { get(j, out.value); }

/// Zeros, however many, stand for no commit.
inline void get(const json& j, std::optional<CommitId>& out) {
  CommitId id;
  get(j, id);
  want(!id.value.empty());
  if (id.value != std::string(id.value.size(), '0')) out = id;
}

inline void get(const json& j, MinimalRef& r) {
  want(j.is_object());
  member(j, "type", r.type);
  member(j, "displayId", r.display_id);
  required(j, "id", r.id);
}

inline void get(const json& j, RefChange& c) {
  want(j.is_object());
  member(j, "type", c.type);
  required(j, "toHash", c.to_hash);
  required(j, "fromHash", c.from_hash);
  member(j, "refId", c.ref_id);
  required(j, "ref", c.ref);
}

inline void get(const json& j, Comment& c) {
  want(j.is_object());
  member(j, "permittedOperations", c.permitted_operations);
  member(j, "tasks", c.tasks);
  member(j, "resolver", c.resolver);
  member(j, "resolvedDate", c.resolved_date);
  member(j, "state", c.state);
  member(j, "severity", c.severity);
  member(j, "threadResolver", c.thread_resolver);
  member(j, "threadResolvedDate", c.thread_resolved_date);
  member(j, "threadResolved", c.thread_resolved);
  member(j, "parent", c.parent);
  member(j, "anchor", c.anchor);
  member(j, "comments", c.comments);
  member(j, "updatedDate", c.updated_date);
  member(j, "createdDate", c.created_date);
  member(j, "author", c.author);
  member(j, "html", c.html);
  member(j, "text", c.text);
  member(j, "version", c.version);
  required(j, "id", c.id);
  member(j, "properties", c.properties);
}

inline void get(const json& j, MirrorServer& m) {
  want(j.is_object());
  member(j, "name", m.name);
  required(j, "id", m.id);
}

/// Reads what every event has, and the actor of an event that has one.
template <class Event>
void get_head(const json& j, Event& e) {
  want(j.is_object());
  if constexpr (requires { e.actor; }) member(j, "actor", e.actor);
  member(j, "date", e.date);
  required(j, "eventKey", e.event_key);
}

inline void get(const json& j, RefsChanged& e) {
  get_head(j, e);
  member(j, "toCommit", e.to_commit);
  member(j, "commits", e.commits);
  required(j, "changes", e.changes);
  required(j, "repository", e.repository);
}

inline void get(const json& j, RepoModified& e) {
  get_head(j, e);
  required(j, "new", e.new_repository);
  required(j, "old", e.old_repository);
}

inline void get(const json& j, RepoForked& e) {
  get_head(j, e);
  required(j, "repository", e.repository);
}

inline void get(const json& j, CommitCommented& e) {
  get_head(j, e);
  member(j, "previousComment", e.previous_comment);
  member(j, "commentParentId", e.comment_parent_id);
  required(j, "commit", e.commit);
  required(j, "repository", e.repository);
  required(j, "comment", e.comment);
}

inline void get(const json& j, SecretDetected& e) {
  get_head(j, e);
  member(j, "secretLocations", e.secret_locations);
  required(j, "repository", e.repository);
}

inline void get(const json& j, ProjectModified& e) {
  get_head(j, e);
  required(j, "new", e.new_project);
  required(j, "old", e.old_project);
}

inline void get(const json& j, MirrorRepoSynchronized& e) {
  get_head(j, e);
  member(j, "changes", e.changes);
  required(j, "repository", e.repository);
  member(j, "refLimitExceeded", e.ref_limit_exceeded);
  member(j, "syncType", e.sync_type);
  member(j, "mirrorServer", e.mirror_server);
}

}  // namespace bitbucket_test::reference
