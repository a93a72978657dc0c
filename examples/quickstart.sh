#!/usr/bin/env bash
# The main job of the library in one command; see --help.
set -euo pipefail
unset CDPATH
here=$(cd "$(dirname "${BASH_SOURCE[0]}")" && pwd -P)
root=${here%/*}
# shellcheck source=cmake/common.sh
source "$root/cmake/common.sh"

usage() {
  cat <<TEXT
usage: examples/quickstart.sh [OPTIONS] [REPOSITORY [SINCE [UNTIL]]]

Authorises an application through the three OAuth legs, lists and searches repositories, registers a
webhook, pushes, reads the commits from SINCE (left out) to UNTIL with the files that each one
changed, and shows the release that the push became and the issue that it resolved.  All this goes over
HTTP, to an embedded Bitbucket Server that serves your git REPOSITORY and only reads it.  On Debian the
script first installs missing packages (as root or with sudo).

  REPOSITORY      a git repository, bare or not (default: this checkout)
  SINCE, UNTIL    tags, branches or commits (default: the two newest tags, else the last 20 commits)

  --browser       approve the access yourself, in a browser
  --build-dir DIR build there (default: build/quickstart)
  --help

The same with a server of your own, where nothing is written unless you ask for it:

  --url URL       for example https://git.example.com/bitbucket
  --repo PRJ/demo the repository on that server; only [SINCE [UNTIL]] may follow as arguments
  --webhook URL   registers a webhook (secret: BITBUCKET_WEBHOOK_SECRET, otherwise a random one)
  --push          pushes one commit to a new branch quickstart/...

  Credentials come from BITBUCKET_TOKEN, or BITBUCKET_USER and BITBUCKET_PASSWORD, or
  BITBUCKET_CONSUMER_KEY and BITBUCKET_PRIVATE_KEY (a PEM file) with BITBUCKET_ACCESS_TOKEN and
  BITBUCKET_ACCESS_TOKEN_SECRET; without these two you allow the access in a browser.  To allow it only
  once, run examples/connect --url URL FOLDER and set BITBUCKET_INSTALLATION to that folder.
TEXT
}

# --- arguments

url='' repo='' hook_url='' release='' build='' path='' since='' until=''
browser=false push=false

wrong_usage() {
  printf '%s: %s (see --help)\n' "${0##*/}" "$*" >&2
  exit 2
}

# For a server of the user's own: names missing credentials before anything is built or sent.
check_credentials() {
  [[ -z ${BITBUCKET_INSTALLATION:-} ]] || return 0
  [[ -n ${BITBUCKET_TOKEN:-}${BITBUCKET_USER:-}${BITBUCKET_CONSUMER_KEY:-} ]] ||
    wrong_usage "--url needs credentials: set BITBUCKET_TOKEN, or BITBUCKET_USER and BITBUCKET_PASSWORD, or BITBUCKET_CONSUMER_KEY and BITBUCKET_PRIVATE_KEY"
  [[ -n ${BITBUCKET_TOKEN:-} || -n ${BITBUCKET_CONSUMER_KEY:-} || -n ${BITBUCKET_PASSWORD:-} ]] ||
    wrong_usage "BITBUCKET_USER needs BITBUCKET_PASSWORD"
  [[ -n ${BITBUCKET_TOKEN:-} || -z ${BITBUCKET_CONSUMER_KEY:-} || -r ${BITBUCKET_PRIVATE_KEY:-} ]] ||
    wrong_usage "BITBUCKET_PRIVATE_KEY must name the PEM file of the private key"
}

