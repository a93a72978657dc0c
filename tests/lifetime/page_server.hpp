#pragma once

#include <algorithm>
#include <limits>
#include <string>
#include <vector>

#include "http/raw_server.hpp"
#include "lifetime/lifetime.hpp"
#include "server/fake_client.hpp"
#include "support/demo.hpp"

namespace bitbucket::test {

constexpr int page_rows = 10, all_rows = 200;
constexpr int never = std::numeric_limits<int>::max();

/// Returns where the requested page begins, or -1 when the request is not for a page.
inline int start_of(const std::string& request) {
  const std::string start = query_value(request.substr(0, request.find(" HTTP/")), "start");
  return start.empty() ? -1 : std::stoi(start);
}

/// Returns the body of the answer: a page of `all_rows` tags, or a repository.
inline std::string body_for(const std::string& request) {
  const int start = start_of(request);
  if (start < 0) return R"({"slug":"demo"})";
  const int rows = std::clamp(all_rows - start, 0, page_rows);
  return tags_page(start, rows, page_rows, start + rows < all_rows ? start + rows : -1);
}

/// Answers with pages of tags over plain HTTP.  The pages from `held_from` on wait at the gate.
class PageServer {
 public:
  explicit PageServer(int held_from = never)
      : server_([this, held_from](Connection& connection, int) {
          for (;;) {
            const std::string request = connection.read_request();
            if (request.empty()) return;
            if (start_of(request) >= held_from) gate_.pass();
            connection.answer(body_for(request));
          }
        }) {}
  PageServer(const PageServer&) = delete;
  PageServer& operator=(const PageServer&) = delete;
  ~PageServer() { gate_.open(); }

  [[nodiscard]] ClientOptions options() const { return {.base_url = server_.url("")}; }
  [[nodiscard]] int port() const { return server_.port(); }
  [[nodiscard]] int connections() const { return server_.connections(); }
  Gate& gate() { return gate_; }

 private:
  Gate gate_;
  RawServer server_;
};

inline PagingOptions in_flight(int pages) {
  return {.page_size = page_rows, .max_in_flight = pages};
}

/// Returns the rest of a walk.
inline std::vector<std::string> rest_of(Paged<Tag>& tags) { return names(tags.to_vector()); }

inline const std::vector<std::string>& all_names() {
  static const std::vector<std::string> names = expected_names(0, all_rows);
  return names;
}

}  // namespace bitbucket::test
