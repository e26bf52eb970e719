# evpos: what it shows of named pipelines, and what it changes.
load ../helpers

setup() {
  cd "$BATS_TEST_TMPDIR" || return
  export EVKIT_STATE=$PWD/state
  here=$(pwd -P)
  seq -f '{"n":%.0f}' 4 >in.ndjson # 8 bytes a line
}

pipeline() { # NAME IN OUT [OPTION OF EVSINK…]
  local name=$1 in=$2 out=$3
  shift 3
  evsource --name "$name" "$in" | evsink --name "$name" "$@" "$out"
}

teardown() {
  [ -z "${pid-}" ] || kill "$pid" 2>/dev/null || true
}

# One that goes on until it is stopped; it has committed when this returns.
start() { # NAME IN OUT
  evsource --name "$1" --follow --mark-every 50ms "$2" | evsink --name "$1" "$3" &
  pid=$!
  soon at_the_end "$1"
}

at_the_end() { # NAME
  [[ $(evpos show "$1") == *'byte 32, nothing'* ]]
}

# As if a run had been killed while it wrote.
open() { # SIDECAR
  sed -i 's/"record":/"open":"0123456789abcdef0123456789abcdef",&/' "$1"
}

numbers() { # FILE: its numbers on one line
  grep -o '[0-9]*' "$1" | paste -sd' '
}

@test "without pipelines it says so, and makes nothing" {
  try evpos
  exits 0
  prints ''
  says "evpos: no pipeline has its state in '$EVKIT_STATE'"
  [ ! -e state ]
}

@test "a run that fails before anything is worth keeping leaves no pipeline" {
  try evsource --name typo no-such.ndjson
  exits 74
  # Whoever of the two ends last: the status is the source's.
  for _ in {1..20}; do
    try pipeline typo no-such.ndjson out.ndjson
    exits 74
  done
  try evsource --name typo --mark-every never in.ndjson
  exits 64
  try evsource --name typo --from never in.ndjson
  exits 64
  try evpos
  says "evpos: no pipeline has its state in '$EVKIT_STATE'"
  [ "$(ls state)" = sid ]
}

@test "a run that fails later leaves its pipeline as it is" {
  pipeline a in.ndjson a.ndjson
  ls state/a >before
  mv in.ndjson away
  try pipeline a in.ndjson a.ndjson
  exits 70
  ls state/a | diff before -
  # What is to be counted is known, too.
  try evsink --name b b.ndjson </dev/null
  exits 75
  [ "$(ls state/b)" = tries ]
}

@test "the list: one line a pipeline, in the order of names" {
  pipeline b in.ndjson b.ndjson
  pipeline a in.ndjson a.ndjson
  seq -f '{"n":%.0f}' 5 6 >>in.ndjson
  pipeline b in.ndjson b.ndjson
  try evpos
  exits 0
  says ''
  [[ ${lines[0]} == 'NAME  RUNS  COMMITTED '*' BEHIND    POSITION  PLACE' ]]
  [[ ${lines[1]} == 'a     no    20'*'Z  16 bytes  byte 32   '"$here/a.ndjson" ]]
  [[ ${lines[2]} == 'b     no    20'*'Z  0 bytes   byte 48   '"$here/b.ndjson" ]]
  [ "${#lines[@]}" = 3 ]
}

@test "as events, for evfilter" {
  pipeline a in.ndjson a.ndjson
  seq -f '{"n":%.0f}' 5 6 >>in.ndjson
  evpos --json >all.ndjson
  run -0 evfilter --select 'name, place, running, behind, inputs' true all.ndjson
  prints '{"name":"a","place":"'"$here"'/a.ndjson","running":false,"behind":16,"inputs":[{"input":"'"$here"'/in.ndjson","at":"byte 32","offset":32,"behind":16,"unit":"bytes"}]}'
}

