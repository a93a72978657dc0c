#include "tracking/reference_scanner.hpp"

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>
#include <utility>

#include "tracking/issue_link.hpp"
#include "tracking/unicode.hpp"

// The regular expressions that the scanner implements, all without regard to case, with the
// alternatives KEYWORD:
//   ids     \bKEYWORD:?\s+([A-Za-z0-9_\-\s\,]+)\b    and in the group, which is called a list here:
//           \b([A-Z0-9_-]+-[A-Z0-9]+)\b
//   links   \bKEYWORD:?\s+(https?://[^\s]+)
// Each skips what it has matched.  A keyword is a whole word, because the characters around it
// cannot belong to a word.
namespace bitbucket::inline v0_1::tracking {
namespace {

/// Returns whether `[A-Z0-9_-]` matches.
bool is_id_character(char32_t code) noexcept {
  return is_ascii_alphanumeric(code) || code == U'_' || code == U'-';
}

/// Returns the end of the characters from a position that satisfy a condition.
template <class Condition>
std::size_t end_of(std::string_view text, std::size_t at, const Condition& condition) {
  while (at < text.size()) {
    const Character c = character_at(text, at);
    if (!condition(c.code)) break;
    at += c.size;
  }
  return at;
}

/// Returns the end of "https://" or "http://" at a position; the position when neither is there.
std::size_t end_of_scheme(std::string_view text, std::size_t at) noexcept {
  std::size_t end = at;
  for (const char letter : std::string_view("http")) {
    if (end == text.size() ||
        folded(static_cast<unsigned char>(text[end])) != static_cast<unsigned char>(letter))
      return at;
    ++end;
  }
  if (end == text.size()) return at;
  const Character next = character_at(text, end);
  if (folded(next.code) == U's') end += next.size;
  return text.substr(end).starts_with("://") ? end + 3 : at;
}

class ReferenceScanner {
 public:
  ReferenceScanner(std::string_view text, const IssueReferenceOptions& options)
      : text_(text), options_(options) {
    for (const std::string& keyword : options.keywords)
      longest_keyword_ = std::max(longest_keyword_, keyword.size());
  }

  std::vector<IssueReference> scan() {
    for (std::size_t at = 0; at < text_.size();) {
      const std::size_t end = end_of(text_, at, is_word);
      if (end == at) {
        at += character_at(text_, at).size;
        continue;
      }
      if (is_keyword(text_.substr(at, end - at))) scan_after_keyword(at, end);
      at = end;
    }
    return std::move(found_);
  }

 private:
  bool is_keyword(std::string_view word) const {
    // A character takes at most three times the bytes of the letter that it equals.
    if (word.size() > 3 * longest_keyword_) return false;
    return std::ranges::binary_search(options_.keywords, folded_word(word));
  }

  void scan_after_keyword(std::size_t begin, std::size_t end) {
    if (text_.substr(end).starts_with(':')) ++end;
    const std::size_t after = end_of(text_, end, is_space);
    if (after == end) return;
    if (begin >= ids_from_) scan_list(after);
    if (begin >= links_from_ && !options_.host.empty()) scan_link(after);
  }

  void scan_list(std::size_t begin) {
    const std::size_t end = end_of_list(begin);
    // A list without an end contains no ids, and no keyword that would be skipped.
    if (end == begin) return;
    ids_from_ = end;
    const std::string_view list = text_.substr(begin, end - begin);
    if (options_.id_shape == IssueIdShape::hash_number)
      find_numbers(list);
    else
      find_ids(list);
  }

  /// Returns the last place after a position where a list may end, which is where a word begins or
  /// ends.  Returns the position itself when there is none.
  std::size_t end_of_list(std::size_t begin) const noexcept {
    std::size_t last = begin;
    bool in_word = false;
    for (std::size_t at = begin; at < text_.size();) {
      const Character c = character_at(text_, at);
      if (at > begin && is_word(c.code) != in_word) last = at;
      if (!is_list_character(c.code)) return last;
      in_word = is_word(c.code);
      at += c.size;
    }
    return in_word ? text_.size() : last;
  }

