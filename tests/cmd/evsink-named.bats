#!/usr/bin/env bats
# evsink --name: what a named pipeline appends to, when it is committed, and
# what a run finds that comes after one that failed.

load ../helpers

# shellcheck disable=SC2154 # status, output and stderr are set by run

setup() {
  cd "$BATS_TEST_TMPDIR" || return
  export EVKIT_STATE=$PWD/state
  marks=$BUILD/tests/pipeline/marks
}

teardown() {
  local job
  for job in $(jobs -p); do
    kill -9 "$job" 2>/dev/null || true
  done
}

# A stream as marks.c makes it, into evsink --name x with the arguments before
# "--"; behind it are the items.
named() { # ARGUMENT… -- ITEM…
  local args=()
  while [ "$1" != -- ]; do
    args+=("$1")
    shift
  done
  shift
  try bash -c 'marks=$1 n=$2; shift 2
    "$marks" x copy "${@:n+1}" | evsink --name x "${@:1:n}"' \
    - "$marks" "${#args[@]}" "${args[@]}" "$@"
}

# The same in the background: the sink is $sink; the stream ends when ./go is
# there.
start() { # ARGUMENT… -- ITEM…
  local args=()
  while [ "$1" != -- ]; do
    args+=("$1")
    shift
  done
  shift
  rm -f go in
  mkfifo in
  "$marks" x copy "$@" '<go' >in 3>&- &
  # What a script starts in the background ignores SIGINT.
  env --default-signal=INT evsink --name x "${args[@]}" <in 2>err 3>&- &
  sink=$!
}

# The end of what start started, as try leaves it.
# shellcheck disable=SC2034 # for exits and says
ended() {
  status=0
  wait "$sink" || status=$?
  output='' stderr=$(<err)
}

has_lines() { # FILE N
  [ "$(wc -l <"$1")" = "$2" ]
}

# The numbers of the events in the files, with spaces between.
numbers() { # FILE…
  cat "$@" | sed -E 's/\{"n":([0-9]+)\}/\1/' | paste -sd ' '
}

holds() { # FILE TEXT: the whole file, printf's escapes
  cmp "$1" <(printf '%b' "$2") || {
    echo "--- $1:"
    cat -A "$1"
    return 1
  }
}

member() { # FILE NAME: of a sidecar or record, as text
  jq -r ".$2" "$1"
}

# --- commits ---------------------------------------------------------------

@test "events and positions are committed with each mark" {
  start out.ndjson -- +2 '@{"a":"2"}' +1 '@{"a":"3","b":"1"}'
  soon grep -q '"b":"1"' out.ndjson.ev
  [ "$(member out.ndjson.ev length)" = 24 ]
  [ "$(numbers out.ndjson)" = '1 2 3' ]
  [ "$(member out.ndjson.ev record.pos.a)" = 3 ]
  [ "$(member out.ndjson.ev record.place)" = "$PWD/out.ndjson" ]
  [ "$(member out.ndjson.ev record.name)" = x ]
  cmp <(member out.ndjson.ev record) <(jq . state/x/record)
}

@test "a second run at once appends nothing" {
  named out.ndjson -- +3 '=run {"a":"3"}'
  exits 0
  says ''
  prints ''
  cp out.ndjson before
  named out.ndjson -- '=run {}'
  exits 0
  says ''
  cmp out.ndjson before
  named out.ndjson -- '{"n":4}' '=run {"a":"4"}'
  exits 0
  [ "$(numbers out.ndjson)" = '1 2 3 4' ]
}

@test "no event is a file of nothing, with a record" {
  named out.ndjson -- '=run {"a":"0"}'
  exits 0
  holds out.ndjson ''
  [ "$(member out.ndjson.ev record.pos.a)" = 0 ]
  named out.csv -- '=run {"a":"0"}'
  exits 70
  says '*keeps its record in*'
}

@test "while a run writes the sidecar says so, and not afterwards" {
  start out.ndjson -- +1 '@{"a":"1"}' '<next' '=run {}'
  soon grep -q '"a":"1"' out.ndjson.ev
  [[ $(member out.ndjson.ev open) =~ ^[0-9a-f]{32}$ ]]
  [ "$(member out.ndjson.ev open)/1" = "$(member out.ndjson.ev record.id)" ]
  touch next go
  wait "$sink"
  [ "$(member out.ndjson.ev open)" = null ]
}

@test "the sidecar says who writes also where a killed run has left its own name" {
  start out.ndjson -- +1
  soon has_lines out.ndjson 1
  kill -9 "$sink"
  wait "$sink" || true
  killed=$(member out.ndjson.ev open)
  start out.ndjson -- +2
  soon has_lines out.ndjson 2
  [[ $(member out.ndjson.ev open) =~ ^[0-9a-f]{32}$ ]]
  [ "$(member out.ndjson.ev open)" != "$killed" ]
}

