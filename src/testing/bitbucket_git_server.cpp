// bitbucket-git-server: the embedded server from a shell, for tests in any language.

#include <algorithm>
#include <csignal>
#include <cstdlib>
#include <exception>
#include <filesystem>
#include <fstream>
#include <iostream>
#include <iterator>
#include <stdexcept>
#include <string>
#include <vector>

#include <bitbucket/testing/git_server.hpp>

#include "testing/faults/option.hpp"

namespace {

using bitbucket::testing::GitServer;
using bitbucket::testing::GitServerOptions;

constexpr const char* kHelp =
    R"(Usage: bitbucket-git-server [OPTION]... PROJECTS_FOLDER|PROJECT/SLUG=PATH...

Serves git repositories through Bitbucket Server's REST API until it is interrupted.
PROJECTS_FOLDER holds a folder for each project, with a repository or work tree in each of its
folders. The repositories are only read: a push goes to a private clone that is removed at the end.
When ready it prints "Listening on http://127.0.0.1:PORT/CONTEXT" and a newline.

  --port N               listen on this port (default: any free one)
  --bind ADDRESS         listen on this address (default: 127.0.0.1)
  --context PATH         serve below this path, for example /bitbucket
  --public-url URL       the address clients believe in, when a proxy stands in front
  --version V            the version of Bitbucket to be (default: 8.19.0)
  --user NAME:PASSWORD[:EMAIL]
                         a user (default: admin:admin); may be repeated
  --token TOKEN=USER     an HTTP access token; may be repeated
                         PASSWORD and TOKEN may be @FILE: the first line of that file, so that no
                         list of processes shows them
  --consumer KEY=PEM     an OAuth 1.0a consumer and the file with its RSA public key; may be repeated
  --two-legged           consumers may call without a token, and for any user (user_id)
  --auto-approve         the authorize page allows by itself
  --anonymous            reading needs no credentials
  --masked-secrets       webhook secrets are masked in answers
  --no-deliveries        webhooks are kept, but nothing is sent
  --max-limit N          the most rows of a page (default: 1000)
  --short-pages N        pages have at most N rows, whatever limit they echo
  --empty-pages K        every K-th page is empty although more follow
  --fault 'METHOD PATH NAME[=VALUE] [xTIMES]'
                         misbehave; may be repeated, see below
  --record FOLDER        append each verified OAuth request to a file in this folder
  --ready-file FILE      write the base URL to this file when ready
  --help                 show this text

A fault meets the first TIMES requests (one if not given, x0: for ever) that METHOD and PATH fit.
ANY and * fit everything, a {placeholder} one segment, {name...} all that follow; PATH is without the
context path.  Of several faults that are due the first wins.  NAME is one of
)";

/// The command line cannot work: exit code 2.
struct Usage : std::runtime_error {
  using std::runtime_error::runtime_error;
};

struct Arguments {
  GitServerOptions options;
  std::vector<bitbucket::testing::FaultRule> faults;
  std::vector<std::string> repositories;
  std::string ready_file;
  bool two_legged = false;
  bool help = false;
};

std::pair<std::string, std::string> cut(const std::string& text, char at, const std::string& form) {
  const auto position = text.find(at);
  if (position == 0 || position == std::string::npos) {
    throw Usage("\"" + text + "\" is not of the form " + form);
  }
  return {text.substr(0, position), text.substr(position + 1)};
}

int number(const std::string& text, const std::string& option) {
  const bool digits =
      !text.empty() && text.size() < 8 && text.find_first_not_of("0123456789") == std::string::npos;
  if (!digits) throw Usage(option + " needs a number, not \"" + text + '"');
  return std::stoi(text);
}

std::string read(const std::string& path) {
  std::ifstream in(path, std::ios::binary);
  if (!in) throw Usage("cannot read " + path);
  return {std::istreambuf_iterator<char>(in), {}};
}

/// What others shall not see may stand in a file instead.
std::string read_secret(const std::string& text) {
  if (!text.starts_with('@')) return text;
  std::string secret = read(text.substr(1));
  secret.resize(std::min(secret.find_first_of("\r\n"), secret.size()));
  if (secret.empty()) throw Usage("the first line of " + text.substr(1) + " is empty");
  return secret;
}

void add_user(Arguments& out, const std::string& text) {
  const auto [name, rest] = cut(text, ':', "NAME:PASSWORD");
  const auto colon = rest.rfind(':');
  const bool email = colon != std::string::npos && rest.find('@', colon) != std::string::npos;
  out.options.users.push_back({.name = name,
                               .password = read_secret(email ? rest.substr(0, colon) : rest),
                               .email = email ? rest.substr(colon + 1) : ""});
}

