# tests/servers/kafka, kafkactl, kafkasend and kafka.bash, on which the tests of
# Kafka stand: three brokers take and give events, die and come back, and let in
# whom they should.
load ../helpers
load ../kafka

setup_file() { kafka_start --brokers 3 --secure; }
teardown_file() { kafka_stop; }

teardown() {
  "$KAFKA" stop "$BATS_TEST_TMPDIR/own"
}

# A client of another listener: its settings in the array as.
as_evkit() { # PROTOCOL MECHANISM
  as=(-X "security.protocol=$1" -X "sasl.mechanism=$2"
    -X sasl.username=evkit -X sasl.password=secret
    -X "ssl.ca.location=$KAFKA_TLS/ca.pem")
}
by_certificate() { # NAME
  as=(-X security.protocol=SSL -X "ssl.ca.location=$KAFKA_TLS/ca.pem"
    -X "ssl.certificate.location=$KAFKA_TLS/$1.pem"
    -X "ssl.key.location=$KAFKA_TLS/$1.key")
}

ask() { # BROKERS
  try timeout 20 kcat -b "$1" -L -m 3 "${as[@]}"
}

# By any bad end: kcat may even be killed as OpenSSL is torn down under it.
refused() {
  [ "$status" != 0 ]
}

@test "a single Kafka starts, takes and gives an event, and stops" {
  eval "$("$KAFKA" start own --owner $$ auto.create.topics.enable=true)"
  [[ $KAFKA_BROKERS != *,* ]]
  echo '{"id":1}' | put t
  try values t
  exits 0
  prints '{"id":1}'

  "$KAFKA" stop own
  try timeout 20 kcat -b "$KAFKA_BROKERS" -L -m 1
  exits 1
}

@test "a Kafka whose owner has gone ends by itself" {
  sleep 100 3>&- &
  eval "$("$KAFKA" start own --owner $!)"
  pid=$(<own/1.pid)
  grep -q kafka.Kafka "/proc/$pid/cmdline"
  kill $!
  eventually 10 bash -c "! grep -qs kafka.Kafka /proc/$pid/cmdline"
}

@test "keys, headers, times, partitions, tombstones: all of an event comes back" {
  topic 2
  kafkasend "$topic" <<'END'
{"key":"k","value":{"id":1},"headers":[["h","v"],["n",null],["h","w"]],"partition":1,"timestamp":1700000000000}
{"key":"k","value":null,"partition":1,"timestamp":1700000000001}
{"key":"","value":"","partition":0,"timestamp":1700000000002}
{"value_hex":"7a0a","partition":0,"timestamp":1700000000003}
END
  try get "$topic"
  exits 0
  prints '{"partition":0,"offset":0,"timestamp":1700000000002,"key":"","value":"","headers":[]}
{"partition":0,"offset":1,"timestamp":1700000000003,"key":null,"value":"z\n","headers":[]}
{"partition":1,"offset":0,"timestamp":1700000000000,"key":"k","value":"{\"id\":1}","headers":[["h","v"],["n",null],["h","w"]]}
{"partition":1,"offset":1,"timestamp":1700000000001,"key":"k","value":null,"headers":[]}'
}

@test "what is aborted is not seen, nor what is still open" {
  topic
  kafkasend -X transactional.id="$topic" "$topic" <<'END'
{"do":"begin"}
{"value":"aborted"}
{"do":"flush"}
{"do":"abort"}
{"do":"begin"}
{"value":"committed"}
{"do":"commit"}
END
  mkfifo open
  kafkasend -X transactional.id="$topic.open" "$topic" <open >said 3>&- &
  exec 7>open
  printf '%s\n' '{"do":"begin"}' '{"value":"open"}' '{"do":"flush"}' >&7
  eventually 30 grep -q flush said
  try values "$topic"
  prints committed
  try kafkactl ends "$topic"
  prints '{"partition":0,"low":0,"high":4}'
  try kafkactl -X isolation.level=read_uncommitted ends "$topic"
  prints '{"partition":0,"low":0,"high":5}'

  echo '{"do":"commit"}' >&7
  exec 7>&-
  wait $!
  try values "$topic"
  prints 'committed
open'
}

@test "what is sent and refused is an error" {
  topic 1 max.message.bytes=100
  try kafkasend "$topic" < <(printf '{"value":"%0200d"}\n' 0)
  exits 1
  says 'kafkasend: send: 1 not acknowledged: Broker: Message size too large'
  try kafkactl create "$topic" 1
  exits 1
  says "kafkactl: create: Topic '$topic' already exists."
}

@test "the beginning of a topic goes: cut off, compacted, expired" {
  topic
  printf '%s\n' a b c | put "$topic"
  kafkactl truncate "$topic" 0 2
  try values "$topic"
  prints c

  topic 1 cleanup.policy=compact segment.ms=500 min.cleanable.dirty.ratio=0.01
  printf 'k:%s\n' 1 2 3 | put "$topic" -K:
  sleep 1
  # What makes a new segment: only closed ones are compacted.
  echo l:4 | put "$topic" -K:
  compacted() { [ "$(values "$topic")" = $'3\n4' ]; }
  eventually 30 compacted

  topic
  echo old | put "$topic"
  sleep 1
  kafkactl set "$topic" retention.ms=100 segment.ms=100
  expired() { [ ! "$(values "$topic")" ]; }
  eventually 30 expired
  kafkactl ends "$topic" | jq -e '.low == 1 and .high == 1'
}

