#include "auth/pem.hpp"

#include <array>
#include <string_view>
#include <utility>

#include <bitbucket/error.hpp>

#include "auth/base64.hpp"
#include "base/trim.hpp"

namespace bitbucket::inline v0_1::auth {
namespace {

constexpr std::string_view begin_mark = "-----BEGIN ";
constexpr std::string_view dashes = "-----";
constexpr std::string_view spaces = " \t\r\n\v\f";

/// Cuts off what editors, shells and configuration files put around a text.
std::string_view bare(std::string_view text) noexcept {
  if (text.starts_with("\xEF\xBB\xBF")) text.remove_prefix(3);
  text = detail::trim(text, spaces);
  if (text.size() >= 2 && (text[0] == '"' || text[0] == '\'') && text.back() == text[0])
    text = detail::trim(text.substr(1, text.size() - 2), spaces);
  return text;
}

/// Turns every line end, escaped ones included, into "\n".
void append_with_newlines(std::string& out, std::string_view text) {
  for (std::size_t i = 0; i < text.size(); ++i) {
    const char c = text[i];
    const char next = i + 1 < text.size() ? text[i + 1] : '\0';
    if (c == '\\' && (next == 'n' || next == 'r')) {
      // "\r\n" is one line end: the blank line after the headers of an encrypted key has a meaning.
      if (next == 'n' || text.substr(i + 2, 2) != "\\n") out += '\n';
      ++i;
    } else if (c == '\r') {
      if (next != '\n') out += '\n';
    } else if (c != '\\') {  // what is left of a doubly escaped line end
      out += c;
    }
  }
}

bool is_der(std::string_view bytes) noexcept {
  return bytes.size() > 4 && bytes[0] == 0x30 && static_cast<unsigned char>(bytes[1]) >= 0x80;
}

[[noreturn]] void refuse_other_text(std::string_view text, std::string_view decoded) {
  if (is_der(decoded))
    throw InvalidArgument(
        "private_key is the base64 of a key without its BEGIN and END lines; put "
        "'-----BEGIN PRIVATE KEY-----' (PKCS#8) or '-----BEGIN RSA PRIVATE KEY-----' (PKCS#1) and "
        "the matching END line around it");
  if (is_der(text))
    throw InvalidArgument(
        "private_key is binary (DER or PKCS#12), not PEM; convert it with: "
        "openssl pkey -inform DER -in key.der -out key.pem");
  if (text.starts_with("ssh-") || text.starts_with("ecdsa-"))
    throw InvalidArgument(
        "private_key is an OpenSSH public key; the private RSA key in PEM is needed");
  if (text.starts_with("PuTTY-User-Key-File"))
    throw InvalidArgument(
        "private_key is in PuTTY's format; export it with PuTTYgen as an OpenSSH key and convert "
        "that with: ssh-keygen -p -m PEM -f key");
  if (text.size() < 512 && text.find('\n') == std::string_view::npos &&
      (text.find_first_of("/\\") != std::string_view::npos || text.ends_with(".pem") ||
       text.ends_with(".key")))
    throw InvalidArgument(
        "private_key looks like a file name; pass the content of the file: read_file(\"key.pem\")");
  if (text.find(dashes) != std::string_view::npos)
    throw InvalidArgument(
        "private_key has no complete '-----BEGIN ... PRIVATE KEY-----' line: its beginning is "
        "missing or changed");
  throw InvalidArgument(
      "private_key is not PEM: it contains no '-----BEGIN PRIVATE KEY-----' line (the private key "
      "is the RSA key of the consumer, not a password or shared secret)");
}

/// Returns the PEM text itself, with plain line ends.
Scrubbed unwrap(std::string_view text) {
  text = bare(text);
  if (text.empty()) throw need_rsa("private_key is empty; an RSA private key in PEM is needed");
  Scrubbed decoded(text.size());
  if (text.find(begin_mark) == std::string_view::npos) {
    if (base64_decode(decoded.text, text) != Base64Fault::none) cleanse(decoded.text);
    if (decoded.text.find(begin_mark) == std::string_view::npos)
      refuse_other_text(text, decoded.text);
    text = bare(decoded.text);
  }
  Scrubbed out(text.size());
  append_with_newlines(out.text, text);
  return out;
}

[[noreturn]] void refuse_label(std::string_view label) {
  const auto is = [&](std::string_view part) { return label.find(part) != std::string_view::npos; };
  if (is("OPENSSH"))
    throw InvalidArgument(
        "private_key is in OpenSSH's own format; convert a copy of it with: "
        "ssh-keygen -p -m PEM -f key");
  if (is("PUBLIC KEY"))
    throw InvalidArgument(
        "private_key is a public key: that half belongs in Bitbucket's application link; the "
        "private half is needed here");
  if (is("CERTIFICATE REQUEST"))
    throw InvalidArgument("private_key is a certificate request; the private RSA key is needed");
  if (is("CERTIFICATE") || is("PKCS7"))
    throw InvalidArgument("private_key is a certificate; the private RSA key is needed");
  if (is("PGP")) throw InvalidArgument("private_key is a PGP key; an RSA key in PEM is needed");
  if (is("EC PRIVATE") || is("EC PARAMETERS"))
    throw need_rsa("private_key is an EC key; Bitbucket's OAuth 1 needs RSA");
  if (is("DSA")) throw need_rsa("private_key is a DSA key; Bitbucket's OAuth 1 needs RSA");
  throw InvalidArgument(
      "private_key is PEM, but not a private key; a block 'PRIVATE KEY', 'RSA PRIVATE KEY' or "
      "'ENCRYPTED PRIVATE KEY' is needed");
}

/// Splits the "Name: value" lines from the front of a block.
std::string take_headers(std::string_view& content) {
  content = detail::trim(content, spaces);
  if (!content.starts_with("Proc-Type:")) return {};
  const std::size_t blank = content.find("\n\n");
  if (blank == std::string_view::npos)
    throw InvalidArgument(
        "private_key is damaged: the blank line between 'DEK-Info' and the encrypted key is "
        "missing");
  std::string headers(content.substr(0, blank + 1));
  content.remove_prefix(blank + 2);
  return headers;
}

PemKey decode(std::string_view label, std::string_view content) {
  PemKey out{label == "ENCRYPTED PRIVATE KEY", take_headers(content), Scrubbed(content.size())};
  switch (base64_decode(out.der.text, content)) {
    case Base64Fault::none:
      break;
    case Base64Fault::character:
      throw InvalidArgument("private_key is damaged: it contains characters that are not base64");
    case Base64Fault::length:
      throw InvalidArgument("private_key is damaged: characters of its base64 are missing");
  }
  if (out.der.text.empty())
    throw InvalidArgument("private_key has nothing between its BEGIN and END lines");
  return out;
}

}  // namespace

InvalidArgument need_rsa(const std::string& found) {
  return InvalidArgument(
      found +
      "; make one with: openssl genpkey -algorithm RSA -pkeyopt rsa_keygen_bits:2048 -out key.pem");
}

PemKey find_private_key(const Secret& secret) {
  static constexpr std::array<std::string_view, 3> wanted = {"PRIVATE KEY", "RSA PRIVATE KEY",
                                                             "ENCRYPTED PRIVATE KEY"};
  const Scrubbed pem = unwrap(secret.reveal());
  const std::string_view text = pem.text;
  std::string_view other;  // the label of the first block that is something else
  for (std::size_t at = text.find(begin_mark); at != std::string_view::npos;
       at = text.find(begin_mark, at + 1)) {
    const std::size_t from = at + begin_mark.size();
    const std::size_t to = text.find(dashes, from);
    if (to == std::string_view::npos) break;
    const std::string_view label = text.substr(from, to - from);
    bool found = false;
    for (const std::string_view name : wanted) found = found || label == name;
    if (!found) {
      if (other.empty()) other = label;
      continue;
    }
    const std::string last = "-----END " + std::string(label) + "-----";
    const std::size_t end = text.find(last, to);
    if (end == std::string_view::npos)
      throw InvalidArgument(
          "private_key is cut short: it has a BEGIN line but no matching END line");
    return decode(label, text.substr(to + dashes.size(), end - to - dashes.size()));
  }
  if (other.empty())
    throw InvalidArgument("private_key is damaged: its '-----BEGIN' line is not complete");
  refuse_label(other);
}

}  // namespace bitbucket::inline v0_1::auth
