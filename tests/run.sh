#!/usr/bin/env bash
# Installs missing packages, builds, and runs every test; see --help.
set -euo pipefail
unset CDPATH
root=$(cd "$(dirname "${BASH_SOURCE[0]}")/.." && pwd -P)
# shellcheck source=cmake/common.sh
source "$root/cmake/common.sh"

usage() {
  cat <<TEXT
usage: tests/run.sh [--browser] [--build-dir DIR] [--preset NAME] [-DNAME=VALUE...] [-L LABEL] [-R REGEX]
                    [-j N]

Installs missing packages (on Debian, as root or with sudo), builds, and runs every test.  Fails when a
test fails, is skipped or does not run.

  --browser        also installs Chromium and its driver: with both, there is one more test,
                   "browser", which clicks through the approve page and the quickstart
  --build-dir DIR  build there (default: build/tests, or build/NAME with a preset)
  --preset NAME    one of CMakePresets.json: release, shared, asan, tsan
  -DNAME=VALUE     for CMake, for example -DBITBUCKET_SANITIZE=address,undefined
  -L, -R, -j       for CTest: run only the tests with a label, or whose name matches; N at a time
TEXT
}

test_packages=("${build_packages[@]}" "${tracking_packages[@]}" ccache libgtest-dev libgmock-dev liboauth-dev clang doxygen
  tinyproxy-bin nginx-light postgresql
  python3 python3-oauthlib python3-cryptography python3-jwt)
# Debian packages are built only on Debian.
! command -v dpkg-deb >/dev/null || test_packages+=(dpkg-dev file)

build='' jobs='' preset=() flags=() selection=()

parse_arguments() {
  while (($#)); do
    case $1 in
      --help | -h) usage && exit 0 ;;
      -D?*) flags+=("$1") ;;
      --browser) test_packages+=(chromium chromium-driver) ;;
      --build-dir | --preset | -L | -R | -j)
        [[ -n ${2:-} ]] || fail "$1 needs a value"
        case $1 in
          --build-dir) build=$(realpath -m -- "$2") ;;
          --preset) preset=(--preset "$2") ;;
          -j) jobs=$2 ;;
          *) selection+=("$1" "$2") ;;
        esac
        shift ;;
      *) fail "there is no option $1 (see --help)" ;;
    esac
    shift
  done
  [[ -n $build ]] || build=$root/build/${preset[1]:-tests}
  # A preset names its own build type.  Without one, eight source files are compiled as one, which takes less
  # than half the time; the presets `shared` (Clang) and `tsan` (GCC) compile each file alone.
  ((${#preset[@]})) || flags=(-DCMAKE_BUILD_TYPE=Release -DCMAKE_UNITY_BUILD=ON -DCMAKE_UNITY_BUILD_BATCH_SIZE=8
    "${flags[@]}")
}

build_tests() {
  local log=$build/build.log
  mkdir -p "$build"
  say "Building in $build ..."
  # Only Debian's own Python has the modules that Debian's packages install.
  if ! (cd "$root" && configure_quietly "$log" "$root" "$build" "${preset[@]}" "${flags[@]}" \
    -DBITBUCKET_BUILD_TESTS=ON -DBITBUCKET_BUILD_EXAMPLES=ON -DPython3_EXECUTABLE=/usr/bin/python3) ||
    ! build_quietly "$log" "$build"; then
    tail -n 80 "$log" >&2
    fail "the build failed; its whole output is in $log"
  fi
  say "Built in $SECONDS s."
}

# Shows the last lines of verify_recorded_signatures, which CTest shows only when it fails.
show_signatures() {
  local verified
  verified=$(sed -n '/^verify_recorded_signatures\|Test: verify_recorded_signatures/,/^<end of output>/p' \
    "$build/Testing/Temporary/LastTest.log" 2>/dev/null | grep -E '^[0-9]+ (signatures|changed)') || true
  say "${verified:-none}" | sed 's/^/  /'
  # A full run that records no request proves nothing, so it fails.
  ((${#selection[@]})) || [[ $verified == [1-9]* ]] || status=1
}

# Prints CTest's closing lines at the end, after the counts.
run_tests() {
  local log=$build/ctest.log status=0
  (cd "$build" && ctest --output-on-failure --no-tests=error -j "${jobs:-$(nproc)}" "${selection[@]}") 2>&1 |
    tee "$log" | awk '/^[0-9]+% tests passed/ { closing = 1 } !closing { print; fflush() }' || status=$?
  local passed failed skipped
  passed=$(grep -cE '^ *[0-9]+/[0-9]+ Test .* Passed ' "$log") || true
  skipped=$(grep -cE '^ *[0-9]+/[0-9]+ Test .*\*\*\*(Skipped|Not Run)' "$log") || true
  failed=$(($(grep -cE '^ *[0-9]+/[0-9]+ Test ' "$log") - passed - skipped)) || true
  say "Signed requests of this run, verified by oauthlib:"
  show_signatures
  say "$((passed + failed)) tests ran, $passed passed, $failed failed, $skipped skipped."
  sed -n '/^[0-9]*% tests passed/,$p' "$log"
  ((status == 0 && failed == 0 && skipped == 0))
}

main() {
  parse_arguments "$@"
  install_missing "${test_packages[@]}"
  build_tests
  run_tests
}

# Bash reads this block completely before it runs, so that edits during the run do no harm.
{ main "$@"; exit; }
