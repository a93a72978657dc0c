#pragma once

#include <algorithm>
#include <array>
#include <compare>
#include <cstddef>
#include <cstdint>
#include <functional>
#include <iosfwd>
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
/// Appends several segments and the slashes between them.
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
  std::string slug;     ///< the one in the address bar, not the name

  RepoRef() = default;
  /// Refers to a repository by the key of its project and its slug.
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

  /// The placeholders that it fills.
  static constexpr std::array<std::string_view, 2> placeholders{"project", "repo"};
  /// Appends the text of the i-th placeholder, encoded.
  void append_to(std::string& path, std::size_t i) const {
    detail::append_segment(path, i == 0 ? project : slug,
                           i == 0 ? "the project key" : "the repository slug");
  }
  friend auto operator<=>(const RepoRef&, const RepoRef&) = default;
  /// Writes "PRJ/demo".
  template <class Traits>
  friend std::basic_ostream<char, Traits>& operator<<(std::basic_ostream<char, Traits>& out,
                                                      const RepoRef& repo) {
    return out << std::string_view(repo.project) << '/' << std::string_view(repo.slug);
  }
};

/// Whether a plain text or number converts to an id implicitly.
enum class Conversion {
  implicit,  ///< it does, because no call takes two ids that could be swapped
  by_name    ///< it does not: write `CommentId{3}`
};

/// An id that is text and fills the placeholder of that name; error messages call it `What`.  An id
/// does not convert to an id of another kind.
template <detail::FixedString Placeholder, detail::FixedString What,
          Conversion How = Conversion::implicit, auto Append = detail::append_segment>
struct TextId {
  std::string value;  ///< not encoded

  TextId() = default;
  /// Makes an id of a text that is not encoded.
  explicit(How == Conversion::by_name) TextId(std::string text) : value(std::move(text)) {}
  /// Makes an id of a text that is not encoded.
  explicit(How == Conversion::by_name) TextId(std::string_view text) : value(text) {}
  /// Makes an id of a text that is not encoded.
  explicit(How == Conversion::by_name) TextId(const char* text) : value(text) {}

  /// The placeholders that it fills.
  static constexpr std::array<std::string_view, 1> placeholders{Placeholder.view()};
  /// Appends the text, encoded.
  void append_to(std::string& path, std::size_t) const { Append(path, value, What.view()); }
  friend auto operator<=>(const TextId&, const TextId&) = default;
  /// Writes the text.
  template <class Traits>
  friend std::basic_ostream<char, Traits>& operator<<(std::basic_ostream<char, Traits>& out,
                                                      const TextId& id) {
    return out << std::string_view(id.value);
  }
};

/// An id that is a number.  An id does not convert to an id of another kind.
template <detail::FixedString Placeholder, Conversion How = Conversion::by_name>
struct NumericId {
  std::int64_t value = 0;  ///< the number that the server assigned

  NumericId() = default;
  /// Makes an id of a number.
  explicit(How == Conversion::by_name) NumericId(std::int64_t id) : value(id) {}

  /// The placeholders that it fills.
  static constexpr std::array<std::string_view, 1> placeholders{Placeholder.view()};
  /// Appends the number.
  void append_to(std::string& path, std::size_t) const { path += std::to_string(value); }
  friend auto operator<=>(const NumericId&, const NumericId&) = default;
  /// Writes the number.
  template <class Traits>
  friend std::basic_ostream<char, Traits>& operator<<(std::basic_ostream<char, Traits>& out,
                                                      const NumericId& id) {
    return out << id.value;
  }
};

/// The key of a project: "PRJ", or "~user" for a personal project; not its name.
using ProjectKey = TextId<"project", "the project key">;
/// A commit: its full or abbreviated id.  A branch or tag is given as `until` or `at`.
using CommitId = TextId<"commit", "the commit id">;
/// The path of a file from the root of the repository, "src/main.cpp": its slashes stay.
using FilePath = TextId<"path", "the file path", Conversion::implicit, detail::append_segments>;
/// The name of a tag, "v1.0" or "release/2": its slashes stay.
using TagName = TextId<"tag", "the name of the tag", Conversion::implicit, detail::append_segments>;
/// A user by the slug, which is not always the name.
using UserSlug = TextId<"user", "the user slug">;
/// A pull request by its number in its repository.
using PullRequestId = NumericId<"pullRequest", Conversion::implicit>;
/// A comment.
using CommentId = NumericId<"comment">;
/// A webhook.
using HookId = NumericId<"webhook", Conversion::implicit>;

/// One segment of a path in a row of your own: `PathParam<"issue">{"PRJ-1"}` fills `{issue}`.
template <detail::FixedString Placeholder>
using PathParam = TextId<Placeholder, Placeholder, Conversion::by_name>;

namespace detail {
template <class T>
concept Id = requires(const T& id) {
  T::placeholders;
  id.value;
};
}  // namespace detail

}  // namespace bitbucket::inline v0_1

/// Hashes an id.
template <bitbucket::detail::Id T>
struct std::hash<T> {
  /// Returns the hash of its text or number.
  std::size_t operator()(const T& id) const noexcept {
    return std::hash<decltype(id.value)>{}(id.value);
  }
};

/// Hashes the name of a repository.
template <>
struct std::hash<bitbucket::RepoRef> {
  /// Returns the hash of both parts.
  std::size_t operator()(const bitbucket::RepoRef& repo) const noexcept {
    const std::hash<std::string> part;
    return part(repo.project) * 31 + part(repo.slug);
  }
};
