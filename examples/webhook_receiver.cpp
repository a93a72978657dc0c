// Receives webhooks, verifies them, and prints what was pushed.
//
//   export BITBUCKET_WEBHOOK_SECRET=...      the secret of the webhook
//   webhook_receiver [--once] [ADDRESS [PORT]]       default: 127.0.0.1 and any free port
#include <httplib.h>

#include <algorithm>
#include <cstdlib>
#include <iostream>
#include <string>
#include <string_view>
#include <vector>

#include <bitbucket/error.hpp>
#include <bitbucket/webhooks.hpp>

namespace {

constexpr const char* usage =
    "usage: webhook_receiver [--once] [ADDRESS [PORT]]\n"
    "Prints its own address, and what the webhooks of a Bitbucket Server report there. The secret\n"
    "of the webhooks comes from BITBUCKET_WEBHOOK_SECRET. With --once, it ends after one report.\n";

// Replaces control characters, because a terminal would obey them.
std::string plain(std::string_view text) {
  std::string result(text);
  std::replace_if(
      result.begin(), result.end(), [](unsigned char c) { return c < ' ' || c == 127; }, '?');
  return result;
}

std::string shortened(const bitbucket::CommitId& id) { return plain(id.value.substr(0, 11)); }

void print(const bitbucket::RefsChanged& push) {
  std::cout << "  " << plain(push.actor.display_name) << " pushed to "
            << plain(push.repository.full_name()) << ":\n";
  for (const bitbucket::RefChange& change : push.changes) {
    std::cout << "    " << plain(change.ref.display_id);
    if (!change.from_hash)
      std::cout << " is new at " << (change.to_hash ? shortened(*change.to_hash) : "?");
    else if (!change.to_hash)
      std::cout << " was deleted at " << shortened(*change.from_hash);
    else
      std::cout << " moved from " << shortened(*change.from_hash) << " to "
                << shortened(*change.to_hash);
    std::cout << '\n';
  }
}

void print(const bitbucket::WebhookEvent& event) {
  std::cout << "  received " << plain(event.key) << "; its signature is right\n";
  if (const auto* push = std::get_if<bitbucket::RefsChanged>(&event.payload)) print(*push);
  std::cout << std::flush;
}

int receive(bool once, const std::string& address, int port) {
  const char* secret = std::getenv("BITBUCKET_WEBHOOK_SECRET");
  if (secret == nullptr) throw bitbucket::InvalidArgument("BITBUCKET_WEBHOOK_SECRET is not set");
  const bitbucket::WebhookReceiver receiver{{.secrets = {secret}}};
  httplib::Server server;
  server.set_payload_max_length(16u << 20);
  server.Post("/hook", [&](const httplib::Request& request, httplib::Response& response) {
    const bitbucket::WebhookReply reply = receiver.receive(
        {.method = request.method, .headers = request.headers, .body = request.body});
    response.status = reply.status;
    response.set_content(reply.text, "text/plain");
    if (reply.event) print(*reply.event);
    if (!reply.text.empty()) std::cerr << "  refused a delivery: " << plain(reply.text) << '\n';
    if (reply.event && once) server.stop();
  });
  if (port == 0)
    port = server.bind_to_any_port(address);
  else if (!server.bind_to_port(address, port))
    port = -1;
  if (port < 0) throw bitbucket::InvalidArgument("cannot listen on " + address);
  std::cout << "http://" << address << ':' << port << "/hook" << std::endl;
  return server.listen_after_bind() ? 0 : 1;
}

}  // namespace

int main(int argc, char** argv) try {
  std::vector<std::string> words(argv + 1, argv + argc);
  const bool once = std::erase(words, "--once") > 0;
  if (words == std::vector<std::string>{"--help"} || words == std::vector<std::string>{"-h"})
    return (std::cout << usage), 0;
  if (words.size() > 2 || (!words.empty() && words[0].starts_with('-')))
    return (std::cerr << usage), 2;
  const std::string port = words.size() == 2 ? words[1] : "0";
  if (port.size() > 5 || port.find_first_not_of("0123456789") != std::string::npos ||
      port.empty() || std::stoi(port) > 65535)
    throw bitbucket::InvalidArgument("the port must be a number up to 65535");
  return receive(once, words.empty() ? "127.0.0.1" : words[0], std::stoi(port));
} catch (const bitbucket::Error& error) {
  std::cerr << "webhook_receiver: " << error.what() << '\n';
  return 1;
}
