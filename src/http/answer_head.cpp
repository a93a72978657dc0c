#include "http/answer_head.hpp"

#include <charconv>
#include <cstdint>
#include <system_error>

#include "base/ascii.hpp"
#include "base/trim.hpp"

namespace bitbucket::inline v0_1::http {
namespace {

constexpr std::string_view content_length = "Content-Length",
                           transfer_encoding = "Transfer-Encoding";

/// True if the text has only digits and is a number that fits libcurl's type for lengths.
bool is_length(std::string_view text) noexcept {
  std::int64_t length = 0;
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), length);
  return error == std::errc() && end == text.data() + text.size() && text[0] != '-';
}

}  // namespace

void AnswerHead::take(std::string_view line) {
  if (state_ == State::status_line) {
    headers_.clear();
    headers_.reserve(16);                  // Bitbucket sends about ten
    framed_ = line.starts_with("HTTP/2");  // HTTP/2 frames every body
    chunked_ = false;
    length_.clear();
    state_ = State::headers;
  } else if (state_ == State::headers) {
    if (line.starts_with('\r') || line.starts_with('\n'))  // as libcurl does
      state_ = State::complete;
    else
      add(line);
  }
}

/// A header may continue on the next line, but libcurl ignores the second line of the headers that
/// it obeys itself.
void AnswerHead::add_to_last(std::string_view text) {
  if (headers_.empty() || detail::equal_ignoring_case(headers_.back().name, content_length) ||
      detail::equal_ignoring_case(headers_.back().name, transfer_encoding))
    return refuse("the header that tells where the answer ends continues on a second line");
  headers_.back().value.append(1, ' ').append(text);
}

void AnswerHead::add(std::string_view line) {
  if (line.starts_with(' ') || line.starts_with('\t')) return add_to_last(detail::trim(line));
  const std::size_t colon = line.find(':');
  if (colon == std::string_view::npos) return;
  const std::string_view name = line.substr(0, colon);
  const std::string_view value = detail::trim(line.substr(colon + 1));
  check(name, value);
  headers_.push_back({std::string(name), std::string(value)});
}

void AnswerHead::check(std::string_view name, std::string_view value) {
  if (detail::trim(name).size() != name.size()) return refuse("a header name ends with a blank");
  if (detail::equal_ignoring_case(name, content_length)) {
    if (!is_length(value)) return refuse("the Content-Length is not a number of bytes");
    if (!length_.empty() && length_ != value)
      return refuse("the answer has two different Content-Lengths");
    length_ = value;
  } else if (detail::equal_ignoring_case(name, transfer_encoding)) {
    // The request accepts no other coding.  Any other would end only with the connection.
    if (chunked_ || !detail::equal_ignoring_case(value, "chunked"))
      return refuse("the answer has a Transfer-Encoding other than chunked");
    chunked_ = true;
  } else {
    return;
  }
  framed_ = true;
  if (chunked_ && !length_.empty())
    refuse("the answer has a Content-Length although it is chunked");
}

}  // namespace bitbucket::inline v0_1::http
