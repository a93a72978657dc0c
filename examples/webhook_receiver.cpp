// Receives one webhook delivery.  It prints its own address, waits for the first delivery that is
// not a ping, writes the headers and the body of that delivery to the files `headers` and `body` in
// the current folder, and ends.
#include <netinet/in.h>
#include <sys/socket.h>
#include <unistd.h>

#include <algorithm>
#include <cctype>
#include <cstdlib>
#include <fstream>
#include <iostream>
#include <string>

namespace {

constexpr std::size_t max_delivery = 64u << 20;

// Returns the value of a header in lower-case header text; empty when there is none.
std::string header(const std::string& headers, const std::string& name) {
  const std::size_t at = headers.find("\r\n" + name + ':');
  if (at == std::string::npos) return {};
  const std::size_t value = headers.find_first_not_of(' ', at + name.size() + 3);
  return headers.substr(value, headers.find("\r\n", value) - value);
}

std::string lower(std::string text) {
  std::transform(text.begin(), text.end(), text.begin(),
                 [](unsigned char c) { return std::tolower(c); });
  return text;
}

// Reads one request and answers 200; returns whether it was a complete delivery and is now in the
// files.
bool receive(int connection) {
  std::string request;
  std::size_t body = std::string::npos, length = 0;
  char buffer[16384];
  while (body == std::string::npos || request.size() - body < length) {
    const ssize_t n = read(connection, buffer, sizeof buffer);
    if (n <= 0 || request.size() > max_delivery) return false;
    request.append(buffer, static_cast<std::size_t>(n));
    if (body != std::string::npos) continue;
    const std::size_t end = request.find("\r\n\r\n");
    if (end == std::string::npos) continue;
    body = end + 4;
    length =
        std::strtoul(header(lower(request.substr(0, body)), "content-length").c_str(), nullptr, 10);
  }
  const std::string answer = "HTTP/1.1 200 OK\r\nContent-Length: 0\r\nConnection: close\r\n\r\n";
  if (write(connection, answer.data(), answer.size()) < 0) return false;
  const std::string event = header(lower(request.substr(0, body)), "x-event-key");
  if (event.empty() || event == "diagnostics:ping") return false;
  std::ofstream("body", std::ios::binary) << request.substr(body, length);
  std::ofstream("headers", std::ios::binary) << request.substr(0, body);
  return true;
}

}  // namespace

int main(int argc, char** argv) {
  const std::string usage = "usage: webhook_receiver\n";
  if (argc == 2 && (argv[1] == std::string("--help") || argv[1] == std::string("-h"))) {
    std::cout << usage
              << "Prints its address, receives one webhook delivery there, and writes it to"
              << " the files headers and body in the current folder.\n";
    return 0;
  }
  if (argc > 1) {
    std::cerr << "webhook_receiver takes no arguments\n" << usage;
    return 2;
  }
  const int listener = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
  sockaddr_in address{};
  address.sin_family = AF_INET;
  address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
  socklen_t size = sizeof address;
  auto* const generic = reinterpret_cast<sockaddr*>(&address);
  if (listener < 0 || bind(listener, generic, size) != 0 || listen(listener, 8) != 0 ||
      getsockname(listener, generic, &size) != 0) {
    std::cerr << "webhook_receiver: cannot listen on 127.0.0.1\n";
    return 1;
  }
  std::cout << "http://127.0.0.1:" << ntohs(address.sin_port) << "/hook" << std::endl;
  for (bool done = false; !done;) {
    const int connection = accept4(listener, nullptr, nullptr, SOCK_CLOEXEC);
    if (connection < 0) continue;
    done = receive(connection);
    close(connection);
  }
}
