#include <signal.h>
#include <sys/signalfd.h>

#include <cstdio>
#include <cstdlib>
#include <exception>
#include <string>
#include <string_view>

#include "load_server/server.hpp"

namespace {

constexpr const char* usage =
    R"(usage: load_server [--port N] [--commits N] [--cap N] [--latency-us N] [--compress on]
                   [--tls-certificate FILE --tls-key FILE] [--verify-key FILE [--verify-every N]]

Serves the pages that the workloads ask for, on 127.0.0.1, until it gets SIGTERM or SIGINT.  Prints
its base URL once it can be reached.  Every request must carry an OAuth signature; it is verified
with --verify-key, the PEM of the client's key.
)";

[[noreturn]] void refuse() {
  std::fputs(usage, stderr);
  std::exit(2);
}

benchmarks::ServerOptions parse(int argc, char** argv) {
  benchmarks::ServerOptions out;
  for (int i = 1; i < argc; i += 2) {
    if (i + 1 == argc) refuse();
    const std::string_view name = argv[i];
    const std::string value = argv[i + 1];
    const auto number = [&] {
      return static_cast<std::size_t>(std::strtoull(value.c_str(), nullptr, 10));
    };
    if (name == "--port")
      out.port = static_cast<int>(number());
    else if (name == "--commits")
      out.commits = number();
    else if (name == "--cap")
      out.cap = number();
    else if (name == "--latency-us")
      out.latency = std::chrono::microseconds(number());
    else if (name == "--compress")
      out.compress = value == "on";
    else if (name == "--tls-certificate")
      out.certificate = value;
    else if (name == "--tls-key")
      out.key = value;
    else if (name == "--verify-key")
      out.verify_key = value;
    else if (name == "--verify-every")
      out.verify_every = static_cast<int>(number());
    else
      refuse();
  }
  if (out.commits == 0 || out.cap == 0 || out.verify_every < 1) refuse();
  return out;
}

}  // namespace

int main(int argc, char** argv) try {
  const benchmarks::ServerOptions options = parse(argc, argv);
  sigset_t stop;
  sigemptyset(&stop);
  sigaddset(&stop, SIGTERM);
  sigaddset(&stop, SIGINT);
  sigprocmask(SIG_BLOCK, &stop, nullptr);
  signal(SIGPIPE, SIG_IGN);
  benchmarks::Server server(options);
  std::printf("%s://127.0.0.1:%d\n", options.certificate.empty() ? "http" : "https", server.port());
  std::fflush(stdout);
  server.run(signalfd(-1, &stop, SFD_CLOEXEC));
  return 0;
} catch (const std::exception& error) {
  std::fprintf(stderr, "load_server: %s\n", error.what());
  return 1;
}
