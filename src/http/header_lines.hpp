#pragma once

#include <algorithm>
#include <cstddef>
#include <cstring>
#include <string>
#include <string_view>
#include <vector>

#include <bitbucket/error.hpp>
#include <bitbucket/transport.hpp>

#include "http/curl_handles.hpp"

namespace bitbucket::inline v0_1::http {

/// A request's headers in the form that libcurl takes: a list whose lines share one buffer.  The
/// destructor overwrites the buffer, because credentials are among the headers.
class HeaderLines {
 public:
  HeaderLines() = default;
  HeaderLines(const HeaderLines&) = delete;
  HeaderLines& operator=(const HeaderLines&) = delete;
  ~HeaderLines() { wipe(text_); }

  /// Copies the headers of a request and wipes their values.  Throws InvalidArgument when a header
  /// contains a line break.
  void assign(std::vector<Header>& headers, bool has_body) {
    std::size_t size = expect.size() + 1;
    for (const Header& header : headers) {
      check(header);
      size += header.name.size() + header.value.size() + 3;
    }
    text_.reserve(size);  // the nodes point into it, so it must not grow
    nodes_.reserve(headers.size() + 1);
    if (has_body) add(expect, {}, {});
    for (Header& header : headers) {
      add(header.name, header.value.empty() ? ";" : ": ", header.value);
      wipe(header.value);
    }
  }
  [[nodiscard]] curl_slist* list() noexcept { return nodes_.empty() ? nullptr : nodes_.data(); }

 private:
  /// Without this line, libcurl would ask the server's permission to send a body and wait for it.
  static constexpr std::string_view expect = "Expect:";

  static void check(const Header& header) {
    if (has_break(header.name) || has_break(header.value))
      throw InvalidArgument(
          "the header " +
          header.name.substr(0, std::find_if(header.name.begin(), header.name.end(), is_break) -
                                    header.name.begin()) +
          " contains a line break");
  }
  static bool is_break(char c) noexcept { return c == '\r' || c == '\n' || c == '\0'; }
  static bool has_break(std::string_view text) noexcept {
    return std::any_of(text.begin(), text.end(), is_break);
  }
  void add(std::string_view name, std::string_view between, std::string_view value) {
    char* const line = text_.data() + text_.size();
    text_.append(name).append(between).append(value).append(1, '\0');
    if (!nodes_.empty()) nodes_.back().next = nodes_.data() + nodes_.size();
    nodes_.push_back({line, nullptr});
  }
  static void wipe(std::string& text) noexcept {
    // The compiler cannot leave out a call of a function that it does not know.
    static void* (*const volatile fill)(void*, int, std::size_t) = &std::memset;
    fill(text.data(), 0, text.size());
  }

  std::string text_;
  std::vector<curl_slist> nodes_;
};

}  // namespace bitbucket::inline v0_1::http
