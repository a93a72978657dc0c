#pragma once

#include <cstdint>
#include <functional>
#include <optional>
#include <string>
#include <string_view>
#include <utility>

#include <bitbucket/testing/fault.hpp>

#include "base/trim.hpp"
#include "testing/base/text.hpp"

// One HTTP request and its answer, as the rest of the server sees them.
namespace bitbucket::inline v0_1::testing::embedded {

/// Receives bytes; returns false when no more are wanted.
using ByteSink = std::function<bool(std::string_view)>;

struct HttpRequest {
  std::string method;
  std::string target;            ///< exactly as on the wire
  Pairs headers;                 ///< as on the wire, in order
  std::uint64_t connection = 0;  ///< which one it came on, counted from 1
  /// Reads the body, once; false when it broke off or the sink wanted no more.
  std::function<bool(const ByteSink&)> read_body;

  [[nodiscard]] std::string_view path() const {
    return std::string_view(target).substr(0, target.find('?'));
  }
  [[nodiscard]] std::string_view query() const {
    const auto mark = target.find('?');
    return mark == std::string::npos ? std::string_view()
                                     : std::string_view(target).substr(mark + 1);
  }
  /// Whether the method may change something.
  [[nodiscard]] bool mutates() const {
    return method != "GET" && method != "HEAD" && method != "OPTIONS";
  }
  /// Returns the first value of a header, whatever the case of its name.
  [[nodiscard]] std::string_view header(std::string_view name) const {
    for (const auto& [key, value] : headers) {
      if (equals_ignoring_case(key, name)) return value;
    }
    return {};
  }
  /// Returns the media type in lower case without its parameters.
  [[nodiscard]] std::string media_type() const {
    const std::string_view type = header("Content-Type");
    return lower(detail::trim(type.substr(0, type.find(';'))));
  }
};

struct HttpResponse {
  int status = 200;
  Pairs headers;
  std::string body;
  /// Instead of `body`: gives the content piece by piece; false breaks the connection, so that
  /// nobody takes what came for the whole.
  std::function<bool(const ByteSink&)> stream;
  bool close = false;          ///< ends the connection afterwards
  std::optional<Fault> fault;  ///< how this answer goes wrong on its way

  void set(std::string name, std::string value) {
    headers.emplace_back(std::move(name), std::move(value));
  }
  void content(std::string type, std::string text) {
    set("Content-Type", std::move(type));
    body = std::move(text);
  }
};

}  // namespace bitbucket::inline v0_1::testing::embedded
