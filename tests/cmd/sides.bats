#!/usr/bin/env bats
# Side outputs of a named pipeline: what --reject and --else set aside is
# written by the sink, exactly once, too (rule R7).

load ../helpers

# shellcheck disable=SC2154 # status, output and stderr are set by run

setup() {
  cd "$BATS_TEST_TMPDIR" || return
  export EVKIT_STATE=$PWD/state
  marks=$BUILD/tests/pipeline/marks
  big=$(printf '%080000d' 0)
}

teardown() {
  [ -z "${sink-}" ] || kill -9 "$sink" 2>/dev/null || true
}

# A stream with these places announced, into evsink --name x out.ndjson. With
# ADOPT=--adopt that is given, too.
sides() { # PLACES ITEM…
  export MARKS_SIDE=$1
  shift
  # shellcheck disable=SC2016 # for bash -c
  try bash -c 'marks=$1; shift
    "$marks" x copy "$@" | evsink --name x $ADOPT out.ndjson' - "$marks" "$@"
}

# Items for PLACE that are more than the sink holds back, in the array `many`.
many_for() { # PLACE MEMBER
  many=()
  for _ in 1 2 3 4 5 6 7; do
    many+=(">$PWD/$1 {\"$2\":\"$big\"}")
  done
}

# The same in the background, as far as the items go; then all is as it stands
# while the sink waits for more.
start() { # PLACES ITEM…
  export MARKS_SIDE=$1
  shift
  rm -f go in
  mkfifo in
  "$marks" x copy "$@" '~300' '<ready' '<go' '=run {"p":"late"}' >in 3>&- &
  evsink --name x out.ndjson <in 2>err 3>&- &
  sink=$!
}

# shellcheck disable=SC2034 # for exits and says
ended() {
  status=0
  wait "$sink" || status=$?
  output='' stderr=$(<err)
  sink=
}

# Until the file has so many bytes.
grown() { # FILE BYTES
  soon has_bytes "$1" "$2" || {
    ls -l
    return 1
  }
}

has_bytes() { # FILE BYTES
  [ "$(stat -c %s "$1")" -ge "$2" ]
}

length() { # SIDECAR
  jq -r .length "$1"
}

@test "what commands set aside is written by the sink, each line once" {
  printf '{"id":1,"r":2}\n{"id":2,"r":"x"}\nnonsense\n{"id":3,"r":9}\n' >in
  for _ in 1 2; do
    try bash -c "evsource --name a --reject bad.ndjson in --format ndjson |
      evfilter --else dull.csv --reject bad.ndjson 'r < 5' |
      evsink --name a happy.ndjson"
    exits 0
    [ "$(<happy.ndjson)" = '{"id":1,"r":2}' ]
    [ "$(<dull.csv)" = $'id,r\n3,9' ]
    [ "$(wc -l <bad.ndjson)" = 2 ]
    [ "$(length bad.ndjson.ev)" = "$(stat -c %s bad.ndjson)" ]
  done
  echo '{"id":4,"r":7}' >>in
  bash -c "evsource --name a --reject bad.ndjson in --format ndjson |
    evfilter --else dull.csv --reject bad.ndjson 'r < 5' |
    evsink --name a happy.ndjson"
  [ "$(<dull.csv)" = $'id,r\n3,9\n4,7' ]
}

@test "the sink's own rejects go that way too" {
  printf '{"id":1}\n{"id":2,"new":3}\n' >in.ndjson
  try bash -c "evsource --name a in.ndjson |
    evsink --name a --reject bad.csv --columns id out.csv"
  exits 0
  [ "$(<out.csv)" = $'id\n1' ]
  [[ $(<bad.csv) == error,where,by,input,bytes$'\n'*"'new' is no column"*evsink-file* ]]
  [ "$(jq -r '.record.side[]' out.csv.ev)" = "$(stat -c %s bad.csv)" ]
}

@test "the record has their lengths, of which their sidecars tell" {
  sides "[\"$PWD/a.ndjson\",\"$PWD/b.ndjson\"]" \
    '{"n":1}' ">$PWD/a.ndjson {\"s\":1}" '@{"p":"1"}' '=run {"p":"2"}'
  exits 0
  says ''
  [ "$(<a.ndjson)" = '{"s":1}' ]
  [ ! -s b.ndjson ]
  [ "$(jq -c .record.side out.ndjson.ev)" = \
    "{\"$PWD/a.ndjson\":\"8\",\"$PWD/b.ndjson\":\"0\"}" ]
  [ "$(length a.ndjson.ev)" = 8 ]
  [ "$(length b.ndjson.ev)" = 0 ]
  try evsource a.ndjson
  prints '{"s":1}'
}

