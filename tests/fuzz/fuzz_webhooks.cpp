#include <array>
#include <cstddef>
#include <cstdint>
#include <cstdlib>
#include <string>
#include <string_view>
#include <type_traits>
#include <utility>
#include <variant>

#include <bitbucket/webhooks.hpp>

#include "json/agreement.hpp"

// Deliveries from arbitrary bytes: the first byte chooses the event, the others are the body.
// The receiver returns an answer and throws nothing, a payload is what the reference makes of the
// body, and an accepted payload survives writing and reading.

namespace {

using namespace bitbucket;

using bitbucket_test::Agreement;
using bitbucket_test::agreement;

struct Kind {
  std::string_view event;
  Agreement (*judge)(const std::string&);  ///< null for an event without a type
};

constexpr std::array kinds{
    Kind{"repo:refs_changed", agreement<RefsChanged>},
    Kind{"repo:modified", agreement<RepoModified>},
    Kind{"repo:forked", agreement<RepoForked>},
    Kind{"repo:comment:added", agreement<CommitCommented>},
    Kind{"repo:comment:edited", agreement<CommitCommented>},
    Kind{"repo:comment:deleted", agreement<CommitCommented>},
    Kind{"repo:secret_detected", agreement<SecretDetected>},
    Kind{"project:modified", agreement<ProjectModified>},
    Kind{"mirror:repo_synchronized", agreement<MirrorRepoSynchronized>},
    Kind{"pr:merged", nullptr},
    Kind{"diagnostics:ping", nullptr},
};

void expect(bool condition) {
  if (!condition) std::abort();
}

/// Writes what was read and reads it again.
void repeat(const WebhookPayload& payload) {
  std::visit(
      [](const auto& event) {
        using Event = std::decay_t<decltype(event)>;
        if constexpr (!std::is_same_v<Event, OtherEvent>) {
          // What is no commit is left out by the Writer and required by the Reader.
          if constexpr (requires { event.changes; })
            for (const RefChange& change : event.changes)
              if (!change.from_hash || !change.to_hash) return;
          std::string text = JsonCodec<Event>::write(event);
          Event again;
          JsonCodec<Event>::read(text, again);
          expect(again == event);
        }
      },
      payload);
}

void deliver(std::string_view event, std::string_view body) {
  static const WebhookReceiver open({.secrets = WebhookSecrets::none_needed()});
  static const WebhookReceiver closed({.secrets = {"secret"}});
  const WebhookRequest request{.method = "POST", .headers = {{"X-Event-Key", event}}, .body = body};
  const WebhookReply reply = open.receive(request);
  expect(reply.event.has_value() == (reply.outcome == WebhookOutcome::accepted));
  if (reply.event) repeat(reply.event->payload);
  expect(!closed.receive(request).event);
}

/// Takes the bytes for headers: a name, a colon, a value.
void receive_headers(std::string_view text) {
  static const WebhookReceiver closed({.secrets = {"secret"}});
  const std::string_view name = text.substr(0, text.find(':'));
  const std::string_view value = text.substr(name.size());
  const WebhookReply reply = closed.receive(
      {.method = "POST",
       .headers = {{"X-Event-Key", "pr:opened"}, {"X-Hub-Signature", value}, {name, value}},
       .body = text});
  expect(!reply.event);
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  if (size == 0) return 0;
  const std::string_view text(reinterpret_cast<const char*>(data) + 1, size - 1);
  const auto& [event, judge] = kinds[data[0] % kinds.size()];
  deliver(event, text);
  if (judge) expect(judge(std::string(text)) != Agreement::differ);
  receive_headers(text);
  return 0;
}