@test "show tells all that is known of one" {
  pipeline a in.ndjson a.ndjson
  echo '{"n":5}' >>in.ndjson
  printf 'half' >>a.ndjson
  try evpos show a
  exits 0
  says ''
  grep -qx "place        $here/a.ndjson" <<<"$output"
  grep -qx "record       $here/a.ndjson.ev" <<<"$output"
  grep -qx "running      no" <<<"$output"
  grep -qxE "committed    20.*Z, as mark [0-9a-f]{32}/1" <<<"$output"
  grep -qx "input        $here/in.ndjson: byte 32, 8 bytes behind" <<<"$output"
  grep -qx "uncommitted  4 bytes that no run of it has written" <<<"$output"
}

@test "an input that is gone or is another one is told, and not behind" {
  pipeline a in.ndjson a.ndjson
  mv in.ndjson old
  run -0 evpos show a
  [[ $output == *"/in.ndjson: byte 32 (there is no such file now)"* ]]
  seq -f '{"m":%.0f}' 9 >in.ndjson
  run -0 evpos show a
  [[ $output == *"/in.ndjson: byte 32 (another file stands there now, or it was changed)"* ]]
  [[ $(evpos) == *' - '*'byte 32'* ]]
}

@test "what is read of a file that another pipeline writes ends where that has committed" {
  pipeline a in.ndjson a.ndjson
  pipeline b a.ndjson b.ndjson
  echo '{"n":5}' >>a.ndjson
  run -0 evpos show b
  [[ $output == *"a.ndjson: byte 32, nothing is left to read"* ]]
}

@test "a pipeline that runs is shown so, and is not changed" {
  pipeline b in.ndjson log/
  start a log a.ndjson
  [[ $(evpos) == *'a     yes '*'b     no '* ]]
  run -0 evpos show a
  [[ $output == *"running      process "* ]]
  for change in 'rewind a --to start' 'move a b.ndjson' 'forget a'; do
    # shellcheck disable=SC2086
    try evpos $change --yes
    exits 76
    prints ''
    says 'evpos: pipeline a is running (process *): stop it first'
  done
  [[ $(evpos) == *'byte 32 '* ]]
  [ -e a.ndjson.ev ]
}

@test "a sink alone holds the pipeline, too" {
  pipeline a in.ndjson a.ndjson
  exec 5<>a.ndjson
  flock 5
  try evpos rewind a --to start --yes
  exits 76
  prints ''
  exec 5<&-
  [[ $(evpos) == *'byte 32 '* ]]
}

@test "rewind says what it would do, and does it with --yes" {
  pipeline a in.ndjson a.ndjson
  cp a.ndjson.ev before
  try evpos rewind a --to start
  exits 0
  says ''
  prints "pipeline a, which writes $here/a.ndjson:
  $here/in.ndjson: from byte 32 to the start: 32 bytes will be read again
what is read again will be in $here/a.ndjson a second time
readers of this log will see these events again
nothing is changed yet: --yes does it"
  cmp a.ndjson.ev before
  try evpos rewind a --to start --yes
  exits 0
  [ "${lines[4]}" = 'done' ]
  pipeline a in.ndjson a.ndjson
  [ "$(numbers a.ndjson)" = '1 2 3 4 1 2 3 4' ]
}

@test "rewind to an offset begins with that line; one inside a line is refused" {
  pipeline a in.ndjson a.ndjson
  try evpos rewind a --to 17 --yes
  exits 64
  prints ''
  says "evpos: '$here/in.ndjson' cannot be set to 17: no line begins there: at 16 and at 24 one does"
  try evpos rewind a --to 33 --yes
  exits 64
  says "evpos: *: it has 32 bytes"
  try evpos rewind a --to noon --yes
  exits 64
  says "evpos: *: of a file that is start, end, or an offset in bytes"
  run -0 evpos rewind a --to 16 --yes
  [[ $output == *'from byte 32 to byte 16: 16 bytes will be read again'* ]]
  pipeline a in.ndjson a.ndjson
  [ "$(numbers a.ndjson)" = '1 2 3 4 3 4' ]
}

@test "rewind to the end skips, and says how much; nothing is read again" {
  pipeline a in.ndjson a.ndjson
  seq -f '{"n":%.0f}' 5 7 >>in.ndjson
  printf '{"n"' >>in.ndjson
  run -0 evpos rewind a --to end --yes
  [[ $output == *'from byte 32 to byte 56: 24 bytes will be skipped, and never be read'* ]]
  [[ $output != *again* ]]
  echo ':8}' >>in.ndjson
  pipeline a in.ndjson a.ndjson
  [ "$(numbers a.ndjson)" = '1 2 3 4 8' ]
}

