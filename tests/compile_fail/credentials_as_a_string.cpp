#include <bitbucket/server.hpp>

using namespace bitbucket;

ClientOptions options(const std::string& token) {
#ifdef FAIL
  return {.base_url = "https://git.example.com", .credentials = token};
#else
  return {.base_url = "https://git.example.com", .credentials = BearerToken{token}};
#endif
}

CallOptions literal() {
#ifdef FAIL
  return {.credentials = "token"};
#else
  return {.credentials = BearerToken{"token"}};
#endif
}

ClientOptions file() {
#ifdef FAIL
  return {.base_url = "https://git.example.com", .credentials = read_file("token")};
#else
  return {.base_url = "https://git.example.com",
          .credentials = [] { return FixedCredentials(BearerToken{read_file("token")}); }};
#endif
}
