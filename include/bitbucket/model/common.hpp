#pragma once

#include <chrono>
#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include <bitbucket/codec.hpp>
#include <bitbucket/detail/export.hpp>
#include <bitbucket/json.hpp>
#include <bitbucket/open_enum.hpp>

namespace bitbucket::inline v0_1 {

/// A point in time in milliseconds since 1970, UTC.
using Timestamp = std::chrono::sys_time<std::chrono::milliseconds>;

/// One link of an object.
struct Link {
  std::string rel;   ///< "self", "clone", ...
  std::string href;  ///< built from the base URL in the server's settings; do not derive API
                     ///< addresses from it
  std::string name;  ///< "http" or "ssh" for clone links
  friend bool operator==(const Link&, const Link&) = default;
};

/// The links of an object, in the order they came.
struct Links {
  std::vector<Link> items;  ///< as the server sent them

  /// Returns the first href with this relation (and name, when given); empty when there is none.
  [[nodiscard]] BITBUCKET_EXPORT std::string_view find(std::string_view rel,
                                                       std::string_view name = {}) const noexcept;
  friend bool operator==(const Links&, const Links&) = default;
};

/// A person or a service.
enum class UserType { unknown, normal, service };
BITBUCKET_EXPORT EnumWords<UserType> enum_words(UserType);

/// A user of the server.
struct User {
  std::string name;           ///< identifies the user in queries
  std::string slug;           ///< identifies the user in paths
  std::int64_t id = 0;        ///< unique on this server
  std::string display_name;   ///< for people
  std::string email_address;  ///< empty for service users and where privacy hides it
  bool active = false;        ///< may log in
  Open<UserType> type;        ///< a person or a service
  Links links;                ///< to the profile in the browser
  std::string avatar_url;     ///< empty unless asked for
  friend bool operator==(const User&, const User&) = default;
};
BITBUCKET_EXPORT const detail::ModelCodec<User>& model_codec(const User*);

/// The author or committer of a commit.  The members after the address are set when the server
/// maps the address to a user; `id` is 0 otherwise.
struct Person {
  std::string name;           ///< recorded in the commit
  std::string email_address;  ///< recorded in the commit
  std::int64_t id = 0;        ///< of the user, 0 when there is none
  std::string display_name;   ///< of the user, for people
  std::string slug;           ///< of the user, for paths
  bool active = false;        ///< the user may log in
  Open<UserType> type;        ///< a person or a service
  Links links;                ///< to the profile in the browser
  std::string avatar_url;     ///< empty unless asked for
  friend bool operator==(const Person&, const Person&) = default;
};
BITBUCKET_EXPORT const detail::ModelCodec<Person>& model_codec(const Person*);

}  // namespace bitbucket::inline v0_1