@test "a group's offsets, new partitions, a deleted topic" {
  topic 1
  printf '%s\n' a b c | put "$topic"
  timeout 30 kcat -b "$KAFKA_BROKERS" -q -e -X auto.offset.reset=earliest \
    -G "$topic" "$topic" >/dev/null
  try kafkactl offsets "$topic"
  exits 0
  prints "{\"topic\":\"$topic\",\"partition\":0,\"offset\":3,\"metadata\":\"\"}"
  [[ $(kafkactl coordinator group "$topic") == [123] ]]

  kafkactl grow "$topic" 4
  [ "$(kafkactl ends "$topic" | wc -l)" = 4 ]
  kafkactl delete "$topic"
  try kafkactl ends "$topic"
  exits 1
  says '*Unknown topic or partition'
}

@test "the leader dies by kill -9: the others go on, nothing is lost, it comes back" {
  topic 3
  node=$(kafkactl leader "$topic" 1)
  # A hundred a second for six seconds, the leader's death in their midst.
  for ((i = 0; i < 600; i++)); do
    echo "{\"partition\":$((i % 3)),\"value\":\"$i\"}"
    sleep 0.01
  done | timeout 60 kafkasend -X enable.idempotence=true "$topic" 3>&- &
  sender=$!
  sleep 1
  broker kill "$node"
  wait "$sender"
  [ "$(kafkactl leader "$topic" 1)" != "$node" ]
  # Some may be there twice: librdkafka issue 4953.
  diff <(values "$topic" | sort -nu) <(seq 0 599)

  broker up "$node"
  kafkactl synced
  timeout 20 kcat -b "$KAFKA_BROKERS" -L | grep ' 3 brokers:'
}

@test "a transaction's coordinator stands still: another takes over" {
  topic
  printf '%s\n' '{"do":"begin"}' '{"value":"a"}' '{"do":"commit"}' |
    kafkasend -X transactional.id="$topic" "$topic"
  node=$(kafkactl coordinator txn "$topic")
  broker pause "$node"
  moved() { [ "$(timeout 5 kafkactl coordinator txn "$topic")" != "$node" ]; }
  eventually 30 moved
  printf '%s\n' '{"do":"begin"}' '{"value":"b"}' '{"do":"commit"}' |
    timeout 60 kafkasend -X transactional.id="$topic" "$topic"
  broker continue "$node"
  kafkactl synced
  try values "$topic"
  prints 'a
b'
}

@test "TLS: a password or a certificate opens, and no other" {
  as_evkit SASL_SSL PLAIN
  ask "$KAFKA_SASL_SSL"
  exits 0
  as+=(-X sasl.password=wrong)
  ask "$KAFKA_SASL_SSL"
  refused
  as_evkit SASL_SSL PLAIN
  as+=(-X "ssl.ca.location=$KAFKA_TLS/nobody.pem")
  ask "$KAFKA_SASL_SSL"
  refused

  by_certificate client
  ask "$KAFKA_SSL"
  exits 0
  by_certificate stranger
  ask "$KAFKA_SSL"
  refused
  as=(-X security.protocol=SSL -X "ssl.ca.location=$KAFKA_TLS/ca.pem")
  ask "$KAFKA_SSL"
  refused
}

@test "SASL without TLS: PLAIN, OAUTHBEARER, and SCRAM by Java" {
  as_evkit SASL_PLAINTEXT PLAIN
  ask "$KAFKA_SASL_PLAINTEXT"
  exits 0
  as_evkit SASL_PLAINTEXT OAUTHBEARER
  as+=(-X enable.sasl.oauthbearer.unsecure.jwt=true
    -X sasl.oauthbearer.config=principal=evkit)
  ask "$KAFKA_SASL_PLAINTEXT"
  exits 0
  # librdkafka before 2.6.1 sends the nonce twice, which Kafka 4 refuses.
  cat >scram <<'END'
security.protocol=SASL_PLAINTEXT
sasl.mechanism=SCRAM-SHA-512
sasl.jaas.config=org.apache.kafka.common.security.scram.ScramLoginModule \
  required username="evkit" password="secret";
END
  try timeout 60 "$KAFKA" java org.apache.kafka.tools.TopicCommand --list \
    --bootstrap-server "$KAFKA_SASL_PLAINTEXT" --command-config scram
  exits 0
}

@test "an ACL forbids a topic to one who is known, and no other topic" {
  topic
  denied=$topic
  topic
  timeout 60 "$KAFKA" java org.apache.kafka.tools.AclCommand --add \
    --bootstrap-server "$KAFKA_BROKERS" --deny-principal User:evkit \
    --operation Write --topic "$denied"
  as_evkit SASL_PLAINTEXT PLAIN
  forbidden() {
    ! echo x | timeout 20 kcat -b "$KAFKA_SASL_PLAINTEXT" -P -t "$denied" \
      "${as[@]}" 2>err
  }
  eventually 20 forbidden
  grep 'Topic authorization failed' err
  echo x | timeout 20 kcat -b "$KAFKA_SASL_PLAINTEXT" -P -t "$topic" "${as[@]}"
  try values "$topic"
  prints x
}
