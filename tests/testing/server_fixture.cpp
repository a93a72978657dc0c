#include "testing/server_fixture.hpp"

#include <algorithm>
#include <array>
#include <atomic>
#include <cctype>
#include <chrono>
#include <cstdlib>
#include <stdexcept>

#include <netinet/tcp.h>
#include <openssl/encoder.h>
#include <openssl/evp.h>
#include <openssl/pem.h>
#include <openssl/rsa.h>
#include <poll.h>
#include <sys/socket.h>
#include <unistd.h>

#include "support/loopback.hpp"
#include "support/rsa_key.hpp"

namespace server_test {
namespace {

int connect_to(int port) {
  const int socket = ::socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
  const sockaddr_in address = bitbucket::test_support::loopback(port);
  if (::connect(socket, reinterpret_cast<const sockaddr*>(&address), sizeof address) != 0) {
    ::close(socket);
    throw std::runtime_error("cannot connect");
  }
  const int yes = 1;
  ::setsockopt(socket, IPPROTO_TCP, TCP_NODELAY, &yes, sizeof yes);
  return socket;
}

void write_all(int socket, std::string_view bytes) {
  while (!bytes.empty()) {
    const ssize_t n = ::send(socket, bytes.data(), bytes.size(), MSG_NOSIGNAL);
    if (n <= 0) return;
    bytes.remove_prefix(static_cast<std::size_t>(n));
  }
}

/// Appends what comes; false at the end.
bool read_some(int socket, std::string& to) {
  std::array<char, 65536> buffer;
  pollfd entry{socket, POLLIN, 0};
  if (::poll(&entry, 1, 20'000) <= 0) return false;
  const ssize_t n = ::recv(socket, buffer.data(), buffer.size(), 0);
  if (n <= 0) return false;
  to.append(buffer.data(), static_cast<std::size_t>(n));
  return true;
}

bool same(std::string_view a, std::string_view b) {
  return std::equal(a.begin(), a.end(), b.begin(), b.end(), [](unsigned char x, unsigned char y) {
    return std::tolower(x) == std::tolower(y);
  });
}

std::string find(const Headers& headers, std::string_view name) {
  for (const auto& [key, value] : headers) {
    if (same(key, name)) return value;
  }
  return {};
}

void parse_head(std::string_view head, Answer& out) {
  out.status = std::stoi(std::string(head.substr(9, 3)));
  out.headers.clear();
  for (std::size_t at = head.find("\r\n") + 2; at < head.size();) {
    const auto end = std::min(head.find("\r\n", at), head.size());
    const auto colon = head.find(':', at);
    out.headers.emplace_back(head.substr(at, colon - at), head.substr(colon + 2, end - colon - 2));
    at = end + 2;
  }
}

std::string unchunk(const std::string& text, bool& complete) {
  std::string out;
  std::size_t at = 0;
  complete = false;
  for (;;) {
    const auto end = text.find("\r\n", at);
    if (end == std::string::npos) return out;
    const std::size_t size = std::stoul(text.substr(at, end - at), nullptr, 16);
    if (size == 0) {
      complete = text.find("\r\n\r\n", end) == end;
      return out;
    }
    if (end + 2 + size + 2 > text.size()) return out;
    out += text.substr(end + 2, size);
    at = end + 2 + size + 2;
  }
}

Answer read_answer(int socket, bool head_only) {
  Answer out;
  std::string text;
  std::size_t end = 0;
  for (;;) {
    while ((end = text.find("\r\n\r\n")) == std::string::npos) {
      if (!read_some(socket, text)) return {};
    }
    parse_head(std::string_view(text).substr(0, end), out);
    text.erase(0, end + 4);
    if (out.status >= 200) break;  // 100 Continue goes before
  }
  if (head_only) return out;
  if (same(out.header("Transfer-Encoding"), "chunked")) {
    bool complete = false;
    while (out.body = unchunk(text, complete), !complete) {
      if (!read_some(socket, text)) return {};
    }
    return out;
  }
  const std::size_t length = std::strtoul(out.header("Content-Length").c_str(), nullptr, 10);
  while (text.size() < length) {
    if (!read_some(socket, text)) return {};
  }
  out.body = text;
  return out;
}

std::string request_text(const std::string& method, const std::string& target, int port,
                         const Headers& headers, const std::string& body, bool close) {
  std::string text = method + ' ' + target + " HTTP/1.1\r\n";
  if (find(headers, "Host").empty()) text += "Host: 127.0.0.1:" + std::to_string(port) + "\r\n";
  for (const auto& [name, value] : headers) text += name + ": " + value + "\r\n";
  if (!body.empty()) text += "Content-Length: " + std::to_string(body.size()) + "\r\n";
  if (close) text += "Connection: close\r\n";
  return text + "\r\n" + body;
}

std::string base64(std::string_view bytes) {
  std::string out(4 * ((bytes.size() + 2) / 3) + 1, '\0');
  out.resize(static_cast<std::size_t>(EVP_EncodeBlock(
      reinterpret_cast<unsigned char*>(out.data()),
      reinterpret_cast<const unsigned char*>(bytes.data()), static_cast<int>(bytes.size()))));
  return out;
}

std::string pem(EVP_PKEY* key, int selection, const char* structure) {
  unsigned char* data = nullptr;
  std::size_t size = 0;
  OSSL_ENCODER_CTX* encoder =
      OSSL_ENCODER_CTX_new_for_pkey(key, selection, "PEM", structure, nullptr);
  OSSL_ENCODER_to_data(encoder, &data, &size);
  OSSL_ENCODER_CTX_free(encoder);
  std::string out(reinterpret_cast<char*>(data), size);
  OPENSSL_free(data);
  return out;
}

}  // namespace

std::string Answer::header(std::string_view name) const { return find(headers, name); }

std::string Answer::exception() const {
  const json document = json::parse(body, nullptr, false);
  if (!document.is_object() || !document.contains("errors") || document["errors"].empty())
    return {};
  const auto name = document["errors"][0]["exceptionName"].get<std::string>();
  return name.substr(name.rfind('.') + 1);
}

Answer send(int port, const std::string& method, const std::string& target, const Headers& headers,
            const std::string& body) {
  const int socket = connect_to(port);
  write_all(socket, request_text(method, target, port, headers, body, true));
  const Answer out = read_answer(socket, method == "HEAD");
  ::close(socket);
  return out;
}

std::string send_raw(int port, const std::string& bytes) {
  const int socket = connect_to(port);
  write_all(socket, bytes);
  std::string out;
  while (read_some(socket, out)) {
  }
  ::close(socket);
  return out;
}

Connection::Connection(int port) : socket_(connect_to(port)) {}
Connection::~Connection() { ::close(socket_); }

Answer Connection::get(const std::string& target, const Headers& headers) {
  write_all(socket_, request_text("GET", target, 0, headers, {}, false));
  return read_answer(socket_, false);
}

void Connection::write(std::string_view bytes) { write_all(socket_, bytes); }
Answer Connection::read() { return read_answer(socket_, false); }

bool Connection::closed_by_peer() {
  pollfd entry{socket_, POLLIN, 0};
  char byte = 0;
  return ::poll(&entry, 1, 10'000) > 0 && ::recv(socket_, &byte, 1, 0) <= 0;
}

Headers operator+(Headers a, const Headers& b) {
  a.insert(a.end(), b.begin(), b.end());
  return a;
}

Headers basic(const std::string& user, const std::string& password) {
  return {{"Authorization", "Basic " + base64(user + ':' + password)}};
}

GitServerOptions options() {
  GitServerOptions out;
  out.users = {{.name = "ann",
                .password = "secret",
                .display_name = "Ann \"A\" <Admin>",
                .email = "ada@example.com"},
               {.name = "bob", .password = "builder", .permission = "REPO_WRITE"},
               {.name = "eve", .password = "reader", .permission = "REPO_READ"}};
  out.tokens = {{"ann-token", "ann"}, {"bob-token", "bob"}, {"eve-token", "eve"}};
  out.consumers = {{.key = "app", .public_key = key().public_pem(), .name = "The <App>"}};
  return out;
}

std::unique_ptr<GitServer> serve(GitServerOptions with) {
  auto server = std::make_unique<GitServer>(std::move(with));
  server->add_projects_folder(samples().folder);
  return server;
}

Key::Key(const std::string& name) {
  const auto made = bitbucket::test_support::rsa_key(name);
  key_ = made;
  public_pem_ = pem(made.get(), EVP_PKEY_PUBLIC_KEY, "SubjectPublicKeyInfo");
  public_pkcs1_ = pem(made.get(), EVP_PKEY_PUBLIC_KEY, "type-specific");
  private_pem_ = pem(made.get(), EVP_PKEY_KEYPAIR, "PrivateKeyInfo");
}

std::string Key::sign_sha1(const std::string& text) const {
  EVP_MD_CTX* context = EVP_MD_CTX_new();
  std::string out(512, '\0');
  std::size_t size = out.size();
  EVP_DigestSignInit(context, nullptr, EVP_sha1(), nullptr, static_cast<EVP_PKEY*>(key_.get()));
  EVP_DigestSign(context, reinterpret_cast<unsigned char*>(out.data()), &size,
                 reinterpret_cast<const unsigned char*>(text.data()), text.size());
  EVP_MD_CTX_free(context);
  out.resize(size);
  return base64(out);
}

const Key& key() {
  static const Key made("server");
  return made;
}

std::string encode(std::string_view text) {
  std::string out;
  for (const char c : text) {
    if (std::isalnum(static_cast<unsigned char>(c)) ||
        std::string_view("-._~").find(c) != std::string_view::npos) {
      out += c;
    } else {
      char escaped[4];
      std::snprintf(escaped, sizeof escaped, "%%%02X",
                    static_cast<unsigned>(static_cast<unsigned char>(c)));
      out += escaped;
    }
  }
  return out;
}

std::optional<std::string> decode(std::string_view text) {
  std::string out;
  for (std::size_t i = 0; i < text.size(); ++i) {
    if (text[i] == '%' && i + 2 < text.size()) {
      out += static_cast<char>(std::stoi(std::string(text.substr(i + 1, 2)), nullptr, 16));
      i += 2;
    } else {
      out += text[i] == '+' ? ' ' : text[i];
    }
  }
  return out;
}

namespace {

Headers parse_form(std::string_view text) {
  Headers out;
  while (!text.empty()) {
    const auto end = std::min(text.find('&'), text.size());
    const std::string_view part = text.substr(0, end);
    const auto equal = std::min(part.find('='), part.size());
    out.emplace_back(*decode(part.substr(0, equal)),
                     *decode(part.substr(std::min(equal + 1, part.size()))));
    text.remove_prefix(std::min(end + 1, text.size()));
  }
  return out;
}

}  // namespace

std::string form_value(const std::string& form, const std::string& name) {
  return find(parse_form(form), name);
}

std::string Signer::authorization(const std::string& http_method, const std::string& origin,
                                  const std::string& target) const {
  static std::atomic<int> counter{0};
  const auto now = std::chrono::duration_cast<std::chrono::seconds>(
      std::chrono::system_clock::now().time_since_epoch());
  const std::string once = nonce.empty() ? std::to_string(++counter) : nonce;
  Headers protocol{{"oauth_consumer_key", consumer},
                   {"oauth_nonce", once},
                   {"oauth_signature_method", method},
                   {"oauth_timestamp", std::to_string(timestamp == 0 ? now.count() : timestamp)},
                   {"oauth_version", version}};
  if (!without_token) protocol.emplace_back("oauth_token", token);
  protocol = protocol + oauth;
  const auto mark = std::min(target.find('?'), target.size());
  Headers all = protocol + form +
                parse_form(std::string_view(target).substr(std::min(mark + 1, target.size())));
  for (auto& [name, value] : all) name = encode(name), value = encode(value);
  std::sort(all.begin(), all.end());
  std::string text;
  for (const auto& [name, value] : all) {
    if (!text.empty()) text += '&';
    text += name + '=' + value;
  }
  const std::string base =
      http_method + '&' + encode(origin + target.substr(0, mark)) + '&' + encode(text);
  protocol.emplace_back("oauth_signature", key().sign_sha1(base));
  std::string out = "OAuth realm=\"test\"";
  for (const auto& [name, value] : protocol)
    out.append(", ").append(name).append("=\"").append(encode(value)).append(1, '"');
  return out;
}

}  // namespace server_test
