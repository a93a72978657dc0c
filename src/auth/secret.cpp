#include <bitbucket/secret.hpp>

#include <cerrno>
#include <cstdio>
#include <memory>
#include <system_error>
#include <utility>

#include <bitbucket/error.hpp>

#include "auth/cleanse.hpp"

namespace bitbucket::inline v0_1 {

// A short string lives inside the object and a move copies it, so every moved-from string is
// cleansed too.  value_ is cleansed before it gets another buffer; otherwise libstdc++ would leave
// the second half of a short value in the object.

Secret::Secret(std::string value) : value_(std::move(value)) { auth::cleanse(value); }
Secret::Secret(std::string_view value) : value_(value) {}
Secret::Secret(const char* value) : value_(value ? value : "") {}
Secret::Secret(Secret&& other) noexcept : value_(std::move(other.value_)) { other.cleanse(); }

Secret& Secret::operator=(const Secret& other) {
  if (this != &other) *this = Secret(other);  // NOLINT(misc-unconventional-assign-operator)
  return *this;
}

Secret& Secret::operator=(Secret&& other) noexcept {
  if (this != &other) {
    cleanse();
    value_ = std::move(other.value_);
    other.cleanse();
  }
  return *this;
}

Secret::~Secret() { cleanse(); }

void Secret::cleanse() noexcept { auth::cleanse(value_); }

bool operator==(const Secret& a, const Secret& b) noexcept {
  return a.value_.size() == b.value_.size() &&
         CRYPTO_memcmp(a.value_.data(), b.value_.data(), a.value_.size()) == 0;
}

Secret read_file(const std::string& path) {
  constexpr std::size_t limit = 1u << 20;
  const auto refuse = [&](const std::string& reason) {
    return InvalidArgument("cannot read the file '" + path + "': " + reason);
  };
  if (path.empty() || path.find('\0') != std::string::npos) throw refuse("this is not a file name");
  const std::unique_ptr<std::FILE, int (*)(std::FILE*)> file(std::fopen(path.c_str(), "rb"),
                                                             &std::fclose);
  if (!file) throw refuse(std::generic_category().message(errno));
  std::setvbuf(file.get(), nullptr, _IONBF, 0);  // stdio's own buffer would not be cleansed
  auth::Scrubbed buffer(limit + 1);
  buffer.text.resize(limit + 1);
  const std::size_t size = std::fread(buffer.text.data(), 1, buffer.text.size(), file.get());
  if (std::ferror(file.get())) throw refuse(std::generic_category().message(errno));
  if (size > limit) throw refuse("it is larger than 1 MiB");
  std::string_view text(buffer.text.data(), size);
  while (text.ends_with('\n') || text.ends_with('\r')) text.remove_suffix(1);
  return Secret(text);
}

}  // namespace bitbucket::inline v0_1
