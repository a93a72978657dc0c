# shellcheck shell=bash
# Functions that the scripts of this project share, for output, missing packages and building.  Scripts
# source this file.
# The variables are for the scripts that source this file.
# shellcheck disable=SC2034

if [[ -t 1 && -z ${NO_COLOR:-} ]]; then
  bold=$'\033[1m' red=$'\033[31m' green=$'\033[32m' dim=$'\033[2m' normal=$'\033[m'
else
  bold='' red='' green='' dim='' normal=''
fi

heading() { printf '\n%s%s%s\n' "$bold" "$*" "$normal"; }
say() { printf '%s\n' "$@"; }
fail() {
  printf '%s: %s\n' "${0##*/}" "$*" >&2
  exit 1
}

# The packages that the client and the embedded server need, by Debian's names.
build_packages=(g++ cmake ninja-build pkg-config git curl ca-certificates openssl
  libcurl4-openssl-dev libssl-dev nlohmann-json3-dev libsimdjson-dev libcpp-httplib-dev)

# What the tracking library needs besides.
tracking_packages=(libsoci-dev libsqlite3-dev libpq-dev)

library_is_there() { pkg-config --exists "$@" 2>/dev/null; }

# Looks for the software itself first, so that other distributions and manual installations count.
is_installed() {
  case $1 in
    g++ | cmake | pkg-config | git | curl | openssl | ccache | clang | clang-tidy | doxygen | xz-utils)
      command -v "${1/xz-utils/xz}" ;;
    ninja-build) command -v ninja || command -v make ;;
    ca-certificates) [[ -e /etc/ssl/certs/ca-certificates.crt || -d /etc/pki/tls/certs ]] ;;
    libcurl4-openssl-dev) library_is_there 'libcurl >= 7.68' ;;
    libssl-dev) library_is_there 'openssl >= 3' ;;
    nlohmann-json3-dev) library_is_there nlohmann_json ;;
    libsimdjson-dev) library_is_there simdjson ;;
    libcpp-httplib-dev) library_is_there cpp-httplib ;;
    libsqlite3-dev) library_is_there sqlite3 ;;
    libpq-dev) library_is_there libpq ;;
    libgtest-dev) library_is_there gtest ;;
    libgmock-dev) library_is_there gmock ;;
    tinyproxy-bin) command -v tinyproxy ;;
    chromium) command -v chromium || command -v chromium-browser || command -v google-chrome ;;
    chromium-driver) command -v chromedriver ;;
    nginx-light) command -v nginx || [[ -x /usr/sbin/nginx ]] ;;
    python3) [[ -x /usr/bin/python3 ]] ;;
    python3-oauthlib) /usr/bin/python3 -c 'import oauthlib' ;;
    python3-cryptography) /usr/bin/python3 -c 'import cryptography' ;;
    python3-jwt) /usr/bin/python3 -c 'import jwt' ;;
    *) [[ $(dpkg-query -W -f='${Status}' "$1" 2>/dev/null) == 'install ok installed' ]] ;;
  esac >/dev/null 2>&1
}

# Sets `missing` to those packages that are not installed.
find_missing() {
  local package
  missing=()
  for package in "$@"; do
    is_installed "$package" || missing+=("$package")
  done
}

# Installs the packages that are missing; does not call apt if none is.
install_missing() {
  local missing log as_root=()
  find_missing "$@"
  ((${#missing[@]})) || return 0
  command -v apt-get >/dev/null || fail "please install: ${missing[*]} (these are Debian's names)"
  if ((EUID != 0)); then
    command -v sudo >/dev/null || fail "please install as root: apt-get install ${missing[*]}"
    as_root=(sudo)
  fi
  say "Installing ${missing[*]} ..."
  log=$(mktemp)
  local apt=("${as_root[@]}" env DEBIAN_FRONTEND=noninteractive apt-get -q -o DPkg::Lock::Timeout=300)
  if ! { "${apt[@]}" update && "${apt[@]}" install -y --no-install-recommends "${missing[@]}"; } \
    >"$log" 2>&1 </dev/null; then
    tail -n 15 "$log" >&2
    rm -f "$log"
    fail "apt-get could not install ${missing[*]}"
  fi
  rm -f "$log"
  find_missing "$@"
  ((${#missing[@]} == 0)) || fail "still missing after the installation: ${missing[*]}"
}

# One job per core, or fewer if memory is short: compiling a file takes up to 1.5 GB.
build_jobs() {
  local cores memory
  cores=$(nproc)
  memory=$(awk '/^MemAvailable/ { print int($2 / 1500000) }' /proc/meminfo 2>/dev/null || echo "$cores")
  ((memory >= 1)) || memory=1
  echo $((memory < cores ? memory : cores))
}

# Shows the progress of a build in one line, only on a terminal.
build_progress() {
  local line
  if [[ -t 2 ]]; then
    while IFS= read -r line; do
      [[ $line == \[* ]] && printf '\r\033[K%.*s' "${COLUMNS:-78}" "$line" >&2
    done
    printf '\r\033[K' >&2
  else
    cat >/dev/null
  fi
}

# build_quietly LOG DIRECTORY [TARGET...]: builds without output.
build_quietly() {
  local log=$1 directory=$2
  shift 2
  cmake --build "$directory" --parallel "$(build_jobs)" ${1:+--target "$@"} 2>&1 |
    tee "$log" | build_progress
}

# Succeeds if a folder has a usable configuration of this source.
is_configured() {
  grep -qsxF "CMAKE_HOME_DIRECTORY:INTERNAL=$2" "$1/CMakeCache.txt" &&
    [[ -e $1/build.ninja || -e $1/Makefile ]]
}

# configure_quietly LOG SOURCE DIRECTORY [FLAG...]: configures, with Ninja and ccache if installed.
configure_quietly() {
  local log=$1 source=$2 directory=$3 flags=()
  shift 3
  # A configuration for another source cannot be used.
  if ! is_configured "$directory" "$source"; then
    rm -rf "$directory/CMakeCache.txt" "$directory/CMakeFiles"
    command -v ninja >/dev/null && flags+=(-G Ninja)
  fi
  command -v ccache >/dev/null && flags+=(-DCMAKE_CXX_COMPILER_LAUNCHER=ccache)
  cmake -S "$source" -B "$directory" "${flags[@]}" "$@" >"$log" 2>&1
}

# Creates the folder `work` for this run.  The folder and the background processes disappear when the run
# ends, however it ends.
work=''

make_work_folder() {
  trap clean_up EXIT
  trap 'exit 130' INT
  trap 'exit 143' TERM HUP
  work=$(mktemp -d)
}

clean_up() {
  local status=$? pid
  trap - EXIT
  trap '' INT TERM HUP  # a second signal must not interrupt this
  # Kills only running jobs of this shell: the number of an ended job may belong to another process.
  for pid in $(jobs -pr); do
    kill "$pid" 2>/dev/null || true
    wait "$pid" 2>/dev/null || true
  done
  [[ -z $work ]] || rm -rf -- "$work"
  exit "$status"
}

# wait_for SECONDS WHAT COMMAND...: waits until the command succeeds; fails with WHAT after SECONDS.
wait_for() {
  local until_then=$((SECONDS + $1)) what=$2
  shift 2
  until "$@"; do
    ((SECONDS < until_then)) || fail "$what"
    sleep 0.05
  done
}
