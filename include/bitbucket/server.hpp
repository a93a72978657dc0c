#pragma once

#include <functional>
#include <memory>
#include <ranges>
#include <string_view>
#include <type_traits>
#include <utility>

#include <nlohmann/json_fwd.hpp>

#include <bitbucket/api_path.hpp>
#include <bitbucket/branches.hpp>
#include <bitbucket/client_options.hpp>
#include <bitbucket/commits.hpp>
#include <bitbucket/connection.hpp>
#include <bitbucket/credentials.hpp>
#include <bitbucket/detail/concurrently.hpp>
#include <bitbucket/detail/send.hpp>
#include <bitbucket/error.hpp>
#include <bitbucket/files.hpp>
#include <bitbucket/hooks.hpp>
#include <bitbucket/outcome.hpp>
#include <bitbucket/repos.hpp>
#include <bitbucket/server_info.hpp>
#include <bitbucket/tags.hpp>

namespace bitbucket::inline v0_1 {

/// A client of one Bitbucket Server or Data Center.  It is thread-safe, and its members are the
/// families of operations.  All calls, threads and views share its connections, which live as long
/// as the last of them.
///
/// A family (`client.hooks`) is a const member that cannot be copied or moved out of its client:
/// pass the client by reference, or give another owner a view of its own, `client.with({})`.  A
/// view costs one small allocation for its settings and one reference count, however many families
/// there are.
class BITBUCKET_EXPORT BitbucketServer {
  std::shared_ptr<const detail::Context> context_;  // stands before the families that refer to it

 public:
  /// Makes a client and sends nothing.  Throws InvalidArgument when the URL, a key or an option
  /// cannot work.
  explicit BitbucketServer(const ClientOptions& options);
  /// Moves the client; `other` may then only be destroyed or assigned to.
  BitbucketServer(BitbucketServer&& other) noexcept;
  /// Moves the client; `other` may then only be destroyed or assigned to.
  BitbucketServer& operator=(BitbucketServer&& other) noexcept;
  ~BitbucketServer();

  const Repos repos{context_};        ///< repositories
  const Commits commits{context_};    ///< commits and what they changed
  const Branches branches{context_};  ///< branches
  const Tags tags{context_};          ///< tags
  const Files files{context_};        ///< contents of files
  const Hooks hooks{context_};        ///< webhooks
  const ServerInfo server{context_};  ///< the server itself

  /// Returns a view of this client, which differs in what `options` names and shares everything
  /// else.
  [[nodiscard]] BitbucketServer with(const CallOptions& options) const;

  /// Sends a row called with its arguments, `client.call(api::commits::get(repo, id))`, and returns
  /// the answer: a Paged<T> for a call that answers pages, a std::vector<T> for its first() rows.
  template <class A>
  auto call(ApiCall<A> call) const {
    return detail::send(context_, std::move(call));
  }
  /// Sends a row with these arguments: `client.call(api::commits::get, repo, id)`.
  template <Method M, class A, class... P>
  auto call(const ApiPath<M, A, P...>& row,
            const std::type_identity_t<typename detail::Parameter<P>::type>&... arguments) const {
    return detail::send(context_, row(arguments...));
  }
  /// Sends a call that answers bytes and passes them to `sink` piece by piece.
  void call(ApiCall<Bytes> call, Sink sink) const {
    detail::send(context_, std::move(call), std::move(sink));
  }

  /// Sends a request that has no typed operation yet and returns its JSON, or null for an empty
  /// answer.  `path` must already be encoded as it goes over the wire
  /// ("/rest/api/1.0/admin/groups"); `query` is encoded here.  Only a GET or HEAD may be repeated.
  [[nodiscard]] nlohmann::json call(Method method, std::string_view path,
                                    const Parameters& query = {}) const;
  /// Sends such a request with a JSON body.
  [[nodiscard]] nlohmann::json call(Method method, std::string_view path, const Parameters& query,
                                    const nlohmann::json& body) const;

  /// Runs `work(client, item)` for each item, up to `options.max` at the same time, and returns the
  /// results in the order of the items.  Each item under way has its own thread, so the work may do
  /// anything, even call concurrently().  The client passed to the work stops when this client's
  /// token is triggered or another item fails.  The error that occurred first is thrown after all
  /// work has stopped.
  ///
  /// Work that takes only the item and returns a call, `api::commits::changes(repo, id)`, cannot
  /// block: one thread per processor drives all calls, and concurrently() returns their answers.
  template <std::ranges::input_range Items, class Work>
  auto concurrently(Items&& items, Work&& work, const ConcurrencyOptions& options = {}) const;
  /// Sends the call that `work(item)` returns for each item, and passes each answer to
  /// `take(item, answer)` as it arrives, one at a time, on any of the threads.
  template <std::ranges::input_range Items, class Work, class Take>
  requires detail::CallWork<Work, std::ranges::range_value_t<Items>>
  void concurrently(Items&& items, Work&& work, Take&& take,
                    const ConcurrencyOptions& options = {}) const;

 private:
  explicit BitbucketServer(std::shared_ptr<const detail::Context> context);
  /// Runs the jobs that `next` makes, with a client that stops when one of them fails.
  using NextJob = std::function<detail::Job(const BitbucketServer&)>;
  void run(const NextJob& next, const ConcurrencyOptions& options) const;
};

template <std::ranges::input_range Items, class Work>
auto BitbucketServer::concurrently(Items&& items, Work&& work,
                                   const ConcurrencyOptions& options) const {
  using Item = std::ranges::range_value_t<Items>;
  if constexpr (detail::BlockingWork<Work, BitbucketServer, Item>) {
    return detail::results_of_work<BitbucketServer>(
        items, work, [&](const NextJob& next) { run(next, options); });
  } else {
    static_assert(detail::CallWork<Work, Item>,
                  "work for concurrently() takes a client and an item, or takes only the item and "
                  "returns a row called with its arguments");
    return detail::answers_together(context_, items, work, options.max);
  }
}

template <std::ranges::input_range Items, class Work, class Take>
requires detail::CallWork<Work, std::ranges::range_value_t<Items>>
void BitbucketServer::concurrently(Items&& items, Work&& work, Take&& take,
                                   const ConcurrencyOptions& options) const {
  detail::answers_as_they_come(context_, items, work, take, options.max);
}

}  // namespace bitbucket::inline v0_1
