// Writes HTML.  Anyone who can push chooses messages, names and paths, so every text is escaped.
#pragma once
#include <string>
#include <string_view>

namespace tracker {

// Returns a text as HTML shows it, in an element or in a quoted attribute.  Control characters, and
// those that reverse the direction of writing, become visible.
std::string escape(std::string_view text);

// Returns a text for a query: "a%20b".
std::string encode(std::string_view text);

// Returns a link to a page of this service.
std::string link(std::string_view path, std::string_view parameter, std::string_view value);

// Puts a page around `body`, which is HTML already; `title` is text.
std::string page(std::string_view title, const std::string& body);

// The style of every page.
extern const std::string_view style;

}  // namespace tracker
