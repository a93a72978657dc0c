#include "harness/options.hpp"

#include <cstdlib>
#include <fstream>
#include <iostream>
#include <iterator>
#include <map>
#include <set>
#include <string_view>

namespace benchmarks {
namespace {

constexpr std::string_view usage =
    R"(get|walk|fanout|changes --base-url URL --consumer-key K --private-key FILE
       --access-token T --repo PRJ/slug [OPTIONS]

  get       gets the repository --count times
  walk      all commits of the repository
  fanout    the last --count commits of the repositories PRJ/r0 to PRJ/r(N-1)
  changes   the changes of the newest --count commits

  --repos N --repo-prefix r     for fanout: how many repositories (1000), what they are called
  --count N                     2000 for get and changes, 25 for fanout
  --page-size N                 1000
  --in-flight N                 pages of a walk on their way at once, 1
  --concurrency N               for fanout and changes: items at once, 32
  --access-token-secret S       RSA-SHA1 does not use it
  --ca-file FILE                for https
  --checksum on|off             off leaves the data unread, for measurements
  --compression on|off          asks for gzip; not the peer
  --sign-ahead on|off           limit program only: signs the next page's request while it waits
  --bearer on|off               sends the access token as a bearer token, without a signature
  --threads on|off              limit program only: for fanout and changes, a thread for each item
                                at once instead of one for all
  --loops N                     limit program only: for fanout and changes, N event loops, each on a
                                thread of its own, which share the items at once (1)

Prints one line of JSON: items, a checksum over everything decoded, seconds, peak memory.
)";

[[noreturn]] void refuse(const char* program, const std::string& why) {
  std::cerr << program << ": " << why << "\nusage: " << program << ' ' << usage;
  std::exit(2);
}

int number(const char* program, const std::string& name, const std::string& text) {
  char* end = nullptr;
  const long value = std::strtol(text.c_str(), &end, 10);
  if (text.empty() || *end != '\0' || value < 1 || value > 100'000'000)
    refuse(program, name + " is not a valid number: " + text);
  return static_cast<int>(value);
}

}  // namespace

std::string content_of(const std::string& path) {
  std::ifstream in(path, std::ios::binary);
  if (!in) {
    std::cerr << "cannot read " << path << '\n';
    std::exit(2);
  }
  return {std::istreambuf_iterator<char>(in), {}};
}

Options parse_options(int argc, char** argv) {
  Options out;
  const char* program = argv[0];
  std::string repo, key_file;
  const std::map<std::string_view, std::string*> texts = {
      {"--base-url", &out.base_url},
      {"--consumer-key", &out.consumer_key},
      {"--private-key", &key_file},
      {"--access-token", &out.access_token},
      {"--repo", &repo},
      {"--repo-prefix", &out.repo_prefix},
      {"--access-token-secret", &out.access_token_secret},
      {"--ca-file", &out.ca_file}};
  const std::map<std::string_view, int*> numbers = {{"--repos", &out.repos},
                                                    {"--count", &out.count},
                                                    {"--page-size", &out.page_size},
                                                    {"--in-flight", &out.in_flight},
                                                    {"--concurrency", &out.concurrency},
                                                    {"--loops", &out.loops}};
  const std::map<std::string_view, bool*> switches = {{"--checksum", &out.checksum},
                                                      {"--compression", &out.compression},
                                                      {"--sign-ahead", &out.sign_ahead},
                                                      {"--bearer", &out.bearer},
                                                      {"--threads", &out.threads}};
  if (argc > 1) out.workload = argv[1];
  const std::set<std::string> known = {"get", "walk", "fanout", "changes"};
  if (!known.contains(out.workload)) refuse(program, "unknown workload: " + out.workload);
  for (int i = 2; i < argc; i += 2) {
    const std::string name = argv[i];
    if (i + 1 == argc) refuse(program, name + " needs a value");
    if (const auto text = texts.find(name); text != texts.end())
      *text->second = argv[i + 1];
    else if (const auto n = numbers.find(name); n != numbers.end())
      *n->second = number(program, name, argv[i + 1]);
    else if (const auto s = switches.find(name); s != switches.end())
      *s->second = std::string_view(argv[i + 1]) == "on";
    else
      refuse(program, "unknown option: " + name);
  }
  if (out.base_url.empty() || out.consumer_key.empty() || key_file.empty() || repo.empty())
    refuse(program, "--base-url, --consumer-key, --private-key and --repo are required");
  const std::size_t slash = repo.find('/');
  if (slash == std::string::npos) refuse(program, "--repo must be PRJ/slug");
  out.project = repo.substr(0, slash);
  out.slug = repo.substr(slash + 1);
  out.private_key = content_of(key_file);
  if (out.count == 0) out.count = out.workload == "fanout" ? 25 : 2000;
  return out;
}

}  // namespace benchmarks
