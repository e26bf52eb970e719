# evsource-kafka, on a real broker. kcat, kafkasend and kafkactl write what it
# reads.
load ../helpers
load ../kafka

setup_file() { kafka_start; }
teardown_file() { kafka_stop; }

setup() {
  cd "$BATS_TEST_TMPDIR" || return
  export EVKIT_STATE=$BATS_TEST_TMPDIR/state
}

# The topic, or another, bounded by time: a run that hangs is a failure.
source_of() { # TOPIC OPTION…
  timeout 90 evsource "${@:2}" "kafka://$KAFKA_BROKERS/$1"
}
read_topic() { # OPTION…
  try source_of "$topic" "$@"
}

send() { # EVENT of kafkasend…: to the topic
  printf '%s\n' "$@" | timeout 60 kafkasend -X transactional.id= "$topic" \
    >/dev/null
}
lines() { # TEXT…
  printf '%s\n' "$@"
}
# In a transaction; each word is what to do with it.
transact() { # LINE of kafkasend…
  printf '%s\n' "$@" |
    timeout 60 kafkasend -X "transactional.id=$topic" "$topic" >/dev/null
}

# A named run to a file; the statuses of both ends are in $ends.
run_named() { # OPTION…
  ends='0 0'
  source_of "$topic" --name p "$@" 2>source.err |
    timeout 90 evsink --name p out.ndjson 2>sink.err ||
    ends="${PIPESTATUS[*]}"
}

# What runs in the background ends with the case.
teardown() {
  [ ! "${follower-}" ] || kill "$follower" 2>/dev/null || :
}

# --- values ---------------------------------------------------------------

@test "a JSON value passes byte for byte" {
  topic
  lines '{"id":1}' '  {"a" : 1.10,"b":9007199254740993, "é":"\u00e9\/"}' '{}' |
    put "$topic"
  read_topic
  exits 0
  says ''
  prints '{"id":1}
  {"a" : 1.10,"b":9007199254740993, "é":"\u00e9\/"}
{}'
}

@test "a value of several lines becomes one, and keeps its strings" {
  topic
  printf '{\n  "id" : 1.0,\r\n\t"s": "a  b\\n",\n  "l": [ 1,\n 2 ]\n}\n' >v
  put "$topic" v
  printf '{"id":2}\n' >v
  put "$topic" v
  read_topic
  exits 0
  prints '{"id":1.0,"s":"a  b\n","l":[1,2]}
{"id":2}'
}

@test "an empty topic is no event, and that is soon known" {
  topic 4
  read_topic
  start=$EPOCHREALTIME
  read_topic
  took=$(((${EPOCHREALTIME/./} - ${start/./}) / 1000))
  exits 0
  says ''
  prints ''
  # Alone it is 40 ms.
  echo "$took ms"
  [ $took -lt 1000 ]
}

