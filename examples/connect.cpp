// Does what a service does for a team: connects the team's Bitbucket Server, attaches a repository,
// and hears of a push.  The server is the embedded one, and it only reads the repository.
//
//   connect [--browser] REPOSITORY
#include <httplib.h>

#include <algorithm>
#include <chrono>
#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <future>
#include <iostream>
#include <memory>
#include <string>
#include <thread>
#include <vector>

#include <bitbucket/integration.hpp>
#include <bitbucket/webhooks.hpp>

#include "sealing_key.hpp"
#include "team.hpp"

namespace {

constexpr const char* usage =
    "usage: connect [--browser] REPOSITORY\n"
    "Serves a git repository with an embedded Bitbucket Server, connects the server through the\n"
    "three legs of OAuth, attaches the repository, pushes one commit and receives its webhook.\n"
    "The push goes to a private clone, so REPOSITORY stays as it is.\n"
    "  --browser  waits until you allow the access in a browser\n";

// Everything is on this machine, so no proxy is asked.
const bitbucket::ConnectionOptions direct{.proxy = {.url = "direct"}};

// Replaces the control characters that a server may send, because a terminal would obey them.
std::string plain(std::string_view text) {
  std::string result(text);
  std::replace_if(
      result.begin(), result.end(), [](unsigned char c) { return c < ' ' || c == 127; }, '?');
  return result;
}

void say(std::string_view text) { std::cout << plain(text) << std::endl; }
void complain(std::string_view text) { std::cerr << "connect: " << plain(text) << '\n'; }

// A folder that only its owner can read, and that disappears in the end.
struct TemporaryFolder {
  std::string path = "/tmp/connect-XXXXXX";
  TemporaryFolder() {
    if (!::mkdtemp(path.data())) throw std::runtime_error("cannot create a folder in /tmp");
  }
  TemporaryFolder(const TemporaryFolder&) = delete;
  TemporaryFolder& operator=(const TemporaryFolder&) = delete;
  ~TemporaryFolder() {
    std::error_code ignored;
    std::filesystem::remove_all(path, ignored);
  }
};

template <class T>
T wait_for(std::promise<T>& promise, std::chrono::seconds patience, const std::string& what) {
  std::future<T> future = promise.get_future();
  if (future.wait_for(patience) != std::future_status::ready)
    throw std::runtime_error(what + " did not come in time");
  return future.get();
}

// What the service has on the web: a page to which the browser returns, and a URL for the webhook
// of each repository, which ends with the repository's id and so leads to its secret.
class Site {
 public:
  explicit Site(std::shared_ptr<bitbucket::RepositoryStore> repositories)
      : receiver_({.secrets = {[=](std::string_view url) -> std::vector<bitbucket::Secret> {
                     const auto repository = repositories->find(url.substr(url.rfind('/') + 1));
                     if (!repository) return {};
                     return {repository->webhook_secret};
                   }}}) {
    server_.set_keep_alive_max_count(1);  // stop() would wait for idle connections
    server_.set_payload_max_length(16u << 20);
    server_.Get("/callback", [this](const httplib::Request& request, httplib::Response& response) {
      // The query as it was sent: request.params has only what cpp-httplib read.
      callback.set_value(request.target.substr(request.target.find('?') + 1));
      response.set_content("Thank you. The program goes on in the terminal.\n", "text/plain");
    });
    server_.Post(
        R"(/hook/\d+)", [this](const httplib::Request& request, httplib::Response& response) {
          const bitbucket::WebhookReply reply = receiver_.receive({.method = request.method,
                                                                   .url = request.path,
                                                                   .headers = request.headers,
                                                                   .body = request.body});
          response.status = reply.status;
          response.set_content(reply.text, "text/plain");
          if (!reply.event) return;
          if (const auto* push = std::get_if<bitbucket::RefsChanged>(&reply.event->payload))
            delivered.set_value(*push);
        });
    const int port = server_.bind_to_any_port("127.0.0.1");
    if (port < 0) throw std::runtime_error("cannot listen on 127.0.0.1");
    address = "http://127.0.0.1:" + std::to_string(port);
    thread_ = std::thread([this] { server_.listen_after_bind(); });
    while (!server_.is_running()) std::this_thread::yield();  // stop() needs a running server
  }
  Site(const Site&) = delete;
  Site& operator=(const Site&) = delete;
  ~Site() {
    server_.stop();
    thread_.join();
  }

  std::string address;
  // Set by threads of the HTTP server, and only once: a second browser or push gets a 500.
  std::promise<std::string> callback;  // its query
  std::promise<bitbucket::RefsChanged> delivered;