@test "the seal for ever is kept in the record" {
  named out.ndjson -- +1 '=final {"a":"1"}'
  exits 0
  [ "$(member out.ndjson.ev record.final)" = 1 ]
}

# --- what a killed run leaves ----------------------------------------------

@test "what a killed run has not committed is cut by the next one" {
  start out.ndjson -- +2 '@{"a":"2"}' +3
  soon has_lines out.ndjson 5
  kill -9 "$sink"
  wait "$sink" || true
  [ "$(member out.ndjson.ev length)" = 16 ]
  named out.ndjson -- '{"n":7}' '=run {"a":"3"}'
  exits 0
  says ''
  [ "$(numbers out.ndjson)" = '1 2 7' ]
  [ -z "$(find . -name '*.cut-*')" ]
}

@test "a first run killed before its first commit is begun anew" {
  start out.ndjson -- +3
  soon has_lines out.ndjson 3
  kill -9 "$sink"
  wait "$sink" || true
  [ "$(member out.ndjson.ev record.id)" = 0 ]
  [ "$(member out.ndjson.ev length)" = 0 ]
  named out.ndjson -- +1 '=run {"a":"1"}'
  exits 0
  says ''
  [ "$(numbers out.ndjson)" = 1 ]
}

@test "what failed before its mark is taken back at once" {
  named out.ndjson -- +2 '@{"a":"2"}' +3
  exits 75
  says '*it ends without its seal'
  [ "$(numbers out.ndjson)" = '1 2' ]
  [ "$(member out.ndjson.ev open)" = null ]
  named out.ndjson -- '@{"a":"3"}' '{"n":9}' 'no event'
  exits 75 # in a marked stream that is damage
  [ "$(numbers out.ndjson)" = '1 2' ]
  [ "$(member out.ndjson.ev record.pos.a)" = 3 ]
}

@test "a stranger's bytes are kept beside the file, and that is said" {
  named out.ndjson -- +2 '=run {"a":"2"}'
  echo '{"by":"hand"}' >>out.ndjson
  named out.ndjson -- '{"n":3}' '=run {"a":"3"}'
  exits 0
  says "evsink-file: '$PWD/out.ndjson' had bytes at its end that no run of 'x' wrote: they are cut off, and kept in '$PWD/out.ndjson.cut-"*
  [ "$(numbers out.ndjson)" = '1 2 3' ]
  holds "$(echo out.ndjson.cut-*)" '{"by":"hand"}\n'
}

@test "what an interrupted writer of the sidecar left is swept away" {
  named out.ndjson -- +2 '=run {"a":"2"}'
  echo rubbish >out.ndjson.ev.0123456789abcdef0123456789abcdef.tmp
  echo mine >out.ndjson.evil.tmp
  named out.ndjson -- '=run {"a":"3"}'
  exits 0
  [ "$(echo out*)" = 'out.ndjson out.ndjson.ev out.ndjson.evil.tmp' ]
}

# --- the file is not what it was -------------------------------------------

@test "a file that is shorter, other or gone is exit 70, and stays so" {
  named out.ndjson -- +3 '=run {"a":"3"}'
  cp out.ndjson good
  cp out.ndjson.ev good.ev
  truncate -s 20 out.ndjson
  named out.ndjson -- '=run {"a":"4"}'
  exits 70
  says "*'$PWD/out.ndjson' is shorter than the 24 bytes that were committed: bring back what was there; or evpos accept x*"
  sed 's/1/5/' good >out.ndjson
  named out.ndjson -- '=run {"a":"4"}'
  exits 70
  says '*is not what was committed: its first or last bytes have changed: bring back what was there; or evpos accept x*'
  rm out.ndjson
  named out.ndjson -- '=run {"a":"4"}'
  exits 70
  says '*is gone, of which 24 bytes were committed: bring it back, or evpos forget x*'
  [ ! -e out.ndjson ]
  cmp out.ndjson.ev good.ev
  cp good out.ndjson
  named out.ndjson -- '=run {"a":"4"}'
  exits 0
}

@test "a file that is replaced while it is written: 70, nothing committed" {
  start out.ndjson -- +2 '@{"a":"2"}' +1 '<next' '=run {"a":"3"}'
  soon has_lines out.ndjson 3
  cp out.ndjson other
  mv other out.ndjson
  touch next go
  ended
  exits 70
  says '*was replaced or removed while it was appended to; nothing was committed*'
  [ "$(member out.ndjson.ev record.pos.a)" = 2 ]
}

