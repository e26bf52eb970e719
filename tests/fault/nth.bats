# Faults: the n-th read, write, open, allocation, sync, rename or fork of one
# program in a pipeline fails. Whatever it was, either the pipeline succeeded
# and the target is what it should be, or the status says that it failed, a
# message says why, and the old target stands there byte for byte.
load ../helpers

# shellcheck disable=SC2154 # status, output and stderr are set by run

# The pipeline under test: from $1, through a join, to $2.
pipeline() { # SOURCE TARGET
  evsource "$1" | evjoin users.csv --on userid=id | evsink "$2"
}

setup() {
  cd "$BATS_TEST_TMPDIR" || return
  printf 'id,name\n' >users.csv
  seq 50 | sed 's/.*/&,name &/' >>users.csv
  awk 'BEGIN { for (i = 0; i < 3000; i++)
    printf "{\"id\":%d,\"userid\":%d,\"text\":\"some text, \\u00e9 and more\"}\n",
      i, i % 60 + 1 }' >in.ndjson
  gzip -k in.ndjson
  (echo id,userid,text && seq -f '%.0f,7,"a ""b"", c"' 2000) >in.csv
}

# Each program has met faults, or nothing was tried.
struck() { # PROGRAM COUNT
  [ "$2" -gt 0 ] || {
    echo "no fault in $1"
    return 1
  }
}

