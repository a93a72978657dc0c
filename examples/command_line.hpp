// Shared by the examples: the options below, --help, and one place that reports errors.
#pragma once
#include <cstdlib>
#include <iostream>
#include <map>

#include <bitbucket/server.hpp>
#include <nlohmann/json.hpp>
namespace example {
struct CommandLine {
  std::vector<std::string> words;              // arguments that are not options
  std::map<std::string, std::string> options;  // "--base-url" -> URL
  std::string get(const std::string& option, const char* variable = "") const {
    const char* value = std::getenv(variable);
    return options.contains(option) ? options.at(option) : value == nullptr ? "" : value;
  }
  bitbucket::ClientOptions client() const {
    std::string url = get("--base-url", "BITBUCKET_BASE_URL"), file = get("--token-file");
    if (!file.empty()) return {url, bitbucket::BearerToken{bitbucket::read_file(file)}};
    file = get("--oauth", "BITBUCKET_OAUTH");
    const std::string token = get("", "BITBUCKET_TOKEN");
    if (file.empty() && token.empty()) {
      std::cerr << "No token was given, so the server treats you as anonymous.\n";
      return {url};
    }
    if (file.empty()) return {url, bitbucket::BearerToken{token}};
    const auto stored = nlohmann::json::parse(bitbucket::read_file(file).reveal());
    const auto text = [&](const char* name) { return stored.at(name).get<std::string>(); };
    return {url.empty() ? text("base_url") : url,
            bitbucket::OAuth1Credentials{.consumer_key = text("consumer_key"),
                                         .private_key = bitbucket::read_file(text("private_key")),
                                         .access_token = text("access_token")}};
  }
};

constexpr const char* settings =
    "  --base-url URL     the server, or BITBUCKET_BASE_URL: https://git.example.com/bitbucket\n"
    "  --token-file FILE  contains an HTTP access token; or BITBUCKET_TOKEN, the token itself\n"
    "  --oauth FILE       the file that oauth_setup stored; or BITBUCKET_OAUTH, its name\n";

// Runs the task.  Exit code 2 means that the command line cannot work, and 1 that the task failed.
template <class Task>
int run(int argc, char** argv, std::string usage, Task task) try {
  usage += " [--base-url URL] [--token-file FILE] [--oauth FILE]";
  if (argc == 2 && (argv[1] == std::string("--help") || argv[1] == std::string("-h"))) {
    std::cout << "usage: " << usage << '\n' << settings;
    return 0;
  }
  CommandLine line;
  for (int i = 1; i < argc; ++i) {
    const std::string word = argv[i];
    const bool option = word.starts_with("--");
    if (!option) line.words.push_back(word);
    if (option && (usage.find('[' + word + ' ') == std::string::npos || ++i == argc))
      throw bitbucket::InvalidArgument("unknown option, or option without a value: " + word);
    if (option) line.options[word] = argv[i];
  }
  task(line);
  return 0;
} catch (const bitbucket::InvalidArgument& error) {
  std::cerr << argv[0] << ": " << error.what() << "\nusage: " << usage << '\n';
  return 2;
} catch (const std::exception& error) {
  std::cerr << argv[0] << ": " << error.what() << '\n';
  const auto* e = dynamic_cast<const bitbucket::Error*>(&error);
  if (e && e->is_unauthenticated()) std::cerr << "Check the token or the OAuth file.\n";
  if (e && e->is_retryable()) std::cerr << "Try again later.\n";
  return 1;
}
}  // namespace example
