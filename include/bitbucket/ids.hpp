#pragma once

#include <algorithm>
#include <array>
#include <compare>
#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>
#include <utility>

#include <bitbucket/detail/export.hpp>

namespace bitbucket::inline v0_1 {

// A type that fills placeholders of an ApiPath has
//   static constexpr std::array<std::string_view, N> placeholders;   their names, in path order
//   void append_to(std::string& path, std::size_t i) const;          the encoded text of the i-th
namespace detail {
/// Appends one percent-encoded segment, `/` included; throws InvalidArgument on "", "." and "..".
BITBUCKET_EXPORT void append_segment(std::string& path, std::string_view text,
                                     std::string_view what);
/// The same for several segments: `/` stays.
BITBUCKET_EXPORT void append_segments(std::string& path, std::string_view text,
                                      std::string_view what);

template <std::size_t N>
struct FixedString {
  char text[N]{};
  constexpr FixedString(const char (&s)[N]) { std::copy_n(s, N, text); }  // NOLINT
  [[nodiscard]] constexpr std::string_view view() const { return {text, N - 1}; }
};
}  // namespace detail

/// A repository: the key of its project and its slug.
struct BITBUCKET_EXPORT RepoRef {
  std::string project;  ///< "PRJ", or "~user" for a personal project
  std::string slug;     ///< as in the address bar; not the name

  RepoRef() = default;
  /// Takes both parts as they are.
  RepoRef(std::string project_key, std::string repo_slug)
      : project(std::move(project_key)), slug(std::move(repo_slug)) {}
  /// Parses "PRJ/demo"; throws InvalidArgument on anything else.
  RepoRef(std::string_view text);  // NOLINT(google-explicit-constructor)
  /// Parses "PRJ/demo"; throws InvalidArgument on anything else.
  RepoRef(const char* text) : RepoRef(std::string_view(text)) {}  // NOLINT
  /// Parses "PRJ/demo"; throws InvalidArgument on anything else.
  RepoRef(const std::string& text) : RepoRef(std::string_view(text)) {}  // NOLINT

  /// Returns "PRJ/demo".
  [[nodiscard]] std::string str() const { return project + '/' + slug; }

  /// What it fills in a path.
  static constexpr std::array<std::string_view, 2> placeholders{"project", "repo"};
  /// Appends the i-th of them, encoded.
  void append_to(std::string& path, std::size_t i) const {
    detail::append_segment(path, i == 0 ? project : slug,
                           i == 0 ? "the project key" : "the repository slug");
  }
  friend auto operator<=>(const RepoRef&, const RepoRef&) = default;
};

/// The key of a project in a path: "PRJ", or "~user" for a personal project.
struct ProjectKey {
  std::string value;  ///< the key, not the name

  ProjectKey() = default;
  /// Takes the key as it is.
  ProjectKey(std::string key) : value(std::move(key)) {}  // NOLINT(google-explicit-constructor)
  /// Takes the key as it is.
  ProjectKey(std::string_view key) : value(key) {}  // NOLINT(google-explicit-constructor)
  /// Takes the key as it is.
  ProjectKey(const char* key) : value(key) {}  // NOLINT(google-explicit-constructor)

  /// What it fills in a path.
  static constexpr std::array<std::string_view, 1> placeholders{"project"};
  /// Appends it, encoded.
  void append_to(std::string& path, std::size_t) const {
    detail::append_segment(path, value, "the project key");
  }
  friend auto operator<=>(const ProjectKey&, const ProjectKey&) = default;
};

/// A commit in a path: its full or abbreviated id.  A branch or tag is given as `until` or `at`.
struct CommitId {
  std::string value;  ///< hexadecimal digits

  CommitId() = default;
  /// Takes the id as it is.
  CommitId(std::string id) : value(std::move(id)) {}  // NOLINT(google-explicit-constructor)
  /// Takes the id as it is.
  CommitId(std::string_view id) : value(id) {}  // NOLINT(google-explicit-constructor)
  /// Takes the id as it is.
  CommitId(const char* id) : value(id) {}  // NOLINT(google-explicit-constructor)

  /// What it fills in a path.
  static constexpr std::array<std::string_view, 1> placeholders{"commit"};
  /// Appends it, encoded.
  void append_to(std::string& path, std::size_t) const {
    detail::append_segment(path, value, "the commit id");
  }
  friend auto operator<=>(const CommitId&, const CommitId&) = default;
};

/// The path of a file in a repository, "src/main.cpp": its slashes stay.
struct FilePath {
  std::string value;  ///< from the root of the repository, without a leading slash

  FilePath() = default;
  /// Takes the path as it is.
  FilePath(std::string path) : value(std::move(path)) {}  // NOLINT(google-explicit-constructor)
  /// Takes the path as it is.
  FilePath(std::string_view path) : value(path) {}  // NOLINT(google-explicit-constructor)
  /// Takes the path as it is.
  FilePath(const char* path) : value(path) {}  // NOLINT(google-explicit-constructor)

  /// What it fills in a path.
  static constexpr std::array<std::string_view, 1> placeholders{"path"};
  /// Appends it, encoded; slashes stay.
  void append_to(std::string& path, std::size_t) const {
    detail::append_segments(path, value, "the file path");
  }
  friend auto operator<=>(const FilePath&, const FilePath&) = default;
};

/// A number the server gave to one kind of thing; ids of different kinds do not convert.
template <detail::FixedString Placeholder>
struct NumericId {
  std::int64_t value = 0;  ///< as the server gave it

  NumericId() = default;
  /// Takes the number as it is.
  explicit NumericId(std::int64_t id) : value(id) {}

  /// What it fills in a path.
  static constexpr std::array<std::string_view, 1> placeholders{Placeholder.view()};
  /// Appends the number.
  void append_to(std::string& path, std::size_t) const { path += std::to_string(value); }
  friend auto operator<=>(const NumericId&, const NumericId&) = default;
};

/// A webhook.
using HookId = NumericId<"webhook">;

/// One segment of a path in a row of your own: `PathParam<"issue">{"PRJ-1"}` fills `{issue}`.
template <detail::FixedString Placeholder>
struct PathParam {
  std::string value;  ///< not encoded

  PathParam() = default;
  /// Takes the text as it is.
  explicit PathParam(std::string text) : value(std::move(text)) {}

  /// What it fills in a path.
  static constexpr std::array<std::string_view, 1> placeholders{Placeholder.view()};
  /// Appends it, encoded; a slash too.
  void append_to(std::string& path, std::size_t) const {
    detail::append_segment(path, value, Placeholder.view());
  }
  friend auto operator<=>(const PathParam&, const PathParam&) = default;
};

}  // namespace bitbucket::inline v0_1
