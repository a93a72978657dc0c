#include "auth/redact.hpp"

#include <algorithm>
#include <utility>

#include "auth/cleanse.hpp"
#include "http/encoding.hpp"

namespace bitbucket::inline v0_1::auth {

void Redactor::add(std::string_view secret) {
  if (secret.size() < shortest) return;
  Scrubbed encoded(3 * secret.size());
  http::percent_encode(encoded.text, secret);
  Scrubbed escaped(2 * secret.size()), slashes_too(2 * secret.size());  // JSON allows both
  for (const char c : secret) {
    if (c == '"' || c == '\\') escaped.text += '\\';
    if (c == '"' || c == '\\' || c == '/') slashes_too.text += '\\';
    escaped.text += c;
    slashes_too.text += c;
  }
  for (const std::string_view form :
       {secret, std::string_view(encoded.text), std::string_view(escaped.text),
        std::string_view(slashes_too.text)})
    if (std::none_of(forms_.begin(), forms_.end(),
                     [&](const Secret& known) { return known.reveal() == form; }))
      forms_.emplace_back(form);
}

void Redactor::redact(std::string& text) const {
  constexpr std::string_view mark = "[secret]";
  for (const Secret& form : forms_)
    for (std::size_t at = text.find(form.reveal()); at != std::string::npos;
         at = text.find(form.reveal(), at + mark.size()))
      text.replace(at, form.reveal().size(), mark);
}

void Redactor::redact(std::vector<Header>& headers) const {
  for (Header& header : headers) redact(header.value);
}

}  // namespace bitbucket::inline v0_1::auth