@test "what a killed run has not committed is cut off, in all of them" {
  sides "[\"$PWD/a.ndjson\"]" ">$PWD/a.ndjson {\"s\":1}" '=run {"p":"1"}'
  exits 0
  many_for b.csv c
  b=("${many[@]}")
  many_for a.ndjson s
  start "[\"$PWD/a.ndjson\",\"$PWD/b.csv\"]" ">$PWD/a.ndjson {\"s\":2}" \
    '@{"p":"2"}' "${many[@]}" "${b[@]}"
  grown a.ndjson 160000
  grown b.csv 160000
  kill -9 "$sink"
  ended
  exits 137
  touch ready go
  sides "[\"$PWD/a.ndjson\",\"$PWD/b.csv\"]" ">$PWD/a.ndjson {\"s\":3}" \
    '=run {"p":"3"}'
  exits 0
  says ''
  [ "$(<a.ndjson)" = $'{"s":1}\n{"s":2}\n{"s":3}' ]
  [ ! -s b.csv ]
}

@test "a failure takes back what it appended at once" {
  sides "[\"$PWD/a.ndjson\"]" ">$PWD/a.ndjson {\"s\":1}" '@{"p":"1"}' \
    ">$PWD/a.ndjson {\"s\":2}"
  exits 75
  [ "$(<a.ndjson)" = '{"s":1}' ]
  [ "$(jq -r .open a.ndjson.ev)" = null ]
}

@test "one that was emptied or removed begins again, and this is said" {
  places="[\"$PWD/a.ndjson\",\"$PWD/b.csv\"]"
  sides "$places" ">$PWD/a.ndjson {\"s\":1}" ">$PWD/b.csv {\"c\":1}" \
    '=run {"p":"1"}'
  : >a.ndjson
  rm b.csv b.csv.ev
  sides "$places" ">$PWD/a.ndjson {\"s\":2}" ">$PWD/b.csv {\"d\":2}" \
    '=run {"p":"2"}'
  exits 0
  says "*'$PWD/a.ndjson' was removed or emptied: it begins again*'$PWD/b.csv' was*"
  [ "$(<a.ndjson)" = '{"s":2}' ]
  [ "$(<b.csv)" = $'d\n2' ]
  rm a.ndjson
  sides "$places" '=run {"p":"3"}'
  exits 0
  says '*begins again'
  sides "$places" ">$PWD/a.ndjson {\"s\":4}" '=run {"p":"4"}'
  exits 0
  says ''
  [ "$(<a.ndjson)" = '{"s":4}' ]
}

@test "one that began again is not cut at its old length" {
  places="[\"$PWD/a.ndjson\"]"
  sides "$places" ">$PWD/a.ndjson {\"s\":\"aaaaaaaaaaaaaaaaaaaa\"}" '=run {"p":"1"}'
  : >a.ndjson
  many_for a.ndjson s
  start "$places" "${many[@]}"
  grown a.ndjson 160000
  kill -9 "$sink"
  ended
  touch ready go
  sides "$places" ">$PWD/a.ndjson {\"s\":3}" '=run {"p":"3"}'
  exits 0
  [ "$(<a.ndjson)" = '{"s":3}' ]
}

@test "removed while the sink runs: 75, and the next run has all of it" {
  places="[\"$PWD/a.ndjson\"]"
  sides "$places" ">$PWD/a.ndjson {\"s\":1}" '=run {"p":"1"}'
  many_for a.ndjson s
  start "$places" '{"n":1}' "${many[@]}"
  grown a.ndjson 160000
  rm a.ndjson
  touch ready go
  ended
  exits 75
  says "*'$PWD/a.ndjson' was removed, replaced or cut while it was written"
  [ ! -s out.ndjson ]
  sides "$places" '{"n":1}' ">$PWD/a.ndjson {\"s\":2}" '=run {"p":"2"}'
  exits 0
  says '*begins again'
  [ "$(<a.ndjson)" = '{"s":2}' ]
  [ "$(<out.ndjson)" = '{"n":1}' ]
}