parse_arguments() {
  local words=()
  while (($#)); do
    case $1 in
      --help | -h) usage && exit 0 ;;
      --browser) browser=true ;;
      --push) push=true ;;
      --url | --repo | --webhook | --build-dir)
        [[ -n ${2:-} && $2 != --* ]] || wrong_usage "$1 needs a value"
        case $1 in
          --url) url=$2 ;;
          --repo) repo=$2 ;;
          --webhook) hook_url=$2 ;;
          --build-dir) build=$(realpath -m -- "$2") ;;
        esac
        shift ;;
      --) shift && words+=("$@") && break ;;
      -*) wrong_usage "there is no option $1" ;;
      *) words+=("$1") ;;
    esac
    shift
  done
  if [[ -n $url ]]; then
    [[ -n $repo ]] || wrong_usage "--url needs --repo PRJ/slug"
    words=('' "${words[@]}")
  elif [[ -n $repo || -n $hook_url ]] || $push; then
    wrong_usage "--repo, --webhook and --push require --url"
  fi
  [[ -z $url ]] || check_credentials
  ((${#words[@]} <= 3)) || wrong_usage "too many arguments"
  path=${words[0]:-} since=${words[1]:-} until=${words[2]:-}
}

# --- the repository

# Makes git ignore the user's configuration, accept any owner, take no lock and show no prompt.
isolate_git() {
  local variable
  for variable in ${!GIT_*}; do unset "$variable"; done
  export GIT_CONFIG_NOSYSTEM=1 GIT_CONFIG_GLOBAL=/dev/null GIT_OPTIONAL_LOCKS=0 GIT_TERMINAL_PROMPT=0
  export GIT_CONFIG_COUNT=1 GIT_CONFIG_KEY_0=safe.directory GIT_CONFIG_VALUE_0='*'
  export GIT_AUTHOR_NAME=Quickstart GIT_AUTHOR_EMAIL=quickstart@example.com
  export GIT_COMMITTER_NAME=Quickstart GIT_COMMITTER_EMAIL=quickstart@example.com
}

is_repository() { GIT_CEILING_DIRECTORIES=$(dirname "$1") git -C "$1" rev-parse --git-dir >/dev/null 2>&1; }
commit_of() { git -C "$path" rev-parse --quiet --verify --end-of-options "$1^{commit}" 2>/dev/null; }

make_repository() {
  path=$work/hello
  git init --quiet --initial-branch=main "$path"
  local n file=src/answer.cpp
  mkdir "$path/src"
  for n in 1 2 3 4 5 6; do
    if ((n == 4)); then
      git -C "$path" mv src/answer.cpp src/question.cpp
      file=src/question.cpp
    fi
    { cat "$root/LICENSE" 2>/dev/null || seq 50; printf '// answer %s\n' "$n"; } >"$path/$file"
    printf 'Hello, version %s.\n' "$n" >"$path/README.md"
    git -C "$path" add --all
    GIT_COMMITTER_DATE="2024-01-0${n}T12:00:00Z" GIT_AUTHOR_DATE="2024-01-0${n}T12:00:00Z" \
      git -C "$path" commit --quiet --message="Step $n of the demonstration"
    ((n % 3)) || git -C "$path" tag "v0.$((n / 3))"
  done
}

choose_repository() {
  if [[ -z $path ]]; then
    path=$root
    if ! is_repository "$path" || ! commit_of HEAD >/dev/null; then
      make_repository
      say "This checkout has no git history, so a sample repository is served instead."
    fi
  fi
  [[ -d $path ]] || fail "there is no folder '$path'"
  path=$(realpath -- "$path")
  is_repository "$path" || fail "'$path' is not a git repository (for a worktree, give its top folder)"
  local name
  for name in "$since" "$until"; do
    [[ -z $name ]] || commit_of "$name" >/dev/null || fail "'$name' names no commit in '$path'"
  done
}

# Sends branches and tags to the server by name, and anything else (HEAD~5) as its commit.
name_for_server() {
  [[ -n $1 ]] || return 0
  local tag=false branch=false
  git -C "$path" show-ref --quiet --verify "refs/tags/$1" && tag=true
  git -C "$path" show-ref --quiet --verify "refs/heads/$1" && branch=true
  if $tag && $branch; then
    printf 'refs/tags/%s' "$1"  # git prefers the tag too
  elif $tag || $branch; then
    printf '%s' "$1"
  else
    commit_of "$1"
  fi
}

# --- building

has_option() { grep -qx "BITBUCKET_BUILD_$1:BOOL=ON" "$build/CMakeCache.txt"; }

has_programs() {
  is_configured "$build" "$root" && has_option EXAMPLES &&
    { has_option TESTS || { has_option TRACKING && has_option TESTING_LIBRARY; }; }
}

build_programs() {
  local log=$work/build.log start=$SECONDS
  if [[ -z $build ]]; then
    build=$root/build/quickstart
    if ! mkdir -p "$build" 2>/dev/null || [[ ! -w $build ]]; then
      build=${XDG_CACHE_HOME:-${HOME:-/nonexistent}/.cache}/bitbucket-quickstart/$(cksum <<<"$root" | cut -d' ' -f1)
      mkdir -p "$build" 2>/dev/null || build=$work/build
      say "This checkout is read-only; building in $build."
    fi
  fi
  [[ -x $build/examples/quickstart ]] || say "Building the library and the programs (once, a minute or two) ..."
  # A folder that already has the programs is left alone; it may belong to the tests.  In a new one,
  # eight source files are compiled as one, which takes less than half the time.
  if ! { has_programs || configure_quietly "$log" "$root" "$build" -DCMAKE_BUILD_TYPE=Release \
    -DCMAKE_UNITY_BUILD=ON -DCMAKE_UNITY_BUILD_BATCH_SIZE=8 \
    -DBITBUCKET_BUILD_EXAMPLES=ON -DBITBUCKET_BUILD_TRACKING=ON -DBITBUCKET_BUILD_TESTING_LIBRARY=ON; } ||
    ! build_quietly "$log" "$build" quickstart connect webhook_receiver release_notes bitbucket-git-server; then
    tail -n 60 "$log" >&2
    fail "the build failed; its last lines are above"
  fi
  ((SECONDS - start < 5)) || say "Built in $((SECONDS - start)) s."
  client=$build/examples/quickstart
}

# --- the embedded server

start_server() {
  openssl genrsa -out "$work/key.pem" 2048 2>/dev/null
  openssl rsa -in "$work/key.pem" -pubout -out "$work/key.pub" 2>/dev/null
  export BITBUCKET_CONSUMER_KEY=quickstart BITBUCKET_PRIVATE_KEY=$work/key.pem
  unset BITBUCKET_TOKEN
  export BITBUCKET_USER=admin BITBUCKET_PASSWORD
  BITBUCKET_PASSWORD=$(openssl rand -hex 16)
  # The server is on this machine, so no proxy is used for it.
  export no_proxy="127.0.0.1,${no_proxy:-}" NO_PROXY="127.0.0.1,${NO_PROXY:-}"

  repo=QUICK/$(slug_of "$path")
  printf '%s' "$BITBUCKET_PASSWORD" >"$work/password"
  "$build/src/testing/bitbucket-git-server" --user "admin:@$work/password" \
    --consumer "quickstart=$work/key.pub" "$repo=$path" >"$work/server.log" 2>&1 &
  server=$!
  wait_for 30 "the embedded server does not start" server_is_up_or_ended
  [[ -n $url ]] || fail "the embedded server does not start: $(tail -n 3 "$work/server.log")"
}

server_is_up_or_ended() { server_is_up || ! kill -0 "$server" 2>/dev/null; }
server_is_up() { url=$(sed -n 's/^Listening on //p' "$work/server.log" 2>/dev/null) && [[ -n $url ]]; }

# The folder's name as Bitbucket would write it: lower case, and only the characters a-z 0-9 . _ -
slug_of() {
  local name
  name=$(basename "$1" .git)
  name=$(printf '%s' "$name" | tr '[:upper:]' '[:lower:]' | tr -c 'a-z0-9._-' '-')
  [[ $name == *[a-z0-9]* ]] || name=repository
  printf '%s' "$name"
}

# --- the three legs

# Submits the form of the approval page as a click on its button would, and follows the redirect.  curl
# reads the tokens from its input, so that no list of processes shows them.
approve() {
  local html fields='' name value
  html=$(curl -fsS --max-time 30 --config - <<<"url = \"$1\"") || return 1
  while read -r name value; do
    fields+="data-urlencode = \"$name=$value\""$'\n'
  done < <(sed -nE 's/.*<input type="hidden" name="([^"]*)" value="([^"]*)".*/\1 \2/p' <<<"$html")
  curl -fsSL --max-time 30 --config - --data user=admin --data answer=allow --output /dev/null \
    "${1%%\?*}" <<<"$fields"
}

has_page() { page=$(grep -soE 'https?://.*/oauth/authorize\?.*' "$work/connect.log"); }
has_page_or_ended() { has_page || ! kill -0 "$program" 2>/dev/null; }

# The program prints the page to open, and waits until the browser comes back to the program.
authorize() {
  local page='' program
  heading "Authorising the application through the three legs of OAuth"
  export BITBUCKET_INSTALLATION=$work/installation
  "$build/examples/connect" --url "$url" "$BITBUCKET_INSTALLATION" >"$work/connect.log" 2>&1 &
  program=$!
  wait_for 60 "no request token was granted" has_page_or_ended
  if [[ -n $page ]]; then
    say "  1. a request token was granted"
    if $browser; then
      say "  2. open this page in a browser on this machine, and allow the access:" "" \
        "     ${bold}$page${normal}" "" "     The script waits until the browser comes back to this machine."
    else
      approve "$page" || fail "the page for the approval failed: $page"
      say "  2. approved on ${dim}${page%%\?*}${normal}"
    fi
  fi
  wait "$program" || fail "the application got no access: $(sed -n 's/^connect: //p' "$work/connect.log")"
  say "  3. an access token was granted and stored; every request from here on is signed with it"
}

# For a server of the user's own: takes credentials from the environment, or else asks a person to go
# through the three legs.
use_credentials() {
  if [[ -z ${BITBUCKET_INSTALLATION:-}${BITBUCKET_TOKEN:-}${BITBUCKET_ACCESS_TOKEN:-} &&
    -n ${BITBUCKET_CONSUMER_KEY:-} ]]; then
    browser=true
    authorize
  fi
}

# --- the webhook and the push

# Gives git its credentials in the environment, where no other user sees them.  Without any, git asks
# its own helpers.
git_credentials() {
  local n=${GIT_CONFIG_COUNT:-0} header
  if [[ -n ${BITBUCKET_TOKEN:-} ]]; then
    header="Bearer $BITBUCKET_TOKEN"
  elif [[ -n ${BITBUCKET_USER:-} ]]; then
    header="Basic $(printf '%s:%s' "$BITBUCKET_USER" "${BITBUCKET_PASSWORD:-}" | base64 | tr -d '\n')"
  else
    return 0
  fi
  export GIT_CONFIG_COUNT=$((n + 1)) "GIT_CONFIG_KEY_$n=http.extraHeader" \
    "GIT_CONFIG_VALUE_$n=Authorization: $header"
}

clone_link() {
  "$client" repositories "${repo#*/}" | awk -v repo="$repo" 'tolower($1) == tolower(repo) { print $2 }'
}

commit_and_push() {
  local blob tree commit
  local author=(-c user.name=Quickstart -c user.email=quickstart@example.com)
  git clone --quiet --depth 1 --no-tags --filter=blob:none --no-checkout -- "$1" "$2" && cd "$2" &&
    blob=$(printf 'Pushed by the quickstart.\n' | git hash-object -w --stdin) &&
    git read-tree HEAD &&
    git update-index --add --cacheinfo "100644,$blob,QUICKSTART.md" &&
    tree=$(git write-tree --missing-ok) &&
    commit=$(git "${author[@]}" commit-tree -p HEAD -m 'Add QUICKSTART.md' -m 'Fixes QUICK-1' "$tree") &&
    git push --quiet origin "$commit:refs/heads/$3"
}

# Pushes one commit with one new file to a new branch.  It fetches only what this needs, however long
# the history is.
push_commit() {
  local link clone=$work/clone
  link=$(clone_link)
  [[ -n $link ]] || fail "$repo shows no clone link"
  if ! (git_credentials && commit_and_push "$link" "$clone" "$1") >"$work/push.log" 2>&1; then
    fail "the push to $link failed: $(grep -vE '^(hint:|To |$)' "$work/push.log" | head -n 1)"
  fi
  say "  pushed one commit to the branch $1 through ${dim}$link${normal}"
}

receiver_is_up() { hook_url=$(grep -s -m 1 '^http' "$work/receiver.log"); }

start_receiver() {
  "$build/examples/webhook_receiver" --once >"$work/receiver.log" 2>&1 &
  receiver=$!
  wait_for 10 "the receiver of the webhook does not start" receiver_is_up
}

receiver_has_ended() { ! kill -0 "$receiver" 2>/dev/null; }

show_delivery() {
  wait_for 30 "no webhook arrived" receiver_has_ended
  wait "$receiver" || fail "the receiver of the webhook failed: $(tail -n 1 "$work/receiver.log")"
  tail -n +2 "$work/receiver.log"
}

use_webhook_locally() {
  heading "Registering a webhook and pushing to a private clone"
  start_receiver
  "$client" webhook "$repo" "$hook_url"
  release=quickstart/$(date +%Y%m%d-%H%M%S)-$$
  push_commit "$release"
  show_delivery
}

use_webhook_remotely() {
  if [[ -n $hook_url ]]; then
    heading "Registering a webhook"
    [[ -n ${BITBUCKET_WEBHOOK_SECRET_GIVEN:-} ]] || say "  its secret: $BITBUCKET_WEBHOOK_SECRET"
    "$client" webhook "$repo" "$hook_url"
  fi
  if $push; then
    heading "Pushing"
    push_commit "quickstart/$(date +%Y%m%d-%H%M%S)-$$"
  fi
}

# --- all of it

show_repositories() {
  heading "Repositories"
  "$client" repositories
  say "  ${dim}searching for \"${repo#*/}\":${normal}"
  "$client" repositories "${repo#*/}"
}

show_commits() {
  heading "Commits of $repo and the files they changed"
  "$client" commits "$repo" "$since" "$until"
}

# Shows the commits that the pushed branch added to the default branch.  The script pushes no tag,
# because the newest tags decide which commits show_commits shows.
show_release() {
  heading "The release that the push became"
  "$build/examples/release_notes" --url "$url" "$repo" "$release" HEAD
}

show_what_is_next() {
  heading "Read next"
  say "  examples/connect.cpp     the program that got the access" \
    "  examples/quickstart.cpp  the program that used it" \
    "  examples/release_tracker shows releases and issues in a browser: release_tracker --demo REPOSITORY" \
    "  docs/getting-started.md  the same in a program of your own" \
    "  README.md, \"Examples\"    what else there is"
}

on_embedded_server() {
  isolate_git
  choose_repository
  build_programs
  start_server
  say "An embedded Bitbucket Server serves $path at $url"
  export BITBUCKET_URL=$url
  authorize
  show_repositories
  if commit_of HEAD >/dev/null; then
    use_webhook_locally
  else
    say "" "HEAD has no commit, so there is nothing to push to."
  fi
  # With a detached HEAD, the server's default branch may be a different one.
  since=$(name_for_server "$since")
  until=$(name_for_server "$until")
  show_commits
  [[ -z $release ]] || show_release
}

on_given_server() {
  build_programs
  export BITBUCKET_URL=$url
  use_credentials
  show_repositories
  use_webhook_remotely
  show_commits
}

main() {
  parse_arguments "$@"
  install_missing "${build_packages[@]}" "${tracking_packages[@]}"
  make_work_folder
  export BITBUCKET_WEBHOOK_SECRET_GIVEN=${BITBUCKET_WEBHOOK_SECRET:-}
  export BITBUCKET_WEBHOOK_SECRET=${BITBUCKET_WEBHOOK_SECRET:-$(openssl rand -hex 20)}
  if [[ -n $url ]]; then
    on_given_server
  else
    on_embedded_server
  fi
  show_what_is_next
}

main "$@"
