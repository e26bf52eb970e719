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

# Runs the pipeline with one fault after another, of each kind of call in each
# program, until a run had none of that kind left, at most $most of a kind.
faults() { # SOURCE TARGET PROGRAM...
  local source=$1 target=$2 program call n number most
  shift 2
  pipeline "$source" "good.$target"
  for program; do
    for call in read:5 write:28 open:13 malloc:12 fsync:5 rename:13 fork:11; do
      number=${call#*:} call=${call%:*}
      most=40
      for ((n = 1; n <= most; n++)); do
        fault "$source" "$target" "$program $call $n $number" || return
        [ -s dealt ] || break
      done
    done
  done
}

fault() { # SOURCE TARGET FAULT
  echo old >"$2"
  rm -f dealt
  status=0
  EV_FAULT=$3 EV_FAULT_LOG=$PWD/dealt LD_PRELOAD=$BUILD/tests/fault/nth.so \
    timeout 20 bash -c "$(declare -f pipeline); pipeline \$1 \$2" - "$1" "$2" \
    >out 2>err || status=$?
  if [ $status = 0 ]; then
    cmp "$2" "good.$2"
  elif [ "$3" = 'evsink-file fsync 2 5' ]; then
    # The folder's sync, behind the rename: the new file is whole.
    cmp "$2" "good.$2" && [ $status = 74 ]
  else
    [ "$(tr -d '\0' <"$2")" = old ] && [ $status != 124 ] && [ $status -lt 128 ] &&
      [ -s err ] && [ -z "$(find . -name '*.part')" ]
  fi || {
    echo "$3: status $status"
    tail -n 3 err
    find . -name '*.part'
    return 1
  }
  [ ! -s dealt ] || [ $status != 0 ] || echo "$3" >>survived
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
