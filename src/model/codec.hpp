#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include <bitbucket/codec.hpp>
#include <bitbucket/model/common.hpp>
#include <bitbucket/model/page.hpp>

#include "json/query.hpp"
#include "json/reader.hpp"
#include "json/writer.hpp"

// For the source files that hold the lists of members and the words of one model header, and are
// the only ones that compile them.  A list stands in front of those that use it; behind it stands
// what the header declares:
//
//   const detail::ModelCodec<Repo>& model_codec(const Repo*) { return json::codec<Repo>; }

namespace bitbucket::inline v0_1 {

struct RepoPath;

namespace json {

/// The members of a page; `values` refers to rows of any type.
struct PageFrame {
  Rows values;
  std::optional<std::int64_t> size{}, limit{}, start{}, next_page_start{};
  std::optional<bool> is_last_page{};
};
void read_page(std::string& body, PageFrame& out);

/// Reads a page; what `out` had before is gone.
template <class T>
void read_document(std::string& body, Page<T>& out) {
  out.values.clear();
  PageFrame frame{.values = Rows(out.values)};
  read_page(body, frame);
  out = {std::move(out.values), frame.size,        frame.limit, frame.start,
         frame.next_page_start, frame.is_last_page};
}

// The types that are not what their JSON is.
void read(Cursor& in, Links& out);
void write(Writer& out, const Links& value);
void read(Cursor& in, RepoPath& out);
void write(Writer& out, const RepoPath& value);

/// How a type is read and written.  A struct is read and written by its field list, which must be
/// in the file that uses this template.
template <class T>
inline constexpr detail::ModelCodec<T> codec{
    .read = [](std::string& body, T& out) { read_document(body, out); },
    .read_array = [](std::string& body, std::vector<T>& out) { read_document(body, out); },
    .read_page = [](std::string& body, Page<T>& out) { read_document(body, out); },
    .write = [](const T& value) { return write_document(value); },
    .read_member =
        [](Cursor& in, T& out) {
          if constexpr (HasFields<T>)
            read_members(in, out);
          else
            read(in, out);
        },
    .write_member =
        [](Writer& out, const T& value) {
          if constexpr (HasFields<T>)
            write_members(out, value);
          else
            write(out, value);
        },
};

}  // namespace json
}  // namespace bitbucket::inline v0_1
