#!/usr/bin/env bash
# Runs the quickstart over repositories of every kind and compares its output with plain git's.
#   tests/examples/quickstart_test.sh [BUILD_DIR]
set -euo pipefail
root=$(cd "$(dirname "${BASH_SOURCE[0]}")/../.." && pwd -P)
build=${1:-$root/build/quickstart}
work=$(mktemp -d)
server=''
trap '[[ -z $server ]] || kill "$server"; rm -rf "$work"' EXIT

unset "${!GIT_@}"
export GIT_CONFIG_GLOBAL=/dev/null GIT_CONFIG_NOSYSTEM=1
export GIT_AUTHOR_NAME=Ada GIT_AUTHOR_EMAIL=ada@example.com
export GIT_COMMITTER_NAME=Ada GIT_COMMITTER_EMAIL=ada@example.com

die() {
  printf 'FAILED: %s\n' "$*" >&2
  exit 1
}

quickstart() {
  timeout 600 "$root/examples/quickstart.sh" --build-dir "$build" "$@" >"$work/out" 2>"$work/err"
}

commit() {
  clock=$((${clock:-1700000000} + 60))
  git -C "$1" add --all
  GIT_AUTHOR_DATE="@$clock +0000" GIT_COMMITTER_DATE="@$clock +0000" \
    git -C "$1" commit --quiet --allow-empty --message="$2"
}

# 40 commits that add, change, move, copy and remove files, with odd names and a merge; three tags.
make_repository() {
  local dir=$1 n
  git init --quiet --initial-branch=main "$dir"
  mkdir "$dir/über"
  for n in $(seq 1 40); do
    seq 1 $((n + 20)) >"$dir/file $((n % 7)).txt"
    printf '%s\n' "$n" >"$dir/über/\"$n\".txt"
    case $n in
      11) git -C "$dir" mv 'file 3.txt' moved.txt ;;
      12) seq 1 31 | tee "$dir/copy.txt" >>"$dir/moved.txt" ;;
      13) git -C "$dir" rm --quiet --force moved.txt ;;
    esac
    commit "$dir" "Step $n"
    ((n % 13)) || git -C "$dir" tag "v$((n / 13))"
  done
  git -C "$dir" checkout --quiet -b side HEAD~3
  commit "$dir" 'On the side'
  git -C "$dir" checkout --quiet main
  GIT_AUTHOR_DATE="@$((clock + 60)) +0000" GIT_COMMITTER_DATE="@$((clock + 60)) +0000" \
    git -C "$dir" merge --quiet --no-ff --message='Merge side' side
}

# Prints the same list with git: the commits, and the files that each one changed against its first parent.
by_git() {
  local dir=$1 id parent status from to
  shift
  git -C "$dir" rev-list "$@" | while read -r id; do
    git -C "$dir" show --no-patch --format='%H %s' "$id" | sed -E 's/^(.{11})[0-9a-f]*/\1/'
    parent=$(git -C "$dir" rev-parse --quiet --verify "$id^1" || git -C "$dir" hash-object -t tree /dev/null)
    git -C "$dir" diff-tree -r -M -C -z --name-status "$parent" "$id" |
      while IFS= read -r -d '' status && IFS= read -r -d '' from; do
        to=''
        [[ $status != [RC]* ]] || IFS= read -r -d '' to
        printf '    %s %s\n' "${status:0:1}" "$from${to:+ -> $to}"
      done | LC_ALL=C sort
  done
}

listed() {
  sed -n '/^Commits of/,/^HEAD/p' "$work/out" | sed -e '1,3d' -e '/^HEAD/d' -e '/^$/d' -e 's/  Ada$//' |
    awk '/^    / { print | "LC_ALL=C sort"; next } { close("LC_ALL=C sort"); print; fflush() }
         END { close("LC_ALL=C sort") }'
}

fingerprint() { (cd "$1" && find . -printf '%p %m %s %T@ %l\n' && find . -type f -exec sha256sum {} +) | sort; }

# expect_same REPOSITORY GIT_ARGUMENTS... -- QUICKSTART_ARGUMENTS...
expect_same() {
  local dir=$1 arguments=() before after
  shift
  while [[ $1 != -- ]]; do arguments+=("$1") && shift; done
  shift
  before=$(fingerprint "$dir")
  quickstart "$@" || die "quickstart $*: $(cat "$work/out" "$work/err")"
  after=$(fingerprint "$dir")
  [[ $before == "$after" ]] || die "$dir was written to: $(diff <(printf '%s\n' "$before") <(printf '%s\n' "$after"))"
  by_git "$dir" "${arguments[@]}" >"$work/expected"
  listed >"$work/listed"
  diff -u "$work/expected" "$work/listed" || die "quickstart $* differs from git"
  grep -qxF "HEAD $(git -C "$dir" rev-parse HEAD)" "$work/out" || die "quickstart $*: no HEAD"
  grep -q 'its signature is right' "$work/out" || die "quickstart $*: no webhook"
  local commits files
  commits=$(grep -c '^[0-9a-f]' "$work/expected")
  files=$(grep -c '^    ' "$work/expected") || true
  grep -qE "^1 repository, $commits commits?, $files changed files?\$" "$work/out" ||
    die "quickstart $*: the counts are wrong: $(grep '^1 repository' "$work/out")"
  shows_release || die "quickstart $*: no release: $(tail -n 30 "$work/out")"
  printf 'ok: quickstart %s\n' "$*"
}

