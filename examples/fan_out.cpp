// Shows the last commit of every repository that you may see, with many requests at a time.
//
//   export BITBUCKET_BASE_URL=https://git.example.com/bitbucket BITBUCKET_TOKEN=...
//   fan_out [AT_A_TIME]
#include "command_line.hpp"

namespace {

// Runs on several threads.  An error that concerns one repository becomes its text; value() throws
// any other error, and concurrently() then stops the rest.
std::string last_commit(const bitbucket::BitbucketServer& client, const bitbucket::Repo& repo) {
  const auto last = bitbucket::attempt([&] { return client.commits.last(repo, 1); });
  const bitbucket::Error* const error = last.error();
  if (error && (error->is_not_found() || error->is_forbidden()))
    return repo.full_name() + '\t' + error->what();
  return repo.full_name() + '\t' + (last.value().empty() ? "no commit" : last.value()[0].id);
}

}  // namespace

int main(int argc, char** argv) {
  return example::run(argc, argv, "fan_out [AT_A_TIME]", [](const example::CommandLine& line) {
    if (line.words.size() > 1) throw bitbucket::InvalidArgument("too many arguments");
    const int max = line.words.empty() ? 16 : std::atoi(line.words[0].c_str());
    if (max < 1) throw bitbucket::InvalidArgument("AT_A_TIME must be a positive number");
    const bitbucket::BitbucketServer client(line.client());
    // The repositories come page by page while work on the first ones is under way.  The results
    // have the order of the repositories.
    for (const std::string& text : client.concurrently(client.repos.list(), last_commit,
                                                       {.max = static_cast<std::size_t>(max)}))
      std::cout << text << '\n';
  });
}