@test "a stranger that writes at the same time: 70, nothing committed" {
  start out.ndjson -- +2 '@{"a":"2"}' +1 '<next' '=run {"a":"3"}'
  soon has_lines out.ndjson 3
  echo stranger >>out.ndjson
  touch next go
  ended
  exits 70
  says '*somebody else writes to*it has 33 bytes and not 24; nothing was committed to it'
  [ "$(member out.ndjson.ev record.pos.a)" = 2 ]
}

@test "a record that is gone is 70, as long as the pipeline remembers it" {
  named out.ndjson -- +2 '=run {"a":"2"}'
  rm out.ndjson.ev
  named out.ndjson -- '=run {"a":"3"}'
  exits 70
  says "*the record of x that was in '$PWD/out.ndjson' is gone: bring it back, or evpos forget x*"
  [ ! -e out.ndjson.ev ]
  [ "$(numbers out.ndjson)" = '1 2' ]
}

@test "a sidecar that is damaged is 70, and one of a later version 78" {
  named out.ndjson -- +2 '=run {"a":"2"}'
  cp out.ndjson.ev good
  head -c 50 good >out.ndjson.ev
  named out.ndjson -- '=run {"a":"3"}'
  exits 70
  says "*'$PWD/out.ndjson.ev': the sidecar is damaged*"
  sed 's/"v":"1"/"v":"2"/' good >out.ndjson.ev
  named out.ndjson -- '=run {"a":"3"}'
  exits 78
}

# --- whose it is ------------------------------------------------------------

@test "a file belongs to one name" {
  named out.ndjson -- +2 '=run {"a":"2"}'
  try bash -c '"$1" y copy "=run {}" | evsink --name y out.ndjson' - "$marks"
  exits 70
  says "*'$PWD/out.ndjson' belongs to the pipeline 'x', not to 'y'*"
}

@test "a pipeline keeps its record in one place" {
  named out.ndjson -- +2 '=run {"a":"2"}'
  named other.ndjson -- '=run {}'
  exits 70
  says "*pipeline x keeps its record in '$PWD/out.ndjson'*"
  [ ! -s other.ndjson ]
}

@test "a file and its sidecar that were moved go on where they are" {
  mkdir a
  named out.ndjson -- +2 '=run {"a":"2"}'
  mv out.ndjson out.ndjson.ev a
  named a/out.ndjson -- '{"n":3}' '=run {"a":"3"}'
  exits 0
  [ "$(numbers a/out.ndjson)" = '1 2 3' ]
  [ "$(member a/out.ndjson.ev record.place)" = "$PWD/a/out.ndjson" ]
}

@test "links are followed before the sidecar is looked for" {
  mkdir a
  ln -s a/out.ndjson link
  named link -- +2 '=run {"a":"2"}'
  exits 0
  [ -L link ]
  [ -e a/out.ndjson.ev ]
  [ ! -e link.ev ]
  named a/out.ndjson -- '{"n":3}' '=run {"a":"3"}'
  exits 0
  [ "$(numbers link)" = '1 2 3' ]
}

@test "one sink at a time: 76, and who it is" {
  start out.ndjson -- +1 '@{"a":"1"}'
  soon grep -q '"a":"1"' out.ndjson.ev
  named out.ndjson -- '=run {}'
  exits 76
  says "*'$PWD/out.ndjson' is being written by process $sink (evsink-file)"
}

@test "a first run that ends while another one waits for its begin is no loss" {
  for place in out.ndjson log/; do
    rm -rf state late
    mkfifo late
    evsink --name x $place <late 3>&- &
    sink=$!
    exec 7>late
    soon idle $sink
    named $place -- +1 '=run {"a":"1"}'
    exits 0
    "$marks" x copy '{"n":2}' '=run {"a":"2"}' >&7
    exec 7>&-
    wait $sink
  done
  [ "$(numbers out.ndjson)" = '1 2' ]
  [ "$(numbers log/*)" = '1 2' ]
}

@test "an unnamed sink leaves the file alone: 70" {
  named out.ndjson -- +1 '=run {"a":"1"}'
  for way in append replace; do
    try evsink --write $way out.ndjson <<<'{}'
    exits 70
  done
  [ "$(numbers out.ndjson)" = 1 ]
}

@test "a file system without locks is refused: 73, and nothing is written" {
  "$marks" x copy +1 '=run {"a":"1"}' >in
  # ENOLCK
  for place in out.ndjson log/; do
    try env EV_FAULT='evsink-file flock 1 37' \
      LD_PRELOAD="$BUILD/tests/fault/nth.so" evsink --name x $place <in
    exits 73
    says "*cannot lock '$PWD/${place%/}': no locks available"
  done
  [ ! -s out.ndjson ]
  [ "$(ls -A log)" = .ev ]
}

