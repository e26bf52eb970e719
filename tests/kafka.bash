# What a .bats file that needs a Kafka loads after helpers: load ../kafka
#
# One server serves a whole file, since its start costs seconds:
#
#	setup_file() { kafka_start --brokers 3; }
#	teardown_file() { kafka_stop; }
#
# Its options are those of tests/servers/kafka. A test takes topics of its own:
# `topic 4 retention.ms=1000` creates one and names it in $topic.

PATH=$BUILD/tests/servers:$PATH
KAFKA=$TOP/tests/servers/kafka

kafka_start() { # [OPTION…] [KEY=VALUE…]
  local env
  # The caller sees why it failed, and set -e ends the file.
  env=$("$KAFKA" start "$BATS_FILE_TMPDIR/kafka" --owner $$ "$@") || return
  eval "$env"
}

kafka_stop() {
  "$KAFKA" stop "$BATS_FILE_TMPDIR/kafka"
}

broker() { # kill|up|pause|continue NODE
  timeout 70 "$KAFKA" "$1" "$KAFKA_DIR" "$2"
}

# A new topic; the test's number makes its name the test's own.
topic() { # [PARTITIONS [KEY=VALUE…]]; sets topic
  topic_count=$((${topic_count:-0} + 1))
  topic=t$BATS_TEST_NUMBER.$topic_count
  timeout 60 kafkactl create "$topic" "${1:-1}" "${@:2}"
}

# Sends lines of standard input, no key: a line is a value.
put() { # TOPIC [ARGUMENT of kcat…]
  timeout 60 kcat -b "$KAFKA_BROKERS" -P -t "$1" -X log_level=0 "${@:2}"
}

# All of a topic as a reader that is not evkit sees it, once what is committed
# has come to its end: in the order of partition and offset, one object a line,
# {"partition":,"offset":,"timestamp":,"key":,"value":,"headers":[[name,value]]}.
# Of texts only: of other bytes jq makes U+FFFD.
get() { # TOPIC [ARGUMENT of kcat…]
  timeout 120 kcat -b "$KAFKA_BROKERS" -C -q -e -J -t "$1" -o beginning \
    -X isolation.level=read_committed -X fetch.wait.max.ms=20 \
    -X log_level=0 "${@:2}" >"get.$$" || return
  jq -cs 'sort_by(.partition, .offset)[] | {partition, offset, timestamp: .ts,
    key, value: .payload,
    headers: [.headers // [] | range(0; length; 2) as $i | .[$i:$i + 2]]}' \
    "get.$$"
}

# The values alone, in the same order.
values() { # TOPIC [ARGUMENT of kcat…]
  get "$@" | jq -r .value
}

# Waits until a command succeeds.
eventually() { # SECONDS COMMAND…
  local end=$((SECONDS + $1))
  until "${@:2}"; do
    [ $SECONDS -lt "$end" ] || {
      echo "not in $1 s: ${*:2}"
      return 1
    }
    sleep 0.1
  done
}

# librdkafka looks at the epochs of leaders: from 2.1 on.
knows_epochs() {
  ! kcat -V 2>&1 | grep -q 'librdkafka 2\.0\.'
}

# A child that has ended, whether or not it was waited for.
has_ended() { # PID
  local stat
  stat=$(cat "/proc/$1/stat" 2>/dev/null) || return 0
  [[ $stat == *') Z '* ]]
}

# By SIGSTOP, or at a crash point.
is_stopped() { # PID
  grep -q '^State:.T' "/proc/$1/status"
}

has_lines() { # FILE LINES
  [ "$(wc -l <"$1")" -ge "$2" ]
}
