# What evkit keeps in memory where the other side is slow: 300 MB lie in wait,
# and no command takes more than 128 MiB (the most it has had, of /proc). The
# library alone would take them all.
load ../helpers
load ../kafka

# shellcheck disable=SC2154 # topic is set by topic

EVENTS=2000000
MOST=$((128 * 1024)) # KiB

setup_file() {
  kafka_start
  cd "$BATS_FILE_TMPDIR" || return
  seq -f "{\"id\":%.0f,\"text\":\"$(printf 'x%.0s' {1..128})\"}" "$EVENTS" >events
  [ "$(stat -c %s events)" -gt 300000000 ]
}
teardown_file() { kafka_stop; }

setup() {
  cd "$BATS_TEST_TMPDIR" || return
  export EVKIT_STATE=$BATS_TEST_TMPDIR/state
}

# What runs in the background ends with the case.
teardown() {
  local pid
  broker continue 1 || :
  for pid in ${background-}; do
    kill -9 "$pid" 2>/dev/null || :
  done
}

# A process has read something of a file. (What a write that is held up has
# written is not counted.)
has_begun() { # PID
  awk '/^rchar/ { exit $2 < 65536 }' "/proc/$1/io"
}

# It reads and writes nothing for a second.
stands() { # PID
  local before
  before=$(cat "/proc/$1/io" 2>/dev/null) || return
  sleep 1
  [ "$before" = "$(cat "/proc/$1/io")" ]
}

is_small() { # PID
  local most
  most=$(awk '/^VmHWM/ { print $2 }' "/proc/$1/status")
  echo "process $1: $most KiB"
  [ "$most" -gt 0 ] && [ "$most" -lt "$MOST" ]
}

# That many events are in a topic.
arrived() { # TOPIC EVENTS
  evsource "kafka://$KAFKA_BROKERS/$1" | awk 'END { print NR }' >count
  [ "$(<count)" = "$2" ]
}

@test "evsink waits for a broker that does not answer, with little in memory" {
  topic 4
  mkfifo pipe
  evsink "kafka://$KAFKA_BROKERS/$topic" <pipe 2>err 3>&- &
  sink=$! background=$sink
  exec 4>pipe
  echo '{"id":0}' >&4
  eventually 20 arrived "$topic" 1
  broker pause 1
  cat "$BATS_FILE_TMPDIR/events" >&4 3>&- &
  feeder=$! background+=" $!"
  exec 4>&-
  eventually 20 has_begun "$feeder"
  eventually 60 stands "$feeder"
  kill -0 "$feeder" # and has not given all away
  is_small "$sink"
  broker continue 1
  wait "$feeder"
  wait "$sink"
  arrived "$topic" $((EVENTS + 1))
}

@test "so it does in a transaction, which begins where all has been read" {
  topic 4
  mkfifo pipe
  evsource --name "$topic" --follow --mark-every 1h "$BATS_FILE_TMPDIR/events" \
    >pipe 2>source.err 3>&- &
  source=$!
  evsink --name "$topic" "kafka://$KAFKA_BROKERS/$topic" <pipe 2>err 3>&- &
  sink=$! background="$source $sink"
  eventually 60 has_begun "$sink"
  eventually 60 stands "$sink"
  broker pause 1
  kill -TERM "$source"
  wait "$source"
  eventually 60 stands "$sink"
  is_small "$sink"
  broker continue 1
  wait "$sink"
  arrived "$topic" "$EVENTS"
}

@test "evsource waits for a reader that sleeps, with little in memory" {
  topic 4
  put "$topic" <"$BATS_FILE_TMPDIR/events"
  mkfifo pipe
  exec 4<>pipe
  evsource "kafka://$KAFKA_BROKERS/$topic" >pipe 2>err 3>&- 4>&- &
  source=$! background=$source
  read -r <&4
  eventually 60 stands "$source"
  is_small "$source"
  exec 5<pipe 4>&-
  [ "$(awk 'END { print NR }' <&5)" = $((EVENTS - 1)) ]
  wait "$source"
}
