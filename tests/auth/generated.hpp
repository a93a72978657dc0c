#pragma once

#include <random>
#include <string>
#include <string_view>

#include <bitbucket/json.hpp>

#include "http/encoding.hpp"

/// Random requests from a seed, which are the same on every machine.
class Generator {
 public:
  struct Request {
    std::string method, url;
    bitbucket::Parameters oauth;
  };

  explicit Generator(unsigned seed) : engine_(seed) {}

  Request request() {
    static const char* const methods[] = {"GET", "POST", "PUT", "DELETE", "PATCH", "HEAD"};
    static const char* const hosts[] = {"git.example.com", "localhost", "10.0.0.7", "b-1.x.org"};
    Request out;
    out.method = methods[below(6)];
    out.url = below(2) ? "https://" : "http://";
    out.url += hosts[below(4)];
    if (below(3) == 0) out.url += ':' + std::to_string(7000 + below(900));
    out.url += path();
    const unsigned count = below(6);
    for (unsigned i = 0; i < count; ++i) out.url += (i ? '&' : '?') + name() + '=' + value();
    out.oauth = {{"oauth_consumer_key", text(8)},
                 {"oauth_nonce", std::to_string(engine_())},
                 {"oauth_signature_method", "RSA-SHA1"},
                 {"oauth_timestamp", std::to_string(1600000000 + below(100000000))},
                 {"oauth_token", below(5) ? text(12) : ""},
                 {"oauth_version", "1.0"}};
    return out;
  }

 private:
  // std::uniform_int_distribution differs between standard libraries.
  unsigned below(unsigned limit) { return static_cast<unsigned>(engine_() % limit); }

  std::string path() {
    std::string out = "/rest/api/1.0";
    for (unsigned i = below(4); i > 0; --i) out += '/' + bitbucket::http::percent_encode(text(6));
    return out;
  }
  std::string name() {
    static const char* const names[] = {"limit", "start", "name", "at", "filterText", "a", "Z"};
    if (below(4)) return names[below(7)];
    std::string out = 'n' + text(3);
    std::erase(out, '=');  // liboauth cannot hold a name with it
    return bitbucket::http::percent_encode(out);
  }
  std::string value() {
    std::string out;
    for (const char c : text(10)) {
      if (c == ' ' && below(2))
        out += '+';
      else
        bitbucket::http::percent_encode(out, std::string_view(&c, 1));
    }
    return out;
  }
  std::string text(unsigned longest) {
    static const char* const pieces[] = {
        "a", "Z", "7", "-",  ".", "_", "~", " ", "+", "/", "=", "&",        "%",
        "?", "#", ":", "\"", "'", "(", "!", "*", ",", ";", "@", "\xC3\xA9", "\xE2\x82\xAC",
        "x", "y"};
    std::string out = "t";
    for (unsigned i = below(longest); i > 0; --i) out += pieces[below(28)];
    return out;
  }

  std::mt19937 engine_;
};
