// Downloads a file of any size: its bytes go to the disk as they come.  The file has its name only
// once it is complete; an error or Ctrl-C leaves nothing.
//
//   export BITBUCKET_BASE_URL=https://git.example.com/bitbucket BITBUCKET_TOKEN=...
//   download_file PRJ/demo dist/app.tar.gz --at v1.5 --output app.tar.gz
#include <pthread.h>
#include <unistd.h>

#include <csignal>
#include <filesystem>
#include <fstream>
#include <stop_token>
#include <thread>

#include "command_line.hpp"

namespace {

// Makes a stop token of Ctrl-C.  To be called before any thread is started, which inherit the mask.
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

// A bar that moves, because the server need not say how much will come.
void show_progress(std::size_t bytes) {
  static std::size_t shown = 0;
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
    const std::filesystem::path half = target.string() + "." + std::to_string(getpid()) + ".part";

    const std::stop_token stop = stopped_by_signals();
    const bitbucket::BitbucketServer client(line.client());
    std::ofstream file(half, std::ios::binary);
    if (!file) throw std::runtime_error("cannot write " + half.string());
    file.exceptions(std::ios::failbit | std::ios::badbit);  // a full disk ends the transfer
    std::size_t bytes = 0;
    try {
      client.with({.stop = stop})
          .files.raw(line.words[0], line.words[1], line.get("--at"), [&](std::string_view piece) {
            file.write(piece.data(), std::streamsize(piece.size()));
            show_progress(bytes += piece.size());
          });
      file.close();
      std::filesystem::rename(half, target);
    } catch (...) {
      std::filesystem::remove(half);
      throw;
    }
    std::cerr << (isatty(STDERR_FILENO) != 0 ? "\r\033[K" : "") << bytes << " bytes in "
              << target.string() << '\n';
  });
}
