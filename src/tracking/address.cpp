#include "tracking/address.hpp"

#include <bitbucket/error.hpp>

namespace bitbucket::inline v0_1::tracking {

Address parse_address(std::string_view text) {
  constexpr std::string_view sqlite = "sqlite:";
  if (text.find('\0') != std::string_view::npos)
    throw InvalidArgument("the address of the database has a NUL byte");
  if (text.starts_with(sqlite)) {
    text.remove_prefix(sqlite.size());
    if (text.empty())
      throw InvalidArgument("the address of the database has no path: write sqlite:PATH");
    return {Engine::sqlite, std::string(text)};
  }
  if (text.starts_with("postgresql://") || text.starts_with("postgres://"))
    return {Engine::postgresql, std::string(text)};
  throw InvalidArgument(
      "the address of the database must be sqlite:PATH or postgresql://USER@HOST/NAME");
}

}  // namespace bitbucket::inline v0_1::tracking
