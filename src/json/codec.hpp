#pragma once

#include <string>

#include <bitbucket/detail/export.hpp>
#include <bitbucket/json.hpp>

#include "json/reader.hpp"
#include "json/writer.hpp"

// What JsonCodec is for the types with field lists.  A source file of model/ includes the lists and
// this, then names the types in the namespace of JsonCodec:
//
//   BITBUCKET_READ(Page<Repo>)
//
// These are specialisations, not instantiations: clang would hide an instantiation in a shared
// library, because the structs are types without a visibility of their own.

#define BITBUCKET_READ(...)                                                                 \
  template <>                                                                               \
  BITBUCKET_EXPORT void JsonCodec<__VA_ARGS__>::read(std::string& body, __VA_ARGS__& out) { \
    json::read_document(body, out);                                                         \
  }
#define BITBUCKET_WRITE(...)                                                             \
  template <>                                                                            \
  BITBUCKET_EXPORT std::string JsonCodec<__VA_ARGS__>::write(const __VA_ARGS__& value) { \
    return json::write_document(value);                                                  \
  }
/// A type and the two ways in which many of it come.
#define BITBUCKET_READ_MANY(...)    \
  BITBUCKET_READ(__VA_ARGS__)       \
  BITBUCKET_READ(Page<__VA_ARGS__>) \
  BITBUCKET_READ(std::vector<__VA_ARGS__>)
