#pragma once

#include <chrono>
#include <concepts>
#include <cstddef>
#include <deque>
#include <functional>
#include <memory>
#include <optional>
#include <ranges>
#include <stop_token>
#include <string>
#include <string_view>
#include <type_traits>
#include <utility>
#include <vector>

#include <nlohmann/json_fwd.hpp>

#include <bitbucket/api_path.hpp>
#include <bitbucket/branches.hpp>
#include <bitbucket/commits.hpp>
#include <bitbucket/connection.hpp>
#include <bitbucket/credentials.hpp>
#include <bitbucket/error.hpp>
#include <bitbucket/files.hpp>
#include <bitbucket/hooks.hpp>
#include <bitbucket/outcome.hpp>
#include <bitbucket/repos.hpp>
#include <bitbucket/send.hpp>
#include <bitbucket/server_info.hpp>
#include <bitbucket/tags.hpp>

namespace bitbucket::inline v0_1 {

/// How ranges get their pages; what is not named is inherited.
struct PagingOptions {
  std::optional<int> page_size =
      {};  ///< rows asked for at a time, 1000 by default; servers clamp it
  std::optional<int> prefetch = {};  ///< pages asked for ahead, 0 or 1 (the default)
  /// Requests of one walk under way at the same time, 1 (the default) to 64.  Above 1 pages are
  /// asked for before the one in front of them has named them, which hides latency; see
  /// docs/paging.md.
  std::optional<int> max_in_flight = {};
  /// After so many pages in a row without a row, 1,000 by default, a range throws a DecodeError
  /// instead of asking for more; begin() then goes on with the next page.
  std::optional<int> max_empty_pages = {};
};

/// What a client is made of.
struct ClientOptions {
  /// "https://git.example.com" or "https://git.example.com/bitbucket", without "/rest".
  std::string base_url;
  Credentials credentials = Anonymous{};  ///< who asks
  PagingOptions paging = {};              ///< how ranges get their pages
  ConnectionOptions connection = {};      ///< how the server is reached
};

/// What a view does differently; what is not named is as in the client it is made from.
struct CallOptions {
  std::optional<std::chrono::milliseconds> timeout = {};  ///< see ConnectionOptions::timeout
  /// Cancels calls of this view, in addition to a token that the client has already.
  std::stop_token stop = {};
  std::optional<Credentials> credentials = {};  ///< who asks instead
  PagingOptions paging = {};                    ///< how ranges get their pages
};

/// How concurrently() runs.
struct ConcurrencyOptions {
  std::size_t max = 8;  ///< items under way at the same time
};

/// A client of one Bitbucket Server or Data Center.  Thread-safe; families are its members.
/// Connections are shared by all calls, threads and views, and live as long as the last of them.
class BITBUCKET_EXPORT BitbucketServer {
 public:
  /// Sends nothing.  Throws InvalidArgument when the URL, a key or an option cannot work.
  explicit BitbucketServer(const ClientOptions& options);
  BitbucketServer(const BitbucketServer&) = delete;
  BitbucketServer& operator=(const BitbucketServer&) = delete;
  ~BitbucketServer();

  const Repos repos;        ///< repositories
  const Commits commits;    ///< commits and what they changed
  const Branches branches;  ///< branches
  const Tags tags;          ///< tags
  const Files files;        ///< contents of files
  const Hooks hooks;        ///< webhooks
  const ServerInfo server;  ///< the server itself

  /// Returns a view of this client that differs in what `options` names and shares all else.
  [[nodiscard]] BitbucketServer with(const CallOptions& options) const;

  /// Sends a row of your own.
  template <Method M, class A, class... P>
  auto call(const ApiPath<M, A, P...>& row,
            const std::type_identity_t<typename detail::Parameter<P>::type>&... arguments) const {
    return detail::send(context_, row, arguments...);
  }

  /// Sends a request that has no typed operation yet and returns its JSON, null for an empty
  /// answer.  `path` is as on the wire, already encoded ("/rest/api/1.0/admin/groups"); `query` is
  /// encoded here.  GET and HEAD may be repeated, nothing else.
  [[nodiscard]] nlohmann::json call(Method method, std::string_view path,
                                    const Parameters& query = {}) const;
  /// The same with a JSON body.
  [[nodiscard]] nlohmann::json call(Method method, std::string_view path, const Parameters& query,
                                    const nlohmann::json& body) const;

  /// Runs `work(client, item)` for each item, up to `options.max` at a time, and returns the
  /// results in the order of the items; those of a container are not copied.  The client given to
  /// `work` stops with this one's token and when another item fails; the first error in time is
  /// thrown after all have stopped.  May be nested.
  template <std::ranges::input_range Items, class Work>
  auto concurrently(Items&& items, Work&& work, const ConcurrencyOptions& options = {}) const;

 private:
  explicit BitbucketServer(std::shared_ptr<const detail::Context> context);
  /// `next` makes the job of the next item, one thread at a time; an empty one when none is left.
  using Job = std::function<void(const BitbucketServer&)>;
  [[nodiscard]] bool stopped() const noexcept;
  void run(const std::function<Job()>& next, const ConcurrencyOptions& options) const;

  std::shared_ptr<const detail::Context> context_;
};

namespace detail {

/// Ranges whose items are there, at the same place, until the end.
template <class Items>
concept KeepsItems = std::ranges::forward_range<Items> &&
    std::is_lvalue_reference_v<std::ranges::range_reference_t<Items>> &&
    std::same_as<std::remove_cvref_t<std::ranges::range_reference_t<Items>>,
                 std::ranges::range_value_t<Items>>;

}  // namespace detail

template <std::ranges::input_range Items, class Work>
auto BitbucketServer::concurrently(Items&& items, Work&& work,
                                   const ConcurrencyOptions& options) const {
  using Item = std::ranges::range_value_t<Items>;
  using Result = std::invoke_result_t<Work&, const BitbucketServer&, const Item&>;
  auto it = std::ranges::begin(items);
  const auto end = std::ranges::end(items);
  bool first = true;
  // Moves on when the next item is asked for, so that a range of pages fetches none too early.
  const auto next_item = [&]() -> std::shared_ptr<const Item> {
    if (!first && it != end) ++it;
    first = false;
    if (it == end) return nullptr;
    if constexpr (detail::KeepsItems<Items>)
      return {std::shared_ptr<void>(), std::addressof(*it)};
    else
      return std::make_shared<const Item>(*it);
  };
  if constexpr (std::is_void_v<Result>) {
    run(
        [&]() -> Job {
          auto item = next_item();
          if (!item) return {};
          return [&work, item](const BitbucketServer& client) { std::invoke(work, client, *item); };
        },
        options);
  } else {
    std::deque<std::optional<Result>> places;  // which stay where they are while others come
    run(
        [&]() -> Job {
          auto item = next_item();
          if (!item) return {};
          std::optional<Result>& place = places.emplace_back();
          return [&work, item, &place](const BitbucketServer& client) {
            place.emplace(std::invoke(work, client, *item));
          };
        },
        options);
    std::vector<Result> results;
    results.reserve(places.size());
    for (auto& place : places) results.push_back(*std::move(place));
    return results;
  }
}

}  // namespace bitbucket::inline v0_1
