#pragma once

#include <cstddef>
#include <cstdint>
#include <map>
#include <string>
#include <string_view>
#include <vector>

// Looks for secrets in the memory of this process.
namespace secrets {

/// A piece of a secret, masked so that the search does not find the piece itself.
struct Needle {
  std::string name;
  std::vector<std::uint8_t> masked;
};

constexpr std::uint8_t mask = 0xA5;
constexpr std::size_t longest_needle = 32;

/// Takes pieces from the beginning, middle and end of a secret: a heap overwrites the first bytes
/// of a freed block, which must not hide the rest.
void append_pieces(std::vector<Needle>& out, const std::string& name, std::string_view secret);

void write_needles(const std::string& file, const std::vector<Needle>& needles);
std::vector<Needle> read_needles(const std::string& file);

/// Searches every writable mapping (heap, stacks, anonymous memory, data segments) and returns how
/// often each name was found.
std::map<std::string, int> search_own_memory(const std::vector<Needle>& needles);

}  // namespace secrets