@test "rewind of a reader of a log: to an offset, a time" {
  pipeline a in.ndjson log/
  pipeline b log b.ndjson
  try evpos rewind b --to 5
  exits 64
  says "evpos: '$here/log' cannot be set to 5: *in the middle of a line"
  run -0 evpos rewind b --to 24 --yes
  pipeline b log b.ndjson
  [ "$(numbers b.ndjson)" = '1 2 3 4 4' ]
  run -0 evpos rewind b --to 2020-01-01 --yes
  [[ $output == *'from byte 32 to byte 0'* ]]
  run -0 evpos rewind b --to 2999-01-01 --yes
  [[ $output == *'from byte 0 to byte 32'* ]]
}

@test "the writer of a log, rewound, sends its events again" {
  pipeline a in.ndjson log/
  pipeline b log b.ndjson
  evpos rewind a --to start --yes >plan
  grep -qx 'readers of this log will see these events again' plan
  pipeline a in.ndjson log/
  pipeline b log b.ndjson
  [ "$(numbers b.ndjson)" = '1 2 3 4 1 2 3 4' ]
}

@test "a rewind to the start begins there, whatever --from says" {
  pipeline a in.ndjson log/
  evsource --name b --from end log | evsink --name b b.ndjson
  [ ! -s b.ndjson ]
  evpos rewind b --to start --yes >plan
  evsource --name b --from end log | evsink --name b b.ndjson
  [ "$(numbers b.ndjson)" = '1 2 3 4' ]
}

@test "a run from before a rewind commits nothing any more" {
  pipeline a in.ndjson a.ndjson
  echo '{"n":5}' >>in.ndjson
  evsource --name a in.ndjson >old
  evpos rewind a --to 24 --yes >plan
  run evsink --name a a.ndjson <old
  [ "$status" = 75 ]
  [ "$(numbers a.ndjson)" = '1 2 3 4' ]
  pipeline a in.ndjson a.ndjson
  [ "$(numbers a.ndjson)" = '1 2 3 4 4 5' ]
}

@test "rewind wants to know where, and an input that there is" {
  pipeline a in.ndjson a.ndjson
  try evpos rewind a
  exits 64
  says 'evpos: usage: evpos rewind NAME --to start|end|TIME|OFFSET'
  try evpos rewind a --to start --input other
  exits 64
  says "evpos: --input 'other': pipeline a reads nothing of that name (evpos show a lists what it reads)"
  run -0 evpos rewind a --to 0 --input in.ndjson
  [[ $output == *'to byte 0: 32 bytes will be read again'* ]]
}

@test "rewind one file of a folder, by its path, and the whole folder" {
  mkdir in
  seq -f '{"n":%.0f}' 2 >in/a.ndjson
  seq -f '{"n":%.0f}' 3 4 >in/b.ndjson
  pipeline f in f.ndjson
  run -0 evpos rewind f --to start --input in/b.ndjson --yes
  [[ $output == *"$here/in#b.ndjson: from byte 16 to byte 0: 16 bytes will be read again"* ]]
  [[ $output != *a.ndjson* ]]
  pipeline f in f.ndjson
  [ "$(numbers f.ndjson)" = '1 2 3 4 3 4' ]
  run -0 evpos rewind f --to 8 --input in --yes
  pipeline f in f.ndjson
  [ "$(numbers f.ndjson)" = '1 2 3 4 3 4 2 4' ]
}

