#include "testing/git/commit_parser.hpp"

#include <algorithm>
#include <charconv>
#include <limits>

#include "testing/git/text.hpp"

namespace bitbucket::inline v0_1::testing::git {
namespace {

constexpr std::string_view blanks = " \t\n\v\f\r";
constexpr std::string_view digits = "0123456789";

/// Reads "Name <mail> 1700000000 +0100" by the rules of git's split_ident_line.
Signature parse_signature(std::string_view line) {
  Signature out;
  const std::size_t open = line.find('<');
  if (open == line.npos) return out;
  const std::size_t close = line.find('>', open);
  if (close == line.npos) return out;
  std::string_view name = line.substr(0, open);
  name = name.substr(0, name.find_last_not_of(blanks) + 1);
  out.name = valid_utf8(name);
  out.email = valid_utf8(line.substr(open + 1, close - open - 1));
  // The date follows the last '>': a broken address may have several.
  std::string_view date = line.substr(line.rfind('>') + 1);
  date.remove_prefix(std::min(date.find_first_not_of(blanks), date.size()));
  date = date.substr(0, date.find_first_not_of(digits));
  out.seconds = parse_seconds(date);
  return out;
}

/// Takes the next line off `text`.
std::string_view take_line(std::string_view& text) {
  const std::size_t end = text.find('\n');
  const std::string_view line = text.substr(0, end);
  text.remove_prefix(end == text.npos ? text.size() : end + 1);
  return line;
}

/// Returns the value of a header line, or nothing when it is another header.
bool header(std::string_view line, std::string_view name, std::string_view& value) {
  if (!line.starts_with(name) || line.size() <= name.size() || line[name.size()] != ' ')
    return false;
  value = line.substr(name.size() + 1);
  return true;
}

std::string encoding_of(std::string_view object) {
  std::string_view value;
  while (!object.empty()) {
    const std::string_view line = take_line(object);
    if (line.empty()) break;
    if (header(line, "encoding", value)) return std::string(value);
  }
  return {};
}

}  // namespace

std::int64_t parse_seconds(std::string_view text) {
  constexpr std::int64_t most = std::numeric_limits<std::int64_t>::max() / 1000;
  std::int64_t value = 0;
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), value);
  if (error == std::errc::result_out_of_range) return text.starts_with('-') ? -most : most;
  if (error != std::errc() || end == text.data()) return 0;
  return std::clamp(value, -most, most);
}

CommitData parse_commit(std::string id, std::string_view object) {
  object = object.substr(0, object.find('\0'));  // where `git log` ends too
  const std::string text = to_utf8(object, encoding_of(object));
  std::string_view rest = text;
  CommitData out;
  out.id = std::move(id);
  std::string_view value;
  while (!rest.empty()) {
    // Lines that go on (gpgsig, mergetag) begin with a space, so no header is seen in them.
    const std::string_view line = take_line(rest);
    if (line.empty()) break;
    if (header(line, "parent", value))
      out.parents.emplace_back(value);
    else if (header(line, "author", value))
      out.author = parse_signature(value);
    else if (header(line, "committer", value))
      out.committer = parse_signature(value);
  }
  if (rest.ends_with('\n')) rest.remove_suffix(1);
  out.message = valid_utf8(rest);
  return out;
}

}  // namespace bitbucket::inline v0_1::testing::git
