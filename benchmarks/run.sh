#!/usr/bin/env bash
# Measures the library against a hand-written limit program; see --help.
set -euo pipefail
unset CDPATH
root=$(cd "$(dirname "${BASH_SOURCE[0]}")/.." && pwd -P)
# shellcheck source=cmake/common.sh
source "$root/cmake/common.sh"

usage() {
  cat <<TEXT
usage: benchmarks/run.sh [--rounds N] [--only W1,W2,...] [--two-cores] [--token] [--many]
                         [--compression] [--latency] [--plot DIR] [--build-dir DIR]

Builds the limit program, the library's workloads and the peer, runs them in turn against the load
server (on a core of its own) and prints the medians and, pair by pair, the ratios to the limit.
W3 and W4 are also measured against a limit that has a thread for each item under way, as blocking calls
require.  The script fails when the programs do not agree about the data.

  --rounds N       number of rounds (default: 15)
  --only LIST      some of W1 (2,000 small GETs), W2 (100,000 commits in pages of 1000), W2/100 (in pages
                   of 100), W3 (25 commits of 1,000 repositories, 20 ms), W4 (changes of 2,000
                   commits, 5 ms)
  --two-cores      W4 also with both cores for the client, against a limit with an event loop on each
  --token          the work of --only also with a bearer token instead of signatures, without the peer
  --many           changes of 10,000 commits, 20 ms, with 512 calls at once, without the peer
  --compression    W2 also with gzip, without the peer
  --latency        walks of 100 pages at 5 and 20 ms with 1, 2, 4 and 8 pages in flight
  --plot DIR       pictures (SVG) of time against pages in flight, latency, page size and concurrency
  --build-dir DIR  build there (default: build/benchmarks); DIR/results.jsonl has the raw results
TEXT
}

rounds=15 only=W1,W2,W2/100,W3,W4 two_cores=false token=false many=false compression=false latency=false plots='' build=$root/build/benchmarks

parse_arguments() {
  while (($#)); do
    case $1 in
      --help | -h) usage && exit 0 ;;
      --two-cores) two_cores=true ;;
      --token) token=true ;;
      --many) many=true ;;
      --compression) compression=true ;;
      --latency) latency=true ;;
      --rounds | --only | --plot | --build-dir)
        [[ -n ${2:-} ]] || fail "$1 needs a value"
        case $1 in
          --rounds) rounds=$2 ;;
          --only) only=$2 ;;
          --plot) plots=$(realpath -m -- "$2") ;;
          --build-dir) build=$(realpath -m -- "$2") ;;
        esac
        shift ;;
      *) fail "there is no option $1 (see --help)" ;;
    esac
    shift
  done
  [[ $rounds =~ ^[1-9][0-9]*$ ]] || fail "--rounds needs a number"
}

build_programs() {
  local log=$build/build.log
  mkdir -p "$build"
  say "Building in $build ..."
  if ! configure_quietly "$log" "$root" "$build" -DCMAKE_BUILD_TYPE=Release \
    -DBITBUCKET_BUILD_BENCHMARKS=ON ||
    ! build_quietly "$log" "$build" benchmark_limit benchmark_peer bitbucket-workloads \
      benchmark_load_server; then
    tail -n 40 "$log" >&2
    fail "the build failed; all of it is in $log"
  fi
}

# --- programs and the server

programs=(benchmark_limit bitbucket-workloads benchmark_peer)
threads='benchmark_limit --threads on'
server_core=0 client_cores=1 address='' started=()

# on_cores LIST COMMAND...; with one core there is nothing to choose.
on_cores() {
  local cores=$1
  shift
  if (($(nproc) > 1)); then exec taskset -c "$cores" "$@"; else exec "$@"; fi
}

# start_server LATENCY_IN_MICROSECONDS [COMMITS [OPTIONS...]]
start_server() {
  stop_server
  : >"$work/address"
  (on_cores "$server_core" "$build/benchmarks/benchmark_load_server" --latency-us "$1" \
    --commits "${2:-100000}" "${@:3}" >"$work/address") &
  started=("$!")
  wait_for 30 "the load server does not start" test -s "$work/address"
  address=$(<"$work/address")
}

