#include "secrets/memory.hpp"

#include <fcntl.h>
#include <sys/mman.h>
#include <unistd.h>

#include <algorithm>
#include <fstream>
#include <sstream>
#include <stdexcept>

namespace secrets {
namespace {

constexpr std::size_t chunk = 1u << 20;

/// The memory is copied here for the search: a mapping of its own, which is not searched.
class Window {
 public:
  Window()
      : data_(static_cast<std::uint8_t*>(::mmap(nullptr, chunk + longest_needle,
                                                PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS,
                                                -1, 0))),
        memory_(::open("/proc/self/mem", O_RDONLY | O_CLOEXEC)) {
    if (data_ == MAP_FAILED || memory_ < 0) throw std::runtime_error("cannot read own memory");
  }
  Window(const Window&) = delete;
  Window& operator=(const Window&) = delete;
  ~Window() {
    ::munmap(data_, chunk + longest_needle);
    ::close(memory_);
  }
  [[nodiscard]] const std::uint8_t* data() const noexcept { return data_; }
  /// Returns how many bytes from `at` on could be read.
  std::size_t read(std::uintptr_t at, std::size_t size) {
    const ssize_t got = ::pread(memory_, data_, size, static_cast<off_t>(at));
    return got < 0 ? 0 : static_cast<std::size_t>(got);
  }
  [[nodiscard]] bool is_in(std::uintptr_t begin, std::uintptr_t end) const noexcept {
    const auto at = reinterpret_cast<std::uintptr_t>(data_);
    return at >= begin && at < end;
  }
  [[nodiscard]] std::uintptr_t begin() const noexcept {
    return reinterpret_cast<std::uintptr_t>(data_);
  }
  [[nodiscard]] std::uintptr_t end() const noexcept {
    return begin() + (chunk + longest_needle + 4095) / 4096 * 4096;
  }

 private:
  std::uint8_t* data_;
  int memory_;
};

class Search {
 public:
  explicit Search(const std::vector<Needle>& needles) : needles_(needles), starts_(65536) {
    for (std::size_t i = 0; i < needles.size(); ++i)
      starts_[needles[i].masked[0] << 8 | needles[i].masked[1]].push_back(i);
    for (const auto& list : starts_) interesting_.push_back(list.empty() ? 0 : 1);
  }

  void range(std::uintptr_t begin, std::uintptr_t end) {
    while (begin < end) {
      const std::size_t size = window_.read(begin, std::min<std::size_t>(end - begin, chunk));
      if (size == 0) {
        begin += 4096;  // an unmapped page
        continue;
      }
      look(size);
      // A match that begins in the last bytes may continue in the next chunk.
      begin += size > longest_needle && begin + size < end ? size - longest_needle : size;
    }
  }
  void all_but_the_window(std::uintptr_t begin, std::uintptr_t end) {
    if (!window_.is_in(begin, end)) return range(begin, end);
    range(begin, window_.begin());
    range(window_.end(), end);
  }

  std::map<std::string, int> found;

 private:
  void look(std::size_t size) {
    const std::uint8_t* const data = window_.data();
    for (std::size_t i = 0; i + 1 < size; ++i) {
      const std::size_t start = (data[i] ^ mask) << 8 | (data[i + 1] ^ mask);
      if (interesting_[start] == 0) continue;
      for (const std::size_t which : starts_[start]) {
        const auto& wanted = needles_[which].masked;
        if (i + wanted.size() > size) continue;
        std::size_t same = 2;
        while (same < wanted.size() && (data[i + same] ^ mask) == wanted[same]) ++same;
        if (same == wanted.size()) ++found[needles_[which].name];
      }
    }
  }

  const std::vector<Needle>& needles_;
  std::vector<std::vector<std::size_t>> starts_;
  std::vector<char> interesting_;
  Window window_;
};

}  // namespace

void append_pieces(std::vector<Needle>& out, const std::string& name, std::string_view secret) {
  const std::size_t size = std::min<std::size_t>(secret.size(), secret.size() < 32 ? 10 : 16);
  for (const std::size_t at : {std::size_t{0}, (secret.size() - size) / 2, secret.size() - size}) {
    Needle needle{name, {}};
    for (const char c : secret.substr(at, size))
      needle.masked.push_back(static_cast<std::uint8_t>(c) ^ mask);
    out.push_back(std::move(needle));
  }
}

void write_needles(const std::string& file, const std::vector<Needle>& needles) {
  std::ofstream out(file);
  for (const Needle& needle : needles) {
    out << needle.name;
    for (const unsigned byte : needle.masked) out << ' ' << byte;
    out << '\n';
  }
}

std::vector<Needle> read_needles(const std::string& file) {
  std::vector<Needle> out;
  std::ifstream in(file);
  for (std::string line; std::getline(in, line);) {
    std::istringstream words(line);
    Needle needle;
    words >> needle.name;
    for (unsigned byte = 0; words >> byte;)
      needle.masked.push_back(static_cast<std::uint8_t>(byte));
    out.push_back(std::move(needle));
  }
  return out;
}

std::map<std::string, int> search_own_memory(const std::vector<Needle>& needles) {
  Search search(needles);
  std::ifstream maps("/proc/self/maps");
  std::vector<std::pair<std::uintptr_t, std::uintptr_t>> ranges;
  for (std::string line; std::getline(maps, line);) {
    std::istringstream words(line);
    std::uintptr_t begin = 0, end = 0;
    char dash = 0;
    std::string rights;
    words >> std::hex >> begin >> dash >> end >> rights;
    // Larger ones are the shadow memory of a sanitizer.
    if (rights.starts_with("rw") && end - begin < (std::size_t{1} << 30))
      ranges.emplace_back(begin, end);
  }
  for (const auto& [begin, end] : ranges) search.all_but_the_window(begin, end);
  return search.found;
}

}  // namespace secrets