/// Takes an option that stands alone; false when it is none.
bool take_flag(Arguments& out, const std::string& name) {
  if (name == "--two-legged")
    out.two_legged = true;
  else if (name == "--auto-approve")
    out.options.auto_approve = true;
  else if (name == "--anonymous")
    out.options.anonymous_reads = true;
  else if (name == "--masked-secrets")
    out.options.mask_webhook_secrets = true;
  else if (name == "--no-deliveries")
    out.options.deliver_webhooks = false;
  else if (name == "--help" || name == "-h")
    out.help = true;
  else
    return false;
  return true;
}

bitbucket::testing::FaultRule fault_rule(const std::string& text) {
  try {
    return bitbucket::embedded::parse_fault(text);
  } catch (const std::invalid_argument& e) {
    throw Usage(e.what());
  }
}

void take_value(Arguments& out, const std::string& name, const std::string& value) {
  GitServerOptions& options = out.options;
  const auto rows = [&] { return static_cast<std::size_t>(number(value, name)); };
  if (name == "--port")
    options.port = number(value, name);
  else if (name == "--bind")
    options.bind_address = value;
  else if (name == "--context")
    options.context_path = value;
  else if (name == "--public-url")
    options.public_url = value;
  else if (name == "--version")
    options.version = value;
  else if (name == "--user")
    add_user(out, value);
  else if (name == "--max-limit")
    options.max_page_limit = options.max_commits_limit = rows();
  else if (name == "--short-pages")
    options.short_pages = rows();
  else if (name == "--empty-pages")
    options.empty_pages = rows();
  else if (name == "--record")
    options.record_signed_requests = value;
  else if (name == "--ready-file")
    out.ready_file = value;
  else if (name == "--fault")
    out.faults.push_back(fault_rule(value));
  else if (name == "--token") {
    const auto [token, user] = cut(value, '=', "TOKEN=USER");
    options.tokens.push_back({read_secret(token), user});
  } else if (name == "--consumer") {
    const auto [key, path] = cut(value, '=', "KEY=PUBLIC.pem");
    options.consumers.push_back({.key = key, .public_key = read(path)});
  } else {
    throw Usage("there is no option " + name);
  }
}

Arguments parse(const std::vector<std::string>& words) {
  Arguments out;
  for (std::size_t i = 0; i < words.size(); ++i) {
    const std::string& word = words[i];
    if (!word.starts_with('-')) {
      out.repositories.push_back(word);
      continue;
    }
    const auto equal = word.find('=');
    const std::string name = word.substr(0, equal);
    if (take_flag(out, word)) continue;
    if (equal != std::string::npos) {
      take_value(out, name, word.substr(equal + 1));
    } else if (i + 1 < words.size()) {
      take_value(out, name, words[++i]);
    } else {
      throw Usage(name + " needs a value");
    }
  }
  for (auto& consumer : out.options.consumers)
    consumer.two_legged = consumer.impersonation = out.two_legged;
  if (out.repositories.empty() && !out.help)
    throw Usage("give a folder of projects or PROJECT/SLUG=PATH");
  return out;
}

void add_repositories(GitServer& server, const std::vector<std::string>& given) {
  for (const std::string& text : given) {
    const auto equal = text.find('=');
    const auto slash = text.find('/');
    if (equal == std::string::npos || slash > equal || std::filesystem::is_directory(text)) {
      server.add_projects_folder(text);
    } else {
      server.add_repository(text.substr(0, slash), text.substr(slash + 1, equal - slash - 1),
                            text.substr(equal + 1));
    }
  }
}

int serve(const Arguments& arguments) {
  // Blocked before any thread is made, so that only this one gets them.
  sigset_t signals;
  sigemptyset(&signals);
  sigaddset(&signals, SIGTERM);
  sigaddset(&signals, SIGINT);
  pthread_sigmask(SIG_BLOCK, &signals, nullptr);

  GitServer server(arguments.options);
  for (const auto& rule : arguments.faults) server.misbehave(rule);
  add_repositories(server, arguments.repositories);
  if (!arguments.ready_file.empty()) {
    std::ofstream out(arguments.ready_file);
    out << server.base_url() << '\n';
    if (!out.flush()) throw std::runtime_error("cannot write " + arguments.ready_file);
  }
  std::cout << "Listening on " << server.base_url() << std::endl;
  int got = 0;
  sigwait(&signals, &got);
  return 0;
}

}  // namespace

int main(int argc, char** argv) {
  try {
    const Arguments arguments = parse({argv + 1, argv + argc});
    if (arguments.help) {
      std::cout << kHelp << bitbucket::embedded::known_faults();
      return 0;
    }
    return serve(arguments);
  } catch (const Usage& e) {
    std::cerr << "bitbucket-git-server: " << e.what() << "\nTry --help.\n";
    return 2;
  } catch (const std::exception& e) {
    std::cerr << "bitbucket-git-server: " << e.what() << '\n';
    return 1;
  }
}
