#pragma once

#include <cstddef>
#include <string>
#include <utility>
#include <vector>

#include <bitbucket/error.hpp>
#include <bitbucket/json.hpp>
#include <bitbucket/model/page.hpp>

// Reads arrays and pages of a user's own type with nothing but the JsonCodec of that type.
namespace bitbucket::inline v0_1::detail {

template <class T>
concept OwnCodec = !requires {
  JsonCodec<T>::of_the_library;
};

template <class T>
std::vector<T> read_rows(std::vector<RawJson>& texts, const std::string& pointer) {
  std::vector<T> rows(texts.size());
  for (std::size_t i = 0; i < texts.size(); ++i) {
    try {
      JsonCodec<T>::read(texts[i].text, rows[i]);
    } catch (const DecodeError& error) {
      throw DecodeError(pointer + '/' + std::to_string(i) + error.pointer(), error.reason());
    }
  }
  return rows;
}

template <class A>
void read_answer(std::string& body, A& answer) {
  JsonCodec<A>::read(body, answer);
}

template <OwnCodec T>
void read_answer(std::string& body, std::vector<T>& answer) {
  if constexpr (OwnCodec<std::vector<T>>) {
    JsonCodec<std::vector<T>>::read(body, answer);
  } else {
    std::vector<RawJson> texts;
    JsonCodec<std::vector<RawJson>>::read(body, texts);
    answer = read_rows<T>(texts, "");
  }
}

template <OwnCodec T>
void read_answer(std::string& body, Page<T>& answer) {
  if constexpr (OwnCodec<Page<T>>) {
    JsonCodec<Page<T>>::read(body, answer);
  } else {
    Page<RawJson> page;
    JsonCodec<Page<RawJson>>::read(body, page);
    answer = {read_rows<T>(page.values, "/values"),
              page.size,
              page.limit,
              page.start,
              page.next_page_start,
              page.is_last_page};
  }
}

}  // namespace bitbucket::inline v0_1::detail