@test "somebody else who writes there meanwhile: 70, and nothing is committed" {
  places="[\"$PWD/a.ndjson\"]"
  many_for a.ndjson s
  start "$places" '{"n":1}' "${many[@]}"
  grown a.ndjson 160000
  echo '{"other":1}' >>a.ndjson
  touch ready go
  ended
  exits 70
  says "*somebody else writes to '$PWD/a.ndjson'*"
  [ ! -s out.ndjson ]
}

@test "a stranger's bytes are kept beside it, and that is said" {
  places="[\"$PWD/a.ndjson\"]"
  sides "$places" ">$PWD/a.ndjson {\"s\":1}" '=run {"p":"1"}'
  echo '{"other":1}' >>a.ndjson
  sides "$places" ">$PWD/a.ndjson {\"s\":2}" '=run {"p":"2"}'
  exits 0
  says "*'$PWD/a.ndjson' had bytes*kept in '$PWD/a.ndjson.cut-*"
  [ "$(<a.ndjson)" = $'{"s":1}\n{"s":2}' ]
  [ "$(cat a.ndjson.cut-*)" = '{"other":1}' ]
}

@test "one that is shorter than was committed, or another file: 70" {
  places="[\"$PWD/a.ndjson\"]"
  sides "$places" ">$PWD/a.ndjson {\"s\":11}" '=run {"p":"1"}'
  cp a.ndjson kept
  truncate -s 4 a.ndjson
  sides "$places" '{"n":1}' '=run {"p":"2"}'
  exits 70
  echo '{"S":11}' >a.ndjson
  sides "$places" '{"n":1}' '=run {"p":"2"}'
  exits 70
  says "*'$PWD/a.ndjson' is not what was committed*"
  [ ! -s out.ndjson ]
  cat kept >a.ndjson
  sides "$places" '{"n":1}' '=run {"p":"2"}'
  exits 0
}

@test "a file that is no side output of ours: 70, but for --adopt" {
  places="[\"$PWD/a.ndjson\"]"
  echo '{"old":1}' >a.ndjson
  sides "$places" ">$PWD/a.ndjson {\"s\":1}" '=run {"p":"1"}'
  exits 70
  says "*'$PWD/a.ndjson' is not empty*--adopt*"
  [ "$(<a.ndjson)" = '{"old":1}' ]
  ADOPT=--adopt sides "$places" ">$PWD/a.ndjson {\"s\":1}" '=run {"p":"1"}'
  exits 0
  [ "$(<a.ndjson)" = $'{"old":1}\n{"s":1}' ]
  sides "$places" ">$PWD/a.ndjson {\"s\":2}" '=run {"p":"2"}'
  exits 0
  [ "$(<a.ndjson)" = $'{"old":1}\n{"s":1}\n{"s":2}' ]
}

@test "one belongs to one pipeline, and is no target" {
  places="[\"$PWD/a.ndjson\"]"
  sides "$places" ">$PWD/a.ndjson {\"s\":1}" '=run {"p":"1"}'
  try bash -c "MARKS_SIDE='$places' '$marks' y copy '=run {}' |
    evsink --name y other.ndjson"
  exits 70
  says "*belongs to the pipeline 'x'*"
  try bash -c "MARKS_SIDE='[]' '$marks' x first '=run {}' |
    EVKIT_STATE=$PWD/state evsink --name x a.ndjson"
  exits 70
  says "*'$PWD/a.ndjson' is a side output*"
  # Nor the other way round.
  bash -c "MARKS_SIDE='[]' '$marks' z copy '{\"n\":1}' '=run {}' |
    evsink --name z z.ndjson"
  try bash -c "rm -r state/z; MARKS_SIDE='[\"$PWD/z.ndjson\"]' \
    '$marks' z copy '=run {}' | evsink --name z z2.ndjson"
  exits 70
  says "*'$PWD/z.ndjson' is no side output*"
}

@test "two sinks cannot write to one at a time: 76" {
  places="[\"$PWD/a.ndjson\"]"
  start "$places" '@{"p":"1"}'
  soon grep -q '"p":"1"' out.ndjson.ev
  try flock -n a.ndjson true
  exits 1
  kill -9 "$sink"
  ended
  touch ready go
  exec 7>>a.ndjson
  flock 7
  sides "$places" '=run {"p":"1"}'
  exits 76
  says "*'$PWD/a.ndjson' is being written by process*"
}

