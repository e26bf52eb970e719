# evsink-kafka, on a real broker. kcat reads what it wrote.
load ../helpers
load ../kafka

setup_file() { kafka_start message.max.bytes=1048588; }
teardown_file() { kafka_stop; }

setup() {
  cd "$BATS_TEST_TMPDIR" || return
  export EVKIT_STATE=$BATS_TEST_TMPDIR/state
  # All cases share ev_positions.
  name=p$BATS_TEST_NUMBER
}

# What runs in the background ends with the case.
teardown() {
  local pid
  for pid in ${background-}; do
    kill -CONT "$pid" 2>/dev/null || :
    kill -9 "$pid" 2>/dev/null || :
  done
}

# Standard input to the topic, bounded by time: a run that hangs is a failure.
sink() { # OPTION…
  try timeout 60 evsink "$@" "kafka://$KAFKA_BROKERS/$topic"
}
lines() { # TEXT…
  printf '%s\n' "$@"
}
sees() { # TEXT: what a reader sees of the topic
  local found
  found=$(get "$topic" | jq -c "${filter-.}") || return
  [ "$found" = "$1" ] || {
    printf 'the topic holds\n%s\nnot\n%s\nstderr: %s\n' "$found" "$1" "${stderr-}"
    return 1
  }
}

# A named run of in.ndjson; the status of evsource is in $first.
run_named() { # OPTION OF EVSINK…
  named() {
    timeout 60 evsource --name "$name" "${input-in.ndjson}" 2>source.err |
      timeout 60 evsink --name "$name" --key id "$@" \
        "kafka://${brokers-$KAFKA_BROKERS}/$topic"
  }
  try named "$@"
}

# --- messages -------------------------------------------------------------

@test "events become messages byte for byte, with a key, in its partition" {
  topic 4
  lines '{"id":1, "a":1.10}' '{"id":"é","u":"\u00e9"}' '{"id":"","__deleted":false}' >in
  sink --key id <in
  exits 0
  says ''
  # Their order is that of the partitions.
  get "$topic" | jq -c '[.key,.value]' | sort >got
  diff got - <<'END'
["","{\"id\":\"\",\"__deleted\":false}"]
["1","{\"id\":1, \"a\":1.10}"]
["é","{\"id\":\"é\",\"u\":\"\\u00e9\"}"]
END
}

