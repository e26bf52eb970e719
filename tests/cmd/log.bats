#!/usr/bin/env bats
# Logs: a folder to which one pipeline appends and which any number read, each
# with a position of its own.

load ../helpers

# shellcheck disable=SC2154 # status, output and stderr are set by run

setup() {
  cd "$BATS_TEST_TMPDIR" || return
  export EVKIT_STATE=$PWD/state
  jobs=()
}

teardown() {
  local job
  for job in "${jobs[@]}"; do
    kill -9 -- "-$job" 2>/dev/null || true
  done
}

# Events {"n":FROM} to {"n":TO}.
numbers() { # FROM TO
  seq -f '{"n":%.0f}' "$1" "$2"
}

# Appends them to the log of the pipeline w, each commit a segment.
append() { # FROM TO [OPTION…]
  numbers "$1" "$2" >>in.ndjson
  evsource --name w "${@:3}" in.ndjson | evsink --name w --roll commit log/
}

# A command in the background, in a process group of its own: $job.
start() { # SCRIPT
  # What a script starts in the background would ignore SIGINT.
  setsid env --default-signal=INT,QUIT bash -c "$1" 3>&- &
  job=$!
  jobs+=("$job")
  until kill -0 -- "-$job" 2>/dev/null; do # it is not, or no longer, ours
    kill -0 "$job" 2>/dev/null || break
    sleep 0.01
  done
}

# Waits for $job, as try would leave it.
# shellcheck disable=SC2034 # for exits and says
ended() {
  status=0
  wait "$job" || status=$?
  output='' stderr=
}

# Until a file is what it should be.
becomes() { # FILE TEXT
  soon is "$1" "$2" || {
    diff <(echo "$2") "$1" | head
    return 1
  }
}

is() { # FILE TEXT
  [ "$(cat "$1")" = "$2" ]
}

# Whether the source of $job has read what there is, and waits for more.
waits_for_more() {
  local pid
  pid=$(pgrep -g "$job" -x evsource-file) && idle "$pid"
}

@test "a log is one input, one segment after the other" {
  append 1 3
  append 4 5
  append 6 9
  [ "$(ls log)" = $'00000000000000000000.ndjson\n00000000000000000024.ndjson\n00000000000000000040.ndjson' ]
  for place in log log/ "$PWD/log" file:log; do
    try evsource "$place"
    exits 0
    prints "$(numbers 1 9)"
    says ''
  done
  try evsource --limit 4 log
  prints "$(numbers 1 4)"
}

@test "an empty log is no event" {
  : >in.ndjson
  append 1 0
  try evsource log
  exits 0
  prints ''
}

@test "a named pipeline reads on where it was" {
  append 1 3
  for last in 3 3 7 8; do
    [ "$last" = 3 ] || append "$(($(wc -l <in.ndjson) + 1))" "$last"
    try bash -c 'evsource --name r log | evsink --name r out.ndjson'
    exits 0
    says ''
    [ "$(<out.ndjson)" = "$(numbers 1 "$last")" ]
  done
}

@test "Sally, Fred and George read it, each at his own pace, while one writes" {
  # Sally is a nightly job, Fred a service, and George has only just come.
  sally='evsource --name sally log | evsink --name sally sally.ndjson'
  : >in.ndjson
  append 1 100
  start 'evsource --name w --follow --mark-every 20 in.ndjson |
    evsink --name w --roll 500 log/'
  start 'evsource --name fred --follow log | evfilter "n % 2 = 0" |
    evsink --name fred fred.ndjson'
  bash -c "$sally"
  numbers 101 200 >>in.ndjson
  becomes fred.ndjson "$(seq -f '{"n":%.0f}' 2 2 200)"
  start 'evsource --from end --follow log >george.ndjson'
  bash -c "$sally"
  soon waits_for_more
  numbers 201 1000 >>in.ndjson
  becomes fred.ndjson "$(seq -f '{"n":%.0f}' 2 2 1000)"
  becomes george.ndjson "$(numbers 201 1000)"
  bash -c "$sally"
  [ "$(<sally.ndjson)" = "$(numbers 1 1000)" ]
  [ "$(find log -name '*.ndjson' | wc -l)" -gt 10 ]
}

@test "a follower ends when nothing will come any more" {
  append 1 2
  start 'evsource --name r --follow log | evsink --name r out.ndjson'
  becomes out.ndjson "$(numbers 1 2)"
  append 3 4 --final
  ended
  exits 0
  [ "$(<out.ndjson)" = "$(numbers 1 4)" ]
  # And what it wrote is final, too.
  [ "$(jq -r .record.final out.ndjson.ev)" = 1 ]
  try timeout 60 evsource --follow log
  exits 0
  prints "$(numbers 1 4)"
}

