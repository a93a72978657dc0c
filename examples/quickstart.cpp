// A first program, which does what a release tool does with a Bitbucket Server.
// examples/quickstart.sh runs it over a git repository of yours.  To run it by hand, name what
// `connect --url` stored, or set BITBUCKET_URL and credentials (see --help):
//
//   export BITBUCKET_INSTALLATION=FOLDER
//   quickstart repositories [NAME]
//   quickstart webhook PRJ/demo https://bot.example.com/hook    secret: BITBUCKET_WEBHOOK_SECRET
//   quickstart commits PRJ/demo [SINCE [UNTIL]]
#include <unistd.h>

#include <algorithm>
#include <cstdlib>
#include <iostream>
#include <stdexcept>
#include <string>
#include <string_view>
#include <vector>

#include <bitbucket/integration/installation.hpp>
#include <bitbucket/server.hpp>

#include "stored_installation.hpp"

namespace {

using bitbucket::BitbucketServer;
using bitbucket::RepoRef;
using Arguments = std::vector<std::string>;

// The command line or the environment cannot work.
struct WrongUsage : std::runtime_error {
  using std::runtime_error::runtime_error;
};

std::string env(const char* name) {
  const char* value = std::getenv(name);
  return value == nullptr ? "" : value;
}

const bool colours = isatty(STDOUT_FILENO) != 0 && env("NO_COLOR").empty();
const bool progress = isatty(STDERR_FILENO) != 0;

// Replaces the control characters that a server may send, because a terminal would obey them.
std::string plain(std::string_view text) {
  std::string result(text);
  std::replace_if(
      result.begin(), result.end(), [](unsigned char c) { return c < ' ' || c == 127; }, '?');
  return result;
}

std::string painted(const char* colour, std::string_view text) {
  return colours ? "\033[" + std::string(colour) + 'm' + plain(text) + "\033[m" : plain(text);
}

std::string counted(std::size_t n, const std::string& one, const std::string& many) {
  return std::to_string(n) + ' ' + (n == 1 ? one : many);
}

bitbucket::Credentials credentials() {
  if (const std::string token = env("BITBUCKET_TOKEN"); !token.empty())
    return bitbucket::BearerToken{token};
  if (const std::string key = env("BITBUCKET_CONSUMER_KEY"); !key.empty())
    return bitbucket::OAuth1Credentials{
        .consumer_key = key,
        .private_key = bitbucket::read_file(env("BITBUCKET_PRIVATE_KEY")),
        .access_token = env("BITBUCKET_ACCESS_TOKEN"),
        .access_token_secret = env("BITBUCKET_ACCESS_TOKEN_SECRET"),
    };
  if (const std::string user = env("BITBUCKET_USER"); !user.empty())
    return bitbucket::BasicCredentials{user, env("BITBUCKET_PASSWORD")};
  throw WrongUsage(
      "there are no credentials: set BITBUCKET_INSTALLATION, or BITBUCKET_TOKEN, or BITBUCKET_USER "
      "and BITBUCKET_PASSWORD, or BITBUCKET_CONSUMER_KEY and BITBUCKET_PRIVATE_KEY");
}

BitbucketServer make_client() {
  const std::string url = env("BITBUCKET_URL"), folder = env("BITBUCKET_INSTALLATION");
  if (folder.empty()) return BitbucketServer({.base_url = url, .credentials = credentials()});
  const bitbucket::ConnectedInstallation connected = example::read_stored(folder);
  const std::string& stored = connected.installation.base_url;
  if (!url.empty() && url.substr(0, url.find_last_not_of('/') + 1) != stored)
    throw WrongUsage("BITBUCKET_INSTALLATION is for the server " + plain(stored) +
                     ", but BITBUCKET_URL names another one");
  return bitbucket::make_client(connected);
}

void show_repositories(const BitbucketServer& client, const std::string& name) {
  constexpr std::size_t shown = 10;
  std::size_t count = 0;
  for (const bitbucket::Repo& repo : client.repos.list({.name = name}))
    if (++count <= shown)
      std::cout << "  " << painted("1", repo.full_name()) << "  " << plain(repo.clone_url())
                << '\n';
  if (count > shown) std::cout << "  and " << count - shown << " more\n";
  if (count == 0) std::cout << "  none\n";
}

void register_webhook(const BitbucketServer& client, const RepoRef& repo, const std::string& url) {
  for (const bitbucket::Hook& hook : client.hooks.list(repo))
    if (hook.url == url) {
      std::cout << "  webhook " << hook.id.value << " already exists\n";
      return;
    }
  const bitbucket::Hook hook =
      client.hooks.create(repo, {
                                    .name = "quickstart",
                                    .url = url,
                                    .events = {"repo:refs_changed"},
                                    .secret = env("BITBUCKET_WEBHOOK_SECRET"),
                                });
  std::cout << "  webhook " << hook.id.value << ": pushes to " << plain(repo.str())
            << " are reported to " << plain(hook.url) << '\n';
}

// In the order of ChangeType: unknown, add, copy, del, modify, move.
constexpr std::string_view letters = "?ACDMR";

void show_commit(const bitbucket::Commit& commit, const std::vector<bitbucket::Change>& changes) {
  std::cout << painted("33", commit.display_id) << ' ' << painted("1", commit.title()) << "  "
            << painted("2", commit.author.name) << '\n';
  for (const bitbucket::Change& change : changes) {
    std::cout << "    "
              << painted("36", letters.substr(static_cast<std::size_t>(change.type.value()), 1))
              << ' ';
    if (change.src_path) std::cout << plain(change.src_path->str()) << " -> ";
    std::cout << plain(change.path.str()) << '\n';
  }
}

// Selects the commits between the two newest tags that differ, or those of the default branch.
bitbucket::CommitFilter between_newest_tags(const BitbucketServer& client, const RepoRef& repo) {
  std::string newest, newest_commit;
  for (const bitbucket::Tag& tag :
       client.tags.list(repo, {.order_by = bitbucket::TagFilter::Order::modification})) {
    if (!newest.empty() && tag.latest_commit != newest_commit) {
      const bitbucket::CommitFilter filter{.since = tag.display_id, .until = newest};
      // Tags made in the same second come in any order.
      const bool reversed = client.commits.list(repo, filter).to_vector(1).empty();
      return reversed ? bitbucket::CommitFilter{.since = newest, .until = tag.display_id} : filter;
    }
    if (newest.empty()) newest = tag.display_id, newest_commit = tag.latest_commit;
  }
  return {.until = "HEAD"};
}

struct Counts {
  std::size_t commits = 0, files = 0;
};

Counts show_commits(const BitbucketServer& client, const RepoRef& repo,
                    const bitbucket::CommitFilter& filter) {
  const bool whole = !filter.since.empty();
  std::cout << (whole ? plain(filter.since) + " to " : "the newest commits of ")
            << plain(filter.until) << "\n\n";
  Counts counts;
  auto walk = client.commits.list(repo, filter);
  for (auto left = whole ? std::string::npos : std::size_t{20}; left > 0;) {
    const std::vector<bitbucket::Commit> some = walk.to_vector(std::min<std::size_t>(left, 200));
    if (some.empty()) break;
    // Gets the changes of many commits at a time, in the order of the commits.
    const auto changes = client.concurrently(
        some, [&](const BitbucketServer& worker, const bitbucket::Commit& commit) {
          return worker.commits.changes(repo, commit.id).to_vector();
        });
    if (progress) std::cerr << "\r\033[K" << std::flush;
    for (std::size_t i = 0; i < some.size(); ++i) {
      show_commit(some[i], changes[i]);
      counts.files += changes[i].size();
    }
    std::cout << std::flush;
    counts.commits += some.size();
    left -= some.size();
    if (progress) std::cerr << counts.commits << " commits, " << counts.files << " files ...";
  }
  if (progress) std::cerr << "\r\033[K" << std::flush;
  return counts;
}

void show_summary(const BitbucketServer& client, const std::string& head, const Counts& counts) {
  std::size_t repositories = 0;
  for ([[maybe_unused]] const bitbucket::Repo& each : client.repos.list()) ++repositories;
  std::cout << "\nHEAD " << (head.empty() ? "none (its branch has no commit)" : plain(head)) << '\n'
            << counted(repositories, "repository", "repositories") << ", "
            << counted(counts.commits, "commit", "commits") << ", "
            << counted(counts.files, "changed file", "changed files") << '\n';
}

void show_history(const BitbucketServer& client, const RepoRef& repo, const std::string& since,
                  const std::string& until) {
  const std::vector<bitbucket::Commit> head =
      client.commits.last(repo, 1, {.until = "HEAD", .ignore_missing = true});
  // HEAD may have no commit although other branches have some.
  if (head.empty() && until.empty()) return show_summary(client, "", {});
  const Counts counts =
      since.empty() && until.empty()
          ? show_commits(client, repo, between_newest_tags(client, repo))
          : show_commits(client, repo, {.since = since, .until = until.empty() ? "HEAD" : until});
  show_summary(client, head.empty() ? "" : head[0].id, counts);
}

constexpr const char* usage =
    "usage: quickstart repositories [NAME] | webhook REPO URL | commits REPO [SINCE [UNTIL]]\n"
    "  BITBUCKET_INSTALLATION    the folder in which `connect --url` stored a server and its\n"
    "                            credentials, or\n"
    "  BITBUCKET_URL             the server (https://git.example.com/bitbucket), with\n"
    "  BITBUCKET_TOKEN           an HTTP access token, or\n"
    "  BITBUCKET_USER            with BITBUCKET_PASSWORD, or\n"
    "  BITBUCKET_CONSUMER_KEY    with BITBUCKET_PRIVATE_KEY (a PEM file), BITBUCKET_ACCESS_TOKEN "
    "and\n"
    "                            BITBUCKET_ACCESS_TOKEN_SECRET, which oauth_setup stores\n"
    "  BITBUCKET_WEBHOOK_SECRET  signs the deliveries of a new webhook\n";

void run(const Arguments& arguments) {
  const auto argument = [&](std::size_t i) { return i < arguments.size() ? arguments[i] : ""; };
  const std::string command = argument(0);
  const std::size_t count = arguments.size();
  if (count == 1 && (command == "--help" || command == "-h")) {
    std::cout << usage;
  } else if (command == "repositories" && count <= 2) {
    show_repositories(make_client(), argument(1));
  } else if (command == "webhook" && count == 3) {
    register_webhook(make_client(), argument(1), argument(2));
  } else if (command == "commits" && count >= 2 && count <= 4) {
    show_history(make_client(), argument(1), argument(2), argument(3));
  } else {
    throw WrongUsage("no command takes these arguments");
  }
}

}  // namespace

int main(int argc, char** argv) {
  try {
    run(Arguments(argv + 1, argv + argc));
    return 0;
  } catch (const WrongUsage& error) {
    std::cerr << "quickstart: " << error.what() << '\n' << usage;
    return 2;
  } catch (const bitbucket::Error& error) {
    std::cerr << "quickstart: " << plain(error.what()) << '\n';
    return 1;
  }
}
