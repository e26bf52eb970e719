# evsink-kafka under a name, killed at each of the points that it passes, on a
# real broker: whoever reads committed messages sees every event once, in order.
# And the mutants of it and of evsource-kafka: each is noticed. Wants the build
# with crash points: scripts/chaos BUILD kafka.
load ../helpers
load ../kafka

setup_file() { kafka_start; }
teardown_file() { kafka_stop; }

setup() {
  cd "$BATS_TEST_TMPDIR" || return
  export EVKIT_STATE=$PWD/state EV_BACK_OFF_MS=1
  seq -f '{"id":%g}' 60 >in.ndjson
}

# Until it does not ask to be started again: as a service does, with 75 and
# after a kill. $EV_POINT is that of the first start of the sink only.
pipeline() { # NAME TOPIC [OPTION OF EVSINK…]
  local point=${EV_POINT-} tries=0
  status=75
  while [ "$status" = 75 ] || [ "$status" = 137 ]; do
    [ $((tries += 1)) -le 8 ] || return 1
    status=0
    env -u EV_POINT timeout 60 evsource --name "$1" --mark-every 20 in.ndjson 2>>err |
      env -u EV_POINT ${point:+EV_POINT=$point} timeout -s KILL 60 evsink --name "$1" --key id \
        "${@:3}" "kafka://$KAFKA_BROKERS/$2" 2>>err || status=$?
    [ "$status" != 137 ] || died=yes
    point=
  done
  return "$status"
}

is_once() { # TOPIC
  values "$1" | jq .id | diff <(seq 60) - >differ
}

@test "a sink that is killed anywhere is as if it had not been" {
  topic
  EV_POINT_LOG=$PWD/log pipeline points "$topic"
  is_once "$topic"
  points=$(grep '^evsink-kafka@' log | cut -d' ' -f1 | sort | uniq -c |
    awk '{ for (i = 1; i <= $1 && i <= 3; i++) print $2 ":" i }')
  # As many as are known now: one that is lost is no test.
  [ "$(wc -l <<<"$points")" -ge 20 ]
  for point in $points; do
    topic
    rm -rf state
    # The topic of positions is made once.
    [[ $point != *@kafka.made:* ]] || kafkactl delete ev_positions
    died=
    EV_POINT=$point pipeline "kill.$topic" "$topic" || {
      echo "killed at $point, it ends with $status: $(cat err)"
      return 1
    }
    [ "$died" ] && is_once "$topic" || {
      echo "killed at $point${died:-, and did not die}: $(cat differ)"
      return 1
    }
    : >err
  done
}

@test "the mutants: data apart from its record is seen twice after a kill" {
  topic
  died=
  # The second mark's data are committed, and its record is not.
  EV_MUTANT=kafka.apart EV_POINT=evsink-kafka@kafka.apart:2 pipeline "mutant.$topic" "$topic"
  [ "$died" ]
  ! is_once "$topic"
}

# A run stands still with its transaction all but committed, and goes on when
# another one, of another state folder, has read the record.
overtaken() { # TOPIC
  local first second
  timeout 60 evsource --name "zombie.$1" in.ndjson >first
  EV_POINT_STOP=1 EV_POINT=evsink-kafka@kafka.record:2 EV_MUTANT='' \
    evsink --name "zombie.$1" --key id "kafka://$KAFKA_BROKERS/$1" <first 2>>err &
  first=$!
  background+=" $first"
  eventually 20 is_stopped "$first"
  export EVKIT_STATE=$PWD/other.$1
  timeout 60 evsource --name "zombie.$1" in.ndjson >second
  EV_POINT_STOP=1 EV_POINT=evsink-kafka@kafka.read:1 \
    evsink --name "zombie.$1" --key id "kafka://$KAFKA_BROKERS/$1" <second 2>>err &
  second=$!
  background+=" $second"
  export EVKIT_STATE=$PWD/state
  eventually 20 is_stopped "$second"
  kill -CONT "$first"
  status=0
  wait "$first" || status=$?
  kill -CONT "$second"
  wait "$second"
}

teardown() {
  local pid
  for pid in ${background-}; do
    kill -9 "$pid" 2>/dev/null || :
  done
}

@test "a run that was overtaken with its transaction open cannot commit it" {
  topic
  overtaken "$topic"
  [ "$status" = 75 ]
  grep -qE "fenced|old epoch" err || { cat err; return 1; }
  is_once "$topic"
}

@test "the mutants: with the record read before the fence, it can" {
  topic
  EV_MUTANT=kafka.fence overtaken "$topic"
  [ "$status" = 0 ] || { echo "$status: $(cat err)"; return 1; }
  ! is_once "$topic"
}