@test "a place that was not announced is 78, the target itself 64" {
  sides '[]' ">$PWD/a.ndjson {}" '=run {"p":"1"}'
  exits 78
  says "*'$PWD/a.ndjson', which begin has not announced"
  sides '[]' ">$PWD/out.ndjson {}" '=run {"p":"1"}'
  exits 64
  sides "[\"$PWD/out.ndjson\"]" '=run {"p":"1"}'
  exits 64
  says "*'$PWD/out.ndjson' is the target*"
}

@test "what cannot be appended to is refused, with what to do instead: 64" {
  mkfifo fifo
  for place in "$PWD/a.json" "$PWD/a.ndjson.gz" kafka://b/t sqlite:/x/db/t \
    "$PWD/fifo"; do
    sides "[\"$place\"]" '{"n":1}' '=run {"p":"1"}'
    exits 64
    says "*'$place'*write to a log, and start a pipeline from it"
  done
  sides "[\"$PWD/none/a.ndjson\"]" '=run {"p":"1"}'
  [ "$status" != 0 ]
  [ ! -s out.ndjson ]
}

@test "csv: a reject's columns, the header's, or those of the first event" {
  reject='{"error":"e","where":"w","by":"b","input":"i"}'
  places="[\"$PWD/a.csv\",\"$PWD/b.csv\",\"$PWD/c.tsv\"]"
  sides "$places" ">$PWD/a.csv $reject" ">$PWD/b.csv {\"x\":1,\"y\":\"a,b\"}" \
    ">$PWD/c.tsv {\"x\":1,\"y\":2}" '=run {"p":"1"}'
  exits 0
  sides "$places" ">$PWD/a.csv $reject" ">$PWD/b.csv {\"y\":2}" '=run {"p":"2"}'
  exits 0
  [ "$(<a.csv)" = $'error,where,by,input,bytes\ne,w,b,i,\ne,w,b,i,' ]
  [ "$(<b.csv)" = $'x,y\n1,"a,b"\n,2' ]
  [ "$(<c.tsv)" = $'x\ty\n1\t2' ]
  sides "$places" ">$PWD/b.csv {\"z\":1}" '=run {"p":"3"}'
  exits 65
  says "*$PWD/b.csv*'z' is no column*"
  [ "$(<b.csv)" = $'x,y\n1,"a,b"\n,2' ]
}

@test "a log folder is one, and a pipeline can start from it" {
  mkdir there
  sides "[\"$PWD/there\",\"$PWD/new/\"]" ">$PWD/there {\"s\":1}" \
    ">$PWD/new/ {\"s\":2}" '@{"p":"1"}' ">$PWD/new/ {\"s\":3}" '=run {"p":"2"}'
  exits 0
  try evsource there
  prints '{"s":1}'
  bash -c 'evsource --name y new | evsink --name y y.ndjson'
  sides "[\"$PWD/there\",\"$PWD/new\"]" ">$PWD/new {\"s\":4}" '=run {"p":"3"}'
  exits 0
  bash -c 'evsource --name y new | evsink --name y y.ndjson'
  [ "$(<y.ndjson)" = $'{"s":2}\n{"s":3}\n{"s":4}' ]
}

@test "standard output as the target has side outputs, too" {
  MARKS_SIDE="[\"$PWD/a.ndjson\"]" "$marks" x copy '{"n":1}' \
    ">$PWD/a.ndjson {\"s\":1}" '=run {"p":"1"}' | evsink --name x - >>out
  [ "$(<out)" = '{"n":1}' ]
  [ "$(<a.ndjson)" = '{"s":1}' ]
  [ "$(jq -r '.side[]' state/x/record)" = 8 ]
}

@test "a table of SQLite as the target has side outputs, too" {
  printf '{"id":1,"r":2}\n{"id":2,"r":9}\n{"id":3,"r":"x"}\n' >in.ndjson
  for _ in 1 2; do
    try bash -c "evsource --name a in.ndjson |
      evfilter --else rest/ --reject bad.ndjson 'r < 5' |
      evsink --name a sqlite:out.db/t"
    exits 0
  done
  [ "$(sqlite3 out.db 'SELECT id FROM t')" = 1 ]
  try evsource rest
  prints '{"id":2,"r":9}'
  [ "$(wc -l <bad.ndjson)" = 1 ]
  rm rest/0*
  echo '{"id":4,"r":9}' >>in.ndjson
  try bash -c "evsource --name a in.ndjson |
    evfilter --else rest/ 'r < 5' | evsink --name a sqlite:out.db/t"
  exits 70
}
