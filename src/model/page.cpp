#include <bitbucket/model/page.hpp>

#include "model/codec.hpp"

namespace bitbucket::inline v0_1 {
namespace json {

void fields(PageFrame& p, auto& f) {
  f("size", p.size);
  f("limit", p.limit);
  f("isLastPage", p.is_last_page);
  f.required("values", p.values);
  f("start", p.start);
  f("nextPageStart", p.next_page_start);
}

static void expect_rows(Walk& walk, const PageFrame& page) noexcept {
  if (page.size && *page.size > 0) walk.expect(static_cast<std::size_t>(*page.size));
}

namespace {

/// The codec of rows that are not structs.
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

void read_page(std::string& body, PageFrame& out) {
  Document document(body);
  read_members(document, out);
  document.expect_end();
}

}  // namespace json

const detail::ModelCodec<RawJson>& detail::model_codec(const RawJson*) {
  return json::plain_codec<RawJson>;
}
const detail::ModelCodec<std::string>& detail::model_codec(const std::string*) {
  return json::plain_codec<std::string>;
}

}  // namespace bitbucket::inline v0_1
