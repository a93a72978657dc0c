#pragma once

#include <filesystem>
#include <fstream>
#include <map>
#include <stdexcept>
#include <string>

#include <nlohmann/json.hpp>

// One document per type, with every member that Bitbucket's REST API is documented to send, typed
// from the documentation and not from the lists of members.  tests/data has a file for each model
// header and in it a member for each of its types.

namespace bitbucket_test {

using nlohmann::ordered_json;

void insert_samples(ordered_json& value);

/// Returns the documents of all types by their names.
inline const std::map<std::string, ordered_json>& samples() {
  static const auto all = [] {
    std::map<std::string, ordered_json> found;
    for (const auto& entry :
         std::filesystem::directory_iterator(BITBUCKET_SOURCE_DIR "/tests/data")) {
      std::ifstream file(entry.path());
      const ordered_json types = ordered_json::parse(file);
      for (const auto& [name, document] : types.items()) found[name] = document;
    }
    return found;
  }();
  return all;
}

/// Returns the document of a type, "Repo".
inline ordered_json sample(const std::string& name) {
  const auto found = samples().find(name);
  if (found == samples().end())
    throw std::runtime_error("no file in tests/data has a sample of " + name);
  ordered_json document = found->second;
  insert_samples(document);
  return document;
}

/// Replaces each reference, such as "$User", in a document with the sample of that type.
inline void insert_samples(ordered_json& value) {
  if (value.is_structured()) {
    for (ordered_json& inner : value) insert_samples(inner);
  } else if (value.is_string() && value.get_ref<const std::string&>().starts_with('$')) {
    value = sample(value.get<std::string>().substr(1));
  }
}

inline ordered_json page_of(const ordered_json& value) {
  return {{"size", 1},         {"limit", 25}, {"isLastPage", false},
          {"values", {value}}, {"start", 50}, {"nextPageStart", 77}};
}

}  // namespace bitbucket_test