@test "the partition of a key is the one that murmur2 gives" {
  topic 7
  # By Java's hashes: (-973932308 & 0x7fffffff) % 7 and so on.
  lines '{"k":"21"}' '{"k":"foobar"}' '{"k":"a-little-bit-long-string"}' '{"k":"abc"}' >in
  sink --key k <in
  exits 0
  filter='[.key,.partition]'
  [ "$(get "$topic" | jq -c "$filter" | sort)" = "$(lines \
    "[\"21\",$(((-973932308 & 0x7fffffff) % 7))]" \
    "[\"a-little-bit-long-string\",$(((-985981536 & 0x7fffffff) % 7))]" \
    "[\"abc\",$((479470107 % 7))]" \
    "[\"foobar\",$(((-790332482 & 0x7fffffff) % 7))]")" ]
}

# Events that leave in batches (kafka_batch.c), and between them some that leave
# one by one, since they have a header.
mixed() {
  seq 20000 | jq -c '{n: ., id: (. * . % 211)} + if . % 9 == 0 then {h: "x"} else {} end'
}

@test "in each partition events stand in the order of the pipe, with keys and without" {
  topic 7
  mixed >in
  sink --key id --header h <in
  exits 0
  get "$topic" >got
  [ "$(wc -l <got)" = 20000 ]
  # The reader sorts by partition and offset.
  [ "$(jq -s -c 'group_by(.partition) |
    map(map(.value | fromjson | .n) | . == sort) | unique, length' got)" = $'[true]\n7' ]
  [ "$(jq -s 'group_by(.key) | all(map(.partition) | unique | length == 1)' got)" = true ]

  topic 3
  sink --header h <in
  exits 0
  get "$topic" >got
  [ "$(wc -l <got)" = 20000 ]
  [ "$(jq -s 'group_by(.partition) | all(map(.value | fromjson | .n) | . == sort)' got)" = true ]
}

@test "headers, time and partition come from fields" {
  topic 3
  lines '{"p":2,"t":"2026-01-02T03:04:05.678Z","h":{"a":"x","b":null},"n":1.0}' \
    '{"p":0,"t":1767323045000}' >in
  sink --partition p --time t --headers h --header N=n <in
  exits 0
  filter='[.partition,.timestamp,.headers]' \
    sees '[0,1767323045000,[]]
[2,1767323045678,[["a","x"],["b",null],["N","1.0"]]]'
}

@test "a delete is a tombstone with its key, and bad without one" {
  topic
  lines '{"id":1,"__deleted":true}' '{"id":2,"__deleted":"true","x":1}' >in
  sink --key id <in
  exits 0
  filter='[.key,.value]' sees '["1",null]
["2",null]'
  echo '{"id":1,"__deleted":true}' >in
  sink <in
  exits 65
  says '*it is a delete and has no key*'
}

@test "several fields are a key in JSON, and so is one with --key-format json" {
  topic
  echo '{"b":"x","a":1}' >in
  sink --key a,b <in
  echo '{"a":"y"}' >in
  sink --key a --key-format json <in
  exits 0
  filter=.key sees '"{\"a\":1,\"b\":\"x\"}"
"{\"a\":\"y\"}"'
}

@test "a name that would stand twice in the key is 64" {
  topic
  echo '{"id":1,"a":{"id":2}}' >in
  sink --key id,n,id <in
  exits 64
  says "evsink-kafka: --key names 'id' twice"
  sink --key id,a.id <in
  exits 64
  says "evsink-kafka: --key names 'id' twice (of a path the last name counts)"
}

@test "an event without its key is bad" {
  topic
  lines '{"id":1}' '{"id":null}' '{"x":1}' '{"id":{}}' '{"id":2}' >in
  sink --key id --reject bad.ndjson <in
  exits 0
  filter=.key sees '"1"
"2"'
  try jq -r .error bad.ndjson
  prints "'id' is the key, and is missing or null: messages of one key keep their order only if all of them have it
'id' is the key, and is missing or null: messages of one key keep their order only if all of them have it
'id' is the key, and is an array or an object: --key-format json"
}

@test "that there is no key is said once" {
  topic
  lines '{"id":1}' '{"id":2}' >in
  sink <in
  exits 0
  says 'evsink-kafka: messages have no key: *'
  filter='[.key,.value]' sees '[null,"{\"id\":1}"]
[null,"{\"id\":2}"]'
}

@test "--meta gives key, headers, time and partition back" {
  topic 3
  lines '{"m":{"topic":"x","partition":2,"offset":9,"timestamp":1767323045000,"key":"k","headers":[{"key":"h","value":"v"},{"key":"h","value":null}]},"a":1}' \
    '{"id":1,"__deleted":true,"m":{"partition":1,"key_base64":"aw=="}}' >in
  sink --meta m <in
  exits 0
  says ''
  filter='[.partition,.key,.value,.headers]' sees '[1,"k",null,[]]
[2,"k","{\"a\":1}",[["h","v"],["h",null]]]'
}

@test "from topic to topic nothing is lost" {
  topic 3
  from=$topic
  lines '{"key":"a","value":{"id":1},"headers":[["h","v"],["n",null]],"partition":2,"timestamp":1767323045000}' \
    '{"key":"b","value":null,"partition":1,"timestamp":1767323045001}' \
    '{"key_hex":"ff00","value":{"id":2},"partition":0,"timestamp":1767323045002}' \
    '{"key_hex":"0000000000000005","value":{"id":3},"partition":0,"timestamp":1767323045003}' \
    '{"key_hex":"0000000000000006","value":null,"partition":0,"timestamp":1767323045004}' |
    timeout 60 kafkasend -X transactional.id= "$from" >/dev/null
  topic 3
  timeout 60 evsource --meta m "kafka://$KAFKA_BROKERS/$from" >in
  sink --meta m <in
  exits 0
  get "$from" | jq -c 'del(.offset)' >want
  get "$topic" | jq -c 'del(.offset)' | diff want -
}

# --- what the topic does not take -------------------------------------------

@test "an event that is too large is bad, and the others go on" {
  topic 1 max.message.bytes=2000
  { echo '{"id":1}'; printf '{"id":2,"x":"%02000d"}\n' 0; echo '{"id":3}'; } >in.ndjson
  sink --key id --reject bad.ndjson <in.ndjson
  exits 0
  filter=.key sees '"1"
"3"'
  try jq -r .error bad.ndjson
  prints "2098 bytes are too many for topic '$topic', which takes 2000 (max.message.bytes)"
  sink --key id <in.ndjson
  exits 65
}

@test "batches are not larger than a topic takes" {
  topic 1 max.message.bytes=2000
  seq -f '{"id":%g,"much":"more than one batch of two thousand bytes"}' 1000 >in
  sink --key id <in
  exits 0
  [ "$(get "$topic" | wc -l)" = 1000 ]
}

@test "an event of the largest size passes, one of a byte more does not" {
  topic 1 max.message.bytes=2000
  for ((size = 1880; size < 1980; size++)); do
    printf '{"id":%d,"x":"%0*d"}\n' "$size" $((size - 20)) 0
  done >in.ndjson
  sink --key id --reject bad.ndjson <in.ndjson
  exits 0
  # None of them was refused by the broker; those that are set aside are few.
  try grep -c 'the broker refuses' bad.ndjson
  prints 0
  [ "$(($(get "$topic" | wc -l) + $(wc -l <bad.ndjson)))" = 100 ]
}

@test "a message without a key is bad where the topic is compacted" {
  topic 1 cleanup.policy=compact
  echo '{"id":1}' >in
  sink <in
  exits 65
  says "*it has no key, and topic '$topic' is compacted by it"
}

@test "a time that the topic does not take is bad" {
  topic 1 message.timestamp.before.max.ms=1000
  lines '{"id":1,"t":"2020-01-01"}' '{"id":2}' >in
  sink --key id --time t --reject bad.ndjson <in
  exits 0
  filter=.key sees '"2"'
  grep -q 'more than 1 s before the present' bad.ndjson
}

@test "a partition that is not there is bad" {
  topic 2
  echo '{"id":1,"p":2}' >in
  sink --key id --partition p <in
  exits 65
  says "*there is no partition 2: topic '$topic' has 2 *"
}

@test "a topic that is not there ends with 70, --create makes it" {
  topic=none.$BATS_TEST_NUMBER
  echo '{"id":1}' >in
  sink --key id <in
  exits 70
  says "evsink-kafka: cannot use topic '$topic': unknown topic or partition (--create makes it)"
  echo '{"id":1}' >in
  sink --key id --create -X partitions=3 -X create.cleanup.policy=compact <in
  exits 0
  says ''
  try evsink --explain "kafka://$KAFKA_BROKERS/$topic"
  [[ $output == *'there now: a topic of 3 partitions, compacted'* ]]
  # One that is there is left as it is.
  echo '{"id":2}' >in
  sink --key id --create -X partitions=5 <in
  exits 0
  [ "$(get "$topic" | wc -l)" = 2 ]
}

@test "a setting that is mistyped, or ours, is 64" {
  topic
  echo '{"id":1}' >in
  sink --create -X partition=3 <in
  exits 64
  says "evsink-kafka: -X: unknown setting 'partition': did you mean 'partitions'?"
  sink -X transactional.id=x <in
  exits 64
  says 'evsink-kafka: -X transactional.id: it is not to be set here'
  # What a file has for others is left alone.
  echo transactional.id=x >conf
  sink --key id -F conf <in
  exits 0
}

@test "brokers that do not answer are waited for, then it is 69" {
  try timeout 60 evsink --wait 1s kafka://127.0.0.1:1/t <<<'{"id":1}'
  exits 69
  says '*127.0.0.1:1*onnection refused*'
}

@test "--explain says what a message would be, and what is promised" {
  topic 2
  try evsink --explain --key id --time t --headers h --header a=b --header c \
    "kafka://$KAFKA_BROKERS/$topic"
  exits 0
  [[ $output == *"
key: id, its text
partition: by the key, as Java's clients (murmur2)
time: t, else the present
headers: each member of h, a=b, c
guarantee: at least once: "* ]]
  try evsink --explain --key id -X partitioner=consistent -X acks=1 \
    -X enable.idempotence=false "kafka://$KAFKA_BROKERS/$topic"
  exits 0
  [[ $output == *"
partition: as partitioner=consistent has it, which is not as Java's clients
guarantee: none: with acks=1 "* ]]
  try evsink --explain --meta m --create -X partitions=4 \
    -X create.cleanup.policy=compact "kafka://$KAFKA_BROKERS/none.x"
  exits 0
  [[ $output == *"
there now: nothing; it would be made, partitions=4, cleanup.policy=compact
"*"
headers: those of 'm'
"* ]]
}

# --- all or said ------------------------------------------------------------

@test "a failure before it leaves what was sent, and its status counts" {
  topic
  echo '{"id":1}' >in.ndjson
  failing() {
    { echo '{"id":1}'; sleep 1; } | evfilter 'id / 0 = 1' |
      timeout 60 evsink --key id "kafka://$KAFKA_BROKERS/$topic"
  }
  try failing
  exits 65
}

@test "a broker that is away for a while is waited for, and order is kept" {
  topic 2
  mkfifo pipe
  timeout 60 evsink --key k "kafka://$KAFKA_BROKERS/$topic" <pipe 2>sink.err &
  pid=$!
  background=$pid
  exec 5>pipe
  seq -f '{"k":1,"n":%g}' 1 1000 >&5
  sleep 0.5
  broker pause 1
  seq -f '{"k":1,"n":%g}' 1001 2000 >&5
  sleep 1
  broker continue 1
  seq -f '{"k":1,"n":%g}' 2001 3000 >&5
  exec 5>&-
  wait $pid
  values "$topic" | jq -r .n | diff <(seq 3000) -
}

@test "a broker that is killed and comes back has every event once, in order" {
  topic
  mkfifo pipe
  timeout 90 evsink --key k "kafka://$KAFKA_BROKERS/$topic" <pipe 2>sink.err &
  pid=$!
  background=$pid
  exec 5>pipe
  seq -f '{"k":1,"n":%g}' 1 1000 >&5
  sleep 0.5
  broker kill 1
  seq -f '{"k":1,"n":%g}' 1001 2000 >&5
  broker up 1
  seq -f '{"k":1,"n":%g}' 2001 3000 >&5
  exec 5>&-
  wait $pid
  values "$topic" | jq -r .n | diff <(seq 3000) -
}

# --- under a name -----------------------------------------------------------

@test "a named run commits its events and its record, and the next one goes on" {
  topic 2
  seq -f '{"id":%g}' 3 >in.ndjson
  run_named
  exits 0
  says ''
  run_named
  exits 0
  [ "$(values "$topic" | wc -l)" = 3 ]
  seq -f '{"id":%g}' 4 5 >>in.ndjson
  run_named
  exits 0
  [ "$(values "$topic" | jq -s -c 'sort_by(.id) | map(.id)')" = '[1,2,3,4,5]' ]
  get ev_positions | jq -e 'select(.key == "'"$name"'") | .value | fromjson |
    .place == "kafka://'"$KAFKA_BROKERS/$topic"'" and (.cluster | length) > 0' >out
  [ "$(sort -u out)" = true ]
}

@test "ev_positions is compacted, and has fifty partitions" {
  topic
  echo '{"id":1}' >in.ndjson
  run_named
  try evsink --explain --key id --name "$name" "kafka://$KAFKA_BROKERS/$topic"
  exits 0
  [[ $output == *'class: A, exactly once'*'record in: topic ev_positions'*'record: '*/1,* ]]
  [ "$(kafkactl ends ev_positions | wc -l)" = 50 ]
}

@test "an upstream that fails commits nothing" {
  topic
  seq -f '{"id":%g}' 100 >in.ndjson
  failing() {
    timeout 60 evsource --name "$name" --mark-every 10 in.ndjson | evfilter '1 / (id - 15) < 9' |
      timeout 60 evsink --name "$name" --key id "kafka://$KAFKA_BROKERS/$topic"
  }
  try failing
  exits 65
  [ "$(values "$topic" | wc -l)" = 10 ]
}

@test "a topic that is not empty is refused without --adopt" {
  topic
  echo '{"id":0}' | put "$topic"
  echo '{"id":1}' >in.ndjson
  run_named
  exits 70
  says "*topic '$topic' is not empty, and there is no record of the pipeline '$name': --adopt *"
  run_named --adopt
  exits 0
  [ "$(values "$topic" | wc -l)" = 2 ]
}

@test "another topic under the same name is refused" {
  topic
  echo '{"id":1}' >in.ndjson
  run_named
  exits 0
  topic
  rm -r state
  run_named
  exits 70
  says "*pipeline $name writes to *"
}

@test "other brokers of the same cluster are the same place" {
  topic
  echo '{"id":1}' >in.ndjson
  run_named
  exits 0
  echo '{"id":2}' >>in.ndjson
  brokers=localhost:${KAFKA_BROKERS##*:} run_named
  exits 0
  [ "$(values "$topic" | wc -l)" = 2 ]
}

@test "an event that is too large does not go round for ever under a name" {
  topic 1 max.message.bytes=2000
  { echo '{"id":1}'; printf '{"id":2,"x":"%02000d"}\n' 0; echo '{"id":3}'; } >in.ndjson
  run_named
  exits 65
  [ "$(values "$topic" | wc -l)" = 0 ]
  run_named --reject bad.ndjson
  exits 0
  [ "$(values "$topic" | wc -l)" = 2 ]
  [ "$(wc -l <bad.ndjson)" = 1 ]
}

@test "a sink that was only thought to be dead is fenced off" {
  topic
  name=zombie
  mkfifo pipe
  seq -f '{"id":%g}' 10 >in.ndjson
  # One run stands still with the seal before it; another one, which knows
  # nothing of its state folder, takes over.
  timeout 60 evsource --name zombie in.ndjson >stream
  head -n 5 stream >part
  timeout 60 evsink --name zombie --key id "kafka://$KAFKA_BROKERS/$topic" \
    <pipe 2>zombie.err &
  pid=$!
  background=$pid
  exec 5>pipe
  cat part >&5
  eventually 20 eval '[ "$(get ev_positions | jq -r "select(.key == \"zombie\") | .key")" ]'
  EVKIT_STATE=$PWD/other run_named
  exits 0
  tail -n +6 stream >&5
  exec 5>&-
  status=0
  wait $pid || status=$?
  [ "$status" = 75 ]
  [ "$(values "$topic" | jq -s -c 'map(.id) | sort')" = '[1,2,3,4,5,6,7,8,9,10]' ]
}

@test "what takes longer than a transaction may last ends with 78, and says what to do" {
  "$KAFKA" start "$PWD/short" --owner $$ transaction.max.timeout.ms=5000 >short.env
  (
    . ./short.env
    seq -f '{"id":%g}' 1000 >in.ndjson
    topic=slow
    # One message at a time, each after a pause.
    run_named --create -X linger.ms=50 -X queue.buffering.max.messages=1
    exits 78
    says 'evsink-kafka: of the events before a mark * were written in the 5 s that a transaction may last *: make marks more often, evsource --mark-every *'
    [ -z "$(values "$topic")" ]
  )
  "$KAFKA" stop "$PWD/short"
}

@test "a second sink on the same machine ends with 76" {
  topic
  name=busy
  mkfifo pipe
  seq -f '{"id":%g}' 10 >in.ndjson
  timeout 60 evsource --name busy in.ndjson >stream
  timeout 60 evsink --name busy --key id "kafka://$KAFKA_BROKERS/$topic" <pipe 2>err &
  background=$!
  exec 5>pipe
  head -n 3 stream >&5
  eventually 20 eval '[ "$(get ev_positions | jq -r "select(.key == \"busy\") | .key")" ]'
  sink --name busy --key id <stream
  exits 76
  exec 5>&-
}

@test "a transaction of another in the record's partition is waited for, and said" {
  topic
  name=hung
  echo '{"id":1}' >in.ndjson
  run_named
  exits 0
  partition=$(get ev_positions | jq -r 'select(.key == "hung") | .partition' | tail -n 1)
  mkfifo pipe
  timeout 60 kafkasend -X transactional.id=other ev_positions <pipe >said &
  background=$!
  exec 5>pipe
  lines '{"do":"begin"}' "{\"key\":\"other\",\"value\":{},\"partition\":$partition}" '{"do":"flush"}' >&5
  eventually 20 grep -q flush said
  {
    sleep 8
    echo '{"do":"commit"}'
  } >&5 &
  background+=" $!"
  echo '{"id":2}' >>in.ndjson
  run_named
  exec 5>&-
  exits 0
  says "evsink-kafka: waiting for partition $partition of topic 'ev_positions', in which another's transaction is open, *"
  [ "$(values "$topic" | wc -l)" = 2 ]
}

@test "evpos shows, moves and forgets what a topic keeps" {
  topic
  name=moved
  seq -f '{"id":%g}' 3 >in.ndjson
  run_named
  exits 0
  try evpos show moved
  exits 0
  [[ $output == *'topic ev_positions at '* ]]
  try evpos rewind moved --to start --yes
  exits 0
  run_named
  exits 0
  [ "$(values "$topic" | wc -l)" = 6 ]
  try evpos forget moved --yes
  exits 0
  run_named
  exits 70
  says '*is not empty*'
}
