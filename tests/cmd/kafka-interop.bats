# What evkit writes to Kafka and reads from it means the same to others: Kafka's
# own Java client, its console tools, Streams, Connect, and kcat. Keys, nulls,
# headers, timestamps and partitions agree, in both directions.
load ../helpers
load ../kafka

JAVA=$TOP/tests/java
TOOLS=org.apache.kafka.tools

setup_file() {
  kafka_start
  export EVKIT_BROKERS=$KAFKA_BROKERS
  kafkactl create java 4
  kafkactl create packed 1
  kafkactl create java.keys 12
  keys >"$BATS_FILE_TMPDIR/keys"
  {
    messages
    packed
    jq -c '{topic: "java.keys", key, value: "\(.id)"}' "$BATS_FILE_TMPDIR/keys"
  } | (cd "$BATS_FILE_TMPDIR" && java_messages put)
}

teardown_file() {
  kafka_stop
}

kafka_java() { # CLASS or FILE [ARGUMENT…]
  timeout 120 "$KAFKA" java "$@" 2>java.log || {
    tail -n 20 java.log >&2
    return 1
  }
}

# Runs one that does not end by itself until a command succeeds.
while_java() { # COMMAND CLASS or FILE [ARGUMENT…]
  local pid status=0
  timeout -k 5 200 "$KAFKA" java "${@:2}" >java.log 2>&1 3>&- &
  pid=$!
  eventually 120 "$1" || status=1
  kill $pid
  wait $pid || :
  [ $status = 0 ] || tail -n 20 java.log
  return $status
}

# As Kafka's own client writes and reads: the lines of tests/java/Messages.java.
java_messages() { # put|get|partitions [ARGUMENT…]
  kafka_java "$JAVA/Messages.java" "$@"
}

# One of each kind, by Java's client.
messages() {
  cat <<'END'
{"topic":"java","partition":0,"timestamp":1700000000000,"key":"k","value":"{\"id\":1}"}
{"topic":"java","partition":0,"timestamp":1700000000001,"key":null,"value":"{\"id\":2,\"big\":12345678901234567890.10,\"s\":\"\\u00e9\"}","headers":[["h","v"],["h","w"],["empty",""],["null",null],["bytes",{"hex":"00ff"}],["ü","é"]]}
{"topic":"java","partition":1,"timestamp":1600000000000,"key":{"hex":"ff00"},"value":"{\"id\":3}","headers":[["",""]]}
{"topic":"java","partition":1,"timestamp":1500000000000,"key":"","value":"{}"}
{"topic":"java","partition":2,"timestamp":1650000000000,"key":null,"value":null}
{"topic":"java","partition":3,"timestamp":1,"key":"gone","value":null,"headers":[["why","asked"]]}
{"topic":"java","partition":3,"timestamp":1699999999999,"key":"{\"id\":7,\"of\":\"ü\\\"\"}","value":null}
END
}

# One of each compression that Java's client has.
packed() {
  local how
  for how in none gzip snappy lz4 zstd; do
    echo '{"topic":"packed","compression":"'$how'","value":{"by":"'$how'"}}'
  done
}

# 10,000 keys, each one once: numbers, words, text of one to four bytes a
# character, of every length to 60.
keys() {
  jq -nc 'range(10000) | {id: ., key:
    (if . % 4 == 0 then "\(.)" elif . % 4 == 1 then "user-\(.)"
     elif . % 4 == 2 then "é€𝄞\(.)"
     else "\(.):" + ("abcdefghijklmnopqrstuvwxyz" * 3)[:. % 60] end)}'
}

# Events of --meta in the order of partition and offset; how partitions
# alternate is not defined.
in_order() {
  awk 'match($0, /"partition":[0-9]+,"offset":[0-9]+/) {
    split(substr($0, RSTART, RLENGTH), part, /[:,]/)
    print part[2] "\t" part[4] "\t" $0 }' | sort -n -k1,1 -k2,2 | cut -f3-
}

