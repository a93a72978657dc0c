#include "tracking/markdown_links.hpp"

#include <cstddef>
#include <optional>

#include "tracking/unicode.hpp"

namespace bitbucket::inline v0_1::tracking {
namespace {

struct MarkdownLink {
  std::size_t begin, end;
  std::string_view text;
};

/// Returns the first link after a position.  Each search starts where the last one ended, because
/// what follows a ']' decides about every '[' before it; so all calls together take linear time.
std::optional<MarkdownLink> next_link(std::string_view text, std::size_t from) noexcept {
  constexpr std::size_t none = std::string_view::npos;
  for (std::size_t open = text.find('[', from); open != none; open = text.find('[', from)) {
    const std::size_t close = text.find(']', open + 1);
    if (close == none) return std::nullopt;
    from = close + 1;
    const bool has_text = close > open + 1;
    if (!has_text || !text.substr(from).starts_with('(')) continue;
    const std::size_t end = text.find(')', from + 1);
    if (end == none) return std::nullopt;
    if (end > from + 1) return MarkdownLink{open, end + 1, text.substr(open + 1, close - open - 1)};
  }
  return std::nullopt;
}

void append_utf8(std::string& out, std::string_view piece) {
  std::size_t done = 0;
  for (std::size_t at = 0; at < piece.size();) {
    const Character c = character_at(piece, at);
    at += c.size;
    if (c.code != substitute) continue;
    out.append(piece.substr(done, at - 1 - done)).append(1, static_cast<char>(substitute));
    done = at;
  }
  out.append(piece.substr(done));
}

}  // namespace

std::string without_markdown_links(std::string_view text) {
  std::string out;
  out.reserve(text.size());
  std::size_t from = 0;
  while (const auto link = next_link(text, from)) {
    append_utf8(out, text.substr(from, link->begin - from));
    append_utf8(out, link->text);
    from = link->end;
  }
  append_utf8(out, text.substr(from));
  return out;
}

}  // namespace bitbucket::inline v0_1::tracking
