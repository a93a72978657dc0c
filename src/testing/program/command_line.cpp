#include "testing/program/command_line.hpp"

#include <algorithm>
#include <fstream>
#include <iterator>
#include <map>
#include <utility>

#include "testing/program/fault_option.hpp"

namespace bitbucket::inline v0_1::testing::program {
namespace {

constexpr const char* help_text =
    R"(Usage: bitbucket-git-server [OPTION]... PROJECTS_FOLDER|PROJECT/SLUG=PATH...

Serves git repositories through Bitbucket Server's REST API until it is interrupted.
PROJECTS_FOLDER contains a folder for each project, which contains repositories or work trees. The
server only reads them: a push goes to a private clone that is removed at the end.
When it is ready, it prints "Listening on http://127.0.0.1:PORT/CONTEXT" and a newline.

  --port N               listen on this port (default: any free one)
  --bind ADDRESS         listen on this address (default: 127.0.0.1)
  --context PATH         serve below this path, for example /bitbucket
  --public-url URL       the address that clients use, when a proxy is in front of the server
  --version V            the version of Bitbucket to imitate (default: 8.19.0)
  --user NAME:PASSWORD[:EMAIL]
                         a user (default: admin:admin); may be repeated
  --token TOKEN=USER     an HTTP access token; may be repeated
                         PASSWORD and TOKEN may be @FILE, which stands for the first line of that
                         file, so that no list of processes shows them
  --consumer KEY=PEM     an OAuth 1.0a consumer and the file with its RSA public key; may be repeated
  --two-legged           consumers may call without a token, and on behalf of any user (user_id)
  --auto-approve         the authorize page approves by itself
  --anonymous            reading needs no credentials
  --masked-secrets       webhook secrets are masked in answers
  --no-deliveries        webhooks are stored, but nothing is sent
  --max-limit N          the maximum number of rows in a page (default: 1000)
  --short-pages N        pages have at most N rows, whatever limit they echo
  --empty-pages K        every K-th page is empty although more follow
  --fault 'METHOD PATH NAME[=VALUE] [xTIMES]'
                         misbehave (see below); may be repeated
  --record FOLDER        append each verified OAuth request to a file in this folder
  --ready-file FILE      write the base URL to this file when ready
  --help                 show this text

A fault affects the first TIMES requests that match METHOD and PATH (one request without xTIMES, all
with x0).  ANY and * match everything, a {placeholder} matches one segment, and {name...} matches all
that follow; PATH does not include the context path.  If several faults are due, the first one wins.
NAME is one of
)";

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

/// Reads a secret from a file when the text is @FILE, because others may see the command line.
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

void add_token(Arguments& out, const std::string& text) {
  const auto [token, user] = cut(text, '=', "TOKEN=USER");
  out.options.tokens.push_back({read_secret(token), user});
}

void add_consumer(Arguments& out, const std::string& text) {
  const auto [key, path] = cut(text, '=', "KEY=PUBLIC.pem");
  out.options.consumers.push_back({.key = key, .public_key = read(path)});
}

FaultRule fault_rule(const std::string& text) {
  try {
    return parse_fault(text);
  } catch (const std::invalid_argument& e) {
    throw Usage(e.what());
  }
}

using Flag = void (*)(Arguments& out);

const std::map<std::string, Flag>& flags() {
  static const std::map<std::string, Flag> all{
      {"--two-legged", [](Arguments& out) { out.two_legged = true; }},
      {"--auto-approve", [](Arguments& out) { out.options.auto_approve = true; }},
      {"--anonymous", [](Arguments& out) { out.options.anonymous_reads = true; }},
      {"--masked-secrets", [](Arguments& out) { out.options.mask_webhook_secrets = true; }},
      {"--no-deliveries", [](Arguments& out) { out.options.deliver_webhooks = false; }},
      {"--help", [](Arguments& out) { out.help = true; }},
      {"-h", [](Arguments& out) { out.help = true; }}};
  return all;
}

/// The value of an option, and the name to complain about.
struct Value {
  const std::string& option;
  const std::string& text;
  [[nodiscard]] int number() const { return program::number(text, option); }
  [[nodiscard]] std::size_t rows() const { return static_cast<std::size_t>(number()); }
};
using Setting = void (*)(Arguments& out, const Value& value);

const std::map<std::string, Setting>& settings() {
  static const std::map<std::string, Setting> all{
      {"--port", [](Arguments& out, const Value& value) { out.options.port = value.number(); }},
      {"--bind", [](Arguments& out, const Value& value) { out.options.bind_address = value.text; }},
      {"--context",
       [](Arguments& out, const Value& value) { out.options.context_path = value.text; }},
      {"--public-url",
       [](Arguments& out, const Value& value) { out.options.public_url = value.text; }},
      {"--version", [](Arguments& out, const Value& value) { out.options.version = value.text; }},
      {"--user", [](Arguments& out, const Value& value) { add_user(out, value.text); }},
      {"--token", [](Arguments& out, const Value& value) { add_token(out, value.text); }},
      {"--consumer", [](Arguments& out, const Value& value) { add_consumer(out, value.text); }},
      {"--max-limit",
       [](Arguments& out, const Value& value) {
         out.options.max_page_limit = out.options.max_commits_limit = value.rows();
       }},
      {"--short-pages",
       [](Arguments& out, const Value& value) { out.options.short_pages = value.rows(); }},
      {"--empty-pages",
       [](Arguments& out, const Value& value) { out.options.empty_pages = value.rows(); }},
      {"--record",
       [](Arguments& out, const Value& value) { out.options.record_signed_requests = value.text; }},
      {"--ready-file", [](Arguments& out, const Value& value) { out.ready_file = value.text; }},
      {"--fault",
       [](Arguments& out, const Value& value) { out.faults.push_back(fault_rule(value.text)); }}};
  return all;
}

/// Takes the option at `i` with its value, which may be the next word; returns the index of its
/// last word.
std::size_t take_option(Arguments& out, const std::vector<std::string>& words, std::size_t i) {
  const auto equal = words[i].find('=');
  const bool has_value = equal != std::string::npos;
  const std::string name = words[i].substr(0, equal);
  if (const auto flag = flags().find(name); flag != flags().end()) {
    if (has_value) throw Usage(name + " takes no value");
    flag->second(out);
    return i;
  }
  const auto setting = settings().find(name);
  if (setting == settings().end()) throw Usage("there is no option " + name);
  if (!has_value && i + 1 == words.size()) throw Usage(name + " needs a value");
  const std::string value = has_value ? words[i].substr(equal + 1) : words[++i];
  setting->second(out, {name, value});
  return i;
}

}  // namespace

Arguments parse(const std::vector<std::string>& words) {
  Arguments out;
  for (std::size_t i = 0; i < words.size(); ++i) {
    if (words[i].starts_with('-')) {
      i = take_option(out, words, i);
    } else {
      out.repositories.push_back(words[i]);
    }
  }
  for (auto& consumer : out.options.consumers)
    consumer.two_legged = consumer.impersonation = out.two_legged;
  if (out.repositories.empty() && !out.help)
    throw Usage("give a folder of projects or PROJECT/SLUG=PATH");
  return out;
}

std::string help() { return help_text + known_faults(); }

}  // namespace bitbucket::inline v0_1::testing::program
