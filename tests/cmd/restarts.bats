# What evkit(7) shows for starting a named pipeline again: the loop, the line
# for cron, the unit for systemd. They are taken from the page.
load ../helpers

setup() {
  cd "$BATS_TEST_TMPDIR" || return
  export EVKIT_STATE=$PWD/state
}

# A file that the page shows.
from_page() { # FILE
  awk -v start="\$ cat $1" '
    $0 == "```" || /^\$ / { if (on) exit }
    on { gsub(/\\\\/, "\\"); print }
    $0 == start { on = 1 }' "$TOP/cmd/evkit.7.scd" >"$1"
  [ -s "$1" ]
}

feed() { # FROM TO
  seq "$1" "$2" | awk '{ print $1 "," $1 % 5 }' >>feed.csv
}

# What is in low.ndjson when all of the feed is.
want() {
  awk -F, 'NR > 1 && $2 < 3 { print "{\"id\":" $1 ",\"rating\":" $2 "}" }' feed.csv
}

arrives() { # soon
  soon has_all || {
    want | diff - low.ndjson | head
    return 1
  }
}

has_all() {
  want | cmp -s - low.ndjson
}

# The processes of the pipeline that the loop has started.
stage() { # COMMAND
  pgrep -P "$loop" -x "$1"
}

teardown() {
  # The loop last: its processes are told by their parent.
  [ -z "${loop-}" ] || {
    kill -STOP "$loop" && pkill -KILL -P "$loop"
    kill -KILL "$loop"
  } 2>/dev/null || true
}

@test "the loop goes on after a kill -9 of any of the processes, and loses and doubles nothing" {
  from_page low.sh
  echo id,rating >feed.csv
  feed 1 1000
  sh low.sh 2>err 3>&- &
  loop=$!
  arrives
  for victim in evsource-file evfilter evsink-file; do
    feed "$(wc -l <feed.csv)" "$(($(wc -l <feed.csv) + 500))"
    kill -KILL "$(stage "$victim")"
    feed "$(wc -l <feed.csv)" "$(($(wc -l <feed.csv) + 500))"
    arrives
  done
  [ "$(wc -l <feed.csv)" -gt 4000 ]
}

@test "the loop ends with 0 when the source is asked to stop, and all is committed" {
  from_page low.sh
  echo id,rating >feed.csv
  feed 1 10
  sh low.sh 2>err 3>&- &
  loop=$!
  arrives
  kill -TERM "$(stage evsource-file)"
  wait "$loop"
  want | cmp - low.ndjson
  [ ! -s err ]
}

@test "the loop ends where a restart does not help, with that status" {
  from_page low.sh
  printf 'id,rating\n1,2\nx\n' >feed.csv
  run -65 sh low.sh
  [[ $output == *'feed.csv:3'* ]]
}

@test "a second run while the first one goes on ends at once; with --quiet-busy silently" {
  mkfifo slow
  evsource --name n --format ndjson slow | evsink --name n out.ndjson &
  exec 5>slow
  try bash -c 'evsource --name n in.ndjson | evsink --name n out.ndjson'
  exits 76
  says 'evsource-file: pipeline n already runs: process * (evsource-file) holds it'
  try bash -c 'evsource --name n --quiet-busy in.ndjson | evsink --name n out.ndjson'
  exits 76
  prints ''
  says ''
  echo '{"a":1}' >&5
  exec 5>&-
  wait
  [ "$(cat out.ndjson)" = '{"a":1}' ]
}

@test "a state folder that is lost: the next start ends with 75, and the one after it is right" {
  echo '{"a":1}' >in.ndjson
  evsource --name n in.ndjson | evsink --name n out.ndjson
  rm -r state
  echo '{"a":2}' >>in.ndjson
  try bash -c 'evsource --name n in.ndjson | evsink --name n out.ndjson'
  exits 75
  try bash -c 'evsource --name n in.ndjson | evsink --name n out.ndjson'
  exits 0
  [ "$(cat out.ndjson)" = $'{"a":1}\n{"a":2}' ]
}

@test "the unit for systemd is one" {
  from_page low.service
  grep -qx 'RestartPreventExitStatus=64 65 69 70 73 74 76 78' low.service
  systemd-analyze verify --man=no "$PWD/low.service"
}

@test "so is the template of README.md, for the shards of a pipeline" {
  sed -n '/^\$ cat clean@.service$/,/^```$/p' "$TOP/README.md" |
    sed '1d; $d' >clean@.service
  grep -q '^ExecStart=.*--shard %i/4' clean@.service
  cp clean@.service clean@2.service
  systemd-analyze verify --man=no "$PWD/clean@2.service"
}

@test "what the unit starts runs, and finds its state where systemd puts it" {
  from_page low.service
  command=$(sed -n 's/^ExecStart=\/bin\/sh -c "\(.*\)"$/\1/p' low.service)
  [ "$command" ]
  printf 'id,rating\n1,2\n' >feed.csv
  unset EVKIT_STATE
  STATE_DIRECTORY=$PWD/var sh -c "${command/--follow/}"
  [ "$(cat low.ndjson)" = '{"id":1,"rating":2}' ]
  [[ $(EVKIT_STATE=$PWD/var evpos) == *'low '*'byte 14'* ]]
}
