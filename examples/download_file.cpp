// Downloads a file of any size.  The file appears once it is complete; after an error or Ctrl-C
// nothing is left of it.
//
//   export BITBUCKET_BASE_URL=https://git.example.com/bitbucket BITBUCKET_TOKEN=...
//   download_file PRJ/demo dist/app.tar.gz --at v1.5 --output app.tar.gz
#include <pthread.h>
#include <unistd.h>

#include <csignal>
#include <cstdint>
#include <filesystem>
#include <stop_token>
#include <thread>

#include "command_line.hpp"

namespace {

// Returns a token that Ctrl-C triggers.  Call this before starting threads: they inherit the mask.
std::stop_token stopped_by_signals() {
  sigset_t signals;
  sigemptyset(&signals);
  sigaddset(&signals, SIGINT);
  sigaddset(&signals, SIGTERM);
  pthread_sigmask(SIG_BLOCK, &signals, nullptr);
  std::stop_source source;
  std::thread([signals, source]() mutable {
    int signal = 0;
    sigwait(&signals, &signal);
    source.request_stop();
  }).detach();
  return source.get_token();
}

// Shows a bar that moves but has no end, because the server need not say how large the file is.
void show_progress(std::uint64_t bytes) {
  static std::uint64_t shown = 0;
  if (isatty(STDERR_FILENO) == 0 || bytes < shown) return;
  shown = bytes + (256u << 10);
  const std::string bar(1 + bytes / (1u << 20) % 40, '#');
  std::cerr << "\r\033[K" << bar << ' ' << bytes / 1024 << " KiB" << std::flush;
}

}  // namespace

int main(int argc, char** argv) {
  const std::string usage = "download_file REPO PATH [--at REF] [--output FILE]";
  return example::run(argc, argv, usage, [](const example::CommandLine& line) {
    if (line.words.size() != 2) throw bitbucket::InvalidArgument("two arguments are needed");
    std::filesystem::path target = line.get("--output");
    if (target.empty()) target = std::filesystem::path(line.words[1]).filename();
    const std::stop_token stop = stopped_by_signals();
    const bitbucket::BitbucketServer client(line.client());
    const std::uint64_t bytes =
        client.with({.stop = stop})
            .files.download(line.words[0], line.words[1], target,
                            {.at = line.get("--at"), .progress = show_progress});
    std::cerr << (isatty(STDERR_FILENO) != 0 ? "\r\033[K" : "") << bytes << " bytes in "
              << target.string() << '\n';
  });
}
