// Prints what a release brings: commits, authors, files, and the issues that are resolved.
//
//   release_notes REPOSITORY v1.5                  since the tag before v1.5
//   release_notes --format markdown REPOSITORY v1.5 v1.4
//   release_notes --watch REPOSITORY main          shows new commits as they are pushed
//
// REPOSITORY is a git repository, or a folder of them; no server is needed.  With --url, it is a
// repository on a Bitbucket Server.
#include <cstdlib>
#include <iostream>
#include <memory>
#include <optional>
#include <set>
#include <stop_token>
#include <string>
#include <thread>
#include <vector>

#include <bitbucket/integration.hpp>
#include <bitbucket/tracking.hpp>

#include "command_line.hpp"
#include "inbox_server.hpp"
#include "release_notes.hpp"
#include "repository_server.hpp"
#include "stop_signals.hpp"
#include "stored_installation.hpp"
#include "temporary_folder.hpp"

namespace {

using bitbucket::BitbucketServer;
using bitbucket::RepoRef;
using bitbucket::TrackingStore;
using example::plain;

constexpr const char* usage =
    "usage: release_notes [OPTIONS] REPOSITORY VERSION [PREVIOUS]\n"
    "Prints the commits, authors, files and resolved issues that VERSION has and PREVIOUS does "
    "not have.\n"
    "  REPOSITORY       a git repository or a folder of them, which is only read; with --url, "
    "PRJ/demo\n"
    "  VERSION          a tag, branch or commit\n"
    "  PREVIOUS         the same (default: the tag before VERSION by semantic version, else "
    "nothing)\n"
    "  --format FORMAT  text (default), markdown or json\n"
    "  --watch          VERSION is a branch: goes on and prints what is pushed to it, until "
    "Ctrl-C\n"
    "  --once           with --watch, ends after one push to the branch\n"
    "  --url URL        asks that Bitbucket Server; set BITBUCKET_INSTALLATION (a folder of\n"
    "                   `connect --url`), BITBUCKET_TOKEN (a token) or BITBUCKET_OAUTH (a file of\n"
    "                   oauth_setup).  Only --watch changes something there: it creates a webhook, "
    "and\n"
    "                   removes the webhook at the end\n"
    "  --public-url URL with --url and --watch: the address at which the server reaches this "
    "program\n"
    "  --port PORT      with --watch: the port of this program on 127.0.0.1 (default: any free "
    "one)\n";

struct Options {
  std::vector<std::string> words;
  std::string format = "text", url, public_url;
  int port = 0;
  bool watch = false, once = false;
};

Options parse(int argc, char** argv) {
  Options options;
  for (int i = 1; i < argc; ++i) {
    const std::string word = argv[i];
    const auto value = [&] {
      if (++i == argc) throw bitbucket::InvalidArgument(word + " needs a value");
      return std::string(argv[i]);
    };
    if (word == "--watch")
      options.watch = true;
    else if (word == "--once")
      options.once = true;
    else if (word == "--format")
      options.format = value();
    else if (word == "--url")
      options.url = value();
    else if (word == "--public-url")
      options.public_url = value();
    else if (word == "--port")
      options.port = example::port_number(value());
    else if (word.starts_with("-"))
      throw bitbucket::InvalidArgument("there is no option " + word);
    else
      options.words.push_back(word);
  }
  if (options.words.size() < 2 || options.words.size() > 3)
    throw bitbucket::InvalidArgument("REPOSITORY and VERSION are needed, and at most PREVIOUS");
  if (options.format != "text" && options.format != "markdown" && options.format != "json")
    throw bitbucket::InvalidArgument("--format must be text, markdown or json");
  if (options.watch && options.format != "text")
    throw bitbucket::InvalidArgument("--watch prints text only");
  return options;
}

BitbucketServer connect(const std::string& url) {
  const char* folder = std::getenv("BITBUCKET_INSTALLATION");
  if (!folder || !*folder) {
    example::CommandLine line;
    line.options["--base-url"] = url;
    return BitbucketServer{line.client()};
  }
  const bitbucket::ConnectedInstallation connected = example::read_stored(folder);
  if (url.substr(0, url.find_last_not_of('/') + 1) != connected.installation.base_url)
    throw bitbucket::InvalidArgument("BITBUCKET_INSTALLATION is for the server " +
                                     connected.installation.base_url +
                                     ", but --url names another one");
  return bitbucket::make_client(connected);
}

// Where the repositories are: on a server of the user's, or on an embedded one.
struct Place {
  explicit Place(const Options& options)
      : local(options.url.empty() ? std::make_unique<example::RepositoryServer>(options.words[0])
                                  : nullptr),
        base_url(local ? local->base_url() : options.url),
        client(local ? local->client() : connect(options.url)),
        repositories(local ? client.repos.list().to_vector()
                           : std::vector{client.repos.get(RepoRef(options.words[0]))}) {}

