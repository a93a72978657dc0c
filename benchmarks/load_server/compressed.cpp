#include "load_server/compressed.hpp"

#include <stdexcept>

#include <zlib.h>

namespace benchmarks {
namespace {

constexpr int level = 6;              // what servers use
constexpr int gzip_window = 15 + 16;  // the largest, with gzip's header
constexpr int memory = 8;             // zlib's default

std::string gzip(std::string text) {
  z_stream stream{};
  if (deflateInit2(&stream, level, Z_DEFLATED, gzip_window, memory, Z_DEFAULT_STRATEGY) != Z_OK)
    throw std::runtime_error("zlib does not start");
  std::string out(deflateBound(&stream, text.size()), '\0');
  stream.next_in = reinterpret_cast<Bytef*>(text.data());
  stream.avail_in = static_cast<uInt>(text.size());
  stream.next_out = reinterpret_cast<Bytef*>(out.data());
  stream.avail_out = static_cast<uInt>(out.size());
  const int code = deflate(&stream, Z_FINISH);
  out.resize(stream.total_out);
  deflateEnd(&stream);
  if (code != Z_STREAM_END) throw std::runtime_error("zlib does not compress");
  return out;
}

}  // namespace

Answer Compressed::answer(std::string_view target, const Answer& plain) {
  const std::size_t begin = plain.head.find("\r\n\r\n") + 4;
  auto known = bodies_.find(target);
  if (known == bodies_.end())
    known =
        bodies_
            .emplace(target, gzip(plain.head.substr(begin).append(plain.body).append(plain.tail)))
            .first;
  Answer out;
  // The length is the last header.
  out.head = plain.head.substr(0, plain.head.rfind("Content-Length: ", begin));
  out.head.append("Content-Encoding: gzip\r\nContent-Length: ")
      .append(std::to_string(known->second.size()))
      .append("\r\n\r\n");
  out.body = known->second;
  return out;
}

}  // namespace benchmarks
