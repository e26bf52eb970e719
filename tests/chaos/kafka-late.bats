# A topic that was just made is not known to all brokers at once, and each
# question may go to another. Here it is away for two seconds after it was made,
# which looks the same. Wants the build with crash points: scripts/chaos BUILD
# kafka.
load ../helpers
load ../kafka

# shellcheck disable=SC2154 # topic is set by topic

setup_file() { kafka_start; }
teardown_file() { kafka_stop; }

setup() {
  cd "$BATS_TEST_TMPDIR" || return
  export EVKIT_STATE=$PWD/state
  echo '{"id":1}' >in.ndjson
}

teardown() {
  [ ! "${sink-}" ] || kill -9 "$sink" 2>/dev/null || :
}

# Runs a sink; for two seconds after it made a topic, the answer is that there is
# none. Leaves its exit status in $status.
sink_late() { # TOPIC [OPTION…]
  EV_POINT=evsink-kafka@kafka.made:1 EV_POINT_STOP=1 \
    evsink "${@:2}" "kafka://$KAFKA_BROKERS/$topic" <stream 2>err &
  sink=$!
  eventually 30 is_stopped "$sink"
  kafkactl delete "$1"
  kill -CONT "$sink"
  sleep 2
  kafkactl create "$1" 50
  eventually 60 has_ended "$sink"
  status=0
  wait "$sink" || status=$?
  sink=
}

@test "the topic of positions, just made, is asked for again" {
  topic
  evsource --name late in.ndjson >stream
  sink_late ev_positions --name late
  exits 0
  [ "$(values "$topic")" = '{"id":1}' ]
}

@test "a topic that --create made is asked for again" {
  topic=made
  cp in.ndjson stream
  sink_late made --create
  exits 0
  [ "$(values made)" = '{"id":1}' ]
}