@test "what Java's client writes is read with keys, nulls, headers, timestamps, partitions" {
  try evsource --meta m kafka:java
  exits 0
  says ''
  output=$(in_order <<<"$output")
  prints '{"id":1,"m":{"topic":"java","partition":0,"offset":0,"timestamp":1700000000000,"key":"k","headers":[]}}
{"id":2,"big":12345678901234567890.10,"s":"\u00e9","m":{"topic":"java","partition":0,"offset":1,"timestamp":1700000000001,"key":null,"headers":[{"key":"h","value":"v"},{"key":"h","value":"w"},{"key":"empty","value":""},{"key":"null","value":null},{"key":"bytes","value_base64":"AP8="},{"key":"ü","value":"é"}]}}
{"id":3,"m":{"topic":"java","partition":1,"offset":0,"timestamp":1600000000000,"key_base64":"/wA=","headers":[{"key":"","value":""}]}}
{"m":{"topic":"java","partition":1,"offset":1,"timestamp":1500000000000,"key":"","headers":[]}}
{"key":null,"__deleted":true,"m":{"topic":"java","partition":2,"offset":0,"timestamp":1650000000000,"key":null,"headers":[]}}
{"key":"gone","__deleted":true,"m":{"topic":"java","partition":3,"offset":0,"timestamp":1,"key":"gone","headers":[{"key":"why","value":"asked"}]}}
{"id":7,"of":"ü\"","__deleted":true,"m":{"topic":"java","partition":3,"offset":1,"timestamp":1699999999999,"key":"{\"id\":7,\"of\":\"ü\\\"\"}","headers":[]}}'
}

@test "what Java's client compresses is read" {
  try evsource kafka:packed
  exits 0
  says ''
  [ "$(sort <<<"$output")" = '{"by":"gzip"}
{"by":"lz4"}
{"by":"none"}
{"by":"snappy"}
{"by":"zstd"}' ]
}

@test "topic to topic by evkit loses nothing that Java's client can see" {
  evsource --meta m kafka:java |
    evsink --meta m --create -X partitions=4 kafka:copy 2>said
  evsource --name copy --meta m kafka:java |
    evsink --name copy --meta m --create -X partitions=4 kafka:named 2>>said
  [ ! -s said ]
  java_messages get java copy named >got
  for topic in java copy named; do
    jq -c "select(.topic == \"$topic\") | del(.topic)" got >$topic
  done
  [ "$(wc -l <java)" = 7 ]
  diff java copy
  diff java named
}

@test "Java's client reads keys, nulls, headers, timestamps and partitions that evsink writes" {
  cat >events <<'END'
{"id":"a","n":1,"at":"2023-11-14T22:13:20Z","on":2,"h":{"one":"1","two":"zwö","null":null,"empty":"","object":{"x":[1]}},"by":"me"}
{"id":"a","n":2,"at":1700000000001,"on":2,"h":{},"by":""}
{"id":7,"n":3.50,"at":"2023-11-14 22:13:20.002+00","on":0,"by":null}
{"id":"gone","n":4,"at":"2023-11-14T22:13:20.003Z","on":1,"__deleted":true}
END
  try evsink --key id --time at --partition on --headers h --header who=by \
    --create -X partitions=3 -X compression.type=zstd kafka:ours <events
  exits 0
  says ''
  try evsink --key id,n --create -X partitions=1 -X compression.type=snappy \
    kafka:ours.json <<<'{"n":1,"id":"ä\u0022"}'
  exits 0
  try evsink --create -X partitions=1 kafka:ours.plain <<<'{"n":1,"at":"now"}'
  exits 0
  says 'evsink-kafka: *key*'
  java_messages get ours ours.json ours.plain >got
  jq -c 'select(.topic == "ours") | del(.offset, .topic)' got >ours
  diff - ours <<'END'
{"partition":0,"timestamp":1700000000002,"key":"7","value":"{\"id\":7,\"n\":3.50,\"at\":\"2023-11-14 22:13:20.002+00\",\"on\":0,\"by\":null}","headers":[["who",null]]}
{"partition":1,"timestamp":1700000000003,"key":"gone","value":null,"headers":[]}
{"partition":2,"timestamp":1700000000000,"key":"a","value":"{\"id\":\"a\",\"n\":1,\"at\":\"2023-11-14T22:13:20Z\",\"on\":2,\"h\":{\"one\":\"1\",\"two\":\"zwö\",\"null\":null,\"empty\":\"\",\"object\":{\"x\":[1]}},\"by\":\"me\"}","headers":[["one","1"],["two","zwö"],["null",null],["empty",""],["object","{\"x\":[1]}"],["who","me"]]}
{"partition":2,"timestamp":1700000000001,"key":"a","value":"{\"id\":\"a\",\"n\":2,\"at\":1700000000001,\"on\":2,\"h\":{},\"by\":\"\"}","headers":[["who",""]]}
END
  jq -c 'select(.topic != "ours") | [.topic, .key, .value, .headers,
    (now * 1000 - .timestamp | . >= 0 and . < 120000)]' got >others
  diff - others <<'END'
["ours.json","{\"id\":\"ä\\\"\",\"n\":1}","{\"n\":1,\"id\":\"ä\\u0022\"}",[],true]
["ours.plain",null,"{\"n\":1,\"at\":\"now\"}",[],true]
END
}

