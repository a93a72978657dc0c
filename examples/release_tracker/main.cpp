// A small service that shows which commits went out with which release, and which issues they
// resolved.  Everything happens in the browser: you connect a Bitbucket Server and attach
// repositories, and the service shows releases as tags are pushed.
//
//   release_tracker                          then open the address that it prints
//   release_tracker --demo REPOSITORY        with an embedded Bitbucket Server over that repository
#include <httplib.h>

#include <iostream>
#include <memory>
#include <optional>
#include <sstream>
#include <string>

#include <bitbucket/integration.hpp>

#include "../plain_text.hpp"
#include "../repository_server.hpp"
#include "../stop_signals.hpp"
#include "../temporary_folder.hpp"
#include "routes.hpp"
#include "service.hpp"

namespace {

using example::plain;

constexpr const char* usage =
    "usage: release_tracker [OPTIONS]\n"
    "Shows the releases of a Bitbucket Server's repositories in the browser.  A pushed tag becomes "
    "the\n"
    "release of its name; other commits of branches are unreleased.\n"
    "  --demo REPOSITORY   serves a git repository, or a folder of them, with an embedded "
    "Bitbucket\n"
    "                      Server to connect with.  The repository is only read, and "
    "nothing is\n"
    "                      kept at the end\n"
    "  --data FOLDER       keeps the connection, with sealed secrets, and the database (default:\n"
    "                      release_tracker.data)\n"
    "  --database ADDRESS  sqlite:FILE, or postgresql://... (default: a file in FOLDER)\n"
    "  --address ADDRESS   listens there (default: 127.0.0.1); anyone who can reach it may "
    "change\n"
    "                      things\n"
    "  --port PORT         default: 8080; 0 takes any free one\n"
    "  --public-url URL    where browsers and the Bitbucket Server reach this service (default:\n"
    "                      http://ADDRESS:PORT)\n"
    "  --issues KEYS       counts only issues of these projects, such as ABC,WEB (default: all "
    "keys\n"
    "                      that look like ABC-12)\n"
    "  --reconcile MINUTES how often to ask the server for pushes that no webhook reported\n"
    "                      (default: 10)\n";

struct Options {
  std::string demo, data, database, address = "127.0.0.1", public_url;
  std::set<std::string> issue_projects;
  int port = 8080;
  std::chrono::minutes reconcile{10};
};

std::chrono::minutes minutes(const std::string& text) {
  if (text.empty() || text.size() > 6 ||
      text.find_first_not_of("0123456789") != std::string::npos || std::stoi(text) == 0)
    throw bitbucket::InvalidArgument("--reconcile needs a number of minutes");
  return std::chrono::minutes(std::stoi(text));
}

std::set<std::string> projects(const std::string& keys) {
  std::set<std::string> result;
  std::istringstream in(keys);
  for (std::string key; std::getline(in, key, ',');) {
    const auto whole = example::issue_key({.text = key + "-1"});
    if (!whole)
      throw bitbucket::InvalidArgument("'" + key + "' is not the key of a project of issues");
    result.insert(whole->substr(0, whole->rfind('-')));
  }
  return result;
}

Options parse(int argc, char** argv) {
  Options options;
  for (int i = 1; i < argc; ++i) {
    const std::string word = argv[i];
    const auto value = [&] {
      if (++i == argc) throw bitbucket::InvalidArgument(word + " needs a value");
      return std::string(argv[i]);
    };
    if (word == "--demo")
      options.demo = value();
    else if (word == "--data")
      options.data = value();
    else if (word == "--database")
      options.database = value();
    else if (word == "--address")
      options.address = value();
    else if (word == "--port")
      options.port = example::port_number(value());
    else if (word == "--public-url")
      options.public_url = value();
    else if (word == "--issues")
      options.issue_projects = projects(value());
    else if (word == "--reconcile")
      options.reconcile = minutes(value());
    else
      throw bitbucket::InvalidArgument("there is no option " + word);
  }
  std::string& url = options.public_url;
  while (url.ends_with('/')) url.pop_back();
  const std::size_t host = url.find("://");
  if (!url.empty() && (host == std::string::npos || url.find('/', host + 3) != std::string::npos))
    throw bitbucket::InvalidArgument("--public-url must be a scheme, a host and perhaps a port");
  return options;
}

// The embedded server of --demo.
struct Demo {
  explicit Demo(const std::string& place) : server(place) {}
  example::TemporaryFolder folder{"release_tracker"};
  example::RepositoryServer server;
  bitbucket::InstallationConfig link = server.make_application_link("release-tracker");
};

void print_demo(const Demo& demo) {
  std::cout << "An embedded Bitbucket Server runs at " << demo.server.base_url()
            << ".  The form shows what connects it.  To push to it:\n";
  for (const bitbucket::Repo& repo : demo.server.client().repos.list())
    std::cout << "  git push " << plain(demo.server.with_password(std::string(repo.clone_url())))
              << " main v1.0\n";
}

int listen(httplib::Server& server, const Options& options) {
  server.set_keep_alive_max_count(1);  // stop() would wait for idle connections
  server.set_payload_max_length(16u << 20);
  const int port = options.port == 0 ? server.bind_to_any_port(options.address)
                   : server.bind_to_port(options.address, options.port) ? options.port
                                                                        : -1;
  if (port < 0)
    throw std::runtime_error("cannot listen on " + options.address + " port " +
                             std::to_string(options.port) + ": choose another --port");
  return port;
}

void run(Options options) {
  example::StopSignals signals;
  std::optional<Demo> demo;
  if (!options.demo.empty()) demo.emplace(options.demo);
  if (options.data.empty()) options.data = demo ? demo->folder.path : "release_tracker.data";
  httplib::Server server;
  const int port = listen(server, options);
  if (options.public_url.empty())
    options.public_url = "http://" + options.address + ':' + std::to_string(port);

  tracker::Service service({.folder = options.data,
                            .database = options.database,
                            .public_url = options.public_url,
                            .issue_projects = options.issue_projects,
                            .reconcile = options.reconcile,
                            .connection = demo ? example::direct : bitbucket::ConnectionOptions{}});
  tracker::Routes routes(service,
                         {.public_url = options.public_url,
                          .suggested = demo ? demo->link : bitbucket::InstallationConfig{}});
  routes.add_to(server);
  service.start();
  signals.on_stop([&server] { server.stop(); });
  if (demo) print_demo(*demo);
  std::cout << "Open " << plain(options.public_url) << std::endl;
  if (!server.listen_after_bind()) throw std::runtime_error("the web server has failed");
}

}  // namespace

int main(int argc, char** argv) try {
  if (argc == 2 && (argv[1] == std::string("--help") || argv[1] == std::string("-h")))
    return (std::cout << usage), 0;
  run(parse(argc, argv));
  return 0;
} catch (const bitbucket::InvalidArgument& error) {
  std::cerr << "release_tracker: " << plain(error.what()) << '\n' << usage;
  return 2;
} catch (const std::exception& error) {
  std::cerr << "release_tracker: " << plain(error.what()) << '\n';
  return 1;
}