@test "a follower that comes before the writer waits, whatever it finds there" {
  start 'exec evsource --name r --follow log/ >stream 2>said'
  becomes said "evsource-file: 'log/' is not there yet: waiting for it"
  mkdir log # as far as a writer may have come
  sleep 0.2
  append 1 3
  soon grep -q '"n":"3"' stream
  grep -q "\"pos\":{\"$PWD/log\":\"24:" stream
  kill -TERM -- "-$job"
  ended
  exits 0
  [ "$(grep -c '^{"n"' stream)" = 3 ]
  [ "$(wc -l <said)" = 1 ]
}

@test "a follower that waits for a log and is asked to stop has read nothing" {
  mkdir log
  start 'exec evsource --name r --follow log/ >stream 2>said'
  soon grep -q '"base":"0"' stream
  sleep 0.2
  kill -TERM -- "-$job"
  ended
  exits 0
  [[ $(tail -n 1 stream) == *'"n":"0","pos":{},'*'"end":"stop"'* ]]
  [ ! -s said ]
  start 'exec evsource --follow none/ >stream 2>said'
  soon grep -q waiting said
  kill -TERM -- "-$job"
  ended
  exits 143
}

@test "what is waited for may be a folder of files" {
  start 'exec evsource --name r --follow new/ >stream'
  sleep 0.2
  mkdir new
  numbers 1 2 >new/a.ndjson
  soon grep -q '"n":"2"' stream
  [ "$(grep '^{"n"' stream)" = "$(numbers 1 2)" ]
}

@test "a log that is not there is not waited for by who has read it, or not all" {
  append 1 3
  try timeout 20 evsource --follow --from end none/
  exits 74
  says "*cannot open 'none/': no such file or directory"
  try timeout 20 evsource --follow nowhere/none/
  exits 74
  evsource --name r log/ | evsink --name r out.ndjson
  mv log away
  try timeout 20 evsource --name r --follow log/
  [ "$status" != 0 ] && [ "$status" != 124 ]
  [[ $stderr != *waiting* ]]
}

@test "a follower that is asked to stop sends its seal" {
  append 1 2
  start 'evsource --name r --follow log >stream'
  soon grep -q '"~ev":"mark"' stream
  kill -INT -- "-$job"
  ended
  [[ $(tail -n 1 stream) == *'"end":"stop"'* ]]
  start 'evsource --follow log >stream'
  becomes stream "$(numbers 1 2)"
  kill -TERM -- "-$job"
  ended
  exits 143
}

@test "--from start, end, an offset or a time" {
  append 1 3
  append 4 5
  append 6 9
  touch -d 2020-01-01T00:00:00Z log/00000000000000000000.ndjson
  touch -d 2020-01-02T12:00:00Z log/00000000000000000024.ndjson
  touch -d 2020-01-03T00:00:00Z log/00000000000000000040.ndjson
  while read -r from first; do
    try evsource --from "$from" log
    exits 0
    prints "$(numbers "$first" 9)"
  done <<'END'
start 1
beginning 1
end 10
latest 10
0 1
8 2
24 4
32 5
72 10
2020-01-01T00:00:00Z 1
2020-01-01T00:00:01Z 4
2020-01-02 4
2020-01-03T02:00:00+01:00 10
2020-01-04 10
END
  bash -c 'evsource --name r --from 24 log | evsink --name r out.ndjson'
  [ "$(<out.ndjson)" = "$(numbers 4 9)" ]
  # It counts only while there is no record.
  append 10 10
  bash -c 'evsource --name r --from 24 log | evsink --name r out.ndjson'
  [ "$(<out.ndjson)" = "$(numbers 4 10)" ]
  try evsource --from 9 log
  exits 70
  says '*position 9 of the log *in the middle of a line'
  try evsource --from 9000 log
  exits 70
  says "*the log 'log' ends at 81, before position 9000*"
  try evsource --from yesteryear log
  exits 64
  says "*--from*'yesteryear' is neither*"
}

@test "--meta says the offset" {
  append 1 2
  try evsource --meta m --from 8 log/
  prints '{"n":2,"m":{"file":"log/","offset":8}}'
}

