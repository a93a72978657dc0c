#include "json/place.hpp"

#include <bitbucket/error.hpp>

namespace bitbucket::inline v0_1::json {
namespace {

void append(std::string& out, const Place& at) {
  if (!at.up) return;
  append(out, *at.up);
  out += '/';
  if (!at.name.data()) {
    out += std::to_string(at.index);
    return;
  }
  for (const char c : at.name) {
    if (c == '~')
      out += "~0";
    else if (c == '/')
      out += "~1";
    else
      out += c;
  }
}

}  // namespace

std::string pointer(const Place& at) {
  std::string out;
  append(out, at);
  return out;
}

void fail(const Place& at, const std::string& reason) { throw DecodeError(pointer(at), reason); }

}  // namespace bitbucket::inline v0_1::json
