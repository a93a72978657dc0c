#pragma once

#include <memory>
#include <optional>
#include <string>
#include <type_traits>
#include <utility>

#include <bitbucket/api_path.hpp>
#include <bitbucket/codec.hpp>
#include <bitbucket/detail/export.hpp>
#include <bitbucket/error.hpp>
#include <bitbucket/paged.hpp>
#include <bitbucket/transport.hpp>

// The one way from a row of the table to its answer, which every operation takes.
namespace bitbucket::inline v0_1::detail {

struct Context;
using ContextPtr = std::shared_ptr<const Context>;

/// Sends a call and returns its 2xx answer; throws for every other outcome.
BITBUCKET_EXPORT Response execute(const ContextPtr& context, const CallSpec& call);
BITBUCKET_EXPORT std::unique_ptr<PageSource> make_page_source(const ContextPtr& context,
                                                              CallSpec call);
/// Throws the error again with the name of its request in the text.
[[noreturn]] BITBUCKET_EXPORT void rethrow(const DecodeError& error, const Context& context,
                                           const CallSpec& call, const Response& response);

template <class A>
A decode(const Context& context, const CallSpec& call, Response& response) {
  A answer{};
  try {
    JsonCodec<A>::read(response.body, answer);
  } catch (const DecodeError& error) {
    rethrow(error, context, call, response);
  }
  return answer;
}

/// How to get each kind of answer from a call, and how to read it from a response.
template <class A>
struct Answered {
  static A get(const ContextPtr& context, const CallSpec& call) {
    Response response = execute(context, call);
    return from(*context, call, response);
  }
  static A from(const Context& context, const CallSpec& call, Response& response) {
    return decode<A>(context, call, response);
  }
};
template <>
struct Answered<void> {
  static void get(const ContextPtr& context, const CallSpec& call) { execute(context, call); }
};
template <>
struct Answered<Bytes> {
  static std::string get(const ContextPtr& context, const CallSpec& call) {
    return execute(context, call).body;
  }
  static std::string from(const Context&, const CallSpec&, Response& response) {
    return std::move(response.body);
  }
};
template <class A>
struct Answered<std::optional<A>> {
  static std::optional<A> get(const ContextPtr& context, const CallSpec& call) {
    Response response = execute(context, call);
    return from(*context, call, response);
  }
  static std::optional<A> from(const Context& context, const CallSpec& call, Response& response) {
    if (response.body.empty()) return std::nullopt;
    return decode<A>(context, call, response);
  }
};

/// Sends a call.
template <class A>
auto send(const ContextPtr& context, ApiCall<A> call) {
  return Answered<A>::get(context, call.spec());
}
template <class T>
Paged<T> send(const ContextPtr& context, ApiCall<PageOf<T>> call) {
  return Paged<T>(make_page_source(context, std::move(call).spec()));
}
template <class T>
std::vector<T> send(const ContextPtr& context, ApiCall<FirstOf<T>> call) {
  const std::size_t rows = call.rows();
  return Paged<T>(make_page_source(context, std::move(call).spec())).to_vector(rows);
}
/// Sends a call whose bytes go to a sink.
inline void send(const ContextPtr& context, ApiCall<Bytes> call, Sink sink) {
  CallSpec spec = std::move(call).spec();
  spec.sink = std::move(sink);
  execute(context, spec);
}

}  // namespace bitbucket::inline v0_1::detail
