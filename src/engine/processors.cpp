#include "engine/processors.hpp"

#include <algorithm>
#include <thread>

#if defined(__linux__)
#include <sched.h>
#endif

namespace bitbucket::inline v0_1::detail {

std::size_t processors() noexcept {
#if defined(__linux__)
  // A container or taskset may allow fewer processors than the machine has.
  cpu_set_t allowed;
  CPU_ZERO(&allowed);
  if (sched_getaffinity(0, sizeof allowed, &allowed) == 0)
    return static_cast<std::size_t>(std::max(CPU_COUNT(&allowed), 1));
#endif
  return std::max(std::thread::hardware_concurrency(), 1u);
}

}  // namespace bitbucket::inline v0_1::detail
