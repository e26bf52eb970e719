# Two experiments in which a plain pipe loses data, or commits half of it: once
# with kcat, so that it is seen that they do, and once with evkit.
load ../helpers
load ../kafka

setup_file() { kafka_start; }
teardown_file() { kafka_stop; }

# As many as the pipe holds, so that kcat can be done with them.
N=1345

# A topic of N events.
filled() { # sets topic
  topic
  seq -f '{"id":%.0f}' "$N" | put "$topic"
}

# A reader that takes so many lines, and dies while it works at the last one.
takes() { # LINES FILE [WHAT IT WAITS FOR…]
  head -n "$1" >"$2"
  "${@:3}"
  exit 1
}

@test "kcat: of a reader that dies at its fifth event and starts again all others are lost" {
  filled
  group() {
    timeout 60 kcat -b "$KAFKA_BROKERS" -G reader "$topic" -q -e \
      -X log_level=0 -X auto.offset.reset=earliest 2>/dev/null
  }
  consumed() {
    kafkactl offsets reader | grep -q "\"offset\":$N\\b"
  }
  group | (takes 5 first eventually 30 consumed) || true
  group >second
  [ "$(wc -l <first)" = 5 ]
  [ ! -s second ]
}

@test "evkit: a reader that dies at its fifth event and starts again gets every one, once" {
  filled
  pipeline() { # WHO STANDS BETWEEN…
    evsource --name reader -b "$KAFKA_BROKERS" "kafka:$topic" | "$@" |
      evsink --name reader out.ndjson
  }
  # The begin line and five events.
  try pipeline takes 6 /dev/stdout sleep 1
  exits 75
  [ ! -s out.ndjson ]
  try pipeline cat
  exits 0
  seq -f '{"id":%.0f}' "$N" | cmp - out.ndjson
}

# An upstream that fails after two events of a thousand.
fails_after_two() {
  head -n "$1"
  exit 3
}

@test "kcat: what an upstream that exits 3 has sent by then is committed as if it were all" {
  topic
  (seq -f '{"id":%.0f}' 1000 | fails_after_two 2) |
    timeout 30 kcat -b "$KAFKA_BROKERS" -P -t "$topic" \
      -X transactional.id=half -X log_level=0
  [ "$(values "$topic")" = $'{"id":1}\n{"id":2}' ]
}

@test "evkit: of an upstream that exits 3 after two events nothing is committed" {
  topic
  seq -f '{"id":%.0f}' 1000 >in.ndjson
  pipeline() { # WHO STANDS BETWEEN…
    evsource --name half in.ndjson | "$@" |
      evsink --name half -b "$KAFKA_BROKERS" "kafka:$topic"
  }
  # The begin line and two events.
  try pipeline fails_after_two 3
  exits 75
  [ "$(values "$topic")" = '' ]
  try pipeline cat
  exits 0
  values "$topic" | cmp - in.ndjson
}

@test "evkit: nor where the source itself fails after two events" {
  topic
  printf '%s\n' '{"id":1}' '{"id":2}' '{"id":' '{"id":4}' >in.ndjson
  pipeline() {
    evsource --name bad in.ndjson |
      evsink --name bad -b "$KAFKA_BROKERS" "kafka:$topic"
  }
  try pipeline
  exits 65
  [[ $stderr == *'in.ndjson:3'* ]]
  [ "$(values "$topic")" = '' ]
  sed -i '3s/:/:3}/' in.ndjson
  try pipeline
  exits 0
  values "$topic" | cmp - in.ndjson
}