# What is slow is told to make marks more often (78); what was stopped is not.
@test "a sink that was frozen in a transaction until its time was over is started again" {
  "$KAFKA" start "$PWD/short" --owner $$ transaction.max.timeout.ms=3000 >short.env
  (
    . ./short.env
    # The first flush is the claim's.
    for point in begun:2 sent:2 flushed:3; do
      topic=frozen-${point%:*}
      timeout 60 kafkactl create "$topic" 1
      timeout 60 evsource --name "$topic" --mark-every 20 in.ndjson >stream
      EV_POINT_STOP=1 EV_POINT=evsink-kafka@kafka.$point \
        evsink --name "$topic" --key id "kafka://$KAFKA_BROKERS/$topic" <stream 2>>err &
      eventually 20 is_stopped $!
      sleep 4
      kill -CONT $!
      status=0
      wait $! || status=$?
      # The coordinator may not have looked yet, and takes the commit.
      [ "$status" = 75 ] || [ "$status" = 0 ] || {
        echo "frozen at $point, it ends with $status: $(cat err)"
        return 1
      }
      pipeline "$topic" "$topic"
      is_once "$topic" || return
    done
  )
  "$KAFKA" stop "$PWD/short"
}

# What a rule of the source is good for: what comes of it, and what comes of its
# mutant.
differs() { # MUTANT OUTCOME OUTCOME OF THE MUTANT COMMAND
  local outcome
  topic 2
  outcome=$("$4")
  [ "$outcome" = "$2" ] || { echo "'$outcome', not '$2': $(cat err)"; return 1; }
  rm -rf state out* err
  topic 2
  outcome=$(EV_MUTANT=$1 "$4")
  [ "$outcome" = "$3" ] || { echo "the mutant: '$outcome', not '$3': $(cat err)"; return 1; }
}

lines() { # PARTITION FIRST LAST
  seq -f "{\"id\":%g}" "$2" "$3" | put "$topic" -p "$1"
}
# A run from the topic to out, and how it ends.
drain() { # [OPTION…]
  local status=0
  timeout 60 evsource --name "$topic" "$@" "kafka://$KAFKA_BROKERS/$topic" 2>>err |
    EV_POINT=${point-} timeout -s KILL 60 evsink --name "$topic" out 2>>err ||
    status=$?
  echo "$status $(wc -l <out) $(sort -u out | wc -l)"
}

made_anew() {
  lines 0 1 10
  drain >/dev/null
  kafkactl delete "$topic"
  kafkactl create "$topic" 2
  lines 0 101 112
  drain
}
@test "the mutants: without a look at the last message another topic is read on" {
  differs kafka.last '70 10 10' '0 12 12' made_anew
}

dies_after_a_mark() {
  lines 0 1 60
  point=evsink-file@log.committed:2 drain --mark-every 20 >/dev/null
  # The copy of the record is the one before, at first.
  drain >/dev/null
  drain
}
@test "the mutants: of a position that is ahead of what went out events are lost" {
  differs kafka.ahead '0 60 60' '0 59 59' dies_after_a_mark
}

grows() {
  lines 0 1 5
  drain >/dev/null
  kafkactl grow "$topic" 3
  lines 2 6 10
  drain
}
@test "the mutants: a new partition that is read from its end loses what is there" {
  differs kafka.new '0 10 10' '0 5 5' grows
}

ends_aborted() {
  lines 0 1 5
  drain >/dev/null
  printf '%s\n' '{"do":"begin"}' '{"value":{"id":6},"partition":0}' \
    '{"do":"flush"}' '{"do":"abort"}' |
    timeout 60 kafkasend -X "transactional.id=$topic" "$topic" >/dev/null
  drain >/dev/null
  evpos show "$topic" | sed -n 's/.*#0: \([^(]*\).*/\1/p'
}
@test "the mutants: what was aborted is left to read for ever where a mark leaves it out" {
  differs kafka.holes 'offset 7, nothing is left to read' \
    'offset 5, 2 offsets behind' ends_aborted
}

two_partitions() {
  lines 0 1 3
  lines 1 11 17
  drain >/dev/null
  lines 0 4 5
  lines 1 18 19
  drain
}
@test "the mutants: a position under another partition is refused" {
  differs kafka.mixed '0 14 14' '70 10 10' two_partitions
}

@test "the mutants: without a look back what another leader has is read on" {
  EV_MUTANT=kafka.broker run bats --formatter tap -f '^the source follows' \
    "$TOP/tests/cmd/kafka-unclean.bats"
  # Where the library asks the new leader itself, that is enough.
  if knows_epochs; then
    [ "$(grep -c '^ok' <<<"$output")" = 3 ]
    return
  fi
  [ "$(grep -c '^ok' <<<"$output")" = 2 ]
  [ "$(grep '^not ok' <<<"$output")" = "not ok 2 the source follows, and others \
stand where it has read, before it sees it" ]
}

@test "the mutants of Kafka's connectors are these" {
  grep -ohE 'ev_mutant\("kafka\.[^"]*"' "$TOP"/lib/*/*.c "$TOP"/cmd/*.c |
    sed 's/.*("//; s/"$//' | sort -u >mutants
  diff mutants <(printf 'kafka.%s\n' ahead apart broker claim fence \
    holes last mixed new)
}
