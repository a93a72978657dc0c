#include <bitbucket/model/page.hpp>

#include "model/codec.hpp"

// Rows of pages that are no structs.

namespace bitbucket::inline v0_1 {
namespace json {
namespace {

template <class T>
constexpr detail::ModelCodec<T> plain_codec{
    .read = [](std::string& body, T& out) { read_document(body, out); },
    .read_array = [](std::string& body, std::vector<T>& out) { read_document(body, out); },
    .read_page = [](std::string& body, Page<T>& out) { read_document(body, out); },
    .write = [](const T& value) { return write_document(value); },
    .read_member = [](Cursor& in, T& out) { read(in, out); },
    .write_member = [](Writer& out, const T& value) { write(out, value); },
};

}  // namespace
}  // namespace json

const detail::ModelCodec<RawJson>& detail::model_codec(const RawJson*) {
  return json::plain_codec<RawJson>;
}
const detail::ModelCodec<std::string>& detail::model_codec(const std::string*) {
  return json::plain_codec<std::string>;
}

}  // namespace bitbucket::inline v0_1
