#pragma once

#include <fstream>
#include <stdexcept>
#include <string>

#include <nlohmann/json.hpp>

// One document per type in tests/data, with every member that Bitbucket's REST API is documented to
// send, typed from the documentation and not from the lists of members.

namespace bitbucket_test {

using nlohmann::ordered_json;

/// Returns the document of a type, "repo".
inline ordered_json sample(const std::string& name) {
  std::ifstream file(BITBUCKET_SOURCE_DIR "/tests/data/" + name + ".json");
  if (!file) throw std::runtime_error("there is no tests/data/" + name + ".json");
  return ordered_json::parse(file);
}

inline ordered_json page_of(const ordered_json& value) {
  return {{"size", 1},         {"limit", 25}, {"isLastPage", false},
          {"values", {value}}, {"start", 50}, {"nextPageStart", 77}};
}

}  // namespace bitbucket_test
