# evsource-kafka where it waits, and where it has too much at a time: what it is
# to hear of it hears at once, and not when some time is over.
load ../helpers
load ../kafka
load ../large

setup_file() {
  kafka_start
  kafkactl create large 1
  large '{"i":%d,"x":"%s"}' | put large -X message.max.bytes=2000000
}
teardown_file() { kafka_stop; }

setup() {
  cd "$BATS_TEST_TMPDIR" || return
  export EVKIT_STATE=$BATS_TEST_TMPDIR/state
}

# What runs in the background ends with the case.
teardown() {
  [ ! "${source-}" ] || kill -9 "$source" 2>/dev/null || :
}

# Follows the topic, and looks for new partitions once in ten minutes: nothing
# but what the test does ends its wait.
follow() { # OPTION…
  evsource --follow -X topic.metadata.refresh.interval.ms=600000 "$@" \
    "kafka://$KAFKA_BROKERS/$topic" >followed 2>err 3>&- &
  source=$!
}

stops() { # STATUS
  kill -TERM "$source"
  eventually 30 has_ended "$source" || return
  status=0
  wait "$source" || status=$?
  source=
  exits "$1"
}

@test "a follower that waits wakes for a message, and for a signal" {
  topic 2
  echo '{"i":1}' | put "$topic" -p 0
  follow
  eventually 30 has_lines followed 1
  for i in 2 3 4; do
    soon idle "$source"
    echo "{\"i\":$i}" | put "$topic" -p $((i % 2))
    eventually 30 has_lines followed $i
  done
  soon idle "$source"
  stops 143
  [ ! -s err ]
}

@test "a named follower that waits wakes for a signal, and seals" {
  topic
  echo '{"i":1}' | put "$topic"
  follow --name p
  eventually 30 grep -q '"mark"' followed
  soon idle "$source"
  stops 0
  [[ $(tail -n 1 followed) == *'"end":"stop"'* ]]
}

@test "a follower that waits wakes when nobody reads it any more" {
  topic
  echo '{"i":1}' | put "$topic"
  mkfifo pipe
  evsource --follow -X topic.metadata.refresh.interval.ms=600000 \
    "kafka://$KAFKA_BROKERS/$topic" >pipe 2>err 3>&- &
  source=$!
  exec 5<pipe
  read -r -t 30 line <&5
  [ "$line" = '{"i":1}' ]
  soon idle "$source"
  exec 5<&-
  eventually 30 has_ended "$source"
  status=0
  wait "$source" || status=$?
  exits 141
  [ ! -s err ]
}

holds_all() { # PID: of the topic `large`
  [ "$(awk '$1 == "VmRSS:" { print $2 }' "/proc/$1/status")" -ge $((LARGE * 1000)) ]
}

@test "large messages: the time and a signal are looked at in between" {
  take_slowly holds_all -X queued.max.messages.kbytes=65536 "kafka://$KAFKA_BROKERS/large"
  looked_in_time
}
