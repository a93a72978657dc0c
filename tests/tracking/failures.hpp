#pragma once

#include <signal.h>
#include <sys/resource.h>

#include <functional>

#include <bitbucket/tracking/store_error.hpp>

namespace bitbucket::test {

/// Returns the StoreError of a call that must throw one.
inline StoreError failure_of(const std::function<void()>& call) {
  try {
    call();
  } catch (const StoreError& error) {
    return error;
  }
  return {StoreError::Reason::other, "nothing failed"};
}

/// As long as it exists, no file that this process writes may grow.
class NoRoomForFiles {
 public:
  NoRoomForFiles() : before_(::signal(SIGXFSZ, SIG_IGN)) {
    ::getrlimit(RLIMIT_FSIZE, &limit_);
    const rlimit none{.rlim_cur = 0, .rlim_max = limit_.rlim_max};
    ::setrlimit(RLIMIT_FSIZE, &none);
  }
  NoRoomForFiles(const NoRoomForFiles&) = delete;
  NoRoomForFiles& operator=(const NoRoomForFiles&) = delete;
  ~NoRoomForFiles() {
    ::setrlimit(RLIMIT_FSIZE, &limit_);
    ::signal(SIGXFSZ, before_);
  }

 private:
  rlimit limit_{};
  const sighandler_t before_;
};

}  // namespace bitbucket::test
