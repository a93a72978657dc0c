#pragma once

#include <functional>

#include <bitbucket/tracking/store_error.hpp>

namespace bitbucket::test {

/// Returns the StoreError of a call that must throw one.
inline StoreError failure_of(const std::function<void()>& call) {
  try {
    call();
  } catch (const StoreError& error) {
    return error;
  }
  return {StoreError::Reason::other, "nothing failed"};
}

}  // namespace bitbucket::test
