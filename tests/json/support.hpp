#pragma once

#include <gtest/gtest.h>

#include <ostream>
#include <string>

#include <bitbucket/error.hpp>
#include <bitbucket/json.hpp>
#include <bitbucket/model/change.hpp>
#include <bitbucket/model/commit.hpp>
#include <bitbucket/model/hook.hpp>
#include <bitbucket/model/page.hpp>
#include <bitbucket/model/ref.hpp>
#include <bitbucket/model/repo.hpp>
#include <bitbucket/model/server_info.hpp>

namespace bitbucket_test {

/// Reads a text as an answer of type T.
template <class T>
T decode(std::string body) {
  T value;
  bitbucket::JsonCodec<T>::read(body, value);
  return value;
}

/// What a DecodeError said, "POINTER: REASON"; "accepted" when there was none.
template <class F>
std::string refusal(F&& read) {
  try {
    read();
  } catch (const bitbucket::DecodeError& error) {
    return error.pointer() + ": " + error.reason();
  }
  return "accepted";
}

template <class T>
std::string refusal_of(const std::string& body) {
  return refusal([&] { decode<T>(body); });
}

}  // namespace bitbucket_test
