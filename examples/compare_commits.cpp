// Lists what is new in a release: the commits between two tags, branches or commits, newest first,
// with the files that each one changed, as `git log --name-status SINCE..UNTIL` does.
//
//   export BITBUCKET_BASE_URL=https://git.example.com/bitbucket BITBUCKET_TOKEN=...
//   compare_commits PRJ/demo v1.4 v1.5
#include "command_line.hpp"

namespace {

char letter(bitbucket::ChangeType type) {
  switch (type) {
    case bitbucket::ChangeType::add:
      return 'A';
    case bitbucket::ChangeType::copy:
      return 'C';
    case bitbucket::ChangeType::del:
      return 'D';
    case bitbucket::ChangeType::modify:
      return 'M';
    case bitbucket::ChangeType::move:
      return 'R';
    default:
      return '?';  // from a server newer than this program
  }
}

// Replaces the control characters that a server may send, because a terminal would obey them.
std::string plain(std::string_view sent) {
  std::string text(sent);
  for (char& c : text)
    if ((c >= 0 && c < ' ') || c == 127) c = '?';
  return text;
}

}  // namespace

int main(int argc, char** argv) {
  const std::string usage = "compare_commits REPO SINCE UNTIL";
  return example::run(argc, argv, usage, [](const example::CommandLine& line) {
    if (line.words.size() != 3) throw bitbucket::InvalidArgument("three arguments are needed");
    const bitbucket::BitbucketServer client(line.client());
    const bitbucket::RepoRef repo = line.words[0];
    for (const bitbucket::Commit& commit :
         client.commits.list(repo, {.since = line.words[1], .until = line.words[2]})) {
      std::cout << commit.id << ' ' << plain(commit.title()) << '\n';
      for (const bitbucket::Change& change : client.commits.changes(repo, commit.id)) {
        std::cout << letter(change.type) << '\t';
        if (change.src_path) std::cout << plain(change.src_path->str()) << '\t';
        std::cout << plain(change.path.str()) << '\n';
      }
    }
  });
}