@test "a place whose name is not UTF-8 has no record: 64" {
  named $'out\xff.ndjson' -- '=run {}'
  exits 64
  says '*is not UTF-8, so no record can have it'
  [ -z "$(find . -name 'out*')" ]
}

@test "what was there before is adopted only if that is said" {
  printf '{"n":0}\n' >out.ndjson
  named out.ndjson -- +1 '=run {"a":"1"}'
  exits 70
  says "*'$PWD/out.ndjson' is not empty and has no record of the pipeline 'x': --adopt appends to it"
  [ ! -e out.ndjson.ev ]
  named --adopt out.ndjson -- +1 '=run {"a":"1"}'
  exits 0
  [ "$(numbers out.ndjson)" = '0 1' ]
  named --adopt out.ndjson -- '{"n":2}' '=run {"a":"2"}'
  exits 0
  [ "$(numbers out.ndjson)" = '0 1 2' ]
}

@test "an adopted last line without its end gets one" {
  printf '{"n":0}' >out.ndjson
  start --adopt out.ndjson -- +2
  soon has_lines out.ndjson 3
  kill -9 "$sink"
  wait "$sink" || true
  named out.ndjson -- +1 '@{"a":"1"}' '{"n":2}' '=run {"a":"2"}'
  exits 0
  holds out.ndjson '{"n":0}\n{"n":1}\n{"n":2}\n'
}

@test "an empty file needs no adopting" {
  : >out.ndjson
  named out.ndjson -- +1 '=run {"a":"1"}'
  exits 0
  [ "$(numbers out.ndjson)" = 1 ]
}

# --- the stream -------------------------------------------------------------

@test "a run that began from another record commits nothing: 75, and heals the copy" {
  named out.ndjson -- +2 '=run {"a":"2"}'
  try bash -c '"$1" x first +5 "=run {\"a\":\"9\"}" | evsink --name x out.ndjson' - "$marks"
  exits 75
  says '*the source began from 0, and what is committed*is right now, start again'
  [ "$(numbers out.ndjson)" = '1 2' ]
  rm state/x/record
  named out.ndjson -- '{"n":9}' '=run {"a":"3"}'
  exits 75
  named out.ndjson -- '{"n":3}' '=run {"a":"3"}'
  exits 0
  [ "$(numbers out.ndjson)" = '1 2 3' ]
}

@test "a paused old run comes too late" {
  start out.ndjson -- +2 '@{"a":"2"}' +2 '<next' '=run {"a":"4"}'
  soon has_lines out.ndjson 4
  kill -9 "$sink"
  wait "$sink" || true
  named out.ndjson -- '{"n":7}' '=run {"a":"3"}'
  exits 0
  try bash -c 'evsink --name x out.ndjson <in & touch next go; wait $!'
  [ "$status" -ge 64 ]
  [ "$(numbers out.ndjson)" = '1 2 7' ]
}

@test "nothing at all is 75, and what is not of the name 64" {
  try evsink --name x out.ndjson </dev/null
  exits 75
  says '*nothing came, not even a begin*'
  try evsink --name x out.ndjson <<<'{"a":1}'
  exits 64
  says '*its first line is no begin*'
  try bash -c '"$1" y copy "=run {}" | evsink --name x out.ndjson' - "$marks"
  exits 64
  says "*the stream is of the pipeline 'y', and this end of it is named 'x'*"
  try bash -c '"$1" x copy "=run {}" | evsink out.ndjson' - "$marks"
  exits 64
  says '*this end of it has no name: evsink --name x out.ndjson'
  [ ! -e out.ndjson ]
  [ ! -e out.ndjson.ev ]
}

@test "a failure line is the status, and nothing is committed behind the last mark" {
  echo nonsense | evsink - 2>/dev/null | cat >fail || true
  named out.ndjson -- +2 '@{"a":"2"}' +1 "$(cat fail)" '=run {"a":"3"}'
  exits 65
  says ''
  [ "$(numbers out.ndjson)" = '1 2' ]
}

@test "options that lose something are usage: 64" {
  for way in replace insert upsert; do
    named --write $way out.ndjson -- '=run {}'
    exits 64
    says '*--write*'
  done
  named -n 5 out.ndjson -- '=run {}'
  exits 64
  says '*--limit: under a name it belongs to evsource*'
  named out.json -- '=run {}'
  exits 64
  says '*a JSON array cannot be appended to (--format ndjson can)'
  named --format ndjson out.json -- +1 '=run {}'
  exits 0
  named --write append --format ndjson out.json -- '=run {}'
  exits 0
  for option in --roll=1G --keep=1d --key=a --create; do
    named $option out.json --format ndjson -- '=run {}'
    exits 64
    says '*is for a log folder*'
    try evsink $option out.ndjson </dev/null
    exits 64
    says '*is for a named pipeline (--name)'
  done
  try evsink --name 'a b' out.ndjson </dev/null
  exits 64
}

