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

void read_page(std::string& body, PageFrame& out) {
  const Document document(body);
  Cursor in = document.value();
  read_members(in, out);
  document.expect_end(in);
}

}  // namespace json

const detail::ModelCodec<RawJson>& detail::model_codec(const RawJson*) {
  return json::codec<RawJson>;
}
const detail::ModelCodec<std::string>& detail::model_codec(const std::string*) {
  return json::codec<std::string>;
}

}  // namespace bitbucket::inline v0_1
