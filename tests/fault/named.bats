# Faults of the world around a named pipeline: the disk is full, a command is
# missing, the two ends have different state folders. The run ends with a status
# that says so; once the fault is gone it is started until it is done, and what
# is there then is what a run without faults gives. (The n-th call that fails:
# tests/chaos.)
load ../helpers

# shellcheck disable=SC2154 # status, output and stderr are set by run

setup() {
  cd "$BATS_TEST_TMPDIR" || return
  export EVKIT_STATE=$PWD/state
  awk 'BEGIN { for (i = 0; i < 300; i++)
    printf "{\"id\":%d,\"n\":%d,\"text\":\"some text, \\u00e9 and more\"}\n",
      i, i % 7 }' >in.ndjson
}

teardown() {
  umount full state 2>/dev/null || :
}

# From in.ndjson, through a filter with side outputs, to $1.
pipeline() { # TARGET
  evsource --name p --mark-every "${marks:-50}" in.ndjson |
    evfilter --reject bad.ndjson --else rest.ndjson '100 / n > 20' |
    evsink --name p $sink_options "$1"
}
# What there is at the end.
result() { # TARGET
  cat "$1" bad.ndjson rest.ndjson
}

# Starts it until it is done, at most ten times.
finish() { # TARGET
  local i status
  for ((i = 0; i < 10; i++)); do
    status=0
    pipeline "$1" 2>finish.err || status=$?
    [ $status = 0 ] && return
    [ $status = 75 ] || break
  done
  echo "not done: $status, start $i"
  cat finish.err
  return 1
}

@test "a full disk is told; with room again it goes on where it was" {
  disk size=64k full
  seq 9000 | sed 's/.*/{"id":&,"n":1}/' >in.ndjson
  try pipeline full/out.ndjson
  made=$status
  # Room, and nothing else, was missing.
  mount -o remount,size=4m full
  finish full/out.ndjson && cp full/out.ndjson out.ndjson
  umount full
  [ "$made" = 74 ] || [ "$made" = 73 ]
  cmp out.ndjson in.ndjson
}

# The log $1, as far as it is committed, is the beginning of in.ndjson; and all
# of it, once there is room again ($2) and it was started until it was done.
goes_on() { # LOG [COMMAND]
  output=
  if [ -e "$1/.ev" ]; then
    try evsource "$1"
    [ "$status" = 0 ] && [ "$output" = "$(head -n "${#lines[@]}" in.ndjson)" ] || return
  fi
  ${2-}
  finish "$1/" && [[ $(cat "$1"/*.ndjson) == "$output"* ]] &&
    cmp <(cat "$1"/*.ndjson) in.ndjson
}

@test "a full disk under a log: at a segment, at its next one, at the sidecar; nothing is lost" {
  local where='' size said
  seq 4000 | sed 's/.*/{"id":&,"n":1}/' >in.ndjson
  more_room() { mount -o remount,size=4m,nr_inodes=1000 full; }
  marks=800 sink_options='--roll 14000'
  for size in size=16k size=20k size=24k size=32k size=40k size=64k \
    nr_inodes=3 nr_inodes=4 nr_inodes=5; do
    rm -rf state bad.ndjson* rest.ndjson*
    disk "$size" full
    try pipeline full/log/
    said=$size:$status:$stderr
    goes_on full/log more_room || said="$said; it does not go on: $(ls -lA full/log)"
    umount full
    echo "# $said"
    [[ $said == *:7[34]:*'no space left on device'* && $said != *'not go on'* ]]
    where+=$said
  done
  # Each was met.
  [[ $where == *"cannot write '$PWD/full/log'"* ]]
  [[ $where == *"cannot write '$PWD/full/log/.ev."*.tmp\'* ]]
  [[ $where == *"cannot make '$PWD/full/log/.ev."*.tmp\'* ]]

  # There the disk cannot be full but for others: the next segment.
  local n met=''
  for n in {20..60}; do
    rm -rf state log dealt bad.ndjson* rest.ndjson*
    try env EV_FAULT="evsink-file open $n 28" EV_FAULT_LOG="$PWD/dealt" \
      LD_PRELOAD="$BUILD/tests/fault/nth.so" bash -c "$(declare -f pipeline)
        marks=$marks sink_options='$sink_options' pipeline log/"
    [ -e dealt ]
    echo "# open $n: $status: $stderr"
    [ "$status" = 0 ] || [ "$status" = 73 ] || [ "$status" = 74 ]
    [[ $stderr != *"$PWD/log/0"*'no space left'* ]] || met+=.
    goes_on log
  done
  [ "${#met}" -ge 2 ]
}

@test "a full state folder is told; with room again it goes on" {
  disk size=16k state
  head -c 20000 /dev/zero >state/filler 2>/dev/null || :
  try pipeline out.ndjson
  made=$status
  rm state/filler
  finish out.ndjson
  umount state
  [ "$made" = 74 ] || [ "$made" = 73 ]
  [ "$(result out.ndjson | wc -l)" = 300 ]
}

@test "two ends with different state folders: 78, and nothing is written" {
  try bash -c 'EVKIT_STATE=$PWD/one evsource --name p in.ndjson |
    EVKIT_STATE=$PWD/two evsink --name p out.ndjson'
  exits 78
  says '*state folder*one*two*'
  [ ! -s out.ndjson ]
  # With one of them it goes on.
  try bash -c 'EVKIT_STATE=$PWD/one evsource --name p in.ndjson |
    EVKIT_STATE=$PWD/one evsink --name p out.ndjson'
  exits 0
  cmp out.ndjson in.ndjson
}

@test "a missing command in the middle: 75, and nothing is lost" {
  try bash -c 'evsource --name p in.ndjson | no-such-command |
    evsink --name p out.ndjson'
  exits 75
  [ ! -s out.ndjson ]
  try bash -c 'evsource --name p in.ndjson | evsink --name p out.ndjson'
  exits 0
  cmp out.ndjson in.ndjson
}

@test "a source that dies before its first line: 75, and nothing is lost" {
  try bash -c 'sh -c "kill -9 \$\$" | evsink --name p out.ndjson'
  exits 75
  says '*not even a begin*'
  [ ! -s out.ndjson ]
  try bash -c 'evsource --name p in.ndjson | evsink --name p out.ndjson'
  exits 0
  cmp out.ndjson in.ndjson
}

@test "a source that never comes: after twenty such runs 70, then anew" {
  for i in {1..20}; do
    try bash -c 'true | evsink --name p out.ndjson'
    exits 75
  done
  # Its next start says why, does not wait, and sets the count to 0.
  try bash -c 'evsource --name p in.ndjson | evsink --name p out.ndjson'
  exits 70
  says '*not even a begin*'
  try bash -c 'evsource --name p in.ndjson | evsink --name p out.ndjson'
  exits 0
  cmp out.ndjson in.ndjson
}

# The flag of a signal that came between evsource's start and its connector's
# was lost once in 300 times. (timeout sends it: what bash has begun with & and
# not yet executed takes a signal for its own, and forgets it.)
@test "a source that is asked to stop at any moment of its start ends" {
  local i
  for ((i = 0; i < 200; i++)); do
    status=0
    timeout --foreground --preserve-status -k 30 "0.00$((i % 50))1" \
      evsource --name p --follow in.ndjson >/dev/null 2>&1 || status=$?
    [ "$status" = 0 ] || [ "$status" = 143 ] || {
      echo "start $i: $status"
      return 1
    }
  done
}