stop_server() {
  ((${#started[@]} == 0)) || { kill "${started[0]}" && wait "${started[0]}"; } 2>/dev/null || true
  started=()
}

# run_program PROGRAM ARGUMENTS...: its line of JSON; the program may bring options of its own
run_program() {
  local program
  read -ra program <<<"$1"
  shift
  timeout 300 bash -c "$(declare -f on_cores); on_cores \"\$@\"" bash "$client_cores" \
    "$build/benchmarks/${program[0]}" "$@" "${program[@]:1}" --base-url "$address" --consumer-key bench \
    --private-key "$work/key.pem" --access-token token --repo PRJ/demo
}

value_of() { sed -n "s/.*\"$1\":\"\{0,1\}\([^,\"}]*\).*/\1/p" <<<"$2"; }

# record WORK ROUND LINE: the raw result, and its numbers for the table
record() {
  printf '{"work":"%s","round":%s,%s\n' "$1" "$2" "${3#\{}" >>"$build/results.jsonl"
  printf '%s\t%s\t%s\t%s\t%s\t%s\n' "$1" "$2" "$(value_of program "$3")" "$(value_of wall_seconds "$3")" \
    "$(value_of cpu_seconds "$3")" "$(value_of peak_rss_kib "$3")" >>"$work/numbers"
}

# agree WORK ARGUMENTS...: all programs read the same, every byte of it
agree() {
  local name=$1 program line data first=''
  shift
  for program in "${programs[@]}"; do
    line=$(run_program "$program" "$@") || fail "$name: $program failed"
    data="$(value_of items "$line") items, checksum $(value_of checksum "$line")"
    [[ -n $first ]] || first=$data
    [[ $data == "$first" ]] || fail "$name: $program read $data, ${programs[0]} read $first"
  done
  say "$name: $first"
}

# compare WORK ARGUMENTS...
compare() {
  local name=$1 round program line items first
  shift
  agree "$name" "$@"
  for ((round = 1; round <= rounds; ++round)); do
    first=''
    for program in "${programs[@]}"; do
      line=$(run_program "$program" "$@" --checksum off) || fail "$name: $program failed"
      items=$(value_of items "$line")
      [[ ${first:=$items} == "$items" ]] || fail "$name: $program read $items items, not $first"
      record "$name" "$round" "$line"
    done
  done
}

# --- what is printed

print_table() {
  heading "Medians of $rounds rounds; ratios to the limit, pair by pair"
  awk -F '\t' '
    function median(text, values, n, i, j, t) {
      n = split(text, values, " ")
      for (i = 2; i <= n; ++i)
        for (j = i; j > 1 && values[j - 1] + 0 > values[j] + 0; --j) {
          t = values[j]; values[j] = values[j - 1]; values[j - 1] = t
        }
      return n % 2 ? values[(n + 1) / 2] : (values[n / 2] + values[n / 2 + 1]) / 2
    }
    { if (!($1 in seen)) { seen[$1]; order[++works] = $1 }
      wall[$1, $2, $3] = $4; cpu[$1, $2, $3] = $5; rss[$1, $2, $3] = $6; last = $2 > last ? $2 : last }
    END {
      printf "%-12s %18s %18s %7s %7s %11s %13s %11s\n", "work", "limit wall/CPU s", "library wall/CPU s",
        "wall", "CPU", "memory MiB", "threads", "peer"
      for (w = 1; w <= works; ++w) {
        name = order[w]; lw = lc = bw = bc = rw = rc = rr = pw = pc = tw = tc = ""
        for (r = 1; r <= last; ++r) {
          l = wall[name, r, "limit"]; b = wall[name, r, "library"]; c = cpu[name, r, "limit"]
          lw = lw " " l; lc = lc " " c; bw = bw " " b; bc = bc " " cpu[name, r, "library"]
          rw = rw " " b / l; rc = rc " " cpu[name, r, "library"] / c
          rr = rr " " (rss[name, r, "library"] - rss[name, r, "limit"]) / 1024
          pw = pw " " wall[name, r, "peer"] / l; pc = pc " " cpu[name, r, "peer"] / c
          tw = tw " " wall[name, r, "threads"] / l; tc = tc " " cpu[name, r, "threads"] / c
        }
        printf "%-12s %9.3f /%7.3f %9.3f /%7.3f %7.2f %7.2f %+11.1f %6.2f /%5.2f %5.2f /%5.2f\n", name,
          median(lw), median(lc), median(bw), median(bc), median(rw), median(rc), median(rr),
          median(tw), median(tc), median(pw), median(pc)
      }
    }' "$work/numbers"
  say "Raw results: $build/results.jsonl"
}

wanted() { [[ ,$only, == *",$1,"* ]]; }

# compare_all SUFFIX ARGUMENTS...: the works of --only
compare_all() {
  local suffix=$1 all=("${programs[@]}")
  shift
  start_server 0
  if wanted W1; then compare "W1$suffix" get --count 2000 "$@"; fi
  if wanted W2; then compare "W2$suffix" walk --page-size 1000 "$@"; fi
  if wanted W2/100; then compare "W2/100$suffix" walk --page-size 100 "$@"; fi
  programs+=("$threads")
  if wanted W3; then start_server 20000 && compare "W3$suffix" fanout --repos 1000 --count 25 "$@"; fi
  if wanted W4; then start_server 5000 && compare "W4$suffix" changes --count 2000 "$@"; fi
  programs=("${all[@]}")
}

# with_programs PROGRAMS... -- COMMAND...
with_programs() {
  local all=("${programs[@]}")
  programs=()
  while [[ $1 != -- ]]; do programs+=("$1") && shift; done
  "${@:2}"
  programs=("${all[@]}")
}

main_table() {
  compare_all ''
  if $token; then with_programs benchmark_limit bitbucket-workloads -- compare_all ' token' --bearer on; fi
  if $two_cores; then
    start_server 5000
    client_cores=0,1
    with_programs 'benchmark_limit --loops 2' bitbucket-workloads benchmark_peer -- \
      compare W4-2cores changes --count 2000
    client_cores=1
  fi
  if $many; then
    start_server 20000
    with_programs benchmark_limit bitbucket-workloads -- \
      compare 512-at-once changes --count 10000 --concurrency 512
  fi
  if $compression; then
    start_server 0 100000 --compress on
    with_programs benchmark_limit bitbucket-workloads -- \
      compare W2/gzip walk --page-size 1000 --compression on
  fi
  [[ ! -s $work/numbers ]] || print_table
}

# --- walks with latency

# series NAME PROGRAM X ARGUMENTS...: appends "X seconds", the median of three, to a file of points
series() {
  local name=$1 program=$2 x=$3 line i
  shift 3
  for i in 1 2 3; do
    line=$(run_program "$program" "$@" --checksum off 2>"$work/refused") || return 0
    record "$name" "$i" "$line"
    value_of wall_seconds "$line"
  done | sort -n | sed -n "2s/^/$x /p" >>"$work/$name.$program"
}

# Where the library has one page in flight only, its line ends there.
latency_series() {
  local ms pages program
  heading "Walks of 100 pages of 100 commits, seconds"
  printf '%-10s %-22s %s\n' latency program 'pages in flight: 1 2 4 8'
  for ms in 5 20; do
    start_server "${ms}000" 10000
    for program in benchmark_limit bitbucket-workloads; do
      for pages in 1 2 4 8; do
        series "in-flight-$ms" "$program" "$pages" walk --page-size 100 --in-flight "$pages"
      done
      printf '%-10s %-22s %s\n' "$ms ms" "$program" \
        "$(cut -d ' ' -f 2 "$work/in-flight-$ms.$program" | tr '\n' ' ')"
    done
  done
}

# --- pictures

plot_series() {
  local ms size items program
  for ms in 0 1 2 5 10 20 50; do
    start_server "${ms}000" 10000
    for program in "${programs[@]}"; do
      series latency "$program" "$ms" walk --page-size 100
    done
  done
  start_server 5000
  for items in 1 2 4 8 16 32 64; do
    for program in "${programs[@]}"; do
      series concurrency "$program" "$items" changes --count 500 --concurrency "$items"
    done
  done
  start_server 0
  for size in 25 50 100 250 500 1000; do
    for program in "${programs[@]}"; do
      series page-size "$program" "$size" walk --page-size "$size"
    done
  done
}

# What a program is called in pictures.
declare -A title_of=([benchmark_limit]=limit [bitbucket-workloads]=library [benchmark_peer]=peer)

# draw NAME TITLE X-LABEL X-SCALE FILE=TITLE...: one picture of the points that were taken
draw() {
  local name=$1 title=$2 label=$3 scale=$4 file lines=()
  shift 4
  for file in "$@"; do
    [[ ! -s $work/${file%%=*} ]] ||
      lines+=("'$work/${file%%=*}' using 1:2 with linespoints linewidth 2 title '${file#*=}'")
  done
  gnuplot <<TEXT
set terminal svg size 720,440 font 'sans,13' background '#ffffff'
set output '$plots/$name.svg'
set title '$title'
set xlabel '$label'
set ylabel 'seconds'
set yrange [0:*]
set grid
set key top $([[ -z $scale ]] && printf left || printf right)
$scale
plot $(IFS=, && printf '%s' "${lines[*]}")
TEXT
  say "$plots/$name.svg"
}

draw_all() {
  mkdir -p "$plots"
  local in_flight=() by_latency=() by_size=() by_concurrency=() ms program
  for program in "${programs[@]}"; do
    for ms in 5 20; do in_flight+=("in-flight-$ms.$program=${title_of[$program]}, $ms ms"); done
    by_latency+=("latency.$program=${title_of[$program]}")
    by_size+=("page-size.$program=${title_of[$program]}")
    by_concurrency+=("concurrency.$program=${title_of[$program]}")
  done
  draw in-flight 'A walk of 100 pages' 'pages in flight' 'set logscale x 2' "${in_flight[@]}"
  draw latency 'A walk of 100 pages, one after the other' 'latency, ms' '' "${by_latency[@]}"
  draw concurrency 'The changes of 500 commits, 5 ms latency' 'items at once' 'set logscale x 2' \
    "${by_concurrency[@]}"
  draw page-size 'A walk of 100,000 commits' 'commits a page' \
    'set logscale x; set xtics (25, 50, 100, 250, 500, 1000)' "${by_size[@]}"
}

main() {
  parse_arguments "$@"
  install_missing "${build_packages[@]}" zlib1g-dev ${plots:+gnuplot-nox}
  build_programs
  make_work_folder
  : >"$build/results.jsonl"
  openssl genrsa -out "$work/key.pem" 2048 2>/dev/null
  main_table
  if $latency || [[ -n $plots ]]; then latency_series; fi
  if [[ -n $plots ]]; then plot_series && draw_all; fi
  stop_server
}

# Read as a whole before it runs, so that an edit meanwhile does no harm.
{ main "$@"; exit; }