 private:
  bitbucket::WebhookReceiver receiver_;
  httplib::Server server_;
  std::thread thread_;
};

// Stores both parts as a service does, and reads them as it does after a restart.
bitbucket::ConnectedInstallation stored(const bitbucket::ConnectedInstallation& connected,
                                        const bitbucket::Sealer& sealer,
                                        const std::string& folder) {
  const std::string installation = folder + "/installation.json",
                    identity = folder + "/identity.json";
  std::ofstream(installation) << bitbucket::to_json(connected.installation);
  std::ofstream(identity) << bitbucket::to_json(connected.identity, sealer);
  return {bitbucket::read_installation(bitbucket::read_file(installation).reveal()),
          bitbucket::read_identity(bitbucket::read_file(identity).reveal(), sealer)};
}

// Shows what a push changed, and what the service links to.
void show(const bitbucket::RefsChanged& push, const bitbucket::BitbucketServer& client,
          const std::string& base_url, const bitbucket::AttachedRepository& repository) {
  for (const bitbucket::RefChange& change : push.changes) {
    const std::string branch = change.ref.display_id;
    say("  " + push.actor.display_name + " pushed to " + branch + " of " + repository.name + ": " +
        (change.to_hash ? change.to_hash->value.substr(0, 11) : "deleted"));
    const auto page = bitbucket::find_source(client, base_url, repository.repo,
                                             {.path = "CONNECT.md", .ref = branch});
    say("  the new file: " + page.value_or("none"));
  }
  if (const auto owners = bitbucket::find_code_owners(client, base_url, repository.repo))
    say("  the code owners: " + owners->html_url);
}

bitbucket::ConnectedInstallation connect(example::Team& team, Site& site, bool by_browser,
                                         const bitbucket::Sealer& sealer) {
  const bitbucket::SetupFlow flow{
      {.callback = site.address + "/callback", .sealer = sealer, .connection = direct}};
  // A service keeps the state in its session until the browser returns, perhaps to another process.
  const bitbucket::PendingSetup pending = flow.begin(team.make_application_link());
  say("Open this page as the administrator, and allow the access:");
  say("  " + pending.authorize_url);
  if (!by_browser) team.allow(pending.authorize_url, site.address);
  const std::string query = wait_for(site.callback, std::chrono::minutes(10), "the browser");
  return flow.finish(pending.state, query);
}

void run(const std::string& path, bool by_browser) {
  const TemporaryFolder folder;
  const bitbucket::Sealer sealer = example::sealer_with_key(folder.path + "/sealing.key");
  const auto repositories = std::make_shared<bitbucket::MemoryRepositoryStore>();
  Site site(repositories);
  const std::filesystem::path place = std::filesystem::weakly_canonical(path);
  example::Team team(place);
  say("An embedded Bitbucket Server serves " + place.string() + " at " + team.base_url());

  const auto connected = stored(connect(team, site, by_browser, sealer), sealer, folder.path);
  const std::string& base_url = connected.installation.base_url;
  say("Connected " + connected.installation.external_id + ", stored in " + folder.path);

  const bitbucket::BitbucketServer client = bitbucket::make_client(connected, direct);
  const bitbucket::RepositoryService service(
      client, repositories,
      {.base_url = base_url,
       .webhook_url = [&](const bitbucket::RepositoryDescription& repository) {
         return site.address + "/hook/" + repository.external_id;
       }});
  const auto attached = service.attach(service.search().at(0).repo);
  say("Attached " + attached.name + ": " + attached.url);

  team.push(std::string(client.repos.get(attached.repo).clone_url()), folder.path);
  const auto event = wait_for(site.delivered, std::chrono::seconds(30), "the webhook");
  if (const auto repository = service.refresh(event.repository))  // it may have been renamed
    show(event, client, base_url, *repository);
  service.detach(attached.external_id);
  say("Detached " + attached.name);
}

}  // namespace

int main(int argc, char** argv) try {
  std::vector<std::string> words(argv + 1, argv + argc);
  const bool by_browser = std::erase(words, "--browser") > 0;
  if (words == std::vector<std::string>{"--help"} || words == std::vector<std::string>{"-h"})
    return (std::cout << usage), 0;
  if (words.size() != 1 || words[0].empty() || words[0].starts_with('-'))
    return (std::cerr << usage), 2;
  run(words[0], by_browser);
  return 0;
} catch (const bitbucket::InvalidConfiguration& error) {
  for (const auto& [field, message] : error.errors()) complain(field + ": " + message);
  return 1;
} catch (const bitbucket::SetupError& error) {
  complain(std::string("not connected: ") + error.what());  // says what the administrator must do
  return 1;
} catch (const bitbucket::Error& error) {
  complain(error.what());
  const bitbucket::Breakage breakage = bitbucket::classify(error);
  if (breakage.kind != bitbucket::BreakageKind::other) complain(breakage.advice);
  return 1;
} catch (const std::exception& error) {
  complain(error.what());
  return 1;
}
