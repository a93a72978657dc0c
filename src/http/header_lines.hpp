#pragma once

#include <cstddef>
#include <cstring>
#include <string>
#include <string_view>
#include <vector>

#include <bitbucket/error.hpp>
#include <bitbucket/transport.hpp>

#include "http/curl_handles.hpp"

namespace bitbucket::inline v0_1::http {

/// A request's headers as libcurl takes them: a list whose lines stand in one buffer, which is
/// overwritten in the end, because credentials are among them.
class HeaderLines {
 public:
  HeaderLines() = default;
  HeaderLines(const HeaderLines&) = delete;
  HeaderLines& operator=(const HeaderLines&) = delete;
  ~HeaderLines() { wipe(text_); }

  /// Takes the headers' place.  Throws InvalidArgument on a header that would be two.
  void assign(std::vector<Header>& headers) {
    std::size_t size = expect.size() + 1;
    for (const Header& header : headers) {
      check(header);
      size += header.name.size() + header.value.size() + 3;
    }
    text_.reserve(size);  // at once: the nodes point into it
    nodes_.reserve(headers.size() + 1);
    add(expect, {}, {});
    for (Header& header : headers) {
      add(header.name, header.value.empty() ? ";" : ": ", header.value);
      wipe(header.value);
    }
  }
  [[nodiscard]] curl_slist* list() noexcept { return nodes_.data(); }

 private:
  /// libcurl would wait for the server's leave to send a body.
  static constexpr std::string_view expect = "Expect:";

  static void check(const Header& header) {
    constexpr std::string_view breaks("\r\n\0", 3);
    for (const char c : breaks)
      if (header.name.find(c) != std::string::npos || header.value.find(c) != std::string::npos)
        throw InvalidArgument("the header " +
                              header.name.substr(0, header.name.find_first_of(breaks)) +
                              " contains a line break");
  }
  void add(std::string_view name, std::string_view between, std::string_view value) {
    char* const line = text_.data() + text_.size();
    text_.append(name).append(between).append(value).append(1, '\0');
    if (!nodes_.empty()) nodes_.back().next = nodes_.data() + nodes_.size();
    nodes_.push_back({line, nullptr});
  }
  static void wipe(std::string& text) noexcept {
    // What the compiler does not know it cannot leave out.
    static void* (*const volatile fill)(void*, int, std::size_t) = &std::memset;
    fill(text.data(), 0, text.size());
  }

  std::string text_;
  std::vector<curl_slist> nodes_;
};

}  // namespace bitbucket::inline v0_1::http
