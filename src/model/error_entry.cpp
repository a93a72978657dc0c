#include "model/error_entry.hpp"

#include <algorithm>
#include <string>

#include <bitbucket/json.hpp>

#include "json/reader.hpp"
#include "json/repair.hpp"

namespace bitbucket::inline v0_1::json {
namespace {

/// The members that tell the kinds of error bodies apart, not yet looked into.
struct Envelope {
  RawJson errors, context, message, exception_name, status_code, others;
};

void fields(Envelope& e, auto& f) {
  f("errors", e.errors);
  f("context", e.context);
  f("message", e.message);
  f("exceptionName", e.exception_name);
  f("status-code", e.status_code);
  f.others(e.others);
}

constexpr std::size_t max_body = std::size_t{4} << 20;
constexpr std::size_t max_entries = 1000;

/// False when the text is no `T`; `out` is then what it was by default.
template <class T>
bool try_read(std::string& text, T& out) {
  try {
    read_document(text, out);
    return true;
  } catch (const DecodeError&) {
    out = T{};
    return false;
  }
}

ErrorEntry read_entry(std::string& text) {
  ErrorEntry entry;
  if (!try_read(text, entry)) entry.extras.text = text;
  return entry;
}

/// Tells by its first member that nearly every answer is no error.
bool begins_with_errors(std::string_view body) {
  for (const std::string_view token : {"{", "\"errors\""}) {
    body.remove_prefix(std::min(body.find_first_not_of(" \t\r\n"), body.size()));
    if (!body.starts_with(token)) return false;
    body.remove_prefix(token.size());
  }
  return true;
}

}  // namespace

ErrorBody read_errors(std::string_view body) {
  ErrorBody result;
  Envelope envelope;
  if (body.size() > max_body) return result;
  std::string text = repaired(body);
  result.readable = try_read(text, envelope);
  if (!result.readable) return result;
  result.has_errors = !envelope.errors.empty();
  std::vector<RawJson> entries;
  if (result.has_errors) {
    result.only_errors = envelope.context.empty() && envelope.message.empty() &&
                         envelope.exception_name.empty() && envelope.status_code.empty() &&
                         envelope.others.empty();
    if (!try_read(envelope.errors.text, entries)) entries = {envelope.errors};
  } else if (!envelope.message.empty() || !envelope.exception_name.empty()) {
    result.router = !envelope.status_code.empty() && envelope.exception_name.empty();
    entries.push_back({text});
  }
  if (entries.size() > max_entries) entries.resize(max_entries);
  for (RawJson& entry : entries) result.entries.push_back(read_entry(entry.text));
  return result;
}

bool is_error_envelope(std::string_view body) {
  if (!begins_with_errors(body)) return false;
  const ErrorBody read = read_errors(body);
  return read.only_errors &&
         std::any_of(read.entries.begin(), read.entries.end(), [](const ErrorEntry& entry) {
           return !entry.message.empty() || !entry.exception_name.empty();
         });
}

}  // namespace bitbucket::inline v0_1::json
