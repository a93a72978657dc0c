// Feeds texts that may come from a server, a user or a file to every parser except that of JSON.
#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>

#include <bitbucket/error.hpp>
#include <bitbucket/ids.hpp>
#include <bitbucket/setup.hpp>

#include "auth/base_string.hpp"
#include "auth/oauth_problem.hpp"
#include "http/date.hpp"
#include "http/encoding.hpp"
#include "http/url.hpp"

using namespace bitbucket;

namespace {

template <class Parse>
void expect_no_other_exception(Parse&& parse) {
  try {
    parse();
  } catch (const Error&) {  // any other exception ends the fuzzer
  }
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  const std::string text(reinterpret_cast<const char*>(data), size);
  const std::string_view half = std::string_view(text).substr(0, size / 2);
  const std::string_view rest = std::string_view(text).substr(size / 2);

  if (http::percent_decode(http::percent_encode(text), false) != text) __builtin_trap();
  (void)http::parse_form(text, true);
  (void)http::parse_form(text, false);
  (void)http::parse_http_date(text);
  (void)http::parse_retry_after(half, rest);
  (void)http::printable_url(text);
  expect_no_other_exception([&] { (void)http::normalise_base_url(text, "url", "rest"); });
  expect_no_other_exception([&] { (void)RepoRef(std::string_view(text)); });
  expect_no_other_exception([&] {
    std::string path;
    FilePath(text).append_to(path, 0);
  });
  expect_no_other_exception([&] { (void)RequestToken::restore(Secret(text)); });
  expect_no_other_exception([&] { (void)auth::signature_base_string("GET", text, {}, {}); });
  (void)auth::parse_oauth_problem({.status = 401, .headers = {}, .body = text});
  (void)auth::parse_oauth_problem(
      {.status = 401,
       .headers = {{"WWW-Authenticate", std::string(half)},
                   {"Content-Type", "application/x-www-form-urlencoded"}},
       .body = std::string(rest)});
  return 0;
}