# Runs COMMAND… FAULT with one fault after another, of each kind of call in
# each program, until a run had none of that kind left: each of the first 40,
# then some of those up to 400.
each_fault() { # "PROGRAM…" COMMAND…
  local programs=$1 program call n number count
  shift
  for program in $programs; do
    count=0
    for call in read:5 write:28 open:13 malloc:12 fsync:5 rename:13 fork:11; do
      number=${call#*:} call=${call%:*}
      for ((n = 1; n <= 400; n += n < 40 ? 1 : n / 4)); do
        "$@" "$program $call $n $number" || return
        [ -s dealt ] || break
        count=$((count + 1))
      done
    done
    struck "$program" "$count" || return
  done
}

# The same for the sink of a named pipeline, at some of the n up to 150.
each_named_fault() { # "PROGRAM…" COMMAND…
  local programs=$1 program call n number count
  shift
  for program in $programs; do
    count=0
    for call in read:5 write:28 open:13 malloc:12 fsync:5 fdatasync:5 rename:28 \
      link:1 ftruncate:5 unlink:13 flock:37 fork:11; do
      number=${call#*:} call=${call%:*}
      for ((n = 1; n <= 150; n += n < 9 ? 1 : n / 3)); do
        "$@" "$program $call $n $number" || return
        [ -s dealt ] || break
        count=$((count + 1))
      done
    done
    struck "$program" "$count" || return
  done
}

# Runs a function with a fault: $status, out, err.
strike() { # FAULT FUNCTION ARGUMENT…
  local fault=$1
  shift
  rm -f dealt
  status=0
  EV_FAULT=$fault EV_FAULT_LOG=$PWD/dealt \
    LD_PRELOAD=$BUILD/tests/fault/nth.so timeout 60 \
    bash -c "$(declare -f "$1"); \"\$@\"" - "$@" >out 2>err || status=$?
}

# A failure as it should be: its status is none of a signal or a timeout, a
# message says why, and nothing unfinished is left.
told() {
  [ "$status" -ge 64 ] && [ "$status" -lt 124 ] && [ -s err ] &&
    [ -z "$(find . -name '*.part')" ]
}

wrong() { # FAULT
  echo "$1: status $status"
  tail -n 3 err
  find . -name '*.part'
  return 1
}

faults() { # SOURCE TARGET PROGRAM…
  local source=$1 target=$2
  shift 2
  pipeline "$source" "good.$target"
  each_fault "$*" fault "$source" "$target"
}

fault() { # SOURCE TARGET FAULT
  echo old >"$2"
  strike "$3" pipeline "$1" "$2"
  if [ "$status" = 0 ]; then
    cmp "$2" "good.$2"
  elif [ "$3" = 'evsink-file fsync 2 5' ]; then
    # The folder's sync, behind the rename: the new file is whole.
    cmp "$2" "good.$2" && [ "$status" = 74 ]
  else
    told && [ "$(tr -d '\0' <"$2")" = old ]
  fi || wrong "$3"
}

# What the condition refuses goes to a second place.
filter() {
  evsource in.ndjson | evfilter "id % 7 <> 3 AND text ~ 's.me' AND text ILIKE '%É%'" \
    --select "* REPLACE (upper(text) AS text), id * 12345678901234567890.5 AS q,
      to_timestamp(id) AT TIME ZONE 'Europe/Paris' AS t" \
    --else else.ndjson | evsink out.ndjson
}

filter_fault() { # FAULT
  echo old | tee out.ndjson >else.ndjson
  strike "$1" filter
  if [ "$status" = 0 ]; then
    cmp out.ndjson good.ndjson && cmp else.ndjson good.else.ndjson
  else
    told && [ "$(cat out.ndjson)" = old ] && {
      [ "$(cat else.ndjson)" = old ] || cmp else.ndjson good.else.ndjson
    }
  fi || wrong "$1"
}

differ() {
  evdiff --key id a.ndjson b.ndjson
}

differ_fault() { # FAULT
  strike "$1" differ
  if [ "$status" = 1 ]; then
    cmp out good.out && cmp err good.err
  else
    told && [ "$(grep -vc '~ev' out)" -le 2 ]
  fi || wrong "$1"
}

@test "ndjson to ndjson: every fault is told and changes nothing" {
  faults in.ndjson out.ndjson evsource evsource-file evjoin evsink evsink-file
}

@test "csv to csv: every fault is told and changes nothing" {
  faults in.csv out.csv evsource-file evsink-file
}

@test "packed to packed: every fault is told and changes nothing" {
  faults in.ndjson.gz out.ndjson.gz evsource-file evunpack evsink-file evpack
}

@test "a filter: every fault is told and changes nothing" {
  filter
  mv out.ndjson good.ndjson
  mv else.ndjson good.else.ndjson
  [ "$(cat good.ndjson good.else.ndjson | wc -l)" = 3000 ]
  each_fault evfilter filter_fault
}

# A command that is run once, and one that is kept. (Not both in one pipe: the
# second would fail to pass on that the first has failed.)
run_once() {
  evsource in.ndjson | evexec --csv --types text:text,userid:number ./tac_csv |
    evsink out.ndjson
}
keep() {
  evsource in.ndjson | evexec --keep sed -u 's/some/any/' | evsink out.ndjson
}

exec_fault() { # FUNCTION FAULT
  echo old >out.ndjson
  strike "$2" "$1"
  if [ "$status" = 0 ]; then
    cmp out.ndjson good.ndjson
  else
    told && [ "$(cat out.ndjson)" = old ]
  fi || wrong "$2"
}

@test "commands under evexec: every fault is told and changes nothing" {
  printf '%s\n' '#!/bin/sh' 'read -r header; echo "$header"; cat | tac' >tac_csv
  chmod +x tac_csv
  for function in run_once keep; do
    $function
    mv out.ndjson good.ndjson
    [ "$(wc -l <good.ndjson)" = 3000 ]
    each_fault evexec exec_fault $function
  done
}

@test "a comparison: no fault gives a wrong answer" {
  cp in.ndjson a.ndjson
  sed '7d; 99s/some/other/' in.ndjson | tac >b.ndjson
  differ >good.out 2>good.err && false
  [ "$(wc -l <good.out)" = 2 ]
  each_fault evdiff differ_fault
}

# A named pipeline of which an earlier run was killed within a segment.
named() { # TARGET
  evsource --name p --mark-every 1100 in.ndjson | evsink --name p --roll commit "$1"
}
named_file() { # TARGET
  evsource --name p --mark-every 1100 in.ndjson | evsink --name p "$1"
}

# What readers may see of the target is a beginning of what there will be.
committed() { # TARGET
  if [ -d "$1" ]; then
    cat "$1"/*.ndjson 2>/dev/null | head -c "$(jq -r .length "$1/.ev")"
  elif [ -e "$1" ]; then
    head -c "$(jq -r .length "$1.ev")" "$1"
  fi
}

# Whatever fails: it is told, what is committed is whole, and the next start,
# or the one after it, has all.
named_fault() { # FUNCTION TARGET FAULT
  local i
  rm -rf state out.ndjson* log
  cp -a before/. .
  strike "$3" "$1" "$2"
  { [ "$status" = 0 ] || told; } || wrong "$3" || return
  committed "$2" >seen || wrong "$3" || return
  head -c "$(wc -c <seen)" good | cmp - seen || wrong "$3" || return
  # A failure leaves nothing for long: three starts at most, as a loop makes.
  for ((i = 0; i < 3; i++)); do
    ! "$1" "$2" 2>err || break
  done
  ((i < 3)) || wrong "$3, started again" || return
  committed "$2" | cmp - good || wrong "$3, started again" || return
  [ -z "$(find . -name '*.cut-*')" ] || wrong "$3"
}

# Makes ./before: what a run has left that was killed behind its first mark.
killed_before() { # FUNCTION TARGET
  local last=$2 sidecar=$2.ev
  export EVKIT_STATE=$PWD/state
  mv in.ndjson good
  head -n 1300 good >in.ndjson
  "$1" "$2"
  cat good >in.ndjson
  if [ -d "$2" ]; then
    sidecar=$2/.ev
    last=$2/$(printf %020d "$(jq -r .length "$sidecar")").ndjson
  fi
  sed -i 's/"record"/"open":"0123456789abcdef0123456789abcdef",&/' "$sidecar"
  printf '{"id":77' >>"$last"
  mkdir before
  cp -a state "$2" before
  [ -d "$2" ] || cp -a "$sidecar" before
}

@test "a named pipeline to a file: after every fault the next start has all" {
  killed_before named_file out.ndjson
  each_named_fault evsink-file named_fault named_file out.ndjson
}

@test "a named pipeline to a log folder: after every fault the next start has all" {
  killed_before named log/
  each_named_fault evsink-file named_fault named log/
}

@test "a named pipeline's first run: after every fault the next start has all" {
  export EVKIT_STATE=$PWD/state
  cp in.ndjson good
  mkdir before
  each_named_fault evsink-file named_fault named_file out.ndjson
}

@test "reads and writes of one byte change nothing" {
  head -n 40 in.ndjson >few.ndjson
  head -n 40 in.csv >few.csv
  for source in few.ndjson few.csv; do
    target=out.${source#*.}
    pipeline "$source" "good.$target"
    for program in evsource-file evjoin evsink-file; do
      fault "$source" "$target" "$program short 1 0"
      cmp "$target" "good.$target"
    done
  done
}
