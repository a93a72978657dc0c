#include "testing/faults/gzip.hpp"

#include <algorithm>
#include <array>
#include <cstdint>

namespace bitbucket::inline v0_1::testing::embedded {
namespace {

constexpr std::string_view file_head("\x1f\x8b\x08\0\0\0\0\0\0\xff", 10);
constexpr std::size_t longest_stored = 65535;
constexpr std::size_t longest_copy = 258;

class Crc32 {
 public:
  void add(unsigned char byte) { value_ = table()[(value_ ^ byte) & 0xff] ^ (value_ >> 8); }
  [[nodiscard]] std::uint32_t value() const { return ~value_; }

 private:
  static const std::array<std::uint32_t, 256>& table() {
    static const auto made = [] {
      std::array<std::uint32_t, 256> out{};
      for (std::uint32_t i = 0; i < out.size(); ++i) {
        std::uint32_t rest = i;
        for (int bit = 0; bit < 8; ++bit) rest = (rest >> 1) ^ ((rest & 1) != 0 ? 0xedb88320u : 0u);
        out[i] = rest;
      }
      return out;
    }();
    return made;
  }
  std::uint32_t value_ = 0xffffffffu;
};

void append_little(std::string& out, std::uint32_t value, int bytes) {
  for (int i = 0; i < bytes; ++i) out += static_cast<char>(value >> (8 * i) & 0xff);
}

void append_trailer(std::string& out, const Crc32& crc, std::size_t size) {
  append_little(out, crc.value(), 4);
  append_little(out, static_cast<std::uint32_t>(size), 4);
}

/// Writes one deflate block with the fixed Huffman codes (RFC 1951, 3.2.6).
class FixedBlock {
 public:
  explicit FixedBlock(std::string& out) : out_(out) { bits(0b011, 3); }  // the last block, fixed
  void literal(unsigned char byte) { code(0x30u + byte, 8); }            // bytes below 144 only
  /// Repeats the last byte 258 times.
  void longest_match() {
    code(0b11000101, 8);
    code(0, 5);
  }
  void end() {
    code(0, 7);
    if (count_ > 0) bits(0, 8 - count_);
  }

 private:
  void code(unsigned value, int size) {
    for (int i = size; i-- > 0;) bits(value >> i & 1u, 1);
  }
  void bits(unsigned value, int size) {
    byte_ |= value << count_;
    count_ += size;
    if (count_ < 8) return;
    out_ += static_cast<char>(byte_ & 0xff);
    byte_ >>= 8;
    count_ -= 8;
  }
  std::string& out_;
  unsigned byte_ = 0;
  int count_ = 0;
};

}  // namespace

std::string gzip(std::string_view text) {
  std::string out(file_head);
  Crc32 crc;
  for (const char c : text) crc.add(static_cast<unsigned char>(c));
  const std::size_t size = text.size();
  do {
    const auto length = static_cast<std::uint32_t>(std::min(text.size(), longest_stored));
    out += text.size() == length ? '\1' : '\0';
    append_little(out, length, 2);
    append_little(out, ~length, 2);
    out += text.substr(0, length);
    text.remove_prefix(length);
  } while (!text.empty());
  append_trailer(out, crc, size);
  return out;
}

std::string gzip_bomb(std::size_t unpacked) {
  constexpr std::string_view open = "{\"bomb\":\"";
  constexpr std::string_view close = "\"}";
  unpacked = std::max<std::size_t>(unpacked, 32);
  std::string out(file_head);
  Crc32 crc;
  FixedBlock block(out);
  const auto literal = [&](char c) {
    block.literal(static_cast<unsigned char>(c));
    crc.add(static_cast<unsigned char>(c));
  };
  for (const char c : open) literal(c);
  std::size_t left = unpacked - open.size() - close.size();
  for (literal('x'), --left; left >= longest_copy; left -= longest_copy) {
    block.longest_match();
    for (std::size_t i = 0; i < longest_copy; ++i) crc.add('x');
  }
  for (; left > 0; --left) literal('x');
  for (const char c : close) literal(c);
  block.end();
  append_trailer(out, crc, unpacked);
  return out;
}

}  // namespace bitbucket::inline v0_1::testing::embedded
