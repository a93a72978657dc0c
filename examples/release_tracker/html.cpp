#include "html.hpp"

#include <cstddef>

namespace tracker {
namespace {

// Returns the length of a UTF-8 sequence at the beginning, or 0 when there is none.
std::size_t sequence(std::string_view text) {
  const auto byte = [&](std::size_t i) { return static_cast<unsigned char>(text[i]); };
  const std::size_t length = byte(0) < 0x80   ? 1
                             : byte(0) < 0xC2 ? 0
                             : byte(0) < 0xE0 ? 2
                             : byte(0) < 0xF0 ? 3
                             : byte(0) < 0xF5 ? 4
                                              : 0;
  if (length == 0 || text.size() < length) return 0;
  for (std::size_t i = 1; i < length; ++i)
    if ((byte(i) & 0xC0) != 0x80) return 0;
  if (length == 3 && ((byte(0) == 0xE0 && byte(1) < 0xA0) || (byte(0) == 0xED && byte(1) >= 0xA0)))
    return 0;
  if (length == 4 && ((byte(0) == 0xF0 && byte(1) < 0x90) || (byte(0) == 0xF4 && byte(1) >= 0x90)))
    return 0;
  return length;
}

// Tells whether a character changes the direction of the text around it (U+202A to U+202E, U+2066
// to U+2069), so that a path could show another name than it has.
bool turns_text(std::string_view character) {
  if (character.size() != 3 || character[0] != '\xE2') return false;
  const auto second = static_cast<unsigned char>(character[1]);
  const auto third = static_cast<unsigned char>(character[2]);
  return (second == 0x80 && third >= 0xAA && third <= 0xAE) ||
         (second == 0x81 && third >= 0xA6 && third <= 0xA9);
}

std::string_view replacement(char c) {
  switch (c) {
    case '&':
      return "&amp;";
    case '<':
      return "&lt;";
    case '>':
      return "&gt;";
    case '"':
      return "&quot;";
    case '\'':
      return "&#39;";
    default:
      return {};
  }
}

constexpr std::string_view unreadable = "\xEF\xBF\xBD";  // U+FFFD

}  // namespace

std::string escape(std::string_view text) {
  std::string result;
  result.reserve(text.size());
  while (!text.empty()) {
    const std::size_t length = sequence(text);
    const std::string_view character = text.substr(0, length == 0 ? 1 : length);
    const char c = character[0];
    const bool control = length == 1 && ((c >= 0 && c < ' ' && c != '\n' && c != '\t') || c == 127);
    if (length == 0 || control || turns_text(character))
      result += unreadable;
    else if (const std::string_view other = replacement(c); !other.empty())
      result += other;
    else
      result += character;
    text.remove_prefix(character.size());
  }
  return result;
}

std::string encode(std::string_view text) {
  constexpr std::string_view digits = "0123456789ABCDEF";
  constexpr std::string_view kept =
      "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-._~";
  std::string result;
  for (const char c : text) {
    if (kept.find(c) != std::string_view::npos) {
      result += c;
      continue;
    }
    const auto byte = static_cast<unsigned char>(c);
    result += {'%', digits[byte >> 4], digits[byte & 15]};
  }
  return result;
}

std::string link(std::string_view path, std::string_view parameter, std::string_view value) {
  return "<a href=\"" + std::string(path) + '?' + std::string(parameter) + '=' + encode(value) +
         "\">" + escape(value) + "</a>";
}

std::string page(std::string_view title, const std::string& body) {
  return "<!DOCTYPE html>\n<html lang=\"en\">\n<head>\n<meta charset=\"utf-8\">\n"
         "<meta name=\"viewport\" content=\"width=device-width, initial-scale=1\">\n"
         "<link rel=\"stylesheet\" href=\"/style.css\">\n<title>" +
         escape(title) +
         "</title>\n</head>\n<body>\n<nav><a href=\"/\">Releases</a> "
         "<a href=\"/repositories\">Repositories</a> <a href=\"/connect\">Connection</a></nav>\n"
         "<main>\n<h1>" +
         escape(title) + "</h1>\n" + body + "</main>\n</body>\n</html>\n";
}

const std::string_view style = R"(
:root { color-scheme: light dark; }
* { box-sizing: border-box; }
body { margin: 0 auto; padding: 0 1rem 2rem; max-width: 50rem; line-height: 1.5;
       font-family: system-ui, sans-serif; overflow-wrap: anywhere; }
nav { padding: .75rem 0; border-bottom: 1px solid #8888; }
nav a { display: inline-block; padding: .5rem .75rem .5rem 0; }
h1 { font-size: 1.5rem; } h2 { font-size: 1.2rem; margin-top: 2rem; }
ul { list-style: none; padding: 0; margin: 0; }
li { padding: .5rem 0; border-bottom: 1px solid #8884; }
li li { padding: .1rem 0 .1rem 1rem; border: 0; font-family: monospace; }
code, pre { font-family: monospace; overflow-wrap: anywhere; }
pre { white-space: pre-wrap; margin: .5rem 0; }
.small { opacity: .75; font-size: .9rem; }
.issue { padding: 0 .4rem; border: 1px solid; border-radius: 1rem; font-size: .9rem; }
.note { padding: .75rem; border-left: .25rem solid; margin: 1rem 0; }
label { display: block; margin-top: .75rem; }
input, select, textarea, button { font: inherit; width: 100%; padding: .6rem; margin-top: .25rem; }
input[type=checkbox] { width: auto; }
button { cursor: pointer; margin-top: 1rem; }
form.small-form button { width: auto; margin: .25rem 0 0; padding: .4rem .8rem; }
summary { cursor: pointer; padding: .25rem 0; }
)";

}  // namespace tracker
