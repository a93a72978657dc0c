#include "support/history_builder.hpp"

#include <fstream>

#include "support/repository_builder.hpp"

namespace bitbucket::test_support {
namespace {

constexpr std::size_t contents = 251;  // a prime, so that no file gets the content that it has
// fast-import asks the system for memory for each object, which takes longer than its own work.
const std::vector<std::string> keeps_memory = {"MALLOC_MMAP_THRESHOLD_=1000000000",
                                               "MALLOC_TRIM_THRESHOLD_=1000000000"};

std::string data_of(const std::string& text) {
  return "data " + std::to_string(text.size()) + '\n' + text + '\n';
}

std::string message_of(const HistoryOptions& options, std::size_t number) {
  if (options.message) return options.message(number);
  std::string text = "Commit " + std::to_string(number) + '\n';
  if (options.issue_every != 0 && number % options.issue_every == 0)
    text += "\nFixes APP-" + std::to_string(number) + '\n';
  return text;
}

/// Appends commit `number`, which changes the next files in turn.
void write_commit(std::string& stream, const HistoryOptions& options, std::size_t number,
                  const std::string& parent) {
  const std::string author = std::to_string(number % options.authors);
  const std::string person = " Author " + author + " <author" + author + "@example.com> " +
                             std::to_string(1'600'000'000 + 60 * number) + " +0000\n";
  stream += "commit " + options.branch + "\nmark :" + std::to_string(contents + 1 + number) +
            "\nauthor" + person + "committer" + person + data_of(message_of(options, number));
  if (!parent.empty()) stream += "from " + parent + '\n';
  const std::string change = "M 100644 :" + std::to_string(number % contents + 1) + " src/";
  for (std::size_t i = number; i < number + options.files_per_commit; ++i)
    stream += change + std::to_string(i % 8) + "/file" + std::to_string(i % 64) + '\n';
}

/// Returns the commit that the history is appended to; empty for a new one.
std::string parent_of(const std::filesystem::path& dir, const HistoryOptions& options) {
  if (!options.from.empty()) return commit_id(dir, options.from);
  return lines(try_git(dir, {"rev-parse", "--verify", "-q", options.branch}).output + '\n')[0];
}

}  // namespace

std::vector<std::string> append_history(const std::filesystem::path& dir,
                                        const HistoryOptions& options) {
  if (!std::filesystem::exists(dir)) init_repository(dir, true);
  std::string stream;
  for (std::size_t i = 0; i < contents; ++i)
    stream += "blob\nmark :" + std::to_string(i + 1) + '\n' +
              data_of("content " + std::to_string(i) + '\n');
  std::string parent = parent_of(dir, options);
  for (std::size_t i = 0; i < options.commits; ++i) {
    write_commit(stream, options, options.first + i, parent);
    parent.clear();  // each further commit follows the one before
  }
  const TempDir temp;
  const auto marks = temp / "marks";
  run_git(dir,
          {"-c", "core.compression=0", "fast-import", "--quiet", "--done", "--force",
           "--date-format=raw-permissive", "--export-marks=" + marks.string()},
          {.input = stream + "done\n", .environment = keeps_memory});
  std::vector<std::string> ids(options.commits);
  std::ifstream table(marks);
  for (std::string line; std::getline(table, line);) {
    const std::size_t mark = std::stoul(line.substr(1));
    if (mark > contents)
      ids.at(mark - contents - 1 - options.first) = line.substr(line.find(' ') + 1);
  }
  return ids;
}

}  // namespace bitbucket::test_support
