#pragma once

#include <chrono>
#include <cstddef>
#include <functional>
#include <optional>
#include <stop_token>
#include <string>
#include <vector>

#include <bitbucket/connection.hpp>
#include <bitbucket/credentials.hpp>

namespace bitbucket::inline v0_1 {

/// How ranges get their pages.  A view inherits the members that are not set.
struct PagingOptions {
  /// Rows per request, 1000 by default; servers clamp it.
  std::optional<int> page_size = {};
  std::optional<int> prefetch = {};  ///< pages to request ahead, 0 or 1 (the default)
  /// Requests of one walk that may be under way at the same time, 1 (the default) to 64.  With more
  /// than 1, pages are requested before the preceding page has named them, which hides latency; see
  /// docs/paging.md.
  std::optional<int> max_in_flight = {};
  /// After this many empty pages in a row, 1,000 by default, a range throws a DecodeError instead
  /// of requesting more; begin() then continues with the next page.
  std::optional<int> max_empty_pages = {};
};

/// The head of an answer, as CallOptions::on_answer sees it.
struct AnswerHead {
  int status = 0;                      ///< HTTP status, 2xx
  const std::vector<Header>& headers;  ///< in the order received; valid only during the call
};

/// A function that sees the head of each 2xx answer, on the thread that makes the call.  Several
/// threads may be in it at the same time, also in concurrently().
using AnswerObserver = std::function<void(const AnswerHead&)>;

/// The options of a client.
struct ClientOptions {
  /// "https://git.example.com" or "https://git.example.com/bitbucket", without "/rest".
  std::string base_url;
  Credentials credentials = Anonymous{};  ///< who makes the calls
  PagingOptions paging = {};              ///< how ranges get their pages
  ConnectionOptions connection = {};      ///< how the server is reached
};

/// What a view does differently.  It inherits the members that are not set.
struct CallOptions {
  std::optional<std::chrono::milliseconds> timeout = {};  ///< see ConnectionOptions::timeout
  /// Cancels the calls of this view, in addition to any token that the client already has.
  std::stop_token stop = {};
  std::optional<Credentials> credentials = {};  ///< who makes the calls instead
  PagingOptions paging = {};                    ///< how ranges get their pages
  /// Sees the status and the headers of each answer; an exception from it ends the call.
  AnswerObserver on_answer = {};
};

/// How concurrently() runs.
struct ConcurrencyOptions {
  std::size_t max = 8;  ///< items under way at the same time
};

}  // namespace bitbucket::inline v0_1