# The push became a release with one commit, which adds one file and resolves one issue.
shows_release() {
  sed -n '/^The release that the push became/,/^Read next/p' "$work/out" >"$work/release"
  grep -qE '^quickstart/[0-9]+-[0-9]+-[0-9]+$' "$work/release" &&
    grep -qx '1 resolved issue' "$work/release" &&
    grep -qE '^  QUICK-1  by [0-9a-f]{7} Add QUICKSTART.md$' "$work/release" &&
    grep -qx '1 commit, 1 changed file' "$work/release" &&
    grep -qE '^  [0-9a-f]{7} Add QUICKSTART.md  Quickstart  \[QUICK-1\]$' "$work/release" &&
    grep -qx '    A QUICKSTART.md' "$work/release" &&
    grep -qx '  Quickstart <quickstart@example.com>  1 commit' "$work/release"
}

# expect_error STATUS TEXT QUICKSTART_ARGUMENTS...: expects one line on standard error that contains TEXT.
expect_error() {
  local wanted=$1 text=$2 status=0
  shift 2
  quickstart "$@" || status=$?
  [[ $status == "$wanted" ]] || die "quickstart $* ended with $status"
  [[ $(wc -l <"$work/err") == 1 && $(<"$work/err") == *"$text"* ]] || die "quickstart $*: $(<"$work/err")"
  printf 'ok: quickstart %s: %s\n' "$*" "$(cat "$work/err")"
}

# click BUTTON PAGE: submits the form of the page, and follows the redirect.
click() {
  local fields
  mapfile -t fields < <(curl -fsS --noproxy '*' "$2" |
    sed -nE 's/.*<input type="hidden" name="([^"]*)" value="([^"]*)".*/--data-urlencode\n\1=\2/p')
  curl -fsSL --noproxy '*' --data user=admin --data "answer=$1" "${fields[@]}" "${2%%\?*}"
}

# answering BUTTON COMMAND...: runs a program, and clicks on that button of the page that it prints.
answering() {
  local button=$1 line
  shift
  timeout 600 "$@" 2>"$work/err" | while IFS= read -r line; do
    printf '%s\n' "$line"
    [[ $line != *http*/oauth/authorize\?* ]] || click "$button" "${line##* }"
  done >"$work/out"
}

with_a_browser() {
  local script=("$root/examples/quickstart.sh" --build-dir "$build" --browser "$work/bare.git")
  answering allow "${script[@]}" || die "allowed: $(cat "$work/out" "$work/err")"
  grep -q 'its signature is right' "$work/out" || die "allowed: no webhook"
  printf 'ok: the access is allowed in a browser\n'
  ! answering deny "${script[@]}" || die "denied: $(cat "$work/out" "$work/err")"
  [[ $(<"$work/err") == "quickstart.sh: the application got no access: not connected: the access was denied on the server's page"* ]] ||
    die "denied: $(<"$work/err")"
  printf 'ok: the access is denied in a browser: %s\n' "$(cat "$work/err")"
}

