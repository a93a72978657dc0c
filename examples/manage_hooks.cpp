// Lists, creates, removes and tests the webhooks of a repository.
//
//   export BITBUCKET_BASE_URL=https://git.example.com/bitbucket BITBUCKET_TOKEN=...
//   export BITBUCKET_WEBHOOK_SECRET=...                    signs the deliveries of a new webhook
//   manage_hooks list PRJ/demo
//   manage_hooks create PRJ/demo NAME https://bot.example.com/hook repo:refs_changed pr:merged
//   manage_hooks remove PRJ/demo ID
//   manage_hooks test PRJ/demo https://bot.example.com/hook
#include <charconv>

#include "command_line.hpp"

namespace {

void show(const bitbucket::Hook& hook) {
  std::cout << hook.id.value << '\t' << (hook.active ? "active" : "off") << '\t' << hook.name
            << '\t' << hook.url;
  for (const std::string& event : hook.events) std::cout << '\t' << event;
  std::cout << '\n';
}

bitbucket::HookId hook_id(const std::string& text) {
  bitbucket::HookId id;
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), id.value);
  if (error != std::errc() || *end != '\0') throw bitbucket::InvalidArgument("not an id: " + text);
  return id;
}

}  // namespace

int main(int argc, char** argv) {
  const std::string usage =
      "manage_hooks list REPO | create REPO NAME URL EVENT... | remove REPO ID | test REPO URL";
  return example::run(argc, argv, usage, [](const example::CommandLine& line) {
    const auto& words = line.words;
    const std::string command = words.empty() ? "" : words[0];
    const bitbucket::BitbucketServer client(line.client());
    if (command == "list" && words.size() == 2) {
      for (const bitbucket::Hook& hook : client.hooks.list(words[1])) show(hook);
    } else if (command == "create" && words.size() >= 5) {
      show(client.hooks.create(words[1], {.name = words[2],
                                          .url = words[3],
                                          .events = {words.begin() + 4, words.end()},
                                          .secret = line.get("", "BITBUCKET_WEBHOOK_SECRET")}));
    } else if (command == "remove" && words.size() == 3) {
      client.hooks.remove(words[1], hook_id(words[2]));
      std::cout << "removed\n";
    } else if (command == "test" && words.size() == 3) {
      // The server calls the URL from its own machine.
      const bitbucket::HookTestResult result = client.hooks.test(words[1], words[2]);
      std::cout << (result.response.empty() ? "there was no answer" : result.response.text) << '\n';
    } else {
      throw bitbucket::InvalidArgument("no command takes these arguments");
    }
  });
}
