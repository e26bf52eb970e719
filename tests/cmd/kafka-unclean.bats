# A topic that lost its tail: its leader dies, and a replica that was away for
# the last half of it becomes the leader, since the topic allows that
# (unclean.leader.election.enable). What a source has read and the topic has no
# more is told, whether the source runs meanwhile or not; it neither jumps nor
# reads again.
#
# Two of three real brokers go, once for the whole file; each topic is a case.
load ../helpers
load ../kafka
load ../kafka-runs

# What each topic is about:
#   short   ends before what was read of it
#   grown   has others there, and behind it
#   kept    lost nothing
# Those that are named so are read by a run before and a run after it, -runs by
# a source that follows all the time, plain-grown by one that has no name.
down=(short grown kept)
followed=(short-runs grown-runs kept-runs plain-grown)

setup_file() {
  cd "$BATS_FILE_TMPDIR" || return
  export EVKIT_STATE=$PWD/state
  kafka_start --brokers 3
  lose_tails
}
teardown_file() {
  end_followers
  kafka_stop
}

lose_tails() {
  local topic all=("${down[@]}" "${followed[@]}") frozen
  for topic in "${all[@]}"; do
    timeout 60 kafkactl create "$topic" 1 replicas=1,2 min.insync.replicas=1 \
      unclean.leader.election.enable=true
    events 1 10 | put "$topic"
  done
  # The replica is away, and no request of it is on its way any more.
  broker pause 2
  eventually 30 partitions_are 'leader 1, replicas: 1,2, isrs: 1' "${all[@]}"
  for topic in "${all[@]}"; do
    [[ $topic == kept* ]] || events 11 20 | put "$topic"
  done
  for topic in "${down[@]}"; do
    once "$topic"
  done
  for topic in "${followed[@]}"; do
    follow "$topic"
  done
  for topic in "${followed[@]}"; do
    eventually 30 has_lines "out.$topic" "$([[ $topic == kept* ]] && echo 10 || echo 20)"
  done
  # Those that shall see nothing of it until the topic has grown.
  frozen=("$(<grown-runs.pid)" "$(<plain-grown.pid)")
  kill -STOP "${frozen[@]}"
  broker kill 1
  broker continue 2
  eventually 30 partitions_are 'leader 2, replicas: 1,2, isrs: 2' "${all[@]}"
  for topic in "${all[@]}"; do
    case $topic in
    *grown*) events 101 140 other | put "$topic" ;;
    kept*) events 11 12 | put "$topic" ;;
    esac
  done
  kill -CONT "${frozen[@]}"
}

setup() {
  cd "$BATS_FILE_TMPDIR" || return
  export EVKIT_STATE=$PWD/state
}

ended() { # TOPIC [SECONDS]: its source has; the status is in $status
  eventually "${2-30}" test -s "$1.end"
  status=$(<"$1.end") stderr=$(<"$1.err")
}
# What was there of both leaders, and what is told of it.
both=$(events 1 20)
OTHER='evsource-kafka: * \[0\] has another message at offset 19 than was read there: *'

@test "the source was down, and the topic ends before its position" {
  try once short
  exits 70
  says '*short \[0\] was read up to offset 20 and ends at 10: *lost its tail: evpos rewind short --to start --yes *'
  [ "$(<out.short)" = "$both" ]
  # As often as it is asked, until somebody says what to do.
  try once short
  exits 70
  try evpos show short
  [[ $output == *'the topic ends at offset 10: it was made anew, or has lost its tail'* ]]
  run -0 evpos rewind short --to end --yes
  events 21 22 | put short
  try once short
  exits 0
  [ "$(<out.short)" = "$both"$'\n'"$(events 21 22)" ]
}

@test "the source was down, and others stand where it has read" {
  try once grown
  exits 70
  says "$OTHER"
  [[ $stderr == *'evpos rewind grown --to start'* ]]
  try once grown
  exits 70
  [ "$(<out.grown)" = "$both" ]
}

@test "the source was down, and nothing is lost: it goes on" {
  try once kept
  exits 0
  [ "$(<out.kept)" = "$(events 1 12)" ]
}

@test "the source follows, and the topic ends before it" {
  # It may still hope for half a minute, of answers.
  ended short-runs 120
  exits 70
  says '*evsource-kafka: short-runs \[0\] has no offset 20 any more: *lost its tail: evpos rewind *'
  [ "$(<out.short-runs)" = "$both" ]
}

@test "the source follows, and others stand where it has read, before it sees it" {
  for topic in grown-runs plain-grown; do
    ended $topic
    exits 70
    says "$OTHER"
    # Without a name the end of the stream is told in it.
    [ "$(grep -v '^{"~ev":"fail"' out.$topic)" = "$both" ]
  done
}

@test "the source follows, and nothing is lost: it goes on with the new leader" {
  eventually 30 has_lines out.kept-runs 12 || {
    tail -n +1 kept-runs.* out.kept-runs*
    return 1
  }
  [ "$(<out.kept-runs)" = "$(events 1 12)" ]
}
