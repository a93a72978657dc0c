#include "webhooks/payload.hpp"

#include <algorithm>
#include <array>

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

/// A delivery names its repository by the id, because the other members may change.
void require_id(const Repo& repository, const char* pointer) {
  if (repository.id <= 0) throw DecodeError(pointer, "the repository has no id");
}

template <class Event>
WebhookPayload read_as(std::string& body) {
  Event event;
  JsonCodec<Event>::read(body, event);
  if constexpr (requires { event.repository; }) require_id(event.repository, "/repository/id");
  if constexpr (requires { event.new_repository; }) require_id(event.new_repository, "/new/id");
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