  std::unique_ptr<example::RepositoryServer> local;
  std::string base_url;
  BitbucketServer client;
  std::vector<bitbucket::Repo> repositories;
};

// Returns the commit that a tag, branch or id is, or nothing.
std::optional<bitbucket::Commit> resolve(const BitbucketServer& client, const RepoRef& repo,
                                         const std::string& name) {
  auto newest = client.commits.last(repo, 1, {.until = name, .ignore_missing = true});
  if (newest.empty()) return std::nullopt;
  return std::move(newest[0]);
}

bool is_prerelease(std::string_view version) {
  version = version.substr(version.rfind('@') + 1);  // of "name@1.2.3-rc1"
  return version.substr(0, version.find('+')).find('-') != std::string_view::npos;
}

// Returns the newest tag before a version.  A release that is no pre-release does not follow one.
std::string tag_before(const BitbucketServer& client, const RepoRef& repo,
                       const std::string& version) {
  std::string newest;
  for (const bitbucket::Tag& tag : client.tags.list(repo)) {
    if (is_prerelease(tag.display_id) && !is_prerelease(version)) continue;
    if (bitbucket::compare_semantic(tag.display_id, version).value_or(0) < 0 &&
        (newest.empty() || bitbucket::compare_semantic(newest, tag.display_id).value_or(0) < 0))
      newest = tag.display_id;
  }
  return newest;
}

// The release in a store of its own, which is read anew after each push.
class Release {
 public:
  explicit Release(const Options& options) : options_(options) {
    std::replace(name_.begin(), name_.end(), '/', '-');  // of a branch: a version has no slash
    for (const bitbucket::Repo& repo : place.repositories)
      if (resolve(place.client, repo, version())) members_.push_back(repo);
    if (members_.empty())
      throw std::runtime_error("'" + version() + "' is not a tag, branch or commit of " +
                               options.words[0]);
  }

  const std::string& version() const { return options_.words[1]; }
  const std::vector<bitbucket::Repo>& members() const { return members_; }

  // Stores the repositories.  Nothing is changed on the server.
  void add_repositories() const {
    for (const bitbucket::Repo& repo : members_) {
      bitbucket::AttachedRepository repository;
      repository.external_id = std::to_string(repo.id);
      repository.name = repo.full_name();
      repository.repo = repo.ref();
      repository.url = repo.links.find("self");
      store->repositories->add(repository);
    }
  }

  // Gets the release from the server.
  example::Notes fetch() const {
    std::vector<example::NotesRange> ranges;
    std::vector<bitbucket::ReleaseRef> refs;
    for (const bitbucket::Repo& repo : members_) {
      const example::NotesRange range = range_of(repo);
      refs.push_back({range.repository, range.to_commit, range.from_commit});
      ranges.push_back(range);
    }
    for (const bitbucket::FetchedRef& fetched : tracker.set_refs({.version = name_}, refs)) {
      if (!fetched.error.empty())
        throw std::runtime_error("cannot get the commits of " + fetched.repository + ": " +
                                 fetched.error);
      if (fetched.capped)
        std::cerr << "Only the newest commits of " << plain(fetched.repository) << " are shown.\n";
    }
    example::Notes notes = example::read_notes(*store, name_, ranges);
    notes.version = version();
    return notes;
  }

 private:
  example::NotesRange range_of(const bitbucket::Repo& repo) const {
    example::NotesRange range{.repository = repo.full_name(), .to = version()};
    const auto to = resolve(place.client, repo, version());
    if (!to) throw std::runtime_error("'" + version() + "' is gone from " + range.repository);
    range.to_commit = to->id;
    const bool given = options_.words.size() == 3;
    range.from = given ? options_.words[2] : tag_before(place.client, repo, version());
    if (range.from.empty()) return range;
    const auto from = resolve(place.client, repo, range.from);
    if (from) {
      range.from_commit = from->id;
    } else if (members_.size() > 1) {
      std::cerr << plain(range.repository) << " has no '" << plain(range.from)
                << "', so all of it counts as new.\n";
      range.from.clear();
    } else {
      throw std::runtime_error("'" + range.from + "' is not a tag, branch or commit of " +
                               range.repository);
    }
    return range;
  }

  const Options& options_;
  std::string name_ = version();
  example::TemporaryFolder folder_{"release_notes"};
  std::vector<bitbucket::Repo> members_;

 public:
  const Place place{options_};
  const std::shared_ptr<const TrackingStore> store = std::make_shared<TrackingStore>(
      bitbucket::TrackingStoreOptions{.database = "sqlite:" + folder_.path + "/store.db"});
  const bitbucket::Tracker tracker{store,
                                   bitbucket::make_commit_source(place.client),
                                   {.find_issue = example::issue_key, .include_merges = true}};
};

// --- --watch

// Attaches the repositories, and detaches them at the end, whatever happens.
class Attached {
 public:
  Attached(const Release& release, const std::string& address)
      : service_(release.place.client, release.store->repositories,
                 {.base_url = release.place.base_url,
                  .webhook_url =
                      [address](const bitbucket::RepositoryDescription& repository) {
                        return address + "/hook/" + repository.external_id;
                      },
                  .webhook_name = "release-notes"}) {
    try {
      for (const bitbucket::Repo& repo : release.members())
        ids_.push_back(service_.attach(repo).external_id);
    } catch (...) {
      detach();
      throw;
    }
  }
  Attached(const Attached&) = delete;
  Attached& operator=(const Attached&) = delete;
  ~Attached() { detach(); }

