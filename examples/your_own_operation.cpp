// Lists projects: an operation for which the library has no method, with an answer and a filter of
// our own.  A row says what the operation is; everything else (paging, errors, retries, signatures)
// works as for the library's own operations.
//
//   export BITBUCKET_BASE_URL=https://git.example.com/bitbucket BITBUCKET_TOKEN=...
//   your_own_operation [NAME]
#include <nlohmann/json.hpp>

#include <bitbucket/nlohmann_codec.hpp>

#include "command_line.hpp"

namespace mine {

struct ProjectCard {
  std::string key;
  std::string name;
};
// Reads a card and ignores all other members of the answer.
inline void from_json(const nlohmann::json& json, ProjectCard& card) {
  card.key = json.at("key");
  card.name = json.value("name", card.key);
}

struct ProjectFilter {
  std::string name = {};
};

// The rows: answer, parameters of the path, query, path.  Rows whose parts do not fit do not
// compile.
constexpr bitbucket::Pages<ProjectCard, bitbucket::Query<ProjectFilter>> projects{
    "/rest/api/1.0/projects"};
constexpr bitbucket::Get<ProjectCard, bitbucket::PathParam<"project">> project{
    "/rest/api/1.0/projects/{project}"};

}  // namespace mine

template <>
struct bitbucket::JsonCodec<mine::ProjectCard> : bitbucket::NlohmannCodec<mine::ProjectCard> {};
template <>
struct bitbucket::QueryCodec<mine::ProjectFilter> {
  static void append(Parameters& query, const mine::ProjectFilter& filter) {
    if (!filter.name.empty()) query.emplace_back("name", filter.name);
  }
};

int main(int argc, char** argv) {
  const std::string usage = "your_own_operation [NAME]";
  return example::run(argc, argv, usage, [](const example::CommandLine& line) {
    const bitbucket::BitbucketServer client(line.client());
    const std::string name = line.words.empty() ? "" : line.words[0];
    for (const mine::ProjectCard& card : client.call(mine::projects, {.name = name})) {
      const mine::ProjectCard same =
          client.call(mine::project, bitbucket::PathParam<"project">{card.key});
      std::cout << same.key << '\t' << same.name << '\n';
    }
  });
}
