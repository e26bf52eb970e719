# evpos shards, killed at each of the points that it and the connectors that it
# asks pass, and run again: every event is in the sink once, and of the old
# dealing nothing is left. And its mutants: each is noticed. Wants the build
# with crash points: scripts/chaos BUILD kafka.
load ../helpers
load ../kafka

setup_file() {
  kafka_start
}
teardown_file() {
  kafka_stop
}

setup() {
  cd "$BATS_TEST_TMPDIR" || return
  export EVKIT_STATE=$PWD/state EV_BACK_OFF_MS=1
}

# 60 events more, numbered on, over all partitions.
fill() {
  events=$((${events:-0} + 60))
  seq $((events - 59)) $events | sed 's/.*/k&\t{"id":&}/' |
    put "$topic" -K "$(printf '\t')"
}

shard() { # K/N
  timeout 60 evsource --name work --shard "$1" "kafka://$KAFKA_BROKERS/$topic" 2>>err |
    timeout 60 evsink --name work --adopt sqlite:out.db/events 2>>err
}

all_shards() { # N
  local k
  for ((k = 1; k <= $1; k++)); do
    shard $k/"$1" || return
  done
}

# N shards that have been others before, so that each record has positions of
# partitions, too, that others have read on since; and events to come.
prepare() { # N
  local n was=
  topic 7
  for n in 1 2 "$1"; do
    [ -z "$was" ] || evpos shards work "$n" --yes >plan
    fill
    all_shards "$n"
    was=$n
  done
  fill
  mkdir start
  cp -a state out.db start
}

restart() {
  rm -rf state out.db*
  cp -a start/. .
  : >err
}

names() { # N
  local k
  if [ "$1" = 1 ]; then
    echo work
    return
  fi
  for ((k = 1; k <= $1; k++)); do
    echo "work.$k"
  done
}

# The last of N shards, if it may start.
tries() { # N
  local status=0
  shard "$1/$1" || status=$?
  [[ $status = [07]* ]] || { echo "shard $1/$1 ends with $status" && return 1; }
}

# After a dealing to N that was interrupted: those who start meanwhile, of the
# old or the new one, read what is theirs, or are refused.
is_made_whole() { # N OLD
  tries "$2" || return
  tries "$1" || return
  evpos shards work "$1" --yes >plan 2>>err || return
  diff <(names "$1") <(evpos --json | jq -r .name) || return
  diff <(names "$1") <(sqlite3 out.db 'SELECT name FROM ev_positions ORDER BY name') || return
  all_shards "$1" || return
  cmp <(sqlite3 out.db 'SELECT id FROM events ORDER BY id') <(seq $events)
}

# Killed at a point of it.
interrupted() { # POINT N
  local status=0
  restart
  EV_POINT=$1 evpos shards work "$2" --yes >plan 2>>err || status=$?
  [ "$status" != 0 ]
}

is_made_whole_everywhere() { # OLD N AT-LEAST [ANOTHER N, which it is made whole to]
  local point points then=${4-$2}
  prepare "$1"
  restart
  EV_POINT_LOG=$PWD/log evpos shards work "$2" --yes >plan
  # of each the most passings by one process
  points=$(sort log | uniq -c | awk '$1 > most[$2] { most[$2] = $1 }
    END { for (at in most) for (i = 1; i <= most[at]; i++) print at ":" i }')
  [ "$(wc -l <<<"$points")" -ge "$3" ]
  for point in $points; do
    interrupted "$point" "$2" || {
      echo "at $point it does not die"
      return 1
    }
    is_made_whole "$then" "$1" || {
      echo "killed at $point: $(cat err)"
      return 1
    }
  done
}

@test "dealt to more, and killed anywhere: the same command makes it whole" {
  is_made_whole_everywhere 1 3 12
}

@test "dealt to more, and killed anywhere: another count makes it whole, too" {
  is_made_whole_everywhere 1 5 12 2
}

@test "dealt to fewer, and killed anywhere" {
  is_made_whole_everywhere 4 2 12
}

@test "put together to one, and killed anywhere" {
  is_made_whole_everywhere 3 1 10
}

# What a mutant does not survive, and the code does.
is_noticed() { # MUTANT POINT OLD N [WHAT HAPPENS MEANWHILE]
  prepare "$3"
  interrupted "$2" "$4"
  ${5-}
  is_made_whole "$4" "$3"
  EV_MUTANT=$1 interrupted "$2" "$4"
  ${5-}
  run ! is_made_whole "$4" "$3"
}

@test "the mutants: the first of the new ones written first" {
  is_noticed shards.first-first evpos@shards.put:2 2 3
}

@test "the mutants: the old ones dropped before the new ones are written" {
  is_noticed shards.drop-first evpos@shards.put:1 4 2
}

# The shards have run on other machines: of them only their records are seen.
are_elsewhere() {
  rm -r state/work.*
}

@test "the mutants: the one that said how many there were dropped first" {
  is_noticed shards.last-first evpos@shards.drop:2 3 1 are_elsewhere
}

@test "the mutants: some may start while the first shard's record is replaced" {
  is_noticed shards.open evpos@evpos.copy:2 4 2
}

@test "the mutants of evpos shards are these" {
  grep -ohE 'ev_mutant\("shards\.[^"]*"' "$TOP"/lib/*/*.c "$TOP"/cmd/*.c |
    sed 's/.*("//; s/"$//' | sort -u >mutants
  diff mutants <(printf 'shards.%s\n' drop-first first-first last-first open)
}
