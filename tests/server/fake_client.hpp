#pragma once

#include <algorithm>
#include <chrono>
#include <cstddef>
#include <cstdint>
#include <memory>
#include <numeric>
#include <string>
#include <utility>
#include <vector>

#include <bitbucket/server.hpp>
#include <bitbucket/testing/fake_transport.hpp>

namespace bitbucket::test {

using testing::FakeTransport;
using testing::json_answer;

/// Options of a client over a fake transport that never really sleeps.
inline ClientOptions fake_options(std::shared_ptr<Transport> transport) {
  ClientOptions options{.base_url = "https://git.example.com/bitbucket"};
  options.connection.transport = std::move(transport);
  options.connection.retry.sleeper = [](std::chrono::milliseconds, std::stop_token stop) {
    return !stop.stop_requested();
  };
  options.connection.retry.random = [] { return 0.5; };
  return options;
}

/// Returns the value of a query parameter in a URL, still encoded; empty when absent.
inline std::string query_value(const std::string& url, const std::string& name) {
  for (std::size_t at = url.find('?'); at != std::string::npos; at = url.find('&', at + 1)) {
    const std::string pair = url.substr(at + 1, url.find('&', at + 1) - at - 1);
    if (pair.starts_with(name + '=')) return pair.substr(name.size() + 1);
  }
  return {};
}

/// An answer to `repos.get`.
inline Response repo_answer() { return json_answer(R"({"slug":"demo"})"); }

inline std::string tag_json(const std::string& name) {
  return R"({"id":"refs/tags/)" + name + R"(","displayId":")" + name + "\"}";
}

/// Returns a page as servers write it; `next` is -1 on the last page.
inline std::string tags_page(std::int64_t start, int rows, int limit, std::int64_t next) {
  std::string body = "{\"size\":" + std::to_string(rows) + ",\"limit\":" + std::to_string(limit) +
                     ",\"isLastPage\":" + (next < 0 ? "true" : "false") + ",\"values\":[";
  for (int i = 0; i < rows; ++i)
    body += std::string(i ? "," : "") + tag_json("t" + std::to_string(start + i));
  return body + "],\"start\":" + std::to_string(start) +
         ",\"nextPageStart\":" + (next < 0 ? "null" : std::to_string(next)) + "}";
}

/// A server with `total` tags named t0, t1, ... and at most `cap` rows in a page.
inline std::shared_ptr<FakeTransport> tag_server(int total, int cap) {
  return std::make_shared<FakeTransport>([=](const Request& request) {
    const int start = std::stoi(query_value(request.url, "start"));
    const int limit = std::min(cap, std::stoi(query_value(request.url, "limit")));
    const int rows = std::max(0, std::min(limit, total - start));
    return json_answer(tags_page(start, rows, limit, start + rows < total ? start + rows : -1));
  });
}

/// Returns 0, 1, ..., count - 1.
inline std::vector<int> first_numbers(int count) {
  std::vector<int> out(static_cast<std::size_t>(count));
  std::iota(out.begin(), out.end(), 0);
  return out;
}

inline std::vector<std::string> names(const std::vector<Tag>& tags) {
  std::vector<std::string> out;
  for (const Tag& tag : tags) out.push_back(tag.display_id);
  return out;
}

inline std::vector<std::string> expected_names(int from, int to) {
  std::vector<std::string> out;
  for (int i = from; i < to; ++i) out.push_back("t" + std::to_string(i));
  return out;
}

}  // namespace bitbucket::test
