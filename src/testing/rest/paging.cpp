#include "testing/rest/paging.hpp"

#include <algorithm>

#include "testing/base/refusal.hpp"

namespace bitbucket::inline v0_1::testing::embedded {
namespace {

std::size_t number(const Call& call, const char* name, std::size_t otherwise, std::int64_t least) {
  const auto text = find_value(call.query, name);
  if (!text || text->empty()) return otherwise;
  const auto value = parse_integer(*text);
  if (!value) throw invalid(name, "The value '" + *text + "' of '" + name + "' is not a number.");
  if (*value < least) {
    throw invalid(name, "The value of '" + std::string(name) + "' must be at least " +
                            std::to_string(least) + '.');
  }
  return static_cast<std::size_t>(*value);
}

void append(std::string& out, const char* name, std::size_t value) {
  out += ",\"";
  out += name;
  out += "\":";
  out += std::to_string(value);
}

}  // namespace

void Pager::answer(Call& call, std::size_t max_limit, const Fetch& fetch, const Json& more) {
  const std::size_t start = number(call, "start", 0, 0);
  const std::size_t limit = std::min(number(call, "limit", default_limit_, 1), max_limit);
  const std::size_t count = short_pages_ == 0 ? limit : std::min(limit, short_pages_);
  // With empty pages a cursor is twice the row: an odd one has had its empty page already.
  const std::size_t scale = empty_pages_ == 0 ? 1 : 2;
  const std::size_t row = start / scale;
  const bool empty = empty_pages_ != 0 && start % 2 == 0 && ++pages_ % empty_pages_ == 0;
  Rows rows{{}, false};
  if (!empty) rows = fetch(row, count);
  const std::size_t next = empty ? start + 1 : (row + rows.texts.size()) * scale;

  std::string out = "{\"size\":" + std::to_string(rows.texts.size());
  append(out, "limit", limit);
  out += ",\"isLastPage\":";
  out += rows.last ? "true" : "false";
  out += ",\"values\":[";
  std::size_t bytes = 0;
  for (const std::string& text : rows.texts) bytes += text.size() + 1;
  out.reserve(out.size() + bytes + 256);
  for (std::size_t i = 0; i < rows.texts.size(); ++i) {
    if (i != 0) out += ',';
    out += rows.texts[i];
  }
  out += ']';
  append(out, "start", start);
  if (rows.last) {
    out += ",\"nextPageStart\":null";
  } else {
    append(out, "nextPageStart", next);
  }
  for (const auto& [name, value] : more.items()) out += ",\"" + name + "\":" + dump(value);
  out += '}';
  call.response.content("application/json;charset=UTF-8", std::move(out));
}

void Pager::answer_rows(Call& call, std::size_t size,
                        const std::function<std::string(std::size_t)>& text, const Json& more) {
  answer(
      call, max_page_limit_,
      [&](std::size_t row, std::size_t count) {
        Rows rows;
        const std::size_t end = row < size ? row + std::min(count, size - row) : row;
        for (std::size_t i = row; i < end; ++i) rows.texts.push_back(text(i));
        rows.last = end >= size;
        return rows;
      },
      more);
}

}  // namespace bitbucket::inline v0_1::testing::embedded