@test "a reader that retention has overtaken is told: 70" {
  append 1 3
  bash -c 'evsource --name r log | evsink --name r out.ndjson'
  append 4 5
  append 6 9
  touch -d 2020-01-01 log/*{00,24}.ndjson
  numbers 10 10 >>in.ndjson
  evsource --name w in.ndjson | evsink --name w --keep 1d log/
  [ ! -e log/00000000000000000024.ndjson ]
  try bash -c 'evsource --name r log | evsink --name r out.ndjson'
  exits 70
  says "*the log 'log' begins at 40 by now, and position 24 is before that*"
  [ "$(<out.ndjson)" = "$(numbers 1 3)" ]
  # Who begins begins there.
  try evsource log
  exits 0
  prints "$(numbers 6 10)"
  bash -c 'evsource --name r --changed read log 2>said | evsink --name r out.ndjson'
  [ "$(<out.ndjson)" = "$(numbers 1 3; numbers 6 10)" ]
  [[ $(<said) == *'is read from its start, 40' ]]
}

@test "a follower that retention overtakes reads what it has open, and is told: 70" {
  append 1 40000
  append 40001 80000
  append 80001 120000
  mkfifo slow
  start 'evsource --follow log >slow 2>err'
  exec 7<slow
  read -r _ <&7
  touch -d 2020-01-01 log/*.ndjson
  echo '{"n":120001}' >>in.ndjson
  evsource --name w in.ndjson | evsink --name w --keep 1d log/
  cat <&7 >rest
  exec 7<&-
  ended
  exits 70
  [[ $(<err) == *"position "*"what stood between was removed "* ]]
  head -n -1 rest >got
  last=$(($(wc -l <got) + 1))
  [ "$last" -ge 40000 ]
  [ "$last" -lt 120000 ]
  cmp got <(numbers 2 "$last")
}

@test "a gap is no jump: 70" {
  append 1 3
  append 4 5
  append 6 9
  mv log/00000000000000000024.ndjson away
  try evsource log
  exits 70
  says "*the log 'log' has a gap at 24*"
  prints "$(numbers 1 3)
$(tail -n 1 <<<"$output")"
  try evsource --from 32 log
  exits 70
  mv away log/00000000000000000024.ndjson
  truncate -s -8 log/00000000000000000024.ndjson
  try evsource log
  exits 70
  says '*gap at 32*'
}

@test "a log that was removed and made anew is another: 70, unless --changed" {
  append 1 9
  bash -c 'evsource --name r log | evsink --name r out.ndjson'
  rm -r log state/w in.ndjson
  append 11 15
  try bash -c 'evsource --name r log | evsink --name r out.ndjson'
  exits 70
  says '*is shorter than it was, or another one'
  append 16 40
  try bash -c 'evsource --name r log | evsink --name r out.ndjson'
  exits 70
  says "*the log 'log' is not the one that was read up to 72*"
  [ "$(<out.ndjson)" = "$(numbers 1 9)" ]
  bash -c 'evsource --name r --changed skip log | evsink --name r out.ndjson'
  [ "$(<out.ndjson)" = "$(numbers 1 9)" ]
  append 41 42
  bash -c 'evsource --name r log | evsink --name r out.ndjson'
  [ "$(<out.ndjson)" = "$(numbers 1 9; numbers 41 42)" ]
}

@test "a log that goes while it is followed is told: 70" {
  append 1 2
  start 'evsource --follow log >stream 2>err'
  becomes stream "$(numbers 1 2)"
  rm -r log
  ended
  exits 70
  [[ $(<err) == *"'log' is no log (any more)"* ]]
}

@test "another log than was read: 70, and --input says that it is the same" {
  append 1 3
  bash -c 'evsource --name r log | evsink --name r out.ndjson'
  mv log moved
  try bash -c 'evsource --name r moved | evsink --name r out.ndjson'
  exits 70
  says "*has read '$PWD/log' so far, and not '$PWD/moved': --input '$PWD/log'*"
  try bash -c "evsource --name r --input $PWD/log moved |
    evsink --name r out.ndjson"
  exits 0
  [ "$(<out.ndjson)" = "$(numbers 1 3)" ]
}

@test "what is not committed is not read, and a stranger's bytes are told" {
  append 1 3
  run=0123456789abcdef0123456789abcdef
  echo '{"n":"uncommitted"}' >>log/00000000000000000024.ndjson
  try evsource log
  exits 70
  says "*the log 'log' has 20 bytes behind its committed end*"
  # As if a writer were at work.
  jq -c ".open = \"$run\"" log/.ev >new && mv new log/.ev
  try evsource log
  exits 0
  prints "$(numbers 1 3)"
  # What stands at a position beyond it is not believed either.
  try evsource --from 32 log
  exits 70
}

@test "a reject says where it stood in the whole log, wherever a run began" {
  printf '{"n":1}\n{"n":\n{"n":3}\nno\n' >log.ndjson
  mkdir log
  mv log.ndjson log/00000000000000000000.ndjson
  echo '{"n":5}' >in.ndjson
  evsource --name w in.ndjson | evsink --name w --adopt log/
  try evsource --on-error skip log
  prints $'{"n":1}\n{"n":3}\n{"n":5}'
  try evsource log
  exits 65
  says 'evsource-file: log at byte 8: *'
  for offset in 0 14; do
    rm -rf bad.ndjson
    try evsource --reject bad.ndjson --from "$offset" log
    exits 0
    [ "$(tail -n 1 bad.ndjson | jq -r .where)" = 'log at byte 22' ]
  done
}

@test "options that a log does not have are usage: 64" {
  append 1 2
  try evsource --format csv log
  exits 64
  says "*'log' is a log, whose events are ndjson"
  try evsource --suggest-types log
  exits 64
  try evsource --name r --input a --input b log
  exits 64
  try evsource --format ndjson log
  exits 0
}

@test "a sidecar that is damaged is 70, and one of a later version 78" {
  append 1 2
  cp log/.ev kept
  echo '{"v":"1","length":' >log/.ev
  try evsource log
  exits 70
  jq -c '.v = "2"' kept >log/.ev
  try evsource log
  exits 78
}

# --- files that a pipeline writes -------------------------------------------

# A file of three events and a sidecar, and what a killed run left behind them.
kept() { # FILE
  numbers 1 3 >in.ndjson
  evsource --name w in.ndjson | evsink --name w "$1"
  printf '%s\n' "${2-"{\"n\":4}"}" >>"$1"
  opened "$1" 0123456789abcdef0123456789abcdef
}

# As if this run were writing (or none).
opened() { # FILE [RUN]
  jq -c ".open = \"${2-}\" | if .open == \"\" then del(.open) else . end" \
    "$1.ev" >new && mv new "$1.ev"
}

@test "a file is read as far as its sidecar says, under any of its names" {
  kept w.ndjson
  mkdir links in
  ln -s ../w.ndjson links/l.ndjson
  ln w.ndjson in/a.ndjson
  for place in w.ndjson links/l.ndjson "$PWD/w.ndjson" links; do
    try evsource "$place"
    exits 0
    prints "$(numbers 1 3)"
  done
  try bash -c 'evsource --name r links/l.ndjson | evsink --name r out.ndjson'
  exits 0
  [ "$(<out.ndjson)" = "$(numbers 1 3)" ]
  for format in csv tsv; do
    rm -rf state in.ndjson
    kept "w.$format" 9
    try evsource "w.$format"
    prints "$(numbers 1 3)"
  done
}

@test "a compressed file is read as far as its sidecar says" {
  local pack
  for pack in gz xz zst bz2; do
    rm -rf state in.ndjson r.*
    numbers 1 3 >in.ndjson
    evsource --name w in.ndjson | evsink --name w "w.ndjson.$pack"
    # Another part, and half of one.
    numbers 4 5 | evsink "more.$pack" --format ndjson
    cat "more.$pack" >>"w.ndjson.$pack"
    head -c 20 "more.$pack" >>"w.ndjson.$pack"
    opened "w.ndjson.$pack" 0123456789abcdef0123456789abcdef
    try evsource "w.ndjson.$pack"
    exits 0
    prints "$(numbers 1 3)"
    for _ in 1 2; do
      evsource --name r "w.ndjson.$pack" | evsink --name r r.ndjson
      [ "$(<r.ndjson)" = "$(numbers 1 3)" ]
    done
    numbers 4 6 >>in.ndjson
    evsource --name w in.ndjson | evsink --name w "w.ndjson.$pack"
    evsource --name r "w.ndjson.$pack" | evsink --name r r.ndjson
    [ "$(<r.ndjson)" = "$(numbers 1 6)" ]
  done
}

@test "a segment of a log is read as far as the log's sidecar says" {
  append 1 3
  echo '{"n":4}' >>in.ndjson
  evsource --name w in.ndjson | evsink --name w log/
  echo '{"n":5}' >>log/00000000000000000024.ndjson
  mv log/.ev w.ev
  opened w 0123456789abcdef0123456789abcdef
  mv w.ev log/.ev
  try evsource log/00000000000000000000.ndjson
  prints "$(numbers 1 3)"
  try evsource log/00000000000000000024.ndjson
  prints '{"n":4}'
}

@test "bytes behind its end that no run has written: 70" {
  kept w.ndjson
  opened w.ndjson
  try evsource w.ndjson
  exits 70
  says "*'$PWD/w.ndjson' has 8 bytes behind its committed end*"
  try bash -c 'evsource --name r w.ndjson | evsink --name r out.ndjson'
  exits 70
  # Its next run puts them aside, and all is well.
  evsource --name w in.ndjson | evsink --name w w.ndjson 2>/dev/null
  try bash -c 'evsource --name r w.ndjson | evsink --name r out.ndjson'
  exits 0
  [ "$(<out.ndjson)" = "$(numbers 1 3)" ]
}

@test "a file is followed as it is committed, and ends when nothing will come" {
  kept w.ndjson
  start 'evsource --follow w.ndjson >stream'
  start 'evsource --name r --follow w.ndjson | evsink --name r out.ndjson'
  becomes stream "$(numbers 1 3)"
  becomes out.ndjson "$(numbers 1 3)"
  numbers 5 6 >>in.ndjson
  # This cuts what was left, and appends.
  evsource --name w in.ndjson | evsink --name w w.ndjson
  becomes stream "$(numbers 1 3; numbers 5 6)"
  becomes out.ndjson "$(numbers 1 3; numbers 5 6)"
  numbers 7 7 >>in.ndjson
  evsource --name w --final in.ndjson | evsink --name w w.ndjson
  ended
  exits 0
  [ "$(<out.ndjson)" = "$(numbers 1 3; numbers 5 7)" ]
  becomes stream "$(numbers 1 3; numbers 5 7)"
  job=${jobs[0]}
  ended
  exits 0
}

@test "what is cut off while it is read was never read" {
  long=$(printf '%0300000d' 0)
  kept w.ndjson "{\"n\":\"$long\"}"
  start 'evsource --follow w.ndjson >stream 2>err'
  becomes stream "$(numbers 1 3)"
  for i in 5 6 7; do
    numbers "$i" "$i" >>in.ndjson
    evsource --name w in.ndjson | evsink --name w w.ndjson
    printf '{"n":"%s"}\n' "$long" >>w.ndjson
    opened w.ndjson 0123456789abcdef0123456789abcdef
  done
  becomes stream "$(numbers 1 3; numbers 5 7)"
  kill -0 "$job"
  [ ! -s err ]
}

# --- chains ----------------------------------------------------------------

# Two pipelines through a log, killed at random together or one of them, until
# both have had enough; then a last run each.
chain() { # FOLLOW
  local first="evsource --name a $1 --mark-every 50 in.ndjson |
    evsink --name a --roll 2K log/x/"
  local second="evsource --name b $1 --mark-every 30 log/x/ |
    evfilter --else odd.ndjson 'n % 2 = 0' | evsink --name b out.ndjson"
  local i n=0
  RANDOM=${EV_SEED:-$$}
  export EV_BACK_OFF_MS=0
  mkdir log
  numbers 1 10 >in.ndjson
  bash -c "${first/$1/}"
  for ((i = 0; i < 12; i++)); do
    start "$first 2>>errors"
    local one=$job
    start "$second 2>>errors"
    numbers "$((n * 400 + 11))" "$((n * 400 + 410))" >>in.ndjson
    n=$((n + 1))
    sleep "0.$(printf '%03d' $((RANDOM % 400)))"
    kill -9 -- "-$one" 2>/dev/null || true
    [ $((RANDOM % 3)) = 0 ] && sleep 0.1
    kill -9 -- "-$job" 2>/dev/null || true
    wait "$one" "$job" 2>/dev/null || true
    # What failed is tried again without waiting longer and longer.
    rm -f state/*/tries
  done
  local last=$((n * 400 + 10))
  # The first run may begin from a copy that a kill left behind.
  for ((i = 0; i < 3; i++)); do
    bash -c "${first/$1/}" && break
  done
  for ((i = 0; i < 3; i++)); do
    bash -c "${second/$1/}" && break
  done
  [ "$(evsource log/x)" = "$(numbers 1 "$last")" ]
  [ "$(<out.ndjson)" = "$(seq -f '{"n":%.0f}' 2 2 "$last")" ]
  [ "$(<odd.ndjson)" = "$(seq -f '{"n":%.0f}' 1 2 "$last")" ]
}

@test "a chain through a log, killed again and again, is as if never killed" {
  chain ''
}

@test "a chain that follows, killed again and again, is as if never killed" {
  chain --follow
}