@test "a signal: it waits for the seal, and commits" {
  for signal in TERM INT; do
    rm -rf state out* next
    start out.ndjson -- +2 '@{"a":"2"}' +2 '<next' '=stop {"a":"4"}'
    soon has_lines out.ndjson 4
    kill -s $signal "$sink"
    sleep 0.3
    touch next go
    ended
    exits $((128 + $(kill -l $signal)))
    [ "$(numbers out.ndjson)" = '1 2 3 4' ]
    [ "$(member out.ndjson.ev record.pos.a)" = 4 ]
  done
}

@test "a signal and no seal: after 2 s it cuts what is not committed" {
  start out.ndjson -- +2 '@{"a":"2"}' +2
  soon has_lines out.ndjson 4
  SECONDS=0
  kill "$sink"
  ended
  exits 143
  [ "$SECONDS" -ge 1 ]
  [ "$SECONDS" -le 20 ]
  [ "$(numbers out.ndjson)" = '1 2' ]
  [ "$(member out.ndjson.ev open)" = null ]
  named out.ndjson -- '{"n":3}' '=run {"a":"3"}'
  exits 0
  says ''
}

# --- formats ----------------------------------------------------------------

@test "csv: the header is part of the first commit, and says the columns later" {
  start out.csv -- '{"a":1,"b":"x"}'
  soon has_lines out.csv 2
  kill -9 "$sink"
  wait "$sink" || true
  named out.csv -- '{"b":"x","a":2}' '@{"p":"1"}' '{"b":"y"}' '=run {"p":"2"}'
  exits 0
  holds out.csv 'b,a\nx,2\ny,\n'
  named out.csv -- '{"a":3,"b":"z"}' '=run {"p":"3"}'
  exits 0
  holds out.csv 'b,a\nx,2\ny,\nz,3\n'
  named out.csv -- '{"a":3,"c":"z"}' '=run {"p":"4"}'
  exits 65
  says "*'c' is no column: --columns b,a,c"
  holds out.csv 'b,a\nx,2\ny,\nz,3\n'
  named --columns a,b out.csv -- '=run {"p":"4"}'
  exits 65
}

@test "csv: the columns of an adopted file are those of its header" {
  printf 'b,a\n1,2' >out.csv
  named --adopt out.csv -- '{"a":3,"b":4}' '=run {"p":"1"}'
  exits 0
  holds out.csv 'b,a\n1,2\n4,3\n'
}

@test "csv: no event and no columns is no failure" {
  named out.csv -- '=run {"p":"1"}'
  exits 0
  holds out.csv ''
  named out.csv -- '{"a":3}' '=run {"p":"2"}'
  exits 0
  holds out.csv 'a\n3\n'
}

@test "compressed: each commit is a whole part, and the next run cuts at one" {
  for kind in gz zst xz bz2; do
    rm -rf state
    start out.ndjson.$kind -- +2 '@{"a":"2"}' +3000
    soon grep -q '"a":"2"' state/x/record
    kill -9 "$sink"
    wait "$sink" || true
    named out.ndjson.$kind -- '{"n":3}' '@{"a":"3"}' '{"n":4}' '=run {"a":"4"}'
    exits 0
    [ "$(evsource out.ndjson.$kind | numbers)" = '1 2 3 4' ]
  done
  gzip -dc out.ndjson.gz | numbers
  [ "$(gzip -dc out.ndjson.gz | numbers)" = '1 2 3 4' ]
}

@test "compressed: a stranger that writes at the same time: 70, nothing committed" {
  start out.ndjson.gz -- +2 '@{"a":"2"}' +1 '<next' '=run {"a":"3"}'
  soon grep -q '"a":"2"' state/x/record
  sleep 0.1
  seq 100 >>out.ndjson.gz
  touch next go
  ended
  exits 70
  says '*somebody else writes to*'
  [ "$(member out.ndjson.gz.ev record.pos.a)" = 2 ]
  named out.ndjson.gz -- '{"n":3}' '=run {"a":"3"}'
  exits 0
  [ "$(gzip -dc out.ndjson.gz | numbers)" = '1 2 3' ]
}

@test "compressed: the header of a csv cannot be read again" {
  named out.csv.gz -- '{"a":1}' '=run {"a":"4"}'
  exits 64
  named --header none --columns a out.csv.gz -- '{"a":1}' '=run {"a":"4"}'
  exits 0
  [ "$(gzip -dc out.csv.gz)" = 1 ]
}

# --- a log folder -----------------------------------------------------------

