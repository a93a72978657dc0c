#pragma once

#include <chrono>
#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include <bitbucket/export.hpp>
#include <bitbucket/json.hpp>
#include <bitbucket/open_enum.hpp>

namespace bitbucket::inline v0_1 {

/// A point in time as Bitbucket has it: milliseconds since 1970, UTC.
using Timestamp = std::chrono::sys_time<std::chrono::milliseconds>;

struct Link {
  std::string rel;   ///< "self", "clone", ...
  std::string href;  ///< as the server is configured; not a base for API addresses
  std::string name;  ///< "http" or "ssh" for clone links
  friend bool operator==(const Link&, const Link&) = default;
};

/// The links of an object, in the order they came.
struct Links {
  std::vector<Link> items;

  /// Returns the first href with this relation (and name, when given); empty when there is none.
  [[nodiscard]] BITBUCKET_EXPORT std::string_view find(std::string_view rel,
                                                       std::string_view name = {}) const noexcept;
  friend bool operator==(const Links&, const Links&) = default;
};

enum class UserType { unknown, normal, service };
BITBUCKET_EXPORT EnumNames<UserType> names(UserType);

/// A user of the server.
struct User {
  std::string name;  ///< what queries take
  std::string slug;  ///< what paths take
  std::int64_t id = 0;
  std::string display_name;
  std::string email_address;  ///< empty for service users and where privacy hides it
  bool active = false;
  Open<UserType> type;
  Links links;
  std::string avatar_url;
  friend bool operator==(const User&, const User&) = default;
};

/// The author or committer of a commit.  The members after the address are set when the server
/// maps the address to a user; `id` is 0 otherwise.
struct Person {
  std::string name;
  std::string email_address;
  std::int64_t id = 0;
  std::string display_name;
  std::string slug;
  bool active = false;
  Open<UserType> type;
  Links links;
  std::string avatar_url;
  friend bool operator==(const Person&, const Person&) = default;
};

}  // namespace bitbucket::inline v0_1
