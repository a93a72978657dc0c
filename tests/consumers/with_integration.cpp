// A user's own service, which checks what an administrator entered.
#include <bitbucket/integration.hpp>

#include <iostream>

int main() {
  const bitbucket::InstallationConfig config{.url = "git.example.com", .consumer_key = "bot"};
  for (const bitbucket::FieldError& error : config.errors())
    std::cout << error.field << ": " << error.message << '\n';
  return config.errors().size() == 2 ? 0 : 1;
}