@test "a log folder: the sidecar first, then segments by their offsets" {
  start log/ -- +0
  soon test -e log/.ev
  sleep 0.1
  [ "$(ls -A log)" = .ev ]
  kill "$sink"
  wait "$sink" || true
  named log/ -- +2 '@{"a":"2"}' +1 '=run {"a":"3"}'
  exits 0
  says ''
  [ "$(ls -A log | paste -sd ' ')" = '.ev 00000000000000000000.ndjson' ]
  [ "$(numbers log/*)" = '1 2 3' ]
  [ "$(member log/.ev length)" = 24 ]
  [ "$(member log/.ev record.place)" = "$PWD/log" ]
  named log -- '{"n":4}' '=run {"a":"4"}'
  exits 0
  [ "$(numbers log/*)" = '1 2 3 4' ]
}

@test "a log folder takes --key and --create, and is what it is without" {
  named --key a --create log/ -- +1 '=run {"a":"1"}'
  exits 0
  says ''
  [ "$(cat log/*.ndjson)" = '{"n":1}' ]
  try evsink --explain --name x --key a --create log/
  exits 0
  [[ $output == *$'\nkey: none\n'* ]]
}

@test "a log folder: --roll commit makes each commit a segment" {
  named --roll commit log/ -- +2 '@{"a":"2"}' '@{"a":"3"}' +1 '@{"a":"4"}' \
    +1 '=run {"a":"5"}'
  exits 0
  [ "$(ls log | paste -sd ' ')" = '00000000000000000000.ndjson 00000000000000000016.ndjson 00000000000000000024.ndjson' ]
  [ "$(numbers log/*)" = '1 2 3 4' ]
  [ "$(member log/.ev last)" = 32 ]
  [ "$(member log/.ev length)" = 32 ]
  named --roll commit log/ -- '{"n":5}' '=run {"a":"6"}'
  exits 0
  [ "$(numbers log/*)" = '1 2 3 4 5' ]
}

@test "a log folder: --roll cuts by size, and at commits only" {
  named --roll 100 log/ -- +100 '@{"a":"1"}' +5 '@{"a":"2"}' +30 \
    '=run {"a":"3"}'
  exits 0
  [ "$(numbers log/*)" = "$(seq 135 | paste -sd ' ')" ]
  [ "$(ls log | wc -l)" = 2 ]
  named --roll 10 log/ -- '{"n":136}' '@{"a":"4"}' '{"n":137}' '=run {"a":"5"}'
  exits 0
  [ "$(numbers log/*)" = "$(seq 137 | paste -sd ' ')" ]
  [ "$(ls log | wc -l)" = 4 ]
}

@test "a log folder: --roll cuts by age" {
  named --roll 1s log/ -- +1 '@{"a":"1"}' +1 '@{"a":"2"}' ~2100 \
    +1 '@{"a":"3"}' +1 '=run {"a":"4"}'
  exits 0
  [ "$(ls log | wc -l)" = 2 ]
  [ "$(numbers log/*)" = '1 2 3 4' ]
}

@test "a log folder: --keep moves the first segment on, then removes" {
  named --roll commit log/ -- +1 '@{"a":"1"}' +1 '@{"a":"2"}' +1 '=run {"a":"3"}'
  exits 0
  touch -d '3 days ago' log/00000000000000000000.ndjson log/00000000000000000008.ndjson
  named --roll commit --keep 2d log/ -- '{"n":4}' '=run {"a":"4"}'
  exits 0
  [ "$(numbers log/*)" = '3 4' ]
  [ "$(member log/.ev first)" = 16 ]
  [ "$(member log/.ev length)" = 32 ]
  named log/ -- '{"n":5}' '=run {"a":"5"}'
  exits 0
  [ "$(numbers log/*)" = '3 4 5' ]
}

@test "a log folder: what retention did not come to remove goes at the next start" {
  named --roll commit log/ -- +1 '@{"a":"1"}' +1 '=run {"a":"2"}'
  sed -i 's/"first":"0"/"first":"8"/' log/.ev
  named --roll commit log/ -- '{"n":3}' '=run {"a":"3"}'
  exits 0
  says ''
  [ "$(numbers log/*)" = '2 3' ]
}

@test "a log folder: what a killed run has not committed is cut" {
  start --roll commit log/ -- +2 '@{"a":"2"}' +3
  soon has_lines log/00000000000000000016.ndjson 3
  kill -9 "$sink"
  wait "$sink" || true
  named log/ -- '{"n":7}' '=run {"a":"3"}'
  exits 0
  says ''
  [ "$(numbers log/*)" = '1 2 7' ]
}

