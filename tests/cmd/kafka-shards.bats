#!/usr/bin/env bats
# Shards: the pipelines of one name that share a topic's partitions. The sink
# here is SQLite's, whose table shows each event once or shows that it was not.

load ../helpers
load ../kafka

setup_file() {
  kafka_start
}
teardown_file() {
  kafka_stop
}

setup() {
  cd "$BATS_TEST_TMPDIR" || return
  export EVKIT_STATE=$PWD/state
}

# What follows would be waited for.
teardown() {
  [ ! -s source ] || kill "$(<source)" 2>/dev/null || :
}

# COUNT events, numbered from FROM, over all partitions.
fill() { # FROM COUNT
  seq "$1" $(($1 + $2 - 1)) | sed 's/.*/k&\t{"id":&}/' |
    put "$topic" -K "$(printf '\t')"
}

# One run of one shard, to the end. The table is not its own, so that it must be
# told that what others wrote there is all right.
run_shard() { # K/N
  evsource --name work --shard "$1" "kafka://$KAFKA_BROKERS/$topic" |
    evsink --name work --adopt sqlite:out.db/events
}

# The table has 1 to COUNT, each once.
has_each_once() { # COUNT
  cmp -s <(sqlite3 out.db 'SELECT id FROM events ORDER BY id') <(seq "$1")
}

@test "shards share the partitions, and each has its own record" {
  topic 7
  fill 1 700
  for k in 1 2 3; do
    run_shard $k/3
  done
  has_each_once 700
  [ "$(evpos --json | jq -r .name | paste -sd ' ')" = 'work.1 work.2 work.3' ]
  try evpos show work
  exits 64
  says "evpos: there is no pipeline 'work' in the state folder '*', but 'work.1': each shard is a pipeline of its own"
  # nothing is left, and what comes is read by whose it is
  fill 701 100
  for k in 3 2 1; do
    run_shard $k/3
  done
  has_each_once 800
}

@test "--shard 1/1 is no shard" {
  topic 3
  fill 1 30
  run_shard 1/1
  has_each_once 30
  [ "$(evpos --json | jq -r .name)" = work ]
}

@test "another count is refused, whichever shard is started" {
  topic 4
  fill 1 40
  run_shard 1/2
  run_shard 2/2
  for shard in 1/3 2/3 3/3 1/1; do
    try run_shard $shard
    exits 70
    says '*pipeline work has 2 shards*'
  done
  rm -r state
  # the sink knows, too
  try run_shard 1/3
  exits 70
  says '*pipeline work has 2 shards, not 3: evpos shards work 3 deals*'
  has_each_once 40
}

@test "evpos shards: to more, to fewer, to one, and no event is lost or comes twice" {
  topic 12
  at=1
  for n in 1 4 5 3 1 2; do
    if [ $at -gt 1 ]; then
      try evpos shards work $n
      exits 0
      [[ $output == *'nothing is changed yet'* ]]
      try evpos shards work $n --yes
      exits 0
      [[ $output == *done ]]
    fi
    fill $at 120
    at=$((at + 120))
    for ((k = 1; k <= n; k++)); do
      run_shard $k/$n
    done
    has_each_once $((at - 1))
    # what the others read is nothing that a shard is behind
    [ "$(evpos --json | jq .behind | sort -u)" = 0 ]
    [ "$(evpos --json | jq '.inputs | length' | jq -s add)" = 12 ]
  done
  try evpos shards work 0
  exits 64
  says 'evpos: there are 1 to 1000 shards'
  try evpos shards work 2x
  exits 64
  try evpos shards wrok 2
  exits 64
  says 'evpos: no pipeline wrok, nor a shard of it, has committed anything*'
}

@test "evpos shards is refused while one of them runs" {
  topic 2
  fill 1 20
  run_shard 1/2
  bash -c 'echo $$ >source; exec evsource --name work --shard 2/2 --follow "$0"' \
    "kafka://$KAFKA_BROKERS/$topic" |
    evsink --name work --adopt sqlite:out.db/events &
  pid=$!
  eventually 20 has_each_once 20
  try evpos shards work 3 --yes
  exits 76
  says 'evpos: pipeline work.2 is running (*): stop it first'
  kill "$(cat source)"
  wait $pid
  evpos shards work 3 --yes >plan
  fill 21 30
  for k in 1 2 3; do
    run_shard $k/3
  done
  has_each_once 50
}

@test "on another machine the first start ends with 75, and the next is right" {
  topic 6
  fill 1 60
  for k in 1 2 3; do
    EVKIT_STATE=$PWD/state$k run_shard $k/3
  done
  EVKIT_STATE=$PWD/state1 evpos shards work 2 --yes >plan
  fill 61 60
  EVKIT_STATE=$PWD/state1 run_shard 1/2
  try run_shard_at state2 2/2
  exits 75
  run_shard_at state2 2/2
  has_each_once 120
  try run_shard_at state3 3/3
  exits 70
}

run_shard_at() { # STATE K/N
  EVKIT_STATE=$PWD/$1 run_shard "$2"
}

@test "what has no numbered partitions cannot be dealt" {
  echo '{"id":1}' >in.ndjson
  evsource --name work in.ndjson | evsink --name work out.ndjson
  try evpos shards work 2 --yes
  exits 70
  says "evpos: '*in.ndjson' is no numbered partition: only what has such can be dealt to shards"
}

@test "each shard has a file of its own, and there can be fewer of them" {
  topic 4
  fill 1 80
  for round in 1 2; do
    for k in 1 2; do
      evsource --name work --shard $k/2 "kafka://$KAFKA_BROKERS/$topic" |
        evsink --name work out.$k.ndjson
    done
    [ $round = 2 ] || fill 81 40
  done
  diff <(cat out.?.ndjson | jq .id | sort -n) <(seq 120)
  # the file of another shard is none of ours
  try bash -c "evsource --name work --shard 1/2 'kafka://$KAFKA_BROKERS/$topic' |
    evsink --name work out.2.ndjson"
  exits 70
  try evpos shards work 3 --yes
  exits 70
  says 'evpos: the shards of work write to places of their own *'
}
