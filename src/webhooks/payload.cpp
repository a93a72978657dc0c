#include "webhooks/payload.hpp"

#include <algorithm>
#include <array>
#include <string>

#include "json/reader.hpp"

namespace bitbucket::inline v0_1 {
namespace {

/// What every event has.
struct Head {
  std::string event_key;
  Timestamp date{};
};

}  // namespace

namespace json {

void fields(Head& h, auto& f) {
  f.required("eventKey", h.event_key);
  f("date", h.date);
}

}  // namespace json

namespace webhooks {
namespace {

/// Requires an id, because the other members of a repository may change, and refuses a key or slug
/// with a slash, because no repository has one.
void require_identity(const Repo& repository, const std::string& pointer) {
  if (repository.id <= 0) throw DecodeError(pointer + "/id", "the repository has no id");
  if (repository.slug.find('/') != std::string::npos)
    throw DecodeError(pointer + "/slug", "the slug has a slash");
  if (repository.project.key.find('/') != std::string::npos)
    throw DecodeError(pointer + "/project/key", "the project key has a slash");
}

template <class Event>
WebhookPayload read_as(std::string& body) {
  Event event;
  JsonCodec<Event>::read(body, event);
  if constexpr (requires { event.repository; }) require_identity(event.repository, "/repository");
  if constexpr (requires { event.new_repository; }) require_identity(event.new_repository, "/new");
  return event;
}

template <>
WebhookPayload read_as<OtherEvent>(std::string& body) {
  Head head;
  json::read_document(body, head);
  return OtherEvent{std::move(head.event_key), head.date, RawJson{body}};
}

struct Kind {
  std::string_view key;
  WebhookPayload (*read)(std::string& body);
};

constexpr std::array kinds{
    Kind{"repo:refs_changed", read_as<RefsChanged>},
    Kind{"repo:modified", read_as<RepoModified>},
    Kind{"repo:forked", read_as<RepoForked>},
    Kind{"repo:comment:added", read_as<CommitCommented>},
    Kind{"repo:comment:edited", read_as<CommitCommented>},
    Kind{"repo:comment:deleted", read_as<CommitCommented>},
    Kind{"repo:secret_detected", read_as<SecretDetected>},
    Kind{"project:modified", read_as<ProjectModified>},
    Kind{"mirror:repo_synchronized", read_as<MirrorRepoSynchronized>},
};

}  // namespace

std::string event_key_of(std::string& body) {
  Head head;
  json::read_document(body, head);
  return head.event_key;
}

WebhookPayload read_payload(std::string_view event_key, std::string& body) {
  const auto* const found = std::find_if(kinds.begin(), kinds.end(),
                                         [&](const Kind& kind) { return kind.key == event_key; });
  return found == kinds.end() ? read_as<OtherEvent>(body) : found->read(body);
}

}  // namespace webhooks
}  // namespace bitbucket::inline v0_1