@test "a log folder: a stranger's bytes and segments are kept aside" {
  named log/ -- +2 '=run {"a":"2"}'
  echo stranger >>log/00000000000000000000.ndjson
  named log/ -- '{"n":3}' '=run {"a":"3"}'
  exits 0
  says "*kept in '$PWD/log/00000000000000000000.ndjson.cut-"*
  [ "$(numbers log/*.ndjson)" = '1 2 3' ]
  echo stranger >log/00000000000000000099.ndjson
  named log/ -- '{"n":4}' '=run {"a":"4"}'
  exits 0
  says "*kept in '$PWD/log/00000000000000000099.ndjson.cut-"*
  [ "$(numbers log/*.ndjson)" = '1 2 3 4' ]
}

@test "a log folder: a segment that is gone, short or other is 70" {
  named --roll commit log/ -- +1 '@{"a":"1"}' +1 '@{"a":"2"}' +1 '=run {"a":"3"}'
  cp -a log good
  for damage in 'rm log/00000000000000000008.ndjson' \
    'truncate -s 5 log/00000000000000000008.ndjson' \
    'rm log/00000000000000000000.ndjson' \
    'rm log/00000000000000000016.ndjson'; do
    rm -rf log
    cp -a good log
    $damage
    named log/ -- '=run {"a":"4"}'
    exits 70
    says '*is not what was committed: the segment with byte * is not there*'
  done
  rm -rf log state
  named log/ -- +2 '=run {"a":"2"}'
  sed -i s/1/9/ log/*.ndjson
  named log/ -- '=run {"a":"4"}'
  exits 70
  says '*its first or last bytes have changed: *evpos accept x*'
}

@test "a log folder: one sink at a time, of one name, and none without" {
  start log/ -- +1 '@{"a":"1"}'
  soon grep -q '"a":"1"' log/.ev
  named log/ -- '=run {}'
  exits 76
  kill -9 "$sink"
  try bash -c '"$1" y copy "=run {}" | evsink --name y log/' - "$marks"
  exits 70
  says "*belongs to the pipeline 'x', not to 'y'*"
  try evsink log <<<'{}'
  exits 70
  try evsink new/ <<<'{}'
  exits 64
}

@test "a log folder: what is in one without a record is adopted only if that is said" {
  mkdir log
  printf '{"n":1}\n' >log/00000000000000000000.ndjson
  printf '{"n":2}\n{"n":3}' >log/00000000000000000008.ndjson
  named log/ -- +1 '=run {"a":"1"}'
  exits 70
  says "*is not empty and has no record*--adopt*"
  named --adopt log/ -- '{"n":4}' '=run {"a":"1"}'
  exits 0
  holds <(cat log/*) '{"n":1}\n{"n":2}\n{"n":3}\n{"n":4}\n'
  mkdir gap other
  echo '{}' >gap/00000000000000000000.ndjson
  echo '{}' >gap/00000000000000000099.ndjson
  rm -rf state
  named --adopt gap/ -- '=run {}'
  exits 70
  says "*its segments leave a gap at 3"
  touch other/readme
  named --adopt other/ -- '=run {}'
  exits 70
  says "*is no log: there is 'readme' in it"
}

@test "a log folder: ndjson only, and options that make sense" {
  named --format csv log/ -- '=run {}'
  exits 64
  says '*a log folder holds ndjson and nothing else'
  for roll in '' 1x 0 -1s 1d,,1G 'commit,x' '1 d'; do
    named --roll "$roll" log/ -- '=run {}'
    exits 64
    says '*--roll wants a size (1G), a time (1d*'
  done
  for keep in '' 1 1G -1d 0d; do
    named --keep "$keep" log/ -- '=run {}'
    exits 64
    says '*--keep wants a time (30d*'
  done
  named none/log/ -- '=run {}'
  exits 73
  [ ! -e log ]
}

@test "a file and a log folder are not taken for each other" {
  named log/ -- +1 '=run {}'
  mkdir plain
  try bash -c '"$1" y copy "=run {}" | evsink --name y plain' - "$marks"
  exits 73
  says "*it is a folder: name a file in it, or 'plain/' for a log folder"
  echo '{}' >file
  try bash -c '"$1" y copy "=run {}" | evsink --name y file/' - "$marks"
  exits 73
}

# --- standard output --------------------------------------------------------

@test "stdout opened with >> is appended to, with the record in the state folder" {
  out() { # ITEM…
    "$marks" x copy "$@" | evsink --name x - >>out
  }
  out +2 '@{"a":"2"}' +1 '=run {"a":"3"}'
  out '=run {"a":"3"}'
  out '{"n":4}' '=run {"a":"4"}'
  [ "$(numbers out)" = '1 2 3 4' ]
  [ ! -e out.ev ]
  [ ! -e ./-.ev ]
  [ "$(member state/x/record pos.a)" = 4 ]
  [ "$(member state/x/record place)" = - ]
}

@test "stdout opened with >> as csv has one header" {
  for n in 1 2; do
    "$marks" x copy '{"a":1,"b":2}' "=run {\"a\":\"$n\"}" |
      evsink --name x --format csv - >>out
  done
  holds out 'a,b\n1,2\n1,2\n'
}

@test "stdout that is a terminal is written to" {
  "$marks" x copy +2 '=run {"a":"2"}' >in
  script -qec 'evsink --name x - <in' /dev/null >screen
  [ "$(tr -d '\r' <screen | numbers)" = '1 2' ]
  [ "$(member state/x/record pos.a)" = 2 ]
}

@test "stdout that is a pipe, or a file opened with >, is refused: 64" {
  "$marks" x copy +2 '=run {"a":"2"}' >in
  try bash -c 'evsink --name x - <in | cat; exit "${PIPESTATUS[0]}"'
  exits 64
  says '*a named pipeline cannot end in a pipe*Let evexec run that command before evsink, or name a file'
  prints ''
  try bash -c 'evsink --name x - <in >out'
  exits 64
  says "*a file opened with '>', which the next start empties*or open it with '>>'"
  mkfifo fifo
  try evsink --name x fifo <in
  exits 64
  says "*'fifo' is no file*"
  [ ! -e state/x/record ]
}

@test "stdout: one sink at a time" {
  mkfifo pipe
  "$marks" x copy +1 '@{"a":"1"}' '<go' >pipe 3>&- &
  evsink --name x - <pipe >>out 3>&- &
  soon test -s state/x/record
  run bash -c '"$1" x copy "=run {}" | evsink --name x - >>out' - "$marks"
  [ "$status" = 76 ]
  touch go
}

# --- --explain --------------------------------------------------------------

@test "--explain says class, mode, columns, where the record is, what it says" {
  try evsink --explain --name x out.csv --columns a,b
  exits 0
  says ''
  [[ $output == *"place: $PWD/out.csv"*'there now: nothing'*'format: csv, columns a,b'* ]]
  [[ $output == *'class: B, exactly once'*'write: append'*'key: none'* ]]
  [[ $output == *"record in: $PWD/out.csv.ev"*'record: none yet'* ]]
  [ ! -e out.csv ]
  [ ! -e out.csv.ev ]
  [ ! -e state ]
  named out.csv -- '{"a":1}' '=run {"in.csv":"7"}'
  echo stranger >>out.csv
  try evsink --explain --name x out.csv
  exits 0
  [[ $output == *'columns a'*'record: '*'/1, committed 20'*'position: in.csv at 7'* ]]
  [[ $output == *'committed: 4 bytes'*'not committed: 9 bytes of a stranger'* ]]
  try evsink --explain --name y out.csv
  exits 70
  try evsink --explain --name y --roll 64M,6h --keep 30d log/
  exits 0
  [[ $output == *'a log folder'*'new segment: at a commit, after 67108864 bytes, after 6h; kept for 30d'* ]]
  [ ! -e log ]
  try bash -c 'evsink --explain --name x - >>explained; cat explained'
  [[ $output == *'class: D, at least once'*"record in: $PWD/state/x/record"*'position: in.csv at 7'* ]]
  try evsink --explain plain.csv
  [[ $output == *'write: replace'*'key: none'*'record: none'* ]]
}

# --- from end to end ---------------------------------------------------------

@test "killed again and again, a pipeline gives what one that was not gives" {
  seq 20000 | sed 's/.*/{"n":&,"s":"some text"}/' >in.ndjson
  whole() { # ARGUMENT…
    evsource --name x --mark-every 500 in.ndjson | evfilter 'n % 3 = 0' |
      bash -c 'echo $$ >pid; exec evsink --name x "$@"' - "$@"
  }
  for args in out.ndjson '--columns n,s out.csv' '--roll 20K log/'; do
    rm -rf state
    for delay in 01 02 03 05 08 13 21; do
      rm -f pid
      # shellcheck disable=SC2086 # words are meant
      whole $args 2>/dev/null 3>&- &
      soon test -s pid
      sleep 0.$delay
      kill -9 "$(<pid)" 2>/dev/null || true
      wait $! || true
    done
    # Where the last kill came between a commit and its copy, the first start
    # is 75.
    for ((i = 0; i < 3; i++)); do
      # shellcheck disable=SC2086
      ! whole $args || break
    done
    # shellcheck disable=SC2086
    whole $args
  done
  evfilter 'n % 3 = 0' in.ndjson >want.ndjson
  evsink want.csv <want.ndjson
  cmp want.ndjson out.ndjson
  cmp want.csv out.csv
  cat log/*.ndjson | cmp want.ndjson -
}
