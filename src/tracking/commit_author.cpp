#include "tracking/commit_author.hpp"

#include <algorithm>
#include <utility>

#include "base/ascii.hpp"
#include "base/hex.hpp"
#include "tracking/text.hpp"

namespace bitbucket::inline v0_1::tracking {
namespace {

constexpr std::size_t longest_author_name = 128, longest_email = 75;  // characters

bool stands_in_address(char c) {
  return (detail::lower(c) >= 'a' && detail::lower(c) <= 'z') || detail::is_digit(c) || c == '-' ||
         c == '_' || c == '.';
}

/// Makes an address for an author without one.  A name of which nothing would be left is written in
/// hexadecimal digits, so that two such authors stay different.
std::string address_from(const std::string& name) {
  std::string local;
  std::copy_if(name.begin(), name.end(), std::back_inserter(local), stands_in_address);
  const auto* const bytes = reinterpret_cast<const unsigned char*>(name.data());
  return (local.empty() ? detail::hex({bytes, name.size()}) : local) + "@localhost";
}

std::string shortened(std::string email) {
  constexpr std::string_view end = "...";
  if (count_characters(email) <= longest_email) return email;
  return std::string(first_characters(email, longest_email - end.size())).append(end);
}

}  // namespace

std::optional<GivenAuthor> author_of(const CommitInput& commit, AuthorRule rule) {
  GivenAuthor author;
  if (commit.author_name) {
    author.name = *commit.author_name;
    make_storable(*author.name);
    author.name = first_characters(*author.name, longest_author_name);
  }
  if (commit.author_email) {
    author.email = *commit.author_email;
    make_storable(author.email);
    if (rule == AuthorRule::push && count_characters(author.email) > longest_email)
      return std::nullopt;
  } else if (rule == AuthorRule::release && author.name && !author.name->empty()) {
    author.email = address_from(*author.name);
  }
  if (author.email.empty()) return std::nullopt;
  author.email = shortened(std::move(author.email));
  std::transform(author.email.begin(), author.email.end(), author.email.begin(), detail::lower);
  return author;
}

}  // namespace bitbucket::inline v0_1::tracking
