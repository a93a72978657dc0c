#!/usr/bin/env bash
# usage: agreement_test.sh DIR
# The programs of DIR read the same from a small load server that verifies every signature.
set -euo pipefail
root=$(cd "$(dirname "${BASH_SOURCE[0]}")/.." && pwd -P)
# shellcheck source=cmake/common.sh
source "$root/cmake/common.sh"

programs=$1 address=''

start_server() {
  : >"$work/address"
  "$programs/benchmark_load_server" --compress on --commits 250 --cap 100 --verify-key "$work/key.pem" "$@" >"$work/address" &
  started+=("$!")
  wait_for 30 "the load server does not start" test -s "$work/address"
  address=$(<"$work/address")
}

run() {
  local program=$1
  shift
  timeout 60 "$programs/$program" "$@" --base-url "$address" --consumer-key 'a key' \
    --private-key "$work/key.pem" --access-token 'to/ken' --repo PRJ/demo
}

# data_of LINE: items and checksum
data_of() { grep -o '"items":[0-9]*,"checksum":"[0-9a-f]*"' <<<"$1"; }

# expect ITEMS ARGUMENTS...: from all programs, and with the same checksum
expect() {
  local items=$1 program data first=''
  shift
  for program in benchmark_limit bitbucket-workloads benchmark_peer; do
    data=$(data_of "$(run "$program" "$@")")
    [[ $data == "\"items\":$items,"* ]] || fail "$program $*: $data, not $items items"
    [[ ${first:=$data} == "$data" ]] || fail "$program $*: $data, the first one said $first"
    [[ $data != *'"0000000000000000"' ]] || fail "$program $*: no checksum"
  done
  say "$*: $first"
}

# A checksum that never changes would agree, too.
expect_different() {
  [[ $(data_of "$(run benchmark_limit walk --page-size 50)") != "$(data_of "$(run benchmark_limit fanout --repos 10 --count 25)")" ]] ||
    fail "different commits have the same checksum"
}

main() {
  make_work_folder
  openssl genrsa -out "$work/key.pem" 2048 2>/dev/null
  start_server
  expect 5 get --count 5
  expect 250 walk --page-size 100
  expect 250 walk --page-size 7
  expect 90 fanout --repos 9 --count 10
  expect 84 changes --count 30 --concurrency 8
  [[ $(data_of "$(run benchmark_limit fanout --repos 9 --count 10)") == "$(data_of "$(run benchmark_limit fanout --repos 9 --count 10 --threads on)")" ]] ||
    fail "with a thread for each item the data is another"
  for program in benchmark_limit bitbucket-workloads; do
    [[ $(data_of "$(run benchmark_limit walk --page-size 100)") == "$(data_of "$(run $program walk --page-size 100 --compression on)")" ]] ||
      fail "$program: with compression the walk is another one"
  done
  expect_different
  [[ $(data_of "$(run benchmark_limit walk --page-size 100)") == "$(data_of "$(run benchmark_limit walk --page-size 100 --in-flight 4)")" ]] ||
    fail "with pages in flight the walk is another one"
  openssl req -x509 -key "$work/key.pem" -days 2 -subj /CN=127.0.0.1 -addext subjectAltName=IP:127.0.0.1 \
    -out "$work/certificate.pem" 2>/dev/null
  start_server --latency-us 2000 --tls-certificate "$work/certificate.pem" --tls-key "$work/key.pem"
  expect 250 walk --page-size 100 --ca-file "$work/certificate.pem"
  # A signature by another key is refused.
  openssl genrsa -out "$work/key.pem" 2048 2>/dev/null
  if run benchmark_limit get --count 1 --ca-file "$work/certificate.pem" 2>/dev/null; then fail "a wrong signature was accepted"; fi
}

main
