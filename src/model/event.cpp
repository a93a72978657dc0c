#include <bitbucket/model/event.hpp>

#include <optional>
#include <string>

#include "model/codec.hpp"

namespace bitbucket::inline v0_1 {

EnumWords<RefChangeType> enum_words(RefChangeType) {
  using enum RefChangeType;
  static constexpr EnumWord<RefChangeType> words[] = {
      {add, "ADD"}, {update, "UPDATE"}, {del, "DELETE"}};
  return words;
}

EnumWords<MirrorSyncType> enum_words(MirrorSyncType) {
  using enum MirrorSyncType;
  static constexpr EnumWord<MirrorSyncType> words[] = {{snapshot, "SNAPSHOT"},
                                                       {incremental, "INCREMENTAL"}};
  return words;
}

namespace json {

void read(Cursor& in, CommitId& out) { read(in, out.value); }
void write(Writer& out, const CommitId& value) { out.text(value.value); }

/// Zeros, as many as a hash has digits, stand for no commit.
void read(Cursor& in, std::optional<CommitId>& out) {
  const Place& at = in.at;
  read(in, out.emplace());
  if (out->value.empty()) fail(at, "the hash is empty");
  if (out->value.find_first_not_of('0') == std::string::npos) out.reset();
}

void fields(MinimalRef& r, auto& f) {
  f.required("id", r.id);
  f("displayId", r.display_id);
  f("type", r.type);
}

void fields(RefChange& c, auto& f) {
  f.required("ref", c.ref);
  f("refId", c.ref_id);
  f.required("fromHash", c.from_hash);
  f.required("toHash", c.to_hash);
  f("type", c.type);
}

void fields(RefsChanged& e, auto& f) {
  f.required("eventKey", e.event_key);
  f("date", e.date);
  f("actor", e.actor);
  f.required("repository", e.repository);
  f.required("changes", e.changes);
  f("commits", e.commits);
  f("toCommit", e.to_commit);
}

void fields(RepoModified& e, auto& f) {
  f.required("eventKey", e.event_key);
  f("date", e.date);
  f("actor", e.actor);
  f.required("old", e.old_repository);
  f.required("new", e.new_repository);
}

void fields(RepoForked& e, auto& f) {
  f.required("eventKey", e.event_key);
  f("date", e.date);
  f("actor", e.actor);
  f.required("repository", e.repository);
}

void fields(CommitCommented& e, auto& f) {
  f.required("eventKey", e.event_key);
  f("date", e.date);
  f("actor", e.actor);
  f.required("comment", e.comment);
  f.required("repository", e.repository);
  f.required("commit", e.commit);
  f("commentParentId", e.comment_parent_id);
  f("previousComment", e.previous_comment);
}

void fields(SecretDetected& e, auto& f) {
  f.required("eventKey", e.event_key);
  f("date", e.date);
  f("actor", e.actor);
  f.required("repository", e.repository);
  f("secretLocations", e.secret_locations);
}

void fields(ProjectModified& e, auto& f) {
  f.required("eventKey", e.event_key);
  f("date", e.date);
  f("actor", e.actor);
  f.required("old", e.old_project);
  f.required("new", e.new_project);
}

void fields(MirrorServer& m, auto& f) {
  f.required("id", m.id);
  f("name", m.name);
}

void fields(MirrorRepoSynchronized& e, auto& f) {
  f.required("eventKey", e.event_key);
  f("date", e.date);
  f("mirrorServer", e.mirror_server);
  f("syncType", e.sync_type);
  f("refLimitExceeded", e.ref_limit_exceeded);
  f.required("repository", e.repository);
  f("changes", e.changes);
}

}  // namespace json

const detail::ModelCodec<MinimalRef>& model_codec(const MinimalRef*) {
  return json::codec<MinimalRef>;
}
const detail::ModelCodec<RefChange>& model_codec(const RefChange*) {
  return json::codec<RefChange>;
}
const detail::ModelCodec<RefsChanged>& model_codec(const RefsChanged*) {
  return json::codec<RefsChanged>;
}
const detail::ModelCodec<RepoModified>& model_codec(const RepoModified*) {
  return json::codec<RepoModified>;
}
const detail::ModelCodec<RepoForked>& model_codec(const RepoForked*) {
  return json::codec<RepoForked>;
}
const detail::ModelCodec<CommitCommented>& model_codec(const CommitCommented*) {
  return json::codec<CommitCommented>;
}
const detail::ModelCodec<SecretDetected>& model_codec(const SecretDetected*) {
  return json::codec<SecretDetected>;
}
const detail::ModelCodec<ProjectModified>& model_codec(const ProjectModified*) {
  return json::codec<ProjectModified>;
}
const detail::ModelCodec<MirrorServer>& model_codec(const MirrorServer*) {
  return json::codec<MirrorServer>;
}
const detail::ModelCodec<MirrorRepoSynchronized>& model_codec(const MirrorRepoSynchronized*) {
  return json::codec<MirrorRepoSynchronized>;
}

}  // namespace bitbucket::inline v0_1