@test "a value that is no JSON object is bad, with its topic, partition and offset" {
  topic 2
  lines '{"id":1}' 'no' '[1]' '{"id":2}' '{"id":3}
{"id":4}' '{"~ev":"mark"}' | put "$topic" -p 1
  read_topic
  exits 65
  [ "${lines[0]}" = '{"id":1}' ]
  says "evsource-kafka: $topic \[1\] at offset 1: not a JSON object*"
  read_topic --on-error skip
  exits 0
  prints '{"id":1}
{"id":2}
{"id":3}
{"id":4}'
  says '*in=7 out=4 filtered=0 rejected=0 skipped=3'

  printf '{"id":3}\n{"id":4}' >v
  topic
  put "$topic" v
  printf 'x\377' >v
  put "$topic" v
  : >v
  put "$topic" v
  read_topic --reject bad.ndjson
  exits 0
  prints ''
  run -0 jq -r '.where + ": " + .error + " " + .input' bad.ndjson
  prints "$topic [0] at offset 0: it is no JSON object {\"id\":3}
{\"id\":4}
$topic [0] at offset 1: not a JSON object eP8="
}

@test "a schema registry's framing is recognised" {
  topic
  send '{"value_hex":"00000000117b7d"}'
  read_topic
  exits 65
  says "evsource-kafka: $topic \[0\] at offset 0: it has the framing of a schema registry (schema 17): *"
}

@test "a value longer than --max-event is bad" {
  topic
  lines '{"id":1}' '{"id":22}' | put "$topic"
  read_topic --max-event 8 --on-error skip
  exits 0
  prints '{"id":1}'
}

@test "a field of the key that is named twice is 64" {
  topic
  read_topic --key id,n,id
  exits 64
  says "evsource-kafka: --key names 'id' twice"
}

@test "tombstones are deleted rows, with what their key has" {
  topic
  send '{"key":"a b","value":null}' '{"key":"42","value":null}' \
    '{"key":"007","value":null}' '{"key":"\"s\"","value":null}' \
    '{"key":"{\"id\":1,\"at\":\"x\"}","value":null}' '{"value":null}' \
    '{"key_hex":"fffe","value":null}' '{"key":"{}","value":null}' \
    '{"key_hex":"00000005","value":null}'
  read_topic --key id
  exits 0
  says ''
  prints '{"id":"a b","__deleted":true}
{"id":42,"__deleted":true}
{"id":"007","__deleted":true}
{"id":"s","__deleted":true}
{"id":1,"at":"x","__deleted":true}
{"id":null,"__deleted":true}
{"id_base64":"//4=","__deleted":true}
{"__deleted":true}
{"id_base64":"AAAABQ==","__deleted":true}'

  topic
  send '{"key":"[\"a\",2]","value":null}' '{"key":"[1]","value":null}'
  read_topic --key x,y
  prints '{"x":"a","y":2,"__deleted":true}
{"x":"[1]","__deleted":true}'
  read_topic
  prints '{"key":"[\"a\",2]","__deleted":true}
{"key":"[1]","__deleted":true}'
}

@test "--meta tells where an event stood, with all of its headers" {
  topic 2
  send '{"key":"k","value":{"id":1},"headers":[["h","v"],["n",null],["h","w"]],"partition":1,"timestamp":1700000000000}' \
    '{"value":{},"partition":1,"timestamp":1700000000001}' \
    '{"key":"","value":null,"partition":1,"timestamp":1700000000002}' \
    '{"key_hex":"c3","value":{"m":1},"partition":1,"timestamp":1700000000003}' \
    '{"key_hex":"c3","value":{"x":1},"partition":1,"timestamp":1700000000004}'
  read_topic --meta m --on-error skip
  exits 0
  prints "{\"id\":1,\"m\":{\"topic\":\"$topic\",\"partition\":1,\"offset\":0,\"timestamp\":1700000000000,\"key\":\"k\",\"headers\":[{\"key\":\"h\",\"value\":\"v\"},{\"key\":\"n\",\"value\":null},{\"key\":\"h\",\"value\":\"w\"}]}}
{\"m\":{\"topic\":\"$topic\",\"partition\":1,\"offset\":1,\"timestamp\":1700000000001,\"key\":null,\"headers\":[]}}
{\"key\":\"\",\"__deleted\":true,\"m\":{\"topic\":\"$topic\",\"partition\":1,\"offset\":2,\"timestamp\":1700000000002,\"key\":\"\",\"headers\":[]}}
{\"x\":1,\"m\":{\"topic\":\"$topic\",\"partition\":1,\"offset\":4,\"timestamp\":1700000000004,\"key_base64\":\"ww==\",\"headers\":[]}}"
  says '*skipped=1'
}

@test "--format text: a value is a text, whatever lines it has" {
  topic
  printf 'a "b"\nc' >v
  put "$topic" v
  printf 'x\377' >v
  put "$topic" v
  read_topic --format text --on-error skip
  exits 0
  prints '{"message":"a \"b\"\nc"}'
  read_topic --format text -X field=line --limit 1
  prints '{"line":"a \"b\"\nc"}'
}

@test "--format csv: a value is a row of --header, or a document with its own" {
  topic
  lines '1,ann,2.5' '2,"b ""q"" x",' '3,"open,1' '4,dd,9' '5' | put "$topic"
  printf '5,ee,1\r\n6,ff,2' >v
  put "$topic" v
  send '{"key":"k","value":null}'
  read_topic --format csv --header id,name,n --reject bad.ndjson
  exits 0
  prints '{"id":1,"name":"ann","n":2.5}
{"id":2,"name":"b \"q\" x","n":null}
{"id":4,"name":"dd","n":9}
{"id":5,"name":"ee","n":1}
{"id":6,"name":"ff","n":2}
{"key":"k","__deleted":true}'
  run -0 jq -r .where bad.ndjson
  prints "$topic [0] at offset 2
$topic [0] at offset 4"
  read_topic --format csv --header id,name,n
  exits 65
  says "evsource-kafka: $topic \[0\] at offset 2: *quote*"
  [[ $stderr != *offset*offset* ]]
  read_topic --format regex -X 'pattern=(?<a>^x)'
  exits 65
  says "evsource-kafka: $topic \[0\] at offset 0: the line does not match the pattern"

  topic
  printf 'a,b\n1,2\n3,4\n' >v
  put "$topic" v
  printf 'b\nx\n' >v
  put "$topic" v
  read_topic --format csv
  exits 0
  prints '{"a":1,"b":2}
{"a":3,"b":4}
{"b":"x"}'
}

@test "values with records may be in another encoding, and no others" {
  topic
  printf '1,caf\351\n' | put "$topic"
  read_topic --format csv --header id,name --encoding latin1
  exits 0
  prints '{"id":1,"name":"café"}'
  read_topic --format text --encoding latin1
  exits 64
  says 'evsource-kafka: --encoding is for --format csv, tsv, regex, and json with --path: other values are UTF-8'
}

@test "--format json: --path leads to what the events are" {
  topic
  lines '{"d":{"l":[{"a":1},{"a":2}]}}' '{"d":{"l":[{"a":3}]}}' '{"d":1}' |
    put "$topic"
  read_topic --format json --path d.l --on-error skip
  exits 0
  prints '{"a":1}
{"a":2}
{"a":3}'
}

# --- the end ----------------------------------------------------------------

@test "a bounded run ends behind what was aborted, and before what is open" {
  topic
  transact '{"do":"begin"}' '{"value":{"i":1}}' '{"do":"commit"}' \
    '{"do":"begin"}' '{"value":{"i":2}}' '{"value":{"i":3}}' '{"do":"flush"}' \
    '{"do":"abort"}'
  read_topic
  exits 0
  says ''
  prints '{"i":1}'
  read_topic -X isolation.level=read_uncommitted
  exits 0
  prints '{"i":1}
{"i":2}
{"i":3}'

  mkfifo open
  timeout 60 kafkasend -X "transactional.id=$topic-2" "$topic" <open >said &
  exec 7>open
  lines '{"do":"begin"}' '{"value":{"i":4}}' '{"do":"flush"}' >&7
  eventually 20 grep -q flush said
  echo '{"i":5}' | put "$topic"
  read_topic
  exits 0
  prints '{"i":1}'
  echo '{"do":"commit"}' >&7
  exec 7>&-
  wait
  read_topic
  exits 0
  prints '{"i":1}
{"i":4}
{"i":5}'
}

@test "nothing but what was aborted is nothing, under a name, too" {
  topic
  transact '{"do":"begin"}' '{"value":{"i":2}}' '{"do":"flush"}' '{"do":"abort"}'
  run_named
  [ "$ends" = '0 0' ]
  [ ! -s out.ndjson ]
  run -0 evpos show p
  [[ $output == *'#0: offset 2, nothing is left to read' ]]
}

compacted() {
  [ "$(source_of "$topic" | wc -l)" -lt 20 ]
}

@test "a bounded run reads over what compaction has left out" {
  topic 1 cleanup.policy=compact segment.ms=100 min.cleanable.dirty.ratio=0.01 \
    min.compaction.lag.ms=0
  for i in 1 2 3 4; do
    lines k:'{"a":1}' l:'{"a":2}' k:'{"a":3}' l:'{"a":4}' "m$i:{\"i\":$i}" |
      put "$topic" -K:
    sleep 0.2
  done
  echo 'z:{"last":1}' | put "$topic" -K:
  eventually 40 compacted
  read_topic --meta m
  exits 0
  [[ ${lines[-1]} == *'"last":1'*'"offset":20'* ]]
  [[ $output == *'"i":1'*'"i":4'* ]]
}

# --- which messages ---------------------------------------------------------

@test "--from and --until: offsets, times, how long ago, the end" {
  topic
  local hour=3600000 now=$((${EPOCHREALTIME/./} / 1000))
  send "{\"value\":{\"i\":0},\"timestamp\":1700000000000}" \
    "{\"value\":{\"i\":1},\"timestamp\":1700000100000}" \
    "{\"value\":{\"i\":2},\"timestamp\":$((now - 2 * hour))}" \
    "{\"value\":{\"i\":3},\"timestamp\":$((now - hour / 2))}"
  read_topic --from 2
  prints '{"i":2}
{"i":3}'
  read_topic --from 1 --until 3
  prints '{"i":1}
{"i":2}'
  # 1700000100 s
  read_topic --from '2023-11-14 22:15:00Z' --until '3 hours ago'
  exits 0
  prints '{"i":1}'
  read_topic --from '1.5 hours ago'
  prints '{"i":3}'
  read_topic --from '3h ago' --until '1 hour ago'
  prints '{"i":2}'
  read_topic --from end
  exits 0
  prints ''
  read_topic --from 99
  exits 0
  prints ''
  read_topic --from soon
  exits 64
  says "evsource-kafka: --from wants start, end, an offset, a time *, not 'soon'*"
}

@test "--partitions and --shard choose partitions" {
  topic 6
  for p in 0 1 2 3 4 5; do
    echo "{\"p\":$p}" | put "$topic" -p $p
  done
  sorted() { # OPTION…
    source_of "$topic" "$@" | sort | tr -d '\n'
  }
  run -0 sorted --partitions 0,3-4
  prints '{"p":0}{"p":3}{"p":4}'
  run -0 sorted --shard 1/4
  prints '{"p":0}{"p":4}'
  run -0 sorted --shard 2/4
  prints '{"p":1}{"p":5}'
  read_topic --partitions 5-6
  exits 70
  says "evsource-kafka: '$topic' has no partition 6"
  read_topic --partitions x
  exits 64
  read_topic --shard 5/4
  exits 64
  says "evsource-kafka: --shard '5/4': a shard is K/N, the K-th of N: *"
}

@test "several topics, and those that match a pattern" {
  topic
  a=$topic
  echo '{"a":1}' | put "$a"
  topic
  echo '{"b":1}' | put "$topic"
  run -0 bash -c 'timeout 30 evsource "kafka://$KAFKA_BROKERS/$1,$2" | sort' \
    - "$a" "$topic"
  prints '{"a":1}
{"b":1}'
  run -0 bash -c 'timeout 30 evsource "kafka://$KAFKA_BROKERS/^$1\.[12]\$" | sort' \
    - "${a%.*}"
  prints '{"a":1}
{"b":1}'
  try timeout 30 evsource "kafka://$KAFKA_BROKERS/^no-such"
  exits 0
  prints ''
  says "evsource-kafka: no topic matches '^no-such'"
  try timeout 30 evsource "kafka://$KAFKA_BROKERS/^a("
  exits 64
}

@test "no such topic is 70, nobody there 69, and the place may leave out the brokers" {
  try timeout 30 evsource "kafka://$KAFKA_BROKERS/no-such"
  exits 70
  says "evsource-kafka: cannot use topic 'no-such': *"
  # With a name, too, and nothing of a position to rewind.
  try timeout 30 evsource --name none "kafka://$KAFKA_BROKERS/no-such"
  exits 70
  says "evsource-kafka: cannot use topic 'no-such': unknown topic or partition"
  try timeout 30 evsource --wait 1s kafka://127.0.0.1:1/t
  exits 69
  says 'evsource-kafka: cannot reach the brokers: *refused*'
  topic
  echo '{"a":1}' | put "$topic"
  EVKIT_BROKERS=$KAFKA_BROKERS try timeout 30 evsource "kafka:$topic"
  prints '{"a":1}'
  try timeout 30 evsource -b "$KAFKA_BROKERS" "kafka:$topic" -n 1
  prints '{"a":1}'
}

@test "who waits for brokers says so" {
  try timeout 30 evsource --wait 6s kafka://127.0.0.1:1/t
  exits 69
  says 'evsource-kafka: cannot reach the brokers: *: waiting
evsource-kafka: cannot reach the brokers: *'
}

# --- named ------------------------------------------------------------------

@test "a named run reads what is new, each message once" {
  topic 3
  seq 1 30 | sed 's/.*/{"i":&}/' | put "$topic"
  run_named
  [ "$ends" = '0 0' ]
  run_named
  [ "$ends" = '0 0' ]
  has_lines out.ndjson 30
  seq 31 40 | sed 's/.*/{"i":&}/' | put "$topic"
  transact '{"do":"begin"}' '{"value":{"no":1}}' '{"do":"flush"}' '{"do":"abort"}'
  run_named
  [ "$ends" = '0 0' ]
  [ ! -s source.err ]
  run -0 jq -s 'sort_by(.i) | map(.i) == [range(1; 41)]' out.ndjson
  prints true
}

@test "killed in between, a follower goes on: nothing twice, nothing lost" {
  topic 4
  seq 1 3000 | sed 's/.*/{"i":&}/' | put "$topic"
  for round in 1 2 3 4 5 6; do
    (timeout -s KILL "0.$((round * 3 % 10 + 1))" \
      evsource --name p --follow --mark-every 50 \
      "kafka://$KAFKA_BROKERS/$topic" 2>>err |
      timeout 30 evsink --name p out.ndjson 2>>err) 3>&- || :
    seq $((3000 + round * 100 - 99)) $((3000 + round * 100)) |
      sed 's/.*/{"i":&}/' | put "$topic"
  done
  rm -f state/p/tries
  run_named
  [ "$ends" = '0 0' ]
  run -0 jq -s 'sort_by(.i) | map(.i) == [range(1; 3601)]' out.ndjson
  prints true
}

@test "--from is for the first run, and under a name a mark holds it" {
  topic
  lines '{"i":1}' '{"i":2}' | put "$topic"
  run_named --from end
  [ "$ends" = '0 0' ]
  echo '{"i":3}' | put "$topic"
  run_named --from start
  [ "$(<out.ndjson)" = '{"i":3}' ]
}

@test "messages deleted before they were read are 70, never a jump" {
  topic
  seq 1 10 | sed 's/.*/{"i":&}/' | put "$topic"
  run_named
  seq 11 20 | sed 's/.*/{"i":&}/' | put "$topic"
  kafkactl truncate "$topic" 0 15
  run_named
  [ "${ends% *}" = 70 ]
  [[ $(<source.err) == "evsource-kafka: $topic [0]: offsets 10 to 14 were deleted before they were read: evpos rewind p --to start"* ]]
  has_lines out.ndjson 10
  run -0 evpos show p
  [[ $output == *'offset 10, 5 offsets behind (offsets before 15 were deleted before they were read)'* ]]
  run_named --changed read
  [ "$ends" = '0 0' ]
  run -0 jq -sc 'map(.i) | [min, max, length]' out.ndjson
  prints '[1,20,15]'
}

@test "a topic made anew is 70, whether it is shorter or longer than before" {
  topic
  seq 1 10 | sed 's/.*/{"i":&}/' | put "$topic"
  run_named
  [ "$ends" = '0 0' ]
  kafkactl delete "$topic"
  kafkactl create "$topic" 1
  echo '{"new":1}' | put "$topic"
  run_named
  [ "${ends% *}" = 70 ]
  [[ $(<source.err) == *"$topic [0] was read up to offset 10 and ends at 1: the topic was made anew, or has lost its tail: evpos rewind p --to start"* ]]
  seq 2 20 | sed 's/.*/{"new":&}/' | put "$topic"
  run_named
  [ "${ends% *}" = 70 ]
  [[ $(<source.err) == *"$topic [0] has another message at offset 9 than was read there: "*"evpos rewind p --to start"* ]]
  run -0 evpos rewind p --to start --yes
  run_named
  [ "$ends" = '0 0' ]
  run -0 jq -s 'map(select(.new)) | length' out.ndjson
  prints 20
}

@test "another topic than the record's is 70, --input says that it is the same" {
  topic
  old=$topic
  echo '{"i":1}' | put "$topic"
  run_named
  topic
  lines '{"i":1}' '{"i":2}' | put "$topic"
  run_named
  [ "${ends% *}" = 70 ]
  [[ $(<source.err) == *"the pipeline has read 'kafka:"*"/$old' so far, and not 'kafka:"*"/$topic': --input"* ]]
  run_named --changed read
  [ "$ends" = '0 0' ]
  [ "$(<out.ndjson)" = '{"i":1}
{"i":1}
{"i":2}' ]
}

@test "--until and --limit end a named run where the next one goes on" {
  topic
  seq 1 10 | sed 's/.*/{"i":&}/' | put "$topic"
  run_named --until 4
  run_named --limit 3
  [ "$ends" = '0 0' ]
  has_lines out.ndjson 7
  run_named
  run -0 jq -sc 'map(.i)' out.ndjson
  prints '[1,2,3,4,5,6,7,8,9,10]'
}

run_shard() { # OPTION…: into a table
  ends='0 0'
  source_of "$topic" --name p "$@" 2>source.err |
    timeout 90 evsink --name p sqlite:s.db/t 2>sink.err ||
    ends="${PIPESTATUS[*]}"
}

@test "each shard is a pipeline of its own; another count is 70" {
  topic 4
  for p in 0 1 2 3; do
    echo "{\"p\":$p}" | put "$topic" -p $p
  done
  run_shard --shard 2/4
  [ "$ends" = '0 0' ]
  run_shard --shard 2/5
  [[ $ends == *70* ]]
  [[ $(cat source.err sink.err) == *'pipeline p has 4 shards, not 5: evpos shards p 5 '* ]]
  echo '{"p":11}' | put "$topic" -p 1
  run_shard --shard 2/4
  [ "$ends" = '0 0' ]
  run -0 sqlite3 s.db 'SELECT p FROM t ORDER BY p'
  prints '1
11'
}

@test "partitions that were added are read from their start" {
  topic
  echo '{"p":0}' | put "$topic"
  run_named
  kafkactl grow "$topic" 3
  echo '{"p":2}' | put "$topic" -p 2
  run_named
  [ "$ends" = '0 0' ]
  [ "$(<out.ndjson)" = '{"p":0}
{"p":2}' ]
  [[ $(<source.err) == *"$topic [2] is new: it is read from offset 0"* ]]
}

@test "--mark-when marks where a value changes" {
  topic
  lines '{"d":1}' '{"d":1}' '{"d":2}' '{"d":2}' '{"d":3}' | put "$topic"
  read_topic --name p --mark-when d
  exits 0
  run -0 jq -r 'if ."~ev" == "mark" then "mark " + .n else .d end // empty' \
    <<<"$output"
  prints '1
1
mark 2
2
2
mark 2
3
mark 1'
}

@test "bad values of a named run go with it" {
  topic
  lines '{"i":1}' no '{"i":2}' | put "$topic"
  run_named --reject "$PWD/bad.ndjson"
  [ "$ends" = '0 0' ]
  [ "$(jq -r .input bad.ndjson)" = no ]
  has_lines out.ndjson 2
}

# --- following --------------------------------------------------------------

follow_topic() { # PATTERN OPTION…
  timeout 60 evsource --follow -X topic.metadata.refresh.interval.ms=300 \
    "${@:2}" "kafka://$KAFKA_BROKERS/$1" >followed 2>err 3>&- &
  follower=$!
}

@test "--follow reads what comes, partitions and topics that are added" {
  topic
  echo '{"i":1}' | put "$topic"
  follow_topic "^t$BATS_TEST_NUMBER\\."
  eventually 20 has_lines followed 1
  echo '{"i":2}' | put "$topic"
  eventually 20 has_lines followed 2
  kafkactl grow "$topic" 2
  echo '{"i":3}' | put "$topic" -p 1
  eventually 20 has_lines followed 3
  old=$topic
  topic
  echo '{"i":4}' | put "$topic"
  eventually 20 has_lines followed 4
  # A topic that goes drops out, and is a new one when it comes again.
  kafkactl delete "$old"
  echo '{"i":5}' | put "$topic"
  eventually 20 has_lines followed 5
  # Not before somebody has looked.
  sleep 2
  kafkactl create "$old" 1
  echo '{"i":6}' | put "$old"
  eventually 30 has_lines followed 6
  kill "$follower"
  wait "$follower" || :
  [ "$(head -n 6 followed)" = '{"i":1}
{"i":2}
{"i":3}
{"i":4}
{"i":5}
{"i":6}' ]
}

@test "a follower that comes before its topic waits; who wants its end does not" {
  follow_topic "t$BATS_TEST_NUMBER.1"
  eventually 20 grep -qx "evsource-kafka: topic 't$BATS_TEST_NUMBER.1' is not there yet: waiting for it" err
  topic 2
  echo '{"i":1}' | put "$topic" -p 1
  eventually 20 has_lines followed 1
  [ "$(wc -l <err)" = 1 ]
  kill "$follower"
  wait "$follower" || :
  # A file of its own: in err the word stands already.
  timeout 60 evsource --name w --follow "kafka://$KAFKA_BROKERS/no-such" \
    >marked 2>waits 3>&- &
  follower=$!
  eventually 20 grep -q waiting waits
  kill "$follower"
  wait "$follower" || :
  soon grep -q '"end":"stop"' marked
  [[ $(tail -n 1 marked) == *'"n":"0","pos":{},'*'"end":"stop"'* ]]
  try source_of no-such --follow --from end
  exits 70
  says "evsource-kafka: cannot use topic 'no-such': *"
}

@test "a follower whose topic is deleted ends with 70" {
  topic
  echo '{"i":1}' | put "$topic"
  follow_topic "$topic"
  eventually 20 has_lines followed 1
  kafkactl delete "$topic"
  ended=0
  wait "$follower" || ended=$?
  [ $ended = 70 ]
}

@test "a follower ends when nobody reads it, and seals when it is asked to stop" {
  topic
  echo '{"i":1}' | put "$topic"
  run -0 bash -c "timeout 20 evsource --follow kafka://$KAFKA_BROKERS/$topic |
    head -n 1"
  prints '{"i":1}'
  follow_topic "$topic" --name p
  eventually 20 grep -q '"mark"' followed
  kill -TERM "$follower"
  wait "$follower"
  [[ $(tail -n 1 followed) == *'"end":"stop"'* ]]
}

@test "a follower waits for a broker that is away, says so, and goes on" {
  eval "$("$KAFKA" start own --owner $$)"
  topic
  echo '{"i":1}' | put "$topic"
  follow_topic "$topic"
  eventually 20 has_lines followed 1
  broker kill 1
  eventually 30 grep -q ': waiting$' err
  broker up 1
  echo '{"i":2}' | put "$topic"
  eventually 30 has_lines followed 2
  eventually 30 grep -q 'the brokers answer again$' err
  kill "$follower"
  "$KAFKA" stop own
}

@test "a follower of brokers that were killed ends when it is asked to" {
  eval "$("$KAFKA" start own --owner $$)"
  topic 12
  seq 100 | sed 's/.*/{"i":&}/' | put "$topic"
  followers=()
  for k in 1 2 3 4 5 6; do
    EVKIT_STATE=$PWD/state$k evsource --name p --follow \
      "kafka://$KAFKA_BROKERS/$topic" >followed$k 2>/dev/null &
    followers+=($!)
  done
  for k in 1 2 3 4 5 6; do
    eventually 30 grep -q '"mark"' followed$k
  done
  broker kill 1
  # librdkafka 2.0.2 may wait for ever for its threads, where they try again
  sleep 3
  kill -TERM "${followers[@]}"
  for pid in "${followers[@]}"; do
    eventually 20 has_ended "$pid"
    wait "$pid"
  done
  "$KAFKA" stop own
}

# --- others -----------------------------------------------------------------

@test "-X report.group tells Kafka what the sink has committed" {
  topic 2
  lines '{"i":1}' '{"i":2}' '{"i":3}' | put "$topic" -p 1
  run_named -X report.group="g-$topic"
  [ "$ends" = '0 0' ]
  [ ! -s source.err ]
  run -0 kafkactl offsets "g-$topic"
  [[ $output == *"\"topic\":\"$topic\",\"partition\":1,\"offset\":3"* ]]
  read_topic -X report.group=g
  exits 64
}

@test "evpos shows how far behind a pipeline is, and sets it elsewhere" {
  topic 2
  seq 1 10 | sed 's/.*/{"i":&}/' | put "$topic" -p 0
  seq 1 5 | sed 's/.*/{"i":&}/' | put "$topic" -p 1
  run_named
  seq 11 14 | sed 's/.*/{"i":&}/' | put "$topic" -p 0
  run -0 evpos show p
  [[ $output == *'#0: offset 10, 4 offsets behind'*'#1: offset 5, nothing is left to read'* ]]
  run -0 evpos rewind p --to 8 --yes
  run -0 evpos show p
  [[ $output == *'#0: offset 8, 6 offsets behind'*'#1: offset 5, nothing is left to read'* ]]
  run_named
  [ "$ends" = '0 0' ]
  run -0 jq -sc '[length, (map(.i) | add)]' out.ndjson
  prints '[21,139]'
  for input in "kafka:$topic" "kafka://other:1/$topic"; do
    run -0 evpos rewind p --to 0 --input "$input"
    [[ $output == *'#0: from offset 14 to offset 0: 14 offsets will be read again'*'#1: from offset 5 to offset 0: 5 offsets will'* ]]
  done
  try evpos rewind p --to 0 --input kafka:other
  exits 64
  run -0 evpos rewind p --to '1 hour ago' --yes
  run -0 evpos show p
  [[ $output == *'#0: offset 0, 14 offsets behind'* ]]
}

@test "settings of the client: unknown ones, and those that are not to be changed" {
  topic
  read_topic -X fetch.wait.max.m=1
  exits 64
  says "*did you mean 'fetch.wait.max.ms'?*"
  read_topic -X enable.auto.commit=true
  exits 64
  read_topic --name p -X isolation.level=read_uncommitted
  exits 64
}
