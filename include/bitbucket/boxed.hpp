#pragma once

#include <memory>
#include <utility>

namespace bitbucket::inline v0_1 {

/// An optional value whose type may still be incomplete.  Copies and comparisons apply to the
/// value.
template <class T>
class Boxed {
 public:
  Boxed() noexcept = default;
  /// Holds `value`.
  Boxed(T value) : value_(std::make_unique<T>(std::move(value))) {}  // NOLINT: like std::optional
  /// Copies the value.
  Boxed(const Boxed& other) : value_(other.value_ ? std::make_unique<T>(*other.value_) : nullptr) {}
  Boxed(Boxed&&) noexcept = default;
  /// Copies the value.
  Boxed& operator=(const Boxed& other) {
    Boxed copy(other);
    value_.swap(copy.value_);
    return *this;
  }
  Boxed& operator=(Boxed&&) noexcept = default;
  ~Boxed() = default;

  /// Returns whether there is a value.
  [[nodiscard]] bool has_value() const noexcept { return value_ != nullptr; }
  /// Returns whether there is a value.
  explicit operator bool() const noexcept { return has_value(); }
  /// Makes a new value and returns a reference to it.
  T& emplace() { return *(value_ = std::make_unique<T>()); }
  /// Drops the value.
  void reset() noexcept { value_.reset(); }
  /// Returns the value, which must be there.
  T& operator*() noexcept { return *value_; }
  /// Returns the value, which must be there.
  const T& operator*() const noexcept { return *value_; }
  /// Returns the value's address; null when there is none.
  T* operator->() noexcept { return value_.get(); }
  /// Returns the value's address; null when there is none.
  const T* operator->() const noexcept { return value_.get(); }

  /// Compares the values; two absent ones are equal.
  friend bool operator==(const Boxed& a, const Boxed& b) {
    return a.value_ && b.value_ ? *a.value_ == *b.value_ : a.has_value() == b.has_value();
  }

 private:
  std::unique_ptr<T> value_;
};

}  // namespace bitbucket::inline v0_1
