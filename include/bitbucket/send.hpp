#pragma once

#include <memory>
#include <optional>
#include <string>
#include <type_traits>
#include <utility>

#include <bitbucket/api_path.hpp>
#include <bitbucket/error.hpp>
#include <bitbucket/export.hpp>
#include <bitbucket/own_codec.hpp>
#include <bitbucket/paged.hpp>
#include <bitbucket/transport.hpp>

// From a row of the table to an answer: the one way every operation takes.
namespace bitbucket::inline v0_1::detail {

struct Context;
using ContextPtr = std::shared_ptr<const Context>;

/// Sends a call and returns its 2xx answer; everything else is thrown.
BITBUCKET_EXPORT Response execute(const ContextPtr& context, const CallSpec& call);
BITBUCKET_EXPORT std::unique_ptr<PageSource> make_page_source(const ContextPtr& context,
                                                              CallSpec call);
/// Throws the error again with the request it belongs to in its text.
[[noreturn]] BITBUCKET_EXPORT void rethrow(const DecodeError& error, const CallSpec& call,
                                           const Response& response);

template <class A>
A decode(const CallSpec& call, Response& response) {
  A answer{};
  try {
    read_answer(response.body, answer);
  } catch (const DecodeError& error) {
    rethrow(error, call, response);
  }
  return answer;
}

template <class A>
struct Answered {
  static A get(const ContextPtr& context, CallSpec call) {
    Response response = execute(context, call);
    return decode<A>(call, response);
  }
};
template <>
struct Answered<void> {
  static void get(const ContextPtr& context, CallSpec call) { execute(context, call); }
};
template <>
struct Answered<Bytes> {
  static std::string get(const ContextPtr& context, CallSpec call) {
    return execute(context, call).body;
  }
};
template <class A>
struct Answered<std::optional<A>> {
  static std::optional<A> get(const ContextPtr& context, CallSpec call) {
    Response response = execute(context, call);
    if (response.body.empty()) return std::nullopt;
    return decode<A>(call, response);
  }
};
template <class A>
struct Answered<PageOf<A>> {
  static Paged<A> get(const ContextPtr& context, CallSpec call) {
    return Paged<A>(make_page_source(context, std::move(call)));
  }
};

/// Sends a row with its parameters.
template <Method M, class A, class... P>
auto send(const ContextPtr& context, const ApiPath<M, A, P...>& row,
          const typename Parameter<P>::type&... arguments) {
  return Answered<A>::get(context, make_call(row, arguments...));
}

/// The same for bytes that go to a sink.
template <Method M, class... P>
void send_to(const Sink& sink, const ContextPtr& context, const ApiPath<M, Bytes, P...>& row,
             const typename Parameter<P>::type&... arguments) {
  CallSpec call = make_call(row, arguments...);
  call.sink = sink;
  execute(context, call);
}

}  // namespace bitbucket::inline v0_1::detail
