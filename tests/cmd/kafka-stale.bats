# A broker that was frozen while others took over takes itself for the leader
# when it goes on, until it hears of them: here they are down, and it does not.
# It lacks what was committed meanwhile. A source that has read that has lost
# nothing, and must not say so: 70 is for good, and who then rewinds the
# pipeline as it is told reads twice.
#
# Three real brokers, once for the whole file; each topic is a case:
#   down        is read by a run before and a run that begins meanwhile
#   runs        by a source that follows all the time
#   plain-runs  and by one without a name
load ../helpers
load ../kafka
load ../kafka-runs

all=(down runs plain-runs)

setup_file() {
  cd "$BATS_FILE_TMPDIR" || return
  export EVKIT_STATE=$PWD/state
  kafka_start --brokers 3
  depose
}
teardown_file() {
  end_followers
  kafka_stop
}

depose() {
  local topic
  for topic in "${all[@]}"; do
    timeout 60 kafkactl create "$topic" 1 replicas=1,2,3 min.insync.replicas=2
    events 1 10 | put "$topic"
  done
  broker pause 1
  eventually 30 partitions_are 'leader 2, replicas: 1,2,3, isrs: 2,3' "${all[@]}"
  for topic in "${all[@]}"; do
    events 11 20 | put "$topic"
  done
  once down
  for topic in runs plain-runs; do
    follow $topic
    eventually 30 has_lines out.$topic 20
  done
  broker kill 2
  broker kill 3
  broker continue 1
  eventually 30 partitions_are 'leader 1, replicas: 1,2,3, isrs: 1,2,3' "${all[@]}"
  {
    status=0
    once down 2>down.err || status=$?
    echo $status >down.end
  } &
  # For as long as it takes those with a name to find and to say it. One that
  # follows knows the epoch of the other leader, if the library does.
  eventually 30 grep -q 'its leader has less' down.err
  knows_epochs || eventually 20 grep -q 'its leader has less' runs.err
  broker up 2 &
  broker up 3
  wait $!
  for topic in "${all[@]}"; do
    events 21 22 | put "$topic"
  done
}

setup() {
  cd "$BATS_FILE_TMPDIR" || return
  export EVKIT_STATE=$PWD/state
}

@test "a run that begins with a leader that knows less waits for one that knows" {
  eventually 60 test -s down.end
  [ "$(<down.end)" = 0 ]
  [[ $(<down.err) == *'evsource-kafka: down [0] was read up to offset 20, and its leader has less: waiting for one that has it'* ]]
  # What came behind it belongs to that run or the next.
  once down
  [ "$(<out.down)" = "$(events 1 22)" ]
}

@test "a source that follows goes on when there is one that knows" {
  eventually 60 has_lines out.runs 22
  [ "$(<out.runs)" = "$(events 1 22)" ]
  [ ! -e runs.end ]
}

@test "so does one without a name, whether or not it has seen it" {
  eventually 60 has_lines out.plain-runs 22
  [ "$(<out.plain-runs)" = "$(events 1 22)" ]
  [ ! -e plain-runs.end ]
}
