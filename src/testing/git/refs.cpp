#include "testing/git/refs.hpp"

#include <algorithm>
#include <cctype>

#include "testing/git/commit_parser.hpp"

namespace bitbucket::inline v0_1::testing::git {
namespace {

std::vector<std::string_view> split(std::string_view text, char separator) {
  std::vector<std::string_view> out;
  while (!text.empty()) {
    const std::size_t end = text.find(separator);
    out.push_back(text.substr(0, end));
    text.remove_prefix(end == text.npos ? text.size() : end + 1);
  }
  return out;
}

/// Returns whether git could take a ref's name for something else when there is no such ref:
/// "x-g1234abcd" for what `git describe` prints, "refs/heads/..." for the end of another ref.
bool has_other_reading(std::string_view name) {
  const std::size_t dash = name.rfind("-g");
  if (dash != name.npos && is_hex(name.substr(dash + 2))) return true;
  return name.find("refs/", 1) != name.npos;
}

/// Returns whether what git took for an id is one: the full id of a tag means its commit.
bool is_meant(const std::string& id, std::string_view abbreviation) {
  if (abbreviation.size() == id.size()) return true;
  return id.size() >= abbreviation.size() &&
         std::equal(abbreviation.begin(), abbreviation.end(), id.begin(), [](char a, char b) {
           return std::tolower(static_cast<unsigned char>(a)) == b;
         });
}

bool ref_exists(const Context& context, const std::string& name) {
  return run(context.command({"show-ref", "--verify", "--quiet", "--", name})).status == 0;
}

/// The branch to show when HEAD points to none.
std::string branch_of_detached_head(const Context& context) {
  const auto of_head = [&](std::vector<std::string> args) {
    args.insert(args.begin(), {"for-each-ref", "--format=%(refname)"});
    args.emplace_back("refs/heads/");
    return checked(context.command(std::move(args)));
  };
  for (const std::string& text : {of_head({"--points-at=HEAD"}), of_head({})}) {
    const std::vector<std::string_view> names = split(text, '\n');
    for (const char* usual : {"refs/heads/main", "refs/heads/master"})
      if (std::find(names.begin(), names.end(), usual) != names.end()) return usual;
    if (!names.empty()) return std::string(names.front());
  }
  return "refs/heads/master";
}

/// One line of for-each-ref, see Refs::list.
struct Row {
  std::string name, object, type, target, target_type;
  std::int64_t seconds = 0, target_seconds = 0;
};

std::vector<Row> rows(const Context& context, const std::string& folder) {
  const std::string text = checked(context.command(
      {"for-each-ref",
       "--format=%(refname)%00%(objectname)%00%(objecttype)%00%(*objectname)%00%(*objecttype)%00"
       "%(committerdate:unix)%00%(*committerdate:unix)%00",
       folder}));
  std::vector<Row> out;
  for (const std::string_view line : split(text, '\n')) {
    const std::vector<std::string_view> field = split(line, '\0');
    if (field.size() != 7) throw std::runtime_error("git for-each-ref says " + std::string(line));
    out.push_back({std::string(field[0]), std::string(field[1]), std::string(field[2]),
                   std::string(field[3]), std::string(field[4]), parse_seconds(field[5]),
                   parse_seconds(field[6])});
  }
  return out;
}

/// Returns what follows the last tag of a chain of tags, and when it was committed.
bool peel(const Context& context, Row& row) {
  const Output peeled =
      run(context.command({"show", "--no-patch", "--no-show-signature", "--no-color",
                           "--format=%H %ct", "--end-of-options", row.object + "^{commit}"}));
  const std::size_t space = peeled.output.find(' ');
  if (peeled.status != 0 || space == std::string::npos) return false;
  row.target = peeled.output.substr(0, space);
  row.target_seconds = parse_seconds(std::string_view(peeled.output).substr(space + 1));
  row.target_type = "commit";
  return true;
}

}  // namespace

bool is_ref_name(std::string_view name) {
  if (name.empty() || name.back() == '.' || name.find("..") != name.npos ||
      name.find("@{") != name.npos || name == "@")
    return false;
  for (const char c : name)
    if (static_cast<unsigned char>(c) <= ' ' || c == '\x7f' ||
        std::string_view("~^:?*[\\").find(c) != std::string_view::npos)
      return false;
  if (name.front() == '/' || name.back() == '/') return false;
  for (const std::string_view part : split(name, '/'))
    if (part.empty() || part.front() == '.' || part.ends_with(".lock")) return false;
  return true;
}

std::string Refs::default_branch(const Context& context) {
  const Output head = run(context.command({"symbolic-ref", "--quiet", "HEAD"}));
  if (head.status == 0) return head.output.substr(0, head.output.find('\n'));
  if (!head.errors.empty()) throw std::runtime_error(context.given().string() + ": " + head.errors);
  return branch_of_detached_head(context);
}

std::vector<Ref> Refs::list(const ContextPtr& context, const std::string& folder) {
  std::vector<Ref> out;
  for (Row& row : rows(*context, folder)) {
    if (row.type == "commit") {
      out.push_back({std::move(row.name), std::move(row.object), {}, row.seconds});
      continue;
    }
    // A tag of a tag: how far '*' goes depends on git's version.
    if (row.target_type == "tag" && !peel(*context, row)) continue;
    if (row.type != "tag" || row.target_type != "commit") continue;
    out.push_back(
        {std::move(row.name), std::move(row.target), std::move(row.object), row.target_seconds});
  }
  return out;
}

std::vector<std::string> Refs::commits_of(const ContextPtr& context,
                                          const std::vector<std::string>& names) {
  std::string question;
  for (const std::string& name : names) question += name + "^{commit}\n";
  const std::scoped_lock lock(mutex_);
  return session_.ask(context, [&](Child& child) {
    child.write(question);
    std::vector<std::string> out;
    std::string line;
    for (std::size_t i = 0; i < names.size(); ++i) {
      if (!child.read_until('\n', line)) child.died();
      const std::string id = line.substr(0, context->id_size());
      const bool found = context->is_full_id(id) && line.compare(id.size(), 8, " commit ") == 0;
      out.push_back(found ? id : std::string());
    }
    return out;
  });
}

std::optional<std::string> Refs::resolve(const ContextPtr& context, std::string_view revision) {
  // No operator of git's (a..b, x~1, @{-1}, :/text) passes for a name.
  if (!is_ref_name(revision)) return std::nullopt;
  const std::string name(revision);
  std::vector<std::string> candidates;
  if (name.starts_with("refs/")) candidates.push_back(name);
  candidates.push_back("refs/heads/" + name);
  candidates.push_back("refs/tags/" + name);
  const bool maybe_id = is_hex(name) && name.size() >= 4 && name.size() <= context->id_size();
  if (maybe_id || name == "HEAD") candidates.push_back(name);
  if (name == "HEAD") std::rotate(candidates.begin(), candidates.end() - 1, candidates.end());

  const std::vector<std::string> found = commits_of(context, candidates);
  for (std::size_t i = 0; i < found.size(); ++i) {
    if (found[i].empty()) continue;
    const bool is_id = maybe_id && candidates[i] == name;
    const bool sure =
        is_id ? is_meant(found[i], name)
              : !has_other_reading(candidates[i]) || ref_exists(*context, candidates[i]);
    if (sure) return found[i];
  }
  if (!maybe_id || name.size() == context->id_size()) return std::nullopt;
  // A long-lived git does not look again for abbreviations of objects that came after it.
  const Output late = run(context->command(
      {"rev-parse", "--verify", "--quiet", "--end-of-options", name + "^{commit}"}));
  const std::string id = late.output.substr(0, context->id_size());
  if (late.status == 0 && context->is_full_id(id) && is_meant(id, name)) return id;
  return std::nullopt;
}

}  // namespace bitbucket::inline v0_1::testing::git