@test "SQLite: the record in its table, and positions by the cursor" {
  pipeline a in.ndjson sqlite:shop.db/t
  evsource --name b -X cursor=n sqlite:shop.db/t | evsink --name b b.ndjson
  run -0 evpos
  [[ ${lines[1]} == 'a '*'0 bytes'*'byte 32'*"sqlite:$here/shop.db/t" ]]
  [[ ${lines[2]} == 'b '*' - '*'row [4]'*"$here/b.ndjson" ]]
  try evpos rewind b --to 2
  exits 64
  says "evpos: 'sqlite:$here/shop.db/t' cannot be set to 2: of rows it is start, or the cursor's value in one, like the present '\[4\]'"
  evpos rewind b --to '[2]' --yes >plan
  evsource --name b -X cursor=n sqlite:shop.db/t | evsink --name b b.ndjson
  [ "$(numbers b.ndjson)" = '1 2 3 4 3 4' ]
  run -0 evpos rewind a --to 24 --yes
  [[ $output == *"what is read again is written to sqlite:$here/shop.db/t again: rows that it appends will be there a second time, those that it inserts or upserts by their key will not"* ]]
  [[ $output != *readers* ]]
  pipeline a in.ndjson sqlite:shop.db/t
  [ "$(sqlite3 shop.db 'select group_concat(n) from t')" = 1,2,3,4,4 ]
  mv shop.db other.db
  evpos move a sqlite:other.db/t --yes >plan
  run -0 evpos forget a --yes
  [[ $output == *"removes its record, table ev_positions in $here/other.db"* ]]
  [ "$(sqlite3 other.db 'select count(*) from ev_positions')" = 0 ]
}

@test "move: the target lies elsewhere, with its record" {
  pipeline a in.ndjson a.ndjson
  mkdir new
  try evpos move a new/a.ndjson --yes
  exits 70
  says "evpos: '$here/new/a.ndjson' has no record of a pipeline (it would be $here/new/a.ndjson.ev): move it there together with the data"
  mv a.ndjson a.ndjson.ev new
  run -0 evpos move a new/a.ndjson
  prints "pipeline a will write $here/new/a.ndjson, which was $here/a.ndjson
nothing is changed yet: --yes does it"
  [[ $(evpos 2>/dev/null) == *"$here/a.ndjson" ]]
  run -0 evpos move a new/a.ndjson --yes
  [[ $(evpos) == *"$here/new/a.ndjson" ]]
  echo '{"n":5}' >>in.ndjson
  pipeline a in.ndjson new/a.ndjson
  [ "$(numbers new/a.ndjson)" = '1 2 3 4 5' ]
}

@test "move refuses a copy, a record of before, and another pipeline's" {
  pipeline a in.ndjson a.ndjson
  pipeline b in.ndjson b.ndjson
  cp a.ndjson c.ndjson
  cp a.ndjson.ev c.ndjson.ev
  try evpos move a c.ndjson --yes
  exits 70
  says "evpos: '$here/a.ndjson' still has the record, too: *"
  try evpos move a b.ndjson --yes
  exits 70
  says "evpos: the record in '$here/b.ndjson' is that of pipeline b, not of a"
  echo '{"n":5}' >>in.ndjson
  pipeline a in.ndjson a.ndjson
  rm a.ndjson a.ndjson.ev
  try evpos move a c.ndjson --yes
  exits 70
  says "evpos: the record in '$here/c.ndjson' is *, and the last one that a committed is *: it is not the one that was moved"
}

@test "forget cuts what was not committed, and leaves a plain file" {
  pipeline a in.ndjson a.ndjson
  # What a killed run leaves.
  printf '{"n":5}\n{"n"' >>a.ndjson
  open a.ndjson.ev
  run -0 evpos forget a
  [[ $output == *"cuts 12 bytes off $here/a.ndjson that were never committed"* ]]
  [ -e a.ndjson.ev ]
  run -0 evpos forget a --yes
  [ "${lines[-1]}" = 'done' ]
  [ "$(numbers a.ndjson)" = '1 2 3 4' ]
  [ ! -e a.ndjson.ev ]
  [ ! -e state/a ]
  try evsink a.ndjson <in.ndjson
  exits 0
}

@test "forget leaves what somebody else has written" {
  pipeline a in.ndjson a.ndjson
  echo '{"n":5}' >>a.ndjson
  run -0 evpos forget a --yes
  [[ $output == *"leaves 8 bytes in $here/a.ndjson that somebody else has written"* ]]
  [ "$(numbers a.ndjson)" = '1 2 3 4 5' ]
}

