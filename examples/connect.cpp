// Does what a service does for a team: connects the team's Bitbucket Server, attaches a repository,
// and hears of a push.  The server is the embedded one, and it only reads the repository.
//
//   connect [--browser] REPOSITORY
//
// With --url, connects a server of your own instead, and stores the installation in a folder.
//
//   export BITBUCKET_CONSUMER_KEY=release-bot BITBUCKET_PRIVATE_KEY=release-bot.pem
//   connect --url https://git.example.com/bitbucket FOLDER
#include <algorithm>
#include <chrono>
#include <cstdlib>
#include <filesystem>
#include <functional>
#include <iostream>
#include <memory>
#include <string>
#include <vector>

#include <bitbucket/integration.hpp>

#include "site.hpp"
#include "stored_installation.hpp"
#include "team.hpp"
#include "temporary_folder.hpp"

namespace {

constexpr const char* usage =
    "usage: connect [--browser] REPOSITORY | connect --url URL FOLDER\n"
    "Serves a git repository with an embedded Bitbucket Server, connects the server through the\n"
    "three legs of OAuth, attaches the repository, pushes one commit and receives its webhook.\n"
    "The push goes to a private clone, so REPOSITORY stays as it is.\n"
    "  --browser  waits until you allow the access in a browser\n"
    "  --url URL  connects the Bitbucket Server at that address instead, and stores it in FOLDER\n"
    "             with sealed secrets.  Set BITBUCKET_CONSUMER_KEY to the consumer key in the\n"
    "             server's application link, and BITBUCKET_PRIVATE_KEY to the file with the\n"
    "             private key (PEM).\n";

// The embedded server is on this machine, so requests use no proxy.
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

// Goes through the three legs, stores the installation, and reads it back, as a service does after
// a restart.
bitbucket::ConnectedInstallation connect(
    const bitbucket::InstallationConfig& config, example::Site& site, const std::string& folder,
    const bitbucket::ConnectionOptions& connection,
    const std::function<void(const std::string& page)>& open = {}) {
  const bitbucket::Sealer sealer = example::prepare_folder(folder);
  const bitbucket::SetupFlow flow{
      {.callback = site.address + "/callback", .sealer = sealer, .connection = connection}};
  // A service keeps the state in its session until the browser returns, perhaps to another process.
  const bitbucket::PendingSetup pending = flow.begin(config);
  say("Open this page as the administrator, in a browser on this machine, and allow the access:");
  say("  " + pending.authorize_url);
  say("The browser then comes back to " + site.address + ", where this program waits.");
  if (open) open(pending.authorize_url);
  const std::string query =
      example::wait_for(site.callback, std::chrono::minutes(10), "the browser");
  example::store(flow.finish(pending.state, query), sealer, folder);
  const bitbucket::ConnectedInstallation connected = example::read_stored(folder);
  say("Connected " + connected.installation.external_id + ", stored in " + folder);
  return connected;
}

// Returns the value of an environment variable; `content` says what it must have.
std::string variable(const char* name, const std::string& content) {
  const char* value = std::getenv(name);
  if (!value || !*value) throw std::runtime_error("set " + std::string(name) + " to " + content);
  return value;
}

void connect_server(const std::string& url, const std::string& folder) {
  const bitbucket::InstallationConfig config{
      .url = url,
      .consumer_key =
          variable("BITBUCKET_CONSUMER_KEY", "the consumer key in the application link"),
      .private_key = bitbucket::read_file(
          variable("BITBUCKET_PRIVATE_KEY", "the name of the file with the private key (PEM)"))};
  example::Site site(std::make_shared<bitbucket::MemoryRepositoryStore>());
  (void)connect(config, site, folder, {});
  say("Only you can read these files.  examples/quickstart uses them with BITBUCKET_INSTALLATION=" +
      folder);
}

void run(const std::string& path, bool by_browser) {
  const example::TemporaryFolder folder("connect");
  const auto repositories = std::make_shared<bitbucket::MemoryRepositoryStore>();
  example::Site site(repositories);
  const std::filesystem::path place = std::filesystem::weakly_canonical(path);
  example::Team team(place);
  say("An embedded Bitbucket Server serves " + place.string() + " at " + team.base_url());

  const auto click = [&](const std::string& page) {
    if (!by_browser) team.allow(page, site.address);
  };
  const auto connected = connect(team.make_application_link(), site, folder.path, direct, click);
  const std::string& base_url = connected.installation.base_url;

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
  const auto event = example::wait_for(site.delivered, std::chrono::seconds(30), "the webhook");
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
  if (words.size() == 3 && words[0] == "--url" && !words[2].empty() && !words[2].starts_with('-'))
    return connect_server(words[1], words[2]), 0;
  if (words.size() != 1 || words[0].empty() || words[0].starts_with('-'))
    return (std::cerr << usage), 2;
  run(words[0], by_browser);
  return 0;
} catch (const bitbucket::InvalidConfiguration& error) {
  for (const bitbucket::FieldError& wrong : error.errors()) complain(wrong.message);
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
