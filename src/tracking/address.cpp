#include "tracking/address.hpp"

#include <filesystem>
#include <map>
#include <memory>
#include <system_error>

#include <bitbucket/error.hpp>

#include "tracking/soci.hpp"
#include "tracking/text.hpp"

namespace bitbucket::inline v0_1::tracking {
namespace {

using OptionsOfLibpq = std::unique_ptr<PQconninfoOption, decltype(&PQconninfoFree)>;

/// Makes the path absolute: the process may change its folder before the next connection is
/// opened, and SQLite gives some texts a meaning other than a path.
Address sqlite_address(std::string_view path) {
  if (path.empty())
    throw InvalidArgument("the address of the database has no path; write sqlite:PATH");
  if (path == ":memory:")
    throw InvalidArgument(
        "each connection would have its own database in memory; write sqlite:PATH, for a file");
  if (path.find('"') != std::string_view::npos)
    throw InvalidArgument(
        "the path of the database must not have a quotation mark; rename the file or its folder");
  std::error_code failed;
  const std::filesystem::path absolute = std::filesystem::absolute(path, failed);
  if (failed)
    throw InvalidArgument(
        "the folder of this process is gone, so the path of the database "
        "must be absolute");
  return {Engine::sqlite, absolute.string(), "the file " + absolute.string()};
}

/// Refuses an "@" where libpq would take a part of a password for the name of a host or database,
/// which then appears in its errors.
void check_at_signs(std::string_view text) {
  text.remove_prefix(text.find("//") + 2);
  if (const auto end = text.find_first_of("@/"); end != std::string_view::npos && text[end] == '@')
    text.remove_prefix(end + 1);
  if (text.substr(0, text.find('?')).find('@') != std::string_view::npos)
    throw InvalidArgument(
        "write @ as %40 and / as %2F in the user's name and the password of the "
        "address of the database");
}

/// Returns whether the environment gives a value to an option.
bool has_default(const char* keyword) {
  const OptionsOfLibpq options(PQconndefaults(), PQconninfoFree);
  for (const PQconninfoOption* option = options.get(); option && option->keyword; ++option)
    if (option->keyword == std::string_view(keyword)) return option->val != nullptr;
  return false;
}

std::string in_quotes(std::string_view value) {
  std::string text = "'";
  for (const char c : value) {
    if (c == '\'' || c == '\\') text += '\\';
    text += c;
  }
  return text + '\'';
}

Address postgresql_address(const std::string& text) {
  check_at_signs(text);
  char* error = nullptr;
  const OptionsOfLibpq options(PQconninfoParse(text.c_str(), &error), PQconninfoFree);
  PQfreemem(error);  // it may quote a part of a password
  if (!options)
    throw InvalidArgument(
        "libpq cannot read the address of the database; write "
        "postgresql://USER:PASSWORD@HOST:PORT/NAME?OPTION=VALUE, with other characters as %XX");
  std::map<std::string, std::string> values = {
      // A host that does not answer, or has gone, must not block a call for hours.
      {"keepalives_idle", "30"},
      {"keepalives_interval", "10"},
      {"keepalives_count", "3"},
      {"tcp_user_timeout", "60000"},
      {"fallback_application_name", "bitbucket-tracking"}};
  if (!has_default("connect_timeout")) values["connect_timeout"] = "10";
  for (const PQconninfoOption* option = options.get(); option->keyword; ++option)
    if (option->val) values[option->keyword] = option->val;
  values["client_encoding"] = "UTF8";
  Address address{Engine::postgresql, {}, "the PostgreSQL database"};
  for (const auto& [keyword, value] : values)
    address.place += keyword + '=' + in_quotes(value) + ' ';
  if (values.contains("dbname")) address.name += ' ' + values["dbname"];
  if (values.contains("host")) address.name += " at " + values["host"];
  return address;
}

}  // namespace

Address parse_address(std::string_view text) {
  check_text(text, "the address of the database");
  constexpr std::string_view sqlite = "sqlite:";
  if (text.starts_with(sqlite)) return sqlite_address(text.substr(sqlite.size()));
  if (text.starts_with("postgresql://") || text.starts_with("postgres://"))
    return postgresql_address(std::string(text));
  throw InvalidArgument(
      "the address of the database must be sqlite:PATH or postgresql://USER@HOST/NAME");
}

}  // namespace bitbucket::inline v0_1::tracking