  bool is_list_character(char32_t code) const noexcept {
    return is_id_character(code) || code == U',' || is_space(code) ||
           (code == U'#' && options_.id_shape == IssueIdShape::hash_number);
  }

  void find_ids(std::string_view list) {
    for (std::size_t at = 0; at < list.size();) {
      const std::size_t end = end_of(list, at, is_id_character);
      if (end == at) {
        at += character_at(list, at).size;
        continue;
      }
      const std::string_view id = id_in(list.substr(at, end - at));
      if (!id.empty()) found_.push_back({IssueReference::Kind::id, std::string(id)});
      at = end;
    }
  }

  /// Returns the only id that characters of ids contain: from the first one that is not '-' to the
  /// last part that may end an id.
  std::string_view id_in(std::string_view characters) const {
    characters.remove_prefix(std::min(characters.find_first_not_of('-'), characters.size()));
    std::size_t end = 0;
    for (std::size_t hyphen = characters.find('-'); hyphen != characters.npos;) {
      const std::size_t next = characters.find('-', hyphen + 1);
      if (ends_id(characters.substr(hyphen + 1, std::min(next, characters.size()) - hyphen - 1)))
        end = std::min(next, characters.size());
      hyphen = next;
    }
    return characters.substr(0, end);
  }

  bool ends_id(std::string_view part) const {
    const bool key = options_.id_shape == IssueIdShape::key;
    return !part.empty() &&
           end_of(part, 0, key ? is_ascii_digit : is_ascii_alphanumeric) == part.size();
  }

  /// Finds what `(?<!\w)#([0-9]+)\b` matches.
  void find_numbers(std::string_view list) {
    bool in_word = false;
    for (std::size_t at = 0; at < list.size();) {
      const Character c = character_at(list, at);
      at += c.size;
      if (c.code == U'#' && !in_word) {
        const std::size_t end = end_of(list, at, is_ascii_digit);
        if (end > at && end_of(list, at, is_word) == end)
          add(IssueReference::Kind::id, number_of(list.substr(at, end - at)));
      }
      in_word = is_word(c.code);
    }
  }

  void scan_link(std::size_t begin) {
    const std::size_t scheme = end_of_scheme(text_, begin);
    if (scheme == begin) return;
    const std::size_t end = end_of(text_, scheme, [](char32_t code) { return !is_space(code); });
    if (end == scheme) return;
    links_from_ = end;
    add(IssueReference::Kind::link, issue_in_link(text_.substr(begin, end - begin), options_.host));
  }

  void add(IssueReference::Kind kind, std::optional<std::uint64_t> number) {
    if (number) found_.push_back({kind, std::to_string(*number)});
  }

  std::string_view text_;
  const IssueReferenceOptions& options_;
  std::size_t longest_keyword_ = 0;
  std::size_t ids_from_ = 0;    ///< keywords before it belong to a list
  std::size_t links_from_ = 0;  ///< keywords before it belong to a link
  std::vector<IssueReference> found_;
};

}  // namespace

std::vector<IssueReference> references_in(std::string_view text,
                                          const IssueReferenceOptions& options) {
  return ReferenceScanner(text, options).scan();
}

std::string folded_word(std::string_view word) {
  std::string out;
  for (std::size_t at = 0; at < word.size();) {
    const Character c = character_at(word, at);
    const char32_t letter = folded(c.code);
    if (letter < 0x80)
      out += static_cast<char>(letter);
    else
      out.append(word.substr(at, c.size));
    at += c.size;
  }
  return out;
}

bool is_one_word(std::string_view text) noexcept {
  return !text.empty() && end_of(text, 0, is_word) == text.size();
}

}  // namespace bitbucket::inline v0_1::tracking
