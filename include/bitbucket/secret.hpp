#pragma once

#include <iosfwd>
#include <string>
#include <string_view>

#include <bitbucket/detail/export.hpp>

namespace bitbucket::inline v0_1 {

/// A string that cannot be printed and whose memory is cleansed when it is destroyed.
class BITBUCKET_EXPORT Secret {
 public:
  Secret() noexcept = default;
  /// Moves the text in; a string that the caller copied to pass it is the caller's to overwrite.
  Secret(std::string value);  // NOLINT(google-explicit-constructor): a literal is a secret
  /// Copies the text.
  Secret(std::string_view value);  // NOLINT(google-explicit-constructor)
  /// Copies the text.
  Secret(const char* value);  // NOLINT(google-explicit-constructor)
  Secret(const Secret& other) = default;
  Secret(Secret&& other) noexcept;
  Secret& operator=(const Secret& other);
  Secret& operator=(Secret&& other) noexcept;
  ~Secret();

  /// Returns the text.  This is the only way to read it, so every use can be found.
  [[nodiscard]] std::string_view reveal() const noexcept { return value_; }
  /// Returns whether there is no text.
  [[nodiscard]] bool empty() const noexcept { return value_.empty(); }

  /// Compares in a time that depends only on the lengths.
  friend BITBUCKET_EXPORT bool operator==(const Secret& a, const Secret& b) noexcept;
  friend std::ostream& operator<<(std::ostream&, const Secret&) = delete;

 private:
  void cleanse() noexcept;
  std::string value_;
};

/// Returns the content of a file as a secret, without line breaks at its end:
/// `.private_key = read_file("release-bot.pem")`.
/// Throws an InvalidArgument that names the file when it cannot be read or is larger than 1 MiB.
BITBUCKET_EXPORT Secret read_file(const std::string& path);

}  // namespace bitbucket::inline v0_1
