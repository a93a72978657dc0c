#pragma once

#include <exception>
#include <optional>
#include <type_traits>
#include <utility>
#include <variant>

#include <bitbucket/error.hpp>

namespace bitbucket::inline v0_1 {

/// A result, or the error that came in its place: see attempt().
template <class T>
class Outcome {
 public:
  /// What is kept of a result.
  using Value = std::conditional_t<std::is_void_v<T>, std::monostate, T>;

  /// Holds a result.
  explicit Outcome(Value value) : value_(std::move(value)) {}
  /// Holds an error: `error` refers to the exception of `thrown`.
  Outcome(std::exception_ptr thrown, const Error& error)
      : thrown_(std::move(thrown)), error_(&error) {}

  /// Returns whether there is a result.
  explicit operator bool() const noexcept { return error_ == nullptr; }
  /// Returns the error, null when there is a result; it lives as long as this or a copy of it.
  [[nodiscard]] const Error* error() const noexcept { return error_; }
  /// Returns the result; throws the error when there is none.
  std::add_lvalue_reference_t<const T> value() const& {
    if (thrown_) std::rethrow_exception(thrown_);
    if constexpr (!std::is_void_v<T>) return *value_;
  }
  /// Returns the result to be moved from; throws the error when there is none.
  std::add_rvalue_reference_t<T> value() && {
    if (thrown_) std::rethrow_exception(thrown_);
    if constexpr (!std::is_void_v<T>) return *std::move(value_);
  }

 private:
  std::optional<Value> value_;
  std::exception_ptr thrown_;
  const Error* error_ = nullptr;
};

/// Returns what `work()` returns, or the error it throws.  Cancelled is thrown on, as is whatever
/// is no Error: work of BitbucketServer::concurrently() that goes on after the failure of one item
/// still stops when it has to.
template <class Work>
auto attempt(Work&& work) -> Outcome<std::remove_cvref_t<std::invoke_result_t<Work&>>> {
  using Result = Outcome<std::remove_cvref_t<std::invoke_result_t<Work&>>>;
  try {
    if constexpr (std::is_void_v<std::invoke_result_t<Work&>>) {
      work();
      return Result(std::monostate{});
    } else {
      return Result(work());
    }
  } catch (const Cancelled&) {
    throw;
  } catch (const Error& error) {
    return Result(std::current_exception(), error);
  }
}

}  // namespace bitbucket::inline v0_1
