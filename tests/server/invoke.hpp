#pragma once

#include <string>
#include <type_traits>

#include <bitbucket/api/table.hpp>
#include <bitbucket/server.hpp>

// Lets tests walk the table: calls every row without code that knows the row.
namespace bitbucket::test {

/// Converts to an argument for any row of the table.
template <class T>
T sample() {
  if constexpr (std::is_same_v<T, RepoRef>) {
    return {"PRJ", "demo"};
  } else if constexpr (std::is_same_v<T, NewHook>) {
    return {.name = "n", .url = "https://bot.example.com", .events = {"repo:refs_changed"}};
  } else if constexpr (std::is_same_v<T, RawJson>) {
    return {"{}"};
  } else if constexpr (std::is_constructible_v<T, std::string> && !std::is_same_v<T, Parameters>) {
    return T(std::string("sample"));
  } else {
    return T{};
  }
}

/// Calls a row with sample arguments; if the answer is a range, walks it.
template <Method M, class A, class... P>
void invoke(const BitbucketServer& client, const ApiPath<M, A, P...>& row) {
  if constexpr (detail::kind_of<A> == AnswerKind::page) {
    client.call(row, sample<typename detail::Parameter<P>::type>()...).to_vector();
  } else {
    (void)client.call(row, sample<typename detail::Parameter<P>::type>()...);
  }
}

}  // namespace bitbucket::test