@test "forget, with the place, what never committed, or has lost its state" {
  evsource --name a in.ndjson | head -n 2 | evsink --name a a.ndjson || true
  [ -e a.ndjson.ev ]
  [[ $(evpos show a) == *"failed       1 times at this place: "* ]]
  try evpos forget a
  [[ $output != *a.ndjson* ]]
  try evpos forget a a.ndjson --yes
  exits 0
  [[ $output == *"removes its record, $here/a.ndjson.ev"* ]]
  [ ! -e a.ndjson.ev ]
  [ ! -e state/a ]
  pipeline a in.ndjson a.ndjson
  rm -r state/a
  evpos forget a a.ndjson --yes >plan
  [ ! -e a.ndjson.ev ]
  [ "$(numbers a.ndjson)" = '1 2 3 4' ]
}

@test "accept: a target that was edited by hand is right as it is" {
  pipeline a in.ndjson a.ndjson
  try evpos accept a
  exits 64
  says "evpos: '$here/a.ndjson' is what pipeline a has committed, as far as can be seen: there is nothing to accept"
  sed -i 's/2/22/' a.ndjson
  echo '{"n":5}' >>in.ndjson
  try pipeline a in.ndjson a.ndjson
  exits 70
  says "*'$here/a.ndjson' is not what was committed*bring back what was there; or evpos accept a*"
  try evpos
  says "evpos: a: '$here/a.ndjson' is not what was committed: its first or last bytes have changed"
  try evpos accept a
  exits 0
  says ''
  [ "${lines[-1]}" = 'nothing is changed yet: --yes does it' ]
  run -0 evpos accept a --yes
  [ "${lines[-1]}" = 'done' ]
  pipeline a in.ndjson a.ndjson
  [ "$(numbers a.ndjson)" = '1 22 3 4 5' ]
}

@test "accept and forget where the target is gone" {
  pipeline a in.ndjson a.ndjson
  rm a.ndjson
  for option in '' --yes; do
    # shellcheck disable=SC2086 # none is no word
    try evpos accept a $option
    exits 70
    prints ''
    says "evpos: '$here/a.ndjson' is gone, of which 32 bytes were committed: bring it back, or evpos forget a to begin anew"
  done
  run -0 evpos forget a --yes
  [[ $output != *'stays as it is'* ]]
  pipeline a in.ndjson a.ndjson
  [ "$(numbers a.ndjson)" = '1 2 3 4' ]
}

