# What evsink-kafka cannot send, or is kept from sending: events that are larger
# than the topic takes, by who knows it and when; and signals while the events of
# a mark are being sent.
load ../helpers
load ../kafka

setup_file() { kafka_start; }
teardown_file() { kafka_stop; }

setup() {
  cd "$BATS_TEST_TMPDIR" || return
  export EVKIT_STATE=$BATS_TEST_TMPDIR/state
  name=p$BATS_TEST_NUMBER
}

# What runs in the background ends with the case.
teardown() {
  local pid
  for pid in ${background-}; do
    kill -9 "$pid" 2>/dev/null || :
  done
}

# --- too large ------------------------------------------------------------

# Three events, for a topic that takes 2000 bytes: the second is larger, and of
# zeros (compressed it is small) or of chance (it stays as large).
events() { # zeros|chance
  local large
  case $1 in
  zeros) large=$(printf '%08000d' 0) ;;
  chance) large=$(head -c 6000 /dev/urandom | base64 -w0) ;;
  esac
  echo '{"id":1}'
  echo "{\"id\":2,\"x\":\"$large\"}"
  echo '{"id":3}'
}

# One run of in.ndjson, without a name or with one.
sink() { # unnamed|named OPTION OF EVSINK…
  local to=kafka://$KAFKA_BROKERS/$topic
  rm -f bad.ndjson*
  if [ "$1" = unnamed ]; then
    timeout 60 evsink --key id "${@:2}" "$to" <in.ndjson
  else
    timeout 60 evsource --name "$name" in.ndjson |
      timeout 60 evsink --name "$name" --key id "${@:2}" "$to"
  fi
}
ids() {
  values "$topic" | jq -c .id | paste -sd' '
}

# A run, and its next one, that cannot succeed: what it ends with, and what the
# topic has then.
fails() { # STATUS MESSAGE IDS unnamed|named OPTION…
  local seen
  try sink "${@:4}"
  exits "$1" || return
  says "$2" || return
  seen=$(ids)
  [ "$seen" = "$3" ] || {
    echo "the topic has '$seen', not '$3'"
    return 1
  }
}
# One that does, but for event 2, whose reason is a pattern.
rejects() { # REASON unnamed|named OPTION…
  try sink "${@:2}" --reject bad.ndjson
  exits 0 || return
  [ "$(ids)" = '1 3' ] || return
  [ "$(jq -r '.input | fromjson.id' bad.ndjson)" = 2 ] || return
  # shellcheck disable=SC2053 # a pattern is meant
  [[ $(jq -r .error bad.ndjson) == $1 ]]
}
small() { # a topic of its own, that takes 2000 bytes
  topic 1 max.message.bytes=2000
  name=p$topic
}

@test "too large and not compressed: it is known before, and bad" {
  local known='8098 bytes are too many for topic *, which takes 2000 (max.message.bytes)'
  for kind in zeros chance; do
    events $kind >in.ndjson
    small
    rejects "$known" unnamed
    small
    rejects "$known" named
    small
    try sink unnamed
    exits 65
    says "evsink-kafka: standard input:2: $known*"
    small
    fails 65 "evsink-kafka: standard input:3: $known" '' named
    fails 65 "evsink-kafka: standard input:3: $known" '' named
  done
}

@test "too large, and not when it is compressed: it is written" {
  events zeros >in.ndjson
  for codec in lz4 zstd; do
    for how in unnamed named; do
      small
      fails 0 '' '1 2 3' $how -X compression.codec=$codec
      small
      fails 0 '' '1 2 3' $how -X compression.codec=$codec --reject bad.ndjson
      [ ! -s bad.ndjson ]
    done
  done
}

@test "too large even when it is compressed: bad without a name, 70 under one" {
  events chance >in.ndjson
  # What comes behind it must not hide the reason.
  seq -f '{"id":%.0f}' 4 3000 >behind
  for codec in lz4 zstd; do
    local how=(-X "compression.codec=$codec") \
      late='evsink-kafka: cannot write an event of 8016 bytes to topic *: message size too large'
    small
    rejects 'the broker refuses it: Broker: Message size too large' unnamed "${how[@]}"
    small
    fails 65 'evsink-kafka: standard input:2: the broker refuses it: Broker: Message size too large*' \
      '1 3' unnamed "${how[@]}"
    small
    fails 70 "$late" '' named "${how[@]}"
    fails 70 "$late" '' named "${how[@]}" --reject bad.ndjson
    [ ! -s bad.ndjson ]
    small
    cat in.ndjson behind >longer && mv longer in.ndjson
    fails 70 "$late" '' named "${how[@]}"
    fails 70 "$late" '' named "${how[@]}" -X linger.ms=0
    head -n 3 in.ndjson >shorter && mv shorter in.ndjson
  done
}