# A server that is already running: a person allows the access for each run, or once with examples/connect.
own_server() {
  local line url name
  for name in right wrong; do
    openssl genrsa -out "$work/$name.pem" 2048 2>/dev/null
  done
  openssl rsa -in "$work/right.pem" -pubout -out "$work/right.pub" 2>/dev/null
  exec 3< <(exec "$build/src/testing/bitbucket-git-server" --user admin:secret \
    --consumer "bot=$work/right.pub" "PRJ/demo=$work/bare.git" 2>&1)
  server=$!
  read -r line <&3
  url=${line#Listening on }
  export BITBUCKET_CONSUMER_KEY=bot BITBUCKET_PRIVATE_KEY=$work/right.pem
  local quickstart=(--url "$url/" --repo PRJ/demo v3 main)
  by_git "$work/bare.git" v3..main >"$work/expected"

  answering allow "$root/examples/quickstart.sh" --build-dir "$build" "${quickstart[@]}" ||
    die "own server: $(cat "$work/out" "$work/err")"
  listed | diff -u "$work/expected" - || die "own server: the commits differ from git's"
  BITBUCKET_PRIVATE_KEY=$work/wrong.pem \
    expect_error 1 "the public key in the link does not match the private key" "${quickstart[@]}"

  answering allow "$build/examples/connect" --url "$url" "$work/installation" || die "connect: $(<"$work/err")"
  BITBUCKET_INSTALLATION=$work/installation quickstart "${quickstart[@]}" || die "connected: $(<"$work/err")"
  ! grep oauth/authorize "$work/out" || die "connected: the access must be allowed again"
  listed | diff -u "$work/expected" - || die "connected: the commits differ from git's"
  unset BITBUCKET_CONSUMER_KEY BITBUCKET_PRIVATE_KEY
  kill "$server"
  wait "$server" || true
  server=''
  printf 'ok: a server that is already running\n'
}

kinds_of_repositories() {
  make_repository "$work/a repository"
  cd "$work"
  expect_same 'a repository' v2..v3 -- 'a repository'
  expect_same 'a repository' v1..HEAD -- 'a repository' v1
  expect_same 'a repository' HEAD~9..v3 -- "$work/a repository/" HEAD~9 v3
  git clone --quiet --bare 'a repository' bare.git
  expect_same bare.git v2..v3 -- bare.git
  git -C 'a repository' worktree add --quiet ../linked side
  expect_same linked HEAD~2..side -- linked HEAD~2 side
  git clone --quiet 'a repository' detached
  git -C detached checkout --quiet --detach HEAD~5
  expect_same detached v1..HEAD -- detached v1
  git -C bare.git tag --delete v1 v2 >/dev/null
  expect_same bare.git -n20 HEAD -- bare.git
  if ((EUID == 0)); then
    chown -R nobody 'a repository'
    GIT_CONFIG_COUNT=1 GIT_CONFIG_KEY_0=safe.directory GIT_CONFIG_VALUE_0='*' \
      expect_same 'a repository' v2..v3 -- 'a repository'
    chown -R root 'a repository'
  fi
}

empty_repository() {
  git init --quiet "$work/empty"
  quickstart "$work/empty" || die "empty: $(cat "$work/out" "$work/err")"
  grep -qx 'HEAD none (its branch has no commit)' "$work/out" || die "empty: no HEAD"
  grep -qxF '1 repository, 0 commits, 0 changed files' "$work/out" || die "empty: no counts"
  printf 'ok: an empty repository\n'
}

bad_input() {
  mkdir "$work/folder" "$work/a repository/sub"
  expect_error 1 "is not a git repository" "$work/folder"
  expect_error 1 "is not a git repository" "$work/a repository/sub"
  expect_error 1 "there is no folder" "$work/nothing"
  expect_error 1 "'no-such-tag' names no commit" "$work/a repository" no-such-tag
  expect_error 1 "'no-such-tag' names no commit" "$work/a repository" v1 no-such-tag
  expect_error 2 "there is no option --frob" --frob
  expect_error 2 "--url needs a value" --url
  expect_error 2 "--url needs --repo" --url http://127.0.0.1:1
  local url=(--url http://127.0.0.1:1 --repo PRJ/demo)
  expect_error 2 "--url needs credentials: set BITBUCKET_TOKEN" "${url[@]}"
  BITBUCKET_USER=ann expect_error 2 "BITBUCKET_USER needs BITBUCKET_PASSWORD" "${url[@]}"
  BITBUCKET_CONSUMER_KEY=bot expect_error 2 "BITBUCKET_PRIVATE_KEY must name" "${url[@]}"
  expect_error 2 "too many arguments" a b c d
}

# Neither the list of processes nor the terminal shows a secret.
keeps_secrets() {
  local shown=$work/shown secret=hook-secret-of-this-test
  # This script starts every program and records what `ps` would show.
  mkdir "$work/bin"
  local program
  for program in openssl curl git; do
    printf '#!/bin/sh\nprintf "%%s\\n" "$*" >>"%s"\nexec %s "$@"\n' "$shown" "$(command -v "$program")" \
      >"$work/bin/$program"
  done
  chmod +x "$work"/bin/*
  PATH=$work/bin:$PATH BITBUCKET_WEBHOOK_SECRET=$secret quickstart "$work/bare.git"
  grep -q '^genrsa' "$shown" || die "openssl was not watched"
  ! grep -E "$secret|form_token|oauth_token|Authorization" "$shown" || die "the lines above show a secret"
  printf 'ok: secrets are no arguments\n'
}

leaves_nothing_behind() {
  local before
  mkdir "$work/tmp"
  before=$(find "$work/tmp")
  TMPDIR=$work/tmp quickstart "$work/bare.git"
  [[ $(find "$work/tmp") == "$before" ]] || die "left behind: $(find "$work/tmp")"
  [[ -z $(pgrep -f "$work/" || true) ]] || die "still running: $(pgrep -af "$work/")"
  printf 'ok: nothing is left behind\n'
}

kinds_of_repositories
empty_repository
with_a_browser
own_server
bad_input
keeps_secrets
leaves_nothing_behind
