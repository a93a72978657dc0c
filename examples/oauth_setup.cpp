// Obtains an OAuth access token for an application link, once per installation, and stores it in a
// file that only you can read; the other examples take that file as --oauth.  The program asks for
// what no option names.  docs/oauth-setup.md says what the administrator must do first.
//
//   oauth_setup --base-url https://git.example.com/bitbucket --consumer-key release-bot
//               --private-key release-bot.pem --store release-bot.json
#include <fcntl.h>
#include <unistd.h>

#include <filesystem>

#include <bitbucket/setup.hpp>

#include "command_line.hpp"

namespace {

// Questions go to stderr, which is unbuffered, so that a program can read and answer them.
std::string ask(const std::string& question) {
  std::cerr << question << ' ';
  std::string answer;
  if (!std::getline(std::cin, answer)) throw std::runtime_error("no answer was given");
  return answer;
}

std::string value(const example::CommandLine& line, const std::string& option,
                  const std::string& question) {
  const std::string given = line.get(option);
  return given.empty() ? ask(question) : given;
}

// Writes a new file that only its owner can read from the start, and never an existing file that
// somebody else has prepared.
void store(const std::string& path, const std::string& text) {
  const int file = ::open(path.c_str(), O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, 0600);
  if (file < 0) throw std::system_error(errno, std::generic_category(), "cannot create " + path);
  const bool written = ::write(file, text.data(), text.size()) == ssize_t(text.size());
  if (::close(file) != 0 || !written) {
    ::unlink(path.c_str());
    throw std::runtime_error("cannot write " + path);
  }
}

}  // namespace

int main(int argc, char** argv) {
  const std::string usage = "oauth_setup [--consumer-key KEY] [--private-key FILE] [--store FILE]";
  return example::run(argc, argv, usage, [](const example::CommandLine& line) {
    const std::string url = line.get("--base-url", "BITBUCKET_BASE_URL");
    const std::string base_url = url.empty() ? ask("Base URL of the server:") : url;
    const std::string key = value(line, "--consumer-key", "Consumer key of the application link:");
    const std::string pem = value(line, "--private-key", "File with the private key (PEM):");
    const bitbucket::SetupClient setup{
        {.base_url = base_url, .consumer_key = key, .private_key = bitbucket::read_file(pem)}};

    const bitbucket::RequestToken request = setup.get_request_token();
    std::cout << "Open this page and allow the access:\n"
              << setup.authorize_url(request) << std::endl;
    const std::string verifier = ask("The verifier that the page shows:");
    const bitbucket::AccessToken access = setup.get_access_token(request, verifier);

    const bitbucket::BitbucketServer client{
        {.base_url = base_url, .credentials = setup.credentials(access)}};
    std::cout << "It works: the server sees this application as " << client.server.who_am_i() << '.'
              << std::endl;
    const std::string file = value(line, "--store", "File for the access token:");
    if (ask("Store the access token in " + file + "? [y/N]") != "y") {
      std::cout << "Nothing was stored.\n";
      return;
    }
    const nlohmann::json stored{{"base_url", base_url},
                                {"consumer_key", key},
                                {"private_key", std::filesystem::absolute(pem).string()},
                                {"access_token", access.token.reveal()},
                                {"access_token_secret", access.token_secret.reveal()}};
    store(file, stored.dump(2) + '\n');
    std::cout << "Stored.  Use it with --oauth " << file << '\n';
  });
}