 private:
  void detach() {
    for (const std::string& id : ids_) try {
        service_.detach(id);
      } catch (const bitbucket::Error& error) {
        std::cerr << "release_notes: remove the webhook on the server: " << plain(error.what())
                  << '\n';
      }
  }
  bitbucket::RepositoryService service_;
  std::vector<std::string> ids_;
};

// Prints what came since `before`, and what a forced push took away.
void print_difference(const example::Notes& before, const example::Notes& now,
                      const std::string& who) {
  example::Notes added;
  for (const example::NotesCommit& row : now.commits)
    if (!example::find_commit(before, row.commit.id)) added.commits.push_back(row);
  std::size_t gone = 0;
  for (const example::NotesCommit& row : before.commits)
    gone += example::find_commit(now, row.commit.id) == nullptr;
  std::cout << '\n'
            << plain(who) << " pushed "
            << example::counted(added.commits.size(), "new commit", "new commits");
  if (gone > 0) std::cout << "; " << example::counted(gone, "commit is", "commits are") << " gone";
  std::cout << '\n';
  for (const example::NotesCommit& row : added.commits) example::write_commit(std::cout, row);
  for (const example::NotesIssue& issue : now.issues)
    if (std::none_of(before.issues.begin(), before.issues.end(),
                     [&](const auto& other) { return other.key == issue.key; })) {
      std::cout << "  resolved:";
      example::write_issue(std::cout, now, issue);
    }
  std::cout << example::counted(now.commits.size(), "commit", "commits") << " now, "
            << example::counted(now.issues.size(), "resolved issue", "resolved issues")
            << std::endl;
}

void print_how_to_push(const Release& release) {
  std::cout << '\n';
  for (const bitbucket::Repo& repo : release.members()) {
    const std::string link(repo.clone_url());
    std::cout << "Watching the branch " << plain(release.version()) << " of "
              << plain(repo.full_name()) << ".  To push to it:\n  git push "
              << plain(release.place.local ? release.place.local->with_password(link) : link)
              << " HEAD:refs/heads/" << plain(release.version()) << '\n';
  }
  if (release.place.local)
    std::cout << "A push goes to a private clone, which disappears when this program ends.\n";
  std::cout << "Ctrl-C ends this program." << std::endl;
}

bool has_branch(const Release& release) {
  for (const bitbucket::Repo& repo : release.members())
    for (const bitbucket::Branch& branch :
         release.place.client.branches.list(repo, {.filter_text = release.version()}))
      if (branch.display_id == release.version()) return true;
  return false;
}

void watch(const Options& options, const Release& release, example::StopSignals& signals) {
  if (!has_branch(release))
    throw bitbucket::InvalidArgument("--watch needs a branch, and '" + release.version() +
                                     "' is not one");
  std::stop_source stop;
  signals.on_stop([stop]() mutable { stop.request_stop(); });
  const bitbucket::Inbox inbox(
      release.store, example::receiver_for(*release.store),
      {.on_error = [](const std::exception& error, const bitbucket::StoredDelivery*) {
        std::cerr << "release_notes: " << plain(error.what()) << "; trying again\n";
      }});
  const example::InboxServer receiver(inbox, options.port);
  const Attached attached(release,
                          options.public_url.empty() ? receiver.address : options.public_url);
  example::Notes notes = release.fetch();
  example::write_text(std::cout, notes);
  print_how_to_push(release);
  inbox.run(stop.get_token(), [&](const bitbucket::WebhookEvent& event) {
    const auto* push = std::get_if<bitbucket::RefsChanged>(&event.payload);
    if (!push) return;
    (void)release.tracker.record_push(*push);
    if (std::none_of(push->changes.begin(), push->changes.end(), [&](const auto& change) {
          return change.ref_id == "refs/heads/" + release.version() && change.to_hash;
        }))
      return;
    example::Notes now = release.fetch();
    print_difference(notes, now, push->actor.display_name);
    notes = std::move(now);
    if (options.once) stop.request_stop();
  });
}

void run(const Options& options) {
  std::optional<example::StopSignals> signals;  // before the threads of the embedded server
  if (options.watch) signals.emplace();
  const Release release(options);
  if (options.watch) return watch(options, release, *signals);
  release.add_repositories();
  const example::Notes notes = release.fetch();
  if (options.format == "json")
    example::write_json(std::cout, notes);
  else if (options.format == "markdown")
    example::write_markdown(std::cout, notes);
  else
    example::write_text(std::cout, notes);
}

}  // namespace

int main(int argc, char** argv) try {
  if (argc == 2 && (argv[1] == std::string("--help") || argv[1] == std::string("-h")))
    return (std::cout << usage), 0;
  run(parse(argc, argv));
  return 0;
} catch (const bitbucket::InvalidArgument& error) {
  std::cerr << "release_notes: " << plain(error.what()) << '\n' << usage;
  return 2;
} catch (const std::exception& error) {
  std::cerr << "release_notes: " << plain(error.what()) << '\n';
  return 1;
}