# librdkafka takes 0 for "now" (its rd_kafka_produceva).
@test "a timestamp that cannot be written is no event, rather than another one" {
  kafkactl create zero 1
  try evsink --key id --time at kafka:zero <<<'{"id":1,"at":"1970-01-01"}'
  exits 65
  says "evsink-kafka: *'at'*1970*"
  try evsink --meta m kafka:zero \
    <<<'{"id":1,"m":{"key":"k","partition":0,"timestamp":0,"headers":[]}}'
  exits 65
  says "evsink-kafka: *timestamp*1970*"
  try values zero
  prints ''
}

@test "10,000 keys are where Java's client puts them" {
  try evsink --key key --create -X partitions=12 kafka:our.keys \
    <"$BATS_FILE_TMPDIR/keys"
  exits 0
  says ''
  get java.keys | jq -c '[.key, .partition]' | sort >java.homes
  get our.keys | jq -c '[.key, .partition]' | sort >our.homes
  [ "$(uniq our.homes | wc -l)" = 10000 ]
  [ "$(jq .[1] our.homes | sort -u | wc -l)" = 12 ]
  cmp java.homes our.homes
}

@test "kcat and evkit agree, in both directions" {
  kafkactl create kcat 2
  printf 'k\tnull\nl\t{"id":1}\n\t{"id":2}\n' | tr '\t' '|' |
    sed 's/null//' | kcat -b "$KAFKA_BROKERS" -P -t kcat -p 1 -K '|' -Z \
    -H a=b -H c= -H a=d
  try evsource --meta m kafka:kcat
  exits 0
  says ''
  [ "$(jq -c 'del(.m.timestamp)' <<<"$output")" = '{"key":"k","__deleted":true,"m":{"topic":"kcat","partition":1,"offset":0,"key":"k","headers":[{"key":"a","value":"b"},{"key":"c","value":""},{"key":"a","value":"d"}]}}
{"id":1,"m":{"topic":"kcat","partition":1,"offset":1,"key":"l","headers":[{"key":"a","value":"b"},{"key":"c","value":""},{"key":"a","value":"d"}]}}
{"id":2,"m":{"topic":"kcat","partition":1,"offset":2,"key":null,"headers":[{"key":"a","value":"b"},{"key":"c","value":""},{"key":"a","value":"d"}]}}' ]

  printf '%s\n' "$output" >events
  try evsink --meta m --create -X partitions=2 kafka:kcat.copy <events
  exits 0
  says ''
  get kcat >wanted
  get kcat.copy >copy
  [ "$(wc -l <copy)" = 3 ]
  diff wanted copy
}

@test "Kafka's console tools and evkit agree, in both directions" {
  kafkactl create console 3
  printf '%s\n' 'a:b,c:NULL;k;{"id":1}' 'NULL;k;NULL' 'd:;NULL;{"id":2}' |
    kafka_java $TOOLS.ConsoleProducer --bootstrap-server "$KAFKA_BROKERS" \
    --topic console --reader-property parse.key=true \
    --reader-property parse.headers=true --reader-property null.marker=NULL \
    --reader-property headers.delimiter=\; --reader-property key.separator=\;
  try evsource --meta m --key id kafka:console
  exits 0
  says ''
  printf '%s\n' "$output" >events
  jq -c '{id, __deleted} + {key: .m.key, headers: .m.headers}' events |
    sort >got
  diff - got <<'END'
{"id":"k","__deleted":true,"key":"k","headers":[]}
{"id":1,"__deleted":null,"key":"k","headers":[{"key":"a","value":"b"},{"key":"c","value":null}]}
{"id":2,"__deleted":null,"key":null,"headers":[{"key":"d","value":""}]}
END

  # The same again, and its keys once more by the partitioner.
  try evsink --meta m --create -X partitions=3 kafka:console.copy <events
  exits 0
  jq -c 'select(.m.key) | .m.partition = null' events >keyed
  try evsink --meta m kafka:console.copy <keyed
  exits 0
  kafka_java $TOOLS.consumer.ConsoleConsumer --from-beginning \
    --bootstrap-server "$KAFKA_BROKERS" --topic console.copy --max-messages 5 \
    --formatter-property print.key=true \
    --formatter-property print.headers=true \
    --formatter-property print.partition=true \
    --formatter-property print.timestamp=true \
    --formatter-property null.literal=NULL >got
  jq -r '"CreateTime:\(.m.timestamp)\tPartition:\(.m.partition)\t" +
    ([.m.headers[] | "\(.key):\(.value // "NULL")"] | join(",") |
      if . == "" then "NO_HEADERS" else . end) +
    "\t\(.m.key // "NULL")\t" +
    if .__deleted then "NULL" else "{\"id\":\(.id)}" end' events >wanted
  grep -F "$(printf '\tk\t')" wanted >again
  diff <(cat wanted again | sort) <(sort got)
}

@test "Kafka's own tool shows the lag of a pipeline that reports to a group" {
  kafkactl create lag 1
  printf '{"id":%d}\n' 1 2 3 | put lag
  evsource --name lag -n 2 -X report.group=seen kafka:lag | evsink --name lag out.ndjson
  [ "$(wc -l <out.ndjson)" = 2 ]
  kafka_java $TOOLS.consumer.group.ConsumerGroupCommand \
    --bootstrap-server "$KAFKA_BROKERS" --describe --group seen >got
  awk '$2 == "lag" { print $1, $3, $4, $5, $6 }' got >line
  diff - line <<<'seen 0 2 3 1'
}

@test "a Streams program joins what evsink partitioned, and evsource reads what it committed" {
  kafkactl create joined 4
  jq -nc 'range(40) | {id: "c\(.)", name: "n\(.)", at: 1700000000000}' |
    evsink --key id --time at --create -X partitions=4 kafka:customers
  # Who has gone orders nothing any more.
  echo '{"id":"c7","at":1700000001000,"__deleted":true}' |
    evsink --key id --time at kafka:customers
  jq -nc 'range(400) | {id: ., customer: "c\(. % 50)",
    at: (1700000002000 + .)}' |
    evsink --key customer --time at --create -X partitions=4 kafka:orders

  while_java all_joined "$JAVA/Streams.java" orders customers joined \
    "$PWD/streams"
  jq -c 'range(400) | select(. % 50 < 40 and . % 50 != 7) |
    [., "n\(. % 50)", "c\(. % 50)", 1700000002000 + .]' -n >wanted
  jq -c '[.order.id, .customer.name, .m.key, .m.timestamp]' joined |
    sort -t[ -k2n >got
  diff wanted got
  # It is where evsink would put it.
  jq -c '{id: .m.key, p: .m.partition}' joined | sort -u >homes
  try evsink --key id --create -X partitions=4 kafka:homes <homes
  exits 0
  [ "$(get homes | jq -c 'select(.partition != (.value | fromjson.p))')" = '' ]
}

all_joined() {
  sleep 0.5
  evsource --meta m kafka:joined >joined
  [ "$(wc -l <joined)" -ge 312 ]
}

@test "Connect takes what evsink writes, and evsource what Connect writes" {
  kafkactl create connect.in 3
  printf '{"id":%d}\n' {1..20} >lines
  printf '%s\n' '{"id":"a","at":1700000000000}' '{"id":"b","at":1700000001000}' \
    '{"id":"a","at":1700000002000,"__deleted":true}' >events
  try evsink --key id --time at --create -X partitions=3 kafka:connect.out \
    <events
  exits 0
  worker >worker.properties
  source_connector >source.properties
  sink_connector >sink.properties
  TZ=UTC while_java all_connected \
    org.apache.kafka.connect.cli.ConnectStandalone worker.properties \
    source.properties sink.properties
  get connect.out | jq -r '"Struct{" + (if .value then "value=\(.value)," else
    "" end) + "partition=\(.partition),timestamp=" +
    (.timestamp / 1000 | strftime("%a %b %d %H:%M:%S UTC %Y")) + "}"' |
    sort >wanted
  [ "$(wc -l <wanted)" = 3 ]
  diff wanted <(sort sunk)

  jq -c '[.id, .m.key, .m.headers]' sourced | sort -t[ -k2n >got
  jq -c '[.id, "{\"id\":\(.id)}", [{key: "by", value: "connect"}]]' lines >wanted
  diff wanted got
  # Its keys are where evsink would put them.
  jq -c '{id: .m.key, p: .m.partition}' sourced >homes
  try evsink --key id --create -X partitions=3 kafka:connect.homes <homes
  exits 0
  [ "$(get connect.homes |
    jq -c 'select(.partition != (.value | fromjson.p))')" = '' ]
}

all_connected() {
  [ "$(cat sunk 2>/dev/null | wc -l)" -ge 3 ] || return
  evsource --meta m kafka:connect.in >sourced
  [ "$(wc -l <sourced)" -ge 20 ]
}

worker() {
  cat <<END
bootstrap.servers=$KAFKA_BROKERS
key.converter=org.apache.kafka.connect.storage.StringConverter
value.converter=org.apache.kafka.connect.storage.StringConverter
offset.storage.file.filename=$PWD/offsets
offset.flush.interval.ms=500
listeners=http://127.0.0.1:0
END
}

# A line, as key and value, and a header.
source_connector() {
  cat <<END
name=source
connector.class=org.apache.kafka.connect.file.FileStreamSourceConnector
file=$PWD/lines
topic=connect.in
transforms=line,key,text,value,header
transforms.line.type=org.apache.kafka.connect.transforms.HoistField\$Value
transforms.line.field=line
transforms.key.type=org.apache.kafka.connect.transforms.ValueToKey
transforms.key.fields=line
transforms.text.type=org.apache.kafka.connect.transforms.ExtractField\$Key
transforms.text.field=line
transforms.value.type=org.apache.kafka.connect.transforms.ExtractField\$Value
transforms.value.field=line
transforms.header.type=org.apache.kafka.connect.transforms.InsertHeader
transforms.header.header=by
transforms.header.value.literal=connect
END
}

# A line for a message: its value, partition and timestamp, as Java prints them.
sink_connector() {
  cat <<END
name=sink
connector.class=org.apache.kafka.connect.file.FileStreamSinkConnector
topics=connect.out
file=$PWD/sunk
transforms=value,where
transforms.value.type=org.apache.kafka.connect.transforms.HoistField\$Value
transforms.value.field=value
transforms.where.type=org.apache.kafka.connect.transforms.InsertField\$Value
transforms.where.partition.field=partition
transforms.where.timestamp.field=timestamp
END
}
