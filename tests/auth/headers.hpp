#pragma once

#include <string>
#include <string_view>

#include <gtest/gtest.h>

#include <bitbucket/json.hpp>

#include "http/encoding.hpp"

/// Splits `OAuth a="1", b="2"` into parameters and decodes the values.
inline bitbucket::Parameters header_parameters(std::string_view header) {
  bitbucket::Parameters out;
  EXPECT_TRUE(header.starts_with("OAuth ")) << header;
  header.remove_prefix(std::min<std::size_t>(6, header.size()));
  while (!header.empty()) {
    const std::string_view item = header.substr(0, header.find(", "));
    header.remove_prefix(std::min(header.size(), item.size() + 2));
    const std::size_t equals = item.find("=\"");
    if (equals == std::string_view::npos || !item.ends_with('"')) {
      ADD_FAILURE() << item;
      break;
    }
    const auto value =
        bitbucket::http::percent_decode(item.substr(equals + 2, item.size() - equals - 3), false);
    EXPECT_TRUE(value.has_value()) << item;
    out.emplace_back(item.substr(0, equals), value.value_or(""));
  }
  return out;
}

/// Returns the only value of a parameter; "(absent)" or "(twice)" otherwise.
inline std::string parameter(const bitbucket::Parameters& parameters, std::string_view name) {
  std::string out = "(absent)";
  for (const auto& [n, value] : parameters)
    if (n == name) out = out == "(absent)" ? value : "(twice)";
  return out;
}
