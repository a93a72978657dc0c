#include "testing/git/text.hpp"

#include <iconv.h>
#include <strings.h>

#include <cerrno>
#include <cstddef>

namespace bitbucket::inline v0_1::testing::git {
namespace {

struct Sequence {
  std::size_t size = 1;  ///< bytes to take
  bool valid = false;
};

/// Looks at the first character; of a broken one takes the longest part that could have begun a
/// good one, as the Unicode standard recommends.
Sequence first(std::string_view text) {
  const auto byte = [&](std::size_t i) { return static_cast<unsigned char>(text[i]); };
  const unsigned char lead = byte(0);
  if (lead < 0x80) return {1, true};
  std::size_t more = 0;
  unsigned char low = 0x80, high = 0xBF;  // of the second byte
  if (lead >= 0xC2 && lead <= 0xDF) {
    more = 1;
  } else if (lead >= 0xE0 && lead <= 0xEF) {
    more = 2;
    if (lead == 0xE0) low = 0xA0;
    if (lead == 0xED) high = 0x9F;
  } else if (lead >= 0xF0 && lead <= 0xF4) {
    more = 3;
    if (lead == 0xF0) low = 0x90;
    if (lead == 0xF4) high = 0x8F;
  } else {
    return {1, false};
  }
  for (std::size_t i = 1; i <= more; ++i) {
    if (i >= text.size() || byte(i) < low || byte(i) > high) return {i, false};
    low = 0x80;
    high = 0xBF;
  }
  return {more + 1, true};
}

class Converter {
 public:
  explicit Converter(const char* from) : handle_(iconv_open("UTF-8", from)) {}
  ~Converter() {
    if (known()) iconv_close(handle_);
  }
  Converter(const Converter&) = delete;
  Converter& operator=(const Converter&) = delete;

  bool known() const { return handle_ != reinterpret_cast<iconv_t>(-1); }

  /// Returns false when the text is not of this encoding.
  bool convert(std::string_view text, std::string& out) {
    char* in = const_cast<char*>(text.data());
    std::size_t left = text.size();
    bool flushed = false;
    while (!flushed) {
      flushed = left == 0;
      char bytes[1024];
      char* to = bytes;
      std::size_t room = sizeof bytes;
      const std::size_t n = iconv(handle_, flushed ? nullptr : &in, &left, &to, &room);
      out.append(bytes, sizeof bytes - room);
      if (n == static_cast<std::size_t>(-1)) {
        if (errno != E2BIG) return false;
        flushed = false;
      }
    }
    return true;
  }

 private:
  iconv_t handle_;
};

}  // namespace

std::string valid_utf8(std::string_view text) {
  std::string out;
  out.reserve(text.size());
  while (!text.empty()) {
    const Sequence sequence = first(text);
    if (sequence.valid)
      out += text.substr(0, sequence.size);
    else
      out += "\xEF\xBF\xBD";
    text.remove_prefix(sequence.size);
  }
  return out;
}

std::string to_utf8(std::string_view text, const std::string& encoding) {
  if (encoding.empty() || strcasecmp(encoding.c_str(), "utf-8") == 0 ||
      strcasecmp(encoding.c_str(), "utf8") == 0)
    return std::string(text);
  Converter converter(encoding.c_str());
  std::string out;
  if (converter.known()) return converter.convert(text, out) ? out : std::string(text);
  // git's own second try, for the name mailers use
  if (strcasecmp(encoding.c_str(), "latin-1") != 0) return std::string(text);
  Converter latin("ISO-8859-1");
  return latin.known() && latin.convert(text, out) ? out : std::string(text);
}

}  // namespace bitbucket::inline v0_1::testing::git
