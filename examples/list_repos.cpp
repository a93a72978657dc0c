// Lists the repositories that you may see, or those whose name contains a word, and their clone
// URLs.
//
//   export BITBUCKET_BASE_URL=https://git.example.com/bitbucket BITBUCKET_TOKEN=...
//   list_repos [NAME]
#include "command_line.hpp"

int main(int argc, char** argv) {
  const std::string usage = "list_repos [NAME]";
  return example::run(argc, argv, usage, [](const example::CommandLine& line) {
    if (line.words.size() > 1) throw bitbucket::InvalidArgument("too many arguments");
    const bitbucket::BitbucketServer client(line.client());
    const std::string name = line.words.empty() ? "" : line.words[0];
    // The library requests the next page while this one is printed.
    for (const bitbucket::Repo& repo : client.repos.list({.name = name}))
      std::cout << repo.full_name() << '\t' << repo.clone_url() << '\n';
  });
}
