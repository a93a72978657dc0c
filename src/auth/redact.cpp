#include "auth/redact.hpp"

#include <algorithm>
#include <functional>
#include <utility>

#include "http/encoding.hpp"

namespace bitbucket::inline v0_1::auth {
namespace {

// How a character is escaped in some kind of text; empty when it is not escaped.
using Spelling = std::string_view (*)(char);

std::string_view in_json(char c) noexcept { return c == '"' ? "\\\"" : c == '\\' ? "\\\\" : ""; }
std::string_view in_json_with_slashes(char c) noexcept { return c == '/' ? "\\/" : in_json(c); }
std::string_view in_json_within_html(char c) noexcept {
  switch (c) {
    case '<':
      return "\\u003c";
    case '>':
      return "\\u003e";
    case '&':
      return "\\u0026";
    case '=':
      return "\\u003d";
    case '\'':
      return "\\u0027";
    default:
      return in_json(c);
  }
}
std::string_view in_html(char c) noexcept {
  switch (c) {
    case '<':
      return "&lt;";
    case '>':
      return "&gt;";
    case '&':
      return "&amp;";
    case '"':
      return "&quot;";
    case '\'':
      return "&#39;";
    default:
      return {};
  }
}

Scrubbed spelled(std::string_view secret, Spelling spelling) {
  Scrubbed out(6 * secret.size());
  for (const char c : secret)
    if (const std::string_view text = spelling(c); text.empty())
      out.text += c;
    else
      out.text += text;
  return out;
}

Scrubbed percent_encoded(std::string_view secret) {
  Scrubbed out(3 * secret.size());
  http::percent_encode(out.text, secret);
  return out;
}

void to_lower_case_escapes(std::string& text) noexcept {
  for (std::size_t i = 0; i + 2 < text.size(); ++i)
    if (text[i] == '%')
      for (char& c : {std::ref(text[i + 1]), std::ref(text[i + 2])})
        if (c >= 'A' && c <= 'F') c = static_cast<char>(c - 'A' + 'a');
}

}  // namespace

void Redactor::add(std::string_view secret) {
  if (secret.size() < shortest) return;
  insert(secret);
  for (const Spelling spelling : {&in_json, &in_json_with_slashes, &in_json_within_html, &in_html})
    insert(spelled(secret, spelling).text);
  Scrubbed encoded = percent_encoded(secret);
  insert(encoded.text);
  to_lower_case_escapes(encoded.text);
  insert(encoded.text);
  link();
}

void Redactor::insert(std::string_view form) {
  std::uint32_t at = 0;
  for (const char c : form) {
    const auto byte = static_cast<unsigned char>(c);
    std::uint32_t next = child(at, byte);
    if (next == 0) {
      next = static_cast<std::uint32_t>(states_.size());
      State fresh;
      fresh.sibling = states_[at].child;
      fresh.byte = byte;
      states_.push_back(fresh);
      states_[at].child = next;
      if (at == 0) first_[byte] = next;
    }
    at = next;
  }
  states_[at].complete = true;
  states_[at].found = static_cast<std::uint32_t>(form.size());
}

// Visits shorter states first, because a state falls back to a shorter one.
void Redactor::link() {
  std::vector<std::uint32_t> queue = {0};
  queue.reserve(states_.size());
  for (std::size_t i = 0; i < queue.size(); ++i) {
    const std::uint32_t parent = queue[i];
    for (std::uint32_t at = states_[parent].child; at != 0; at = states_[at].sibling) {
      State& state = states_[at];
      state.fallback = parent == 0 ? 0 : step(states_[parent].fallback, state.byte);
      if (!state.complete) state.found = states_[state.fallback].found;
      queue.push_back(at);
    }
  }
}

std::uint32_t Redactor::child(std::uint32_t state, unsigned char byte) const noexcept {
  if (state == 0) return first_[byte];
  std::uint32_t at = states_[state].child;
  while (at != 0 && states_[at].byte != byte) at = states_[at].sibling;
  return at;
}

std::uint32_t Redactor::step(std::uint32_t state, unsigned char byte) const noexcept {
  for (;; state = states_[state].fallback) {
    const std::uint32_t next = child(state, byte);
    if (next != 0 || state == 0) return next;
  }
}

std::vector<Redactor::Span> Redactor::find(std::string_view text) const {
  std::vector<Span> spans;
  std::uint32_t state = 0;
  for (std::size_t i = 0; i < text.size(); ++i) {
    state = step(state, static_cast<unsigned char>(text[i]));
    if (states_[state].found == 0) continue;
    Span span{i + 1 - states_[state].found, i + 1};
    for (; !spans.empty() && spans.back().end > span.begin; spans.pop_back())
      span.begin = std::min(span.begin, spans.back().begin);
    spans.push_back(span);
  }
  return spans;
}

void Redactor::redact(std::string& text) const {
  if (states_.size() <= 1) return;
  const std::vector<Span> spans = find(text);
  if (spans.empty()) return;
  std::string clean;
  clean.reserve(text.size() + spans.size() * 2);  // a mark is at most 2 bytes longer than a secret
  std::size_t done = 0;
  for (const Span& span : spans) {
    clean.append(text, done, span.begin - done).append("[secret]");
    done = span.end;
  }
  clean.append(text, done);
  text = std::move(clean);
}

void Redactor::redact(std::vector<Header>& headers) const {
  for (Header& header : headers) redact(header.value);
}

}  // namespace bitbucket::inline v0_1::auth
