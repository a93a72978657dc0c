// A user's own service, which keeps its releases in a database.
#include <bitbucket/tracking.hpp>

#include <filesystem>
#include <iostream>
#include <string>

#include <unistd.h>

int main() try {
  const auto file = std::filesystem::temp_directory_path() /
                    ("bitbucket-consumer-" + std::to_string(::getpid()) + ".db");
  {
    const bitbucket::TrackingStore store({.database = "sqlite:" + file.string()});
    store.releases.create({.version = "1.0"});
  }
  const bitbucket::TrackingStore again({.database = "sqlite:" + file.string()});
  const bool found = again.releases.find("1.0").has_value();
  for (const char* const end : {"", "-wal", "-shm"}) std::filesystem::remove(file.string() + end);
  return found ? 0 : 1;
} catch (const bitbucket::Error& error) {
  std::cerr << error.what() << '\n';
  return 1;
}
