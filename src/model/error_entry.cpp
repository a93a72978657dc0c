#include "model/error_entry.hpp"

#include <bitbucket/json.hpp>

#include "json/reader.hpp"

namespace bitbucket::inline v0_1::json {
namespace {

/// The members that tell the kinds of error bodies apart, not yet looked into.
struct Envelope {
  RawJson errors, context, message, exception_name, status_code;
};

template <class F>
void fields(Envelope& e, F& f) {
  f("errors", e.errors);
  f("context", e.context);
  f("message", e.message);
  f("exceptionName", e.exception_name);
  f("status-code", e.status_code);
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

}  // namespace

ErrorBody read_errors(std::string& body) {
  ErrorBody result;
  Envelope envelope;
  if (body.size() > max_body) return result;
  if (!try_read(body, envelope)) return result;
  result.has_errors = !envelope.errors.empty();
  std::vector<RawJson> entries;
  if (result.has_errors) {
    if (!try_read(envelope.errors.text, entries)) entries = {envelope.errors};
  } else if (!envelope.message.empty() || !envelope.exception_name.empty()) {
    result.router = !envelope.status_code.empty() && envelope.exception_name.empty();
    entries.push_back({body});
  }
  if (entries.size() > max_entries) entries.resize(max_entries);
  for (RawJson& entry : entries) result.entries.push_back(read_entry(entry.text));
  return result;
}

}  // namespace bitbucket::inline v0_1::json
