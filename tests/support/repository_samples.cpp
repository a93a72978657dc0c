#include <fstream>

#include "support/repository_builder.hpp"

// The generators of repository_builder.hpp: histories written as `git fast-import` streams.
namespace bitbucket::test_support {
namespace fs = std::filesystem;

namespace {

/// Returns a path as fast-import reads it, quoted as in C.
std::string quoted(std::string_view path) {
  std::string result = "\"";
  for (const char c : path) {
    if (c == '"' || c == '\\') result += '\\';
    if (c == '\n')
      result += "\\n";
    else
      result += c;
  }
  return result + '"';
}

std::string data(std::string_view text) {
  return "data " + std::to_string(text.size()) + '\n' + std::string(text) + '\n';
}

std::string mark(std::size_t number) { return ':' + std::to_string(number); }

/// Returns a text of about `count` lines that does not resemble the text of any other seed.
std::string prose(std::string_view seed, int count) {
  std::string result;
  for (int i = 0; i < count; ++i)
    result += std::string(seed) + " line " + std::to_string(i * 7919 % 1000) + '\n';
  return result;
}

}  // namespace

std::size_t FastImport::commit(std::string_view message, const CommitOptions& options) {
  clock_ = options.seconds != 0 ? options.seconds : clock_ + 60;
  const auto at = [&](std::int64_t seconds) {
    return ' ' + std::to_string(seconds) + ' ' + options.zone + '\n';
  };
  if (options.orphan) stream_ += "reset " + options.branch + "\n\n";
  stream_ += "commit " + options.branch + "\nmark " + mark(++commits_) + "\nauthor " +
             options.author + at(clock_ - 30) + "committer " + options.committer + at(clock_);
  if (!options.encoding.empty()) stream_ += "encoding " + options.encoding + '\n';
  stream_ += data(message);
  for (std::size_t i = 0; i < options.parents.size(); ++i)
    stream_ += (i == 0 ? "from " : "merge ") + mark(options.parents[i]) + '\n';
  return commits_;
}

FastImport& FastImport::file(std::string_view path, std::string_view content,
                             std::string_view mode) {
  stream_ += "M " + std::string(mode) + " inline " + quoted(path) + '\n' + data(content);
  return *this;
}

FastImport& FastImport::remove(std::string_view path) {
  stream_ += "D " + quoted(path) + '\n';
  return *this;
}

FastImport& FastImport::rename(std::string_view from, std::string_view to) {
  stream_ += "R " + quoted(from) + ' ' + quoted(to) + '\n';
  return *this;
}

FastImport& FastImport::copy(std::string_view from, std::string_view to) {
  stream_ += "C " + quoted(from) + ' ' + quoted(to) + '\n';
  return *this;
}

FastImport& FastImport::submodule(std::string_view path, std::string_view commit) {
  stream_ += "M 160000 " + std::string(commit) + ' ' + quoted(path) + '\n';
  return *this;
}

FastImport& FastImport::ref(std::string_view name, std::size_t commit) {
  stream_ += "reset " + std::string(name) + "\nfrom " + mark(commit) + "\n\n";
  return *this;
}

FastImport& FastImport::annotated_tag(std::string_view name, std::size_t commit,
                                      std::string_view message) {
  stream_ += "tag " + std::string(name) + "\nfrom " + mark(commit) +
             "\ntagger Ada Lovelace <ada@example.com> " + std::to_string(clock_ + 30) + " +0000\n" +
             data(message);
  return *this;
}

std::vector<std::string> FastImport::into(const fs::path& dir) {
  const TempDir temp;
  const fs::path marks = temp / "marks";
  run_git(dir,
          {"fast-import", "--quiet", "--force", "--date-format=raw-permissive",
           "--export-marks=" + marks.string()},
          {.input = stream_ + "done\n", .environment = {}});
  std::vector<std::string> ids(commits_ + 1);
  std::ifstream table(marks);
  for (std::string line; std::getline(table, line);) {
    const std::size_t space = line.find(' ');
    ids.at(std::stoul(line.substr(1, space - 1))) = line.substr(space + 1);
  }
  return ids;
}

std::string make_linear_history(const fs::path& dir, std::size_t commits) {
  init_repository(dir, true);
  FastImport import;
  for (std::size_t i = 0; i < commits; ++i) {
    const std::string number = std::to_string(i);
    import.commit("Commit " + number + "\n");
    import.file("dir/file" + std::to_string(i % 8), number);
  }
  return import.into(dir).back();
}

WideHistory make_wide_history(const fs::path& dir, std::size_t files) {
  init_repository(dir, true);
  const auto name = [](std::string_view folder, std::size_t i) {
    return std::string(folder) + '/' + std::to_string(i % 100) + '/' + std::to_string(i);
  };
  FastImport import;
  import.commit("Adds all\n");
  for (std::size_t i = 0; i < files; ++i)
    import.file(name("old", i), "content " + std::to_string(i) + '\n');
  import.commit("Changes all\n");
  for (std::size_t i = 0; i < files; ++i) {
    if (i % 3 == 0)
      import.file(name("old", i), "changed " + std::to_string(i) + '\n');
    else if (i % 3 == 1)
      import.rename(name("old", i), name("new", i));
    else
      import.remove(name("old", i));
  }
  const std::vector<std::string> ids = import.into(dir);
  return {ids[1], ids[2]};
}

SmallRepository make_small_repository(const fs::path& dir) {
  init_repository(dir);
  FastImport import;
  import.commit("Add a README\n");
  import.file("README.md", "# Demo\n");
  import.commit("Add the program\n\nIt does nothing yet.\n");
  import.file("src/main.cpp", "int main() {}\n");
  import.ref("refs/tags/v1.0", 2);
  FastImport::CommitOptions feature;
  feature.branch = "refs/heads/feature/login";
  feature.parents = {2};
  import.commit("Add a login\n", feature);
  import.file("src/login.cpp", "bool login() { return true; }\n");
  import.commit("Say more in the README\n");
  import.file("README.md", "# Demo\n\nA demonstration.\n");
  const std::vector<std::string> ids = import.into(dir);
  run_git(dir, {"reset", "--quiet", "--hard"});
  return {.first = ids[1], .second = ids[2], .third = ids[4], .feature = ids[3]};
}

const std::vector<std::string>& odd_names() {
  static const std::vector<std::string> names = {"odd/with space",
                                                 "odd/ leading and trailing ",
                                                 "odd/tab\there",
                                                 "odd/line\nbreak",
                                                 "odd/\"quoted\"",
                                                 "odd/back\\slash",
                                                 "odd/apostrophe's",
                                                 "odd/gr\u00fc\u00dfe",
                                                 "odd/gru\u0308\u00dfe",
                                                 "odd/\xe6\x97\xa5\xe6\x9c\xac\xe8\xaa\x9e",
                                                 "odd/\xf0\x9f\x9a\x80",
                                                 "-n",
                                                 "--stdin",
                                                 ":(glob)odd",
                                                 ":colon",
                                                 "odd/[a-z]*?",
                                                 "odd/..dots",
                                                 "odd/100%",
                                                 "odd/#hash",
                                                 "HEAD",
                                                 "odd/semi;colon&amp"};
  return names;
}

namespace {

FastImport::CommitOptions on(std::string branch, std::vector<std::size_t> parents) {
  FastImport::CommitOptions options;
  options.branch = "refs/heads/" + std::move(branch);
  options.parents = std::move(parents);
  return options;
}

void add_root(FastImport& import) {
  import.commit("Begin\n");
  import.file("README.md", prose("readme", 40)).file("src/old.cpp", prose("source", 60));
  import.file("src/exact.cpp", prose("exact", 30)).file("src/copy_me.cpp", prose("copy", 50));
  import.file("tool.sh", "#!/bin/sh\necho tool\n").file("doomed.txt", prose("doomed", 10));
  import.file("linked", prose("link", 5)).file("empty-file", "");
}

/// Commits 2 to 11 of main, one kind of change each.
void add_kinds(FastImport& import) {
  import.commit("Modify two and add one\n");
  import.file("README.md", prose("readme", 41)).file("tool.sh", "#!/bin/sh\necho more\n");
  import.file("src/new.cpp", prose("new", 20));
  import.commit("Move two\n");
  import.rename("src/exact.cpp", "lib/exact.cpp").rename("src/old.cpp", "lib/new.cpp");
  import.file("lib/new.cpp", prose("source", 60) + prose("edited", 8));
  import.commit("Copy one\n");
  import.copy("src/copy_me.cpp", "lib/copied.cpp");
  import.file("src/copy_me.cpp", prose("copy", 50) + "changed\n");
  import.commit("Delete one\n");
  import.remove("doomed.txt");
  import.commit("Make the tool executable\n");
  import.file("tool.sh", "#!/bin/sh\necho more\n", "100755");
  import.commit("Make a link\n");
  import.file("linked", "README.md", "120000");
  import.commit("Add a submodule\n");
  import.submodule("vendor/dep", "1111111111111111111111111111111111111111");
  import.commit("Move the submodule on\n");
  import.submodule("vendor/dep", "2222222222222222222222222222222222222222");
  import.commit("Add odd names\n");
  for (const std::string& name : odd_names()) import.file(name, "content of " + name + '\n');
  import.commit("Change nothing\n");
}

void add_merges(FastImport& import) {
  import.commit("Work on topic one\n", on("topic/one", {2}));  // 12
  import.file("topic/one.txt", prose("one", 10));
  import.commit("Work on topic two\n", on("topic/two", {2}));  // 13
  import.file("topic/two.txt", prose("two", 10));
  import.commit("Merge topic/one\n", on("main", {11, 12}));  // 14
  import.file("topic/one.txt", prose("one", 10));
  FastImport::CommitOptions unrelated = on("unrelated", {});
  unrelated.orphan = true;
  import.commit("Begin elsewhere\n", unrelated);  // 15
  import.file("elsewhere.txt", prose("elsewhere", 10));
  import.commit("Merge topic/two and unrelated\n", on("main", {14, 13, 15}));  // 16
  import.file("topic/two.txt", prose("two", 10)).file("elsewhere.txt", prose("elsewhere", 10));
  FastImport::CommitOptions encoded = on("main", {});
  encoded.encoding = "ISO-8859-1";
  encoded.author = "J\xfcrgen <juergen@example.com>";
  import.commit(
      "Viele gr\xfc\xdf"
      "e\n",
      encoded);  // 17
  import.file("README.md", prose("readme", 45));
  FastImport::CommitOptions tip = on("main", {});
  tip.zone = "-0730";
  tip.author = "J\xc3\xbcrgen \xe6\x97\xa5\xe6\x9c\xac <juergen@example.com>";
  import.commit("Say it all\n\nFirst paragraph,\n  indented.\n\nSecond: \"quotes\" & <tags>.\n",
                tip);
  import.file("README.md", prose("readme", 50));
}

void add_tags(const fs::path& dir) {
  run_git(dir, {"tag", "-a", "-m", "Tag of a tag", "release/3", "v2.0"});
  run_git(dir, {"tag", "a-blob", "HEAD:README.md"});
  run_git(dir, {"tag", "a-tree", "HEAD:src"});
}

}  // namespace

RichRepository make_rich_repository(const fs::path& dir) {
  init_repository(dir);
  FastImport import;
  add_root(import);
  add_kinds(import);
  add_merges(import);
  import.ref("refs/tags/v1.0", 2).annotated_tag("v2.0", 14, "Version 2\n");
  const std::vector<std::string> id = import.into(dir);
  run_git(dir, {"reset", "--quiet", "--hard"});
  add_tags(dir);
  return {.root = id[1],
          .modified = id[2],
          .moved = id[3],
          .copied = id[4],
          .deleted = id[5],
          .mode = id[6],
          .type = id[7],
          .submodule = id[8],
          .submodule_moved_on = id[9],
          .names = id[10],
          .empty = id[11],
          .topic = id[12],
          .topic2 = id[13],
          .merge = id[14],
          .octopus = id[16],
          .unrelated = id[15],
          .encoded = id[17],
          .tip = id[18]};
}

}  // namespace bitbucket::test_support