@test "accept: lines taken away, or added, and the last segment of a log" {
  pipeline a in.ndjson a.ndjson
  : >a.ndjson
  evpos accept a --yes >plan
  echo '{"n":5}' >>in.ndjson
  pipeline a in.ndjson a.ndjson
  [ "$(numbers a.ndjson)" = '5' ]
  echo '{"n":55}' >>a.ndjson
  evpos accept a --yes >plan
  echo '{"n":6}' >>in.ndjson
  pipeline a in.ndjson a.ndjson
  [ "$(numbers a.ndjson)" = '5 55 6' ]
  pipeline l in.ndjson log/
  sed -i 's/4/44/' log/*.ndjson
  evpos accept l --yes >plan
  echo '{"n":7}' >>in.ndjson
  pipeline l in.ndjson log/
  [ "$(numbers log/00000000000000000000.ndjson)" = '1 2 3 44 5 6 7' ]
}

@test "a pipeline with side outputs: rewound, moved with the target, forgotten" {
  rejecting() { # OUT
    evsource --name a in.ndjson | evfilter --reject bad.ndjson 'n + 0 > 0' 2>>counts |
      evsink --name a "$1"
  }
  echo '{"n":"x"}' >>in.ndjson
  rejecting a.ndjson
  [[ $(evpos show a) == *"side output  $here/bad.ndjson: "*" bytes"* ]]
  mkdir new
  mv a.ndjson a.ndjson.ev new
  evpos move a new/a.ndjson --yes >plan
  evpos rewind a --to start --yes >plan
  rejecting new/a.ndjson
  [ "$(numbers new/a.ndjson)" = '1 2 3 4 1 2 3 4' ]
  [ "$(wc -l <bad.ndjson)" = 2 ]
  # Without evpos, the record that is found there is enough.
  mv new/a.ndjson new/a.ndjson.ev .
  echo '{"n":"y"}' >>in.ndjson
  rejecting a.ndjson
  [ "$(wc -l <bad.ndjson)" = 3 ]
  run -0 evpos forget a --yes
  [[ $output == *"removes its record of the side output $here/bad.ndjson"* ]]
  [ ! -e bad.ndjson.ev ]
  [ "$(wc -l <bad.ndjson)" = 3 ]
}

@test "forget a log: its segments stay, of which the last one is cut" {
  pipeline a in.ndjson log/
  printf '{"n":9' >>log/00000000000000000000.ndjson
  open log/.ev
  evpos forget a --yes >plan
  [ "$(ls -A log)" = 00000000000000000000.ndjson ]
  [ "$(numbers log/00000000000000000000.ndjson)" = '1 2 3 4' ]
}

@test "forget works where the target is damaged, shorter or gone" {
  for harm in ': >a.ndjson' 'rm a.ndjson' 'rm a.ndjson a.ndjson.ev'; do
    pipeline a in.ndjson a.ndjson
    eval "$harm"
    try evpos forget a --yes
    exits 0
    [ ! -e a.ndjson.ev ]
    [ ! -e state/a ]
    rm -f a.ndjson
  done
}

@test "a record that is gone is told by all of them" {
  pipeline a in.ndjson a.ndjson
  rm a.ndjson.ev
  try evpos
  exits 0
  says "evpos: a: its record, which was in '$here/a.ndjson', is gone"
  try evpos rewind a --to start --yes
  exits 70
  says "evpos: the record of a that was in '$here/a.ndjson' is gone: bring it back, or evpos forget a to begin anew"
}

@test "a target that another pipeline has taken since is not touched" {
  pipeline a in.ndjson a.ndjson
  rm a.ndjson a.ndjson.ev
  pipeline b in.ndjson a.ndjson
  try evpos
  says "evpos: a: the record in '$here/a.ndjson' is that of pipeline b, not of a"
  evpos forget a --yes >plan 2>&1
  [ -e a.ndjson.ev ]
  [ ! -e state/a ]
  [ -e state/b ]
}

@test "a name that there is not is an error with the nearest one" {
  pipeline unhappy in.ndjson a.ndjson
  try evpos show unhapy
  exits 64
  says "evpos: there is no pipeline 'unhapy' in the state folder '$here/state'; is it 'unhappy'?"
  try evpos shwo unhappy
  exits 64
  says "evpos: 'shwo' is nothing that evpos does; is it 'show'?"
  try evpos unhappy
  exits 64
  says "evpos: 'unhappy' is nothing that evpos does; is it 'evpos show unhappy'?"
  EVKIT_STATE=$PWD/other try evpos show unhappy
  exits 64
  says "evpos: there is no pipeline 'unhappy' in the state folder '$here/other', which has none (EVKIT_STATE names another)"
  try evpos show ../unhappy
  exits 64
}

@test "options that mean nothing there are refused" {
  pipeline a in.ndjson a.ndjson
  try evpos show a --yes
  exits 64
  says 'evpos: --yes: evpos show changes nothing'
  try evpos forget a --to start
  exits 64
  says 'evpos: --to: only evpos rewind has it'
  try evpos forget a --json
  exits 64
  try evpos forget
  exits 64
  says 'evpos: usage: evpos forget NAME \[PLACE\]'
}

@test "an output that cannot be written is an error" {
  pipeline a in.ndjson a.ndjson
  run evpos >/dev/full
  run bash -c 'evpos >/dev/full'
  [ "$status" = 74 ]
  [[ $output == 'evpos: cannot write standard output'* ]]
}

@test "what a record names is not run unless it is a source's connector" {
  pipeline a in.ndjson a.ndjson
  printf '#!/bin/sh\ntouch ran\n' >evil
  chmod +x evil
  for name in "$PWD/evil" ../evil 'evsource-/../../evil' ''; do
    sed -i "s|\"via\":\[\"[^\"]*\"|\"via\":[\"$name 0\"|" a.ndjson.ev
    PATH=$PWD:$PATH evpos >list
    [ ! -e ran ]
  done
}