@test "a topic that takes less than when the run began: bad without a name, 70 under one" {
  events zeros >in.ndjson
  mkfifo pipe
  timeout 60 evsource --name "$name" in.ndjson >stream
  for how in unnamed named; do
    topic
    if [ $how = named ]; then
      timeout 60 evsink --name "$name" --key id "kafka://$KAFKA_BROKERS/$topic" <pipe 2>err &
    else
      timeout 60 evsink --key id --reject bad.ndjson "kafka://$KAFKA_BROKERS/$topic" <pipe 2>err &
    fi
    background=$!
    exec 5>pipe
    if [ $how = named ]; then
      head -n 1 stream >&5
      eventually 20 eval '[ "$(get ev_positions | jq -r "select(.key == \"$name\") | .key")" ]'
    else
      echo '{"id":0}' >&5
      eventually 20 eval '[ "$(ids)" = 0 ]'
    fi
    kafkactl set "$topic" max.message.bytes=2000
    if [ $how = named ]; then tail -n +2 stream; else cat in.ndjson; fi >&5
    exec 5>&-
    status=0
    wait "$background" || status=$?
    stderr=$(<err)
    if [ $how = named ]; then
      exits 70
      says 'evsink-kafka: cannot write an event of * bytes to topic *: message size too large'
      [ -z "$(ids)" ]
    else
      exits 0
      # One that is refused takes those of its batch along; none is lost.
      run -0 jq -r '.input | fromjson.id' bad.ndjson
      [[ $output == *2* ]]
      [ "$({ values "$topic" | jq .id; echo "$output"; } | sort -u | paste -sd' ')" = '0 1 2 3' ]
    fi
  done
}

@test "what the client itself takes is not to be changed, the topic's size counts" {
  events zeros >in.ndjson
  topic
  fails 64 "*message.max.bytes*" '' unnamed -X message.max.bytes=2000
  # A file that is shared with others may say so.
  echo message.max.bytes=2000 >conf
  fails 0 '' '1 2 3' unnamed -F conf
  topic
  fails 0 '' '1 2 3' named -F conf
}

# --- signals --------------------------------------------------------------

# A sink that sends one message at a time, each after a pause, is stopped when
# some of them are on their way. What it ends with is in $status.
stopped() { # SIGNAL EVENTS
  seq -f '{"id":%g}' "$2" >in.ndjson
  timeout 60 evsource --name "$name" in.ndjson >stream
  # In the background bash ignores SIGINT.
  env --default-signal=INT evsink --name "$name" --key id -X linger.ms=50 \
    -X queue.buffering.max.messages=1 "kafka://$KAFKA_BROKERS/$topic" <stream 2>err &
  background=$!
  eventually 30 eval '[ "$(kafkactl -X isolation.level=read_uncommitted ends "$topic" | jq .high)" -ge 5 ]'
  kill "-$1" "$background"
  status=0
  wait "$background" || status=$?
  # shellcheck disable=SC2034 # says looks at it
  stderr=$(<err)
}
goes_on() { # EVENTS
  for _ in 1 2 3; do
    try sink named
    [ "$status" = 75 ] || break
  done
  exits 0
  [ "$(ids)" = "$(seq "$1" | paste -sd' ')" ]
}

@test "a signal while the events of a mark are sent, with more to come than time: none is committed" {
  for signal in TERM INT; do
    topic
    name=p$topic
    stopped $signal 400
    exits $((128 + $(kill -l $signal)))
    says ''
    [ -z "$(ids)" ]
    goes_on 400
  done
}

@test "a signal while the events of a mark are sent, and all but are: all are committed, or none" {
  topic
  stopped TERM 15
  exits 143
  says ''
  [ -z "$(ids)" ] || [ "$(ids)" = "$(seq 15 | paste -sd' ')" ]
  goes_on 15
}
