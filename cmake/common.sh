# shellcheck shell=bash
# What the scripts of this project share: output, missing packages, building.  Sourced, not run.
# Variables are for the scripts that source this.
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

# What the client and the embedded server need, in Debian's names.
build_packages=(g++ cmake ninja-build pkg-config git curl ca-certificates openssl
  libcurl4-openssl-dev libssl-dev nlohmann-json3-dev libsimdjson-dev libcpp-httplib-dev)

library_is_there() { pkg-config --exists "$@" 2>/dev/null; }

# Asks for the thing itself first, so that other distributions and own installations count.
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

# Fills `missing` with those of the packages that are not there.
find_missing() {
  local package
  missing=()
  for package in "$@"; do
    is_installed "$package" || missing+=("$package")
  done
}

# Installs those of the packages that are missing; no apt is called when none is.
install_missing() {
  local missing log as_root=()
  find_missing "$@"
  ((${#missing[@]})) || return 0
  command -v apt-get >/dev/null || fail "please install: ${missing[*]} (as Debian calls them)"
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

# One job a core, fewer where memory is short: a file takes up to 1.5 GB to compile.
build_jobs() {
  local cores memory
  cores=$(nproc)
  memory=$(awk '/^MemAvailable/ { print int($2 / 1500000) }' /proc/meminfo 2>/dev/null || echo "$cores")
  ((memory >= 1)) || memory=1
  echo $((memory < cores ? memory : cores))
}

# Shows one line that is overwritten for each line of a build, on a terminal only.
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

# build_quietly LOG DIRECTORY [TARGET...]: a build that says nothing unless it fails.
build_quietly() {
  local log=$1 directory=$2
  shift 2
  cmake --build "$directory" --parallel "$(build_jobs)" ${1:+--target "$@"} 2>&1 |
    tee "$log" | build_progress
}

# Whether a folder holds a usable configuration of this source.
is_configured() {
  grep -qsxF "CMAKE_HOME_DIRECTORY:INTERNAL=$2" "$1/CMakeCache.txt" &&
    [[ -e $1/build.ninja || -e $1/Makefile ]]
}

# configure_quietly LOG SOURCE DIRECTORY [FLAG...]: as asked, with Ninja and ccache where they are.
configure_quietly() {
  local log=$1 source=$2 directory=$3 flags=()
  shift 3
  # A folder that was configured for another place is of no use.
  if ! is_configured "$directory" "$source"; then
    rm -rf "$directory/CMakeCache.txt" "$directory/CMakeFiles"
    command -v ninja >/dev/null && flags+=(-G Ninja)
  fi
  command -v ccache >/dev/null && flags+=(-DCMAKE_CXX_COMPILER_LAUNCHER=ccache)
  cmake -S "$source" -B "$directory" "${flags[@]}" "$@" >"$log" 2>&1
}

# `work` is a folder of this run; it and the processes in the background are gone at its end, however
# it comes.
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
  trap '' INT TERM HUP  # a second one must not stop this half-way
  # Only what still runs as a job of this shell: the number of an ended one may be somebody else's.
  for pid in $(jobs -pr); do
    kill "$pid" 2>/dev/null || true
    wait "$pid" 2>/dev/null || true
  done
  [[ -z $work ]] || rm -rf -- "$work"
  exit "$status"
}

# wait_for SECONDS WHAT COMMAND...: until the command succeeds.
wait_for() {
  local until_then=$((SECONDS + $1)) what=$2
  shift 2
  until "$@"; do
    ((SECONDS < until_then)) || fail "$what"
    sleep 0.05
  done
}
