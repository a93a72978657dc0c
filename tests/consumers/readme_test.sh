#!/usr/bin/env bash
# Runs the README's commands that build and install the library, and uses the installed library.
#   tests/consumers/readme_test.sh SOURCE_DIR WORK_DIR COMPILER CMAKE_OPTION
# The option says whether several files are compiled as one, as in the build that this test belongs to.
set -euo pipefail
root=$1
# shellcheck source=cmake/common.sh
source "$root/cmake/common.sh"
work=$2 compiler=$3 option=$4

rm -rf "$work"
mkdir -p "$work"
cd "$work"
commands=$(awk '/^```bash$/ { block = 1; text = ""; next }
  /^```$/ { if (block && text ~ /apt-get install/) { printf "%s", text; exit } block = 0 }
  block { text = text $0 "\n" }' "$root/README.md")
[[ $commands == *'cmake -B build'* && $commands == *'cmake --install build'* ]] ||
  fail "README.md has no block that installs packages, builds and installs"

# The packages are already installed; otherwise this test would not run.
read -ra words < <(sed -n 's/^.*apt-get install//p' <<<"$commands")
for word in "${words[@]}"; do
  [[ $word == -* || " make ${build_packages[*]} " == *" $word "* ]] ||
    fail "README.md installs $word, which cmake/common.sh does not list"
done

# The test writes nothing outside its work folder.
sudo() { "$@"; }
apt-get() { :; }
export -f sudo apt-get
export root DESTDIR=$work/root CXX=$compiler
command -v make >/dev/null || export CMAKE_GENERATOR=Ninja
! command -v ccache >/dev/null || export CMAKE_CXX_COMPILER_LAUNCHER=ccache
if ! bash -e -c "${commands//cmake -B build/cmake $option -S \"\$root\" -B build}" >"$work/log" 2>&1; then
  tail -n 40 "$work/log" >&2
  fail "the commands of README.md failed"
fi
unset DESTDIR

targets=$(cmake --build build --target help)
! grep -E 'test_|list_repos|quickstart|git-server' <<<"$targets" || fail "the commands of README.md build more than the client"
cmake -S "$root/tests/consumers/find_package" -B consumer -DCOMPONENTS=server \
  "-DCMAKE_PREFIX_PATH=$work/root/usr/local" >/dev/null
cmake --build consumer >/dev/null
consumer/consumer
