#pragma once

#include <exception>
#include <optional>
#include <type_traits>
#include <utility>
#include <variant>

#include <bitbucket/error.hpp>

namespace bitbucket::inline v0_1 {

/// A result, or the error that took its place; see attempt().
template <class T>
class Outcome {
 public:
  /// The type in which a result is kept.
  using Value = std::conditional_t<std::is_void_v<T>, std::monostate, T>;

  /// Holds a result.
  explicit Outcome(Value value) : value_(std::move(value)) {}
  /// Holds an error; `error` refers to the exception in `thrown`.
  Outcome(std::exception_ptr thrown, const Error& error)
      : thrown_(std::move(thrown)), error_(&error) {}

  /// Returns whether there is a result.
  explicit operator bool() const noexcept { return error_ == nullptr; }
  /// Returns the error, or null when there is a result.  The error lives as long as this outcome or
  /// any copy of it.
  [[nodiscard]] const Error* error() const noexcept { return error_; }
  /// Returns the result, or throws the error.
  std::add_lvalue_reference_t<const T> value() const& {
    if (thrown_) std::rethrow_exception(thrown_);
    if constexpr (!std::is_void_v<T>) return *value_;
  }
  /// Returns the result to move from, or throws the error.
  std::add_rvalue_reference_t<T> value() && {
    if (thrown_) std::rethrow_exception(thrown_);
    if constexpr (!std::is_void_v<T>) return *std::move(value_);
  }

 private:
  std::optional<Value> value_;
  std::exception_ptr thrown_;
  const Error* error_ = nullptr;
};

/// Returns what `work()` returns, or the Error that it throws.  Cancelled and everything that is
/// not an Error pass through, so work of BitbucketServer::concurrently() that carries on after one
/// item fails still stops when it must.
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
