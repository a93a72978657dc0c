#include <bitbucket/error.hpp>
#include <bitbucket/ids.hpp>

#include "http/encoding.hpp"

// How ids stand in the path of a URL.
namespace bitbucket::inline v0_1::detail {
namespace {

void append_checked(std::string& path, std::string_view segment, std::string_view what,
                    std::string_view whole) {
  if (segment.empty() || segment == "." || segment == "..")
    throw InvalidArgument(
        std::string(what) +
        (whole.empty() ? " is empty"
                       : " \"" + std::string(whole) + "\" has an empty, \".\" or \"..\" segment"));
  http::percent_encode(path, segment);
}

}  // namespace

void append_segment(std::string& path, std::string_view text, std::string_view what) {
  append_checked(path, text, what, text);
}

void append_segments(std::string& path, std::string_view text, std::string_view what) {
  const std::string_view whole = text;
  for (bool first = true;; first = false) {
    const std::string_view segment = text.substr(0, text.find('/'));
    if (!first) path += '/';
    append_checked(path, segment, what, whole);
    if (segment.size() == text.size()) return;
    text.remove_prefix(segment.size() + 1);
  }
}

}  // namespace bitbucket::inline v0_1::detail
