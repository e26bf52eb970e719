# The record of a pipeline is read when its partition's leader is none any more:
# a broker that was frozen while others took over goes on while those are frozen,
# takes itself for the leader, and has an older record. A sink that believed it
# would write again what a run on another machine has written. Its claim, a
# message that it writes there first, is not known to that leader. Wants the build
# with crash points: scripts/chaos BUILD kafka.
load ../helpers
load ../kafka

setup_file() { kafka_start --brokers 3; }
teardown_file() { kafka_stop; }

teardown() {
  [ ! "${sink-}" ] || kill -9 "$sink" 2>/dev/null || :
}

# A run on one of two machines: its exit status is the sink's.
machine() { # A|B
  timeout 60 env EVKIT_STATE="$PWD/$1" evsource --name "$name" in.ndjson |
    timeout 60 env EVKIT_STATE="$PWD/$1" evsink --name "$name" --key id "$place"
}

# The partition of ev_positions that has the record is led by it.
is_led_by() { # BROKER
  [ "$(timeout 10 kafkactl leader ev_positions "$partition" 2>/dev/null)" = "$1" ]
}

# The ids of the topic are those of ./want. The reader, too, may ask the broker
# that takes itself for the leader, which has the first ten.
is_as_wanted() {
  values "$topic" | jq .id | diff want -
}

# Leaves the sink's exit status in $status.
run_deposed() {
  topic 1 replicas=1,2,3 min.insync.replicas=2
  place=kafka://$KAFKA_BROKERS/$topic name=p.$topic
  seq -f '{"id":%g}' 10 >in.ndjson
  machine A
  partition=$(get ev_positions | jq "select(.key == \"$name\") | .partition" | head -n 1)
  old=$(kafkactl leader ev_positions "$partition")
  others=$(seq 3 | grep -vx "$old")

  # Meanwhile the other machine writes the rest. What it begins with it learns
  # from the record.
  broker pause "$old"
  eventually 30 eval '! is_led_by "" && ! is_led_by "$old"'
  seq -f '{"id":%g}' 11 20 >>in.ndjson
  try machine B
  exits 75
  machine B

  # Here it is read: the sink has begun, and fenced off all others.
  EVKIT_STATE=$PWD/A evsource --name "$name" in.ndjson >stream
  EV_POINT=evsink-kafka@kafka.claimed:1 EV_POINT_STOP=1 EVKIT_STATE=$PWD/A \
    evsink --name "$name" --key id "$place" <stream 2>err &
  sink=$!
  eventually 30 is_stopped "$sink"
  for broker in $others; do
    broker pause "$broker"
  done
  broker continue "$old"
  eventually 30 is_led_by "$old"
  kill -CONT "$sink"
  sleep 4
  for broker in $others; do
    broker continue "$broker"
  done
  eventually 90 has_ended "$sink"
  status=0
  wait "$sink" || status=$?
  sink=
}

@test "a record that a deposed leader has is not taken for the last one" {
  run_deposed
  exits 75
  grep -q 'its copy is right now, start again$' err
  seq 20 >want
  eventually 30 is_as_wanted
}

@test "the mutants: without a claim it is, and events are there twice" {
  export EV_MUTANT=kafka.claim
  run_deposed
  exits 0
  { seq 20 && seq 11 20; } >want
  eventually 30 is_as_wanted
}
