# What the tests of the ladders share: load ladder. The ladder is the one that
# the .bats file is named after.
# shellcheck disable=SC2154 # TOP is set by helpers.bash
load ../helpers
# shellcheck source=scripts/ladder.bash
. "$TOP/scripts/ladder.bash"
LADDER=$(basename "$BATS_TEST_FILENAME" .bats)

# The night's input in in/, small enough for many runs.
input() { # [ROWS]
  ladder_input "$TOP/pipelines/$LADDER" in "${1:-500}"
}

# Every rung that ends gives the results of the first one.
climb() {
  local script name
  for script in "$TOP/pipelines/$LADDER"/[0-9]*.sh; do
    name=$(basename "$script" .sh)
    [[ $name == *-@(follow|log) ]] && continue
    rm -rf "out/$name"
    "$script" "out/$name" in 2>"$name.said" || {
      echo "$name: exit status $?"
      cat "$name.said"
      return 1
    }
    ladder_same out/0-nightly "out/$name" >"$name.counts" || {
      echo "$name differs"
      return 1
    }
  done
}

# How many events a result of the first rung has.
count() { # RESULT
  evsource "out/0-nightly/$1" | wc -l
}

# One rung differs from the one before in one place; only the last ones, which
# give every stage a name, let it follow, and put logs between them, in some a
# stage.
one_step() {
  local script before='' places
  for script in "$TOP/pipelines/$LADDER"/[0-9]*.sh; do
    [[ $script == *-@(named|follow|log).sh ]] && continue
    if [ "$before" ]; then
      places=$(diff -U0 "$before" "$script" | grep -c '^@@') || :
      [ "$places" = 1 ] || {
        echo "$script: $places changes"
        return 1
      }
    fi
    before=$script
  done
}

# The named rung, run again when more has come, reads only that, and has what
# the first rung makes of all of it; run once more it changes nothing.
incremental() {
  local script
  script=$(echo "$TOP/pipelines/$LADDER"/[0-9]*-named.sh)
  "$TOP/pipelines/$LADDER/0-nightly.sh" out/0-nightly in
  "$script" out/named in
  ladder_same out/0-nightly out/named || return
  ladder_append "$TOP/pipelines/$LADDER" in
  "$TOP/pipelines/$LADDER/0-nightly.sh" out/later in
  "$script" out/named in
  ladder_same out/later out/named || return
  cp -r out/named out/before
  "$script" out/named in
  ladder_same out/before out/named
}

# Kills some of what runs below a process, one after the other.
hit() { # PID TIMES
  local times=$2
  while [ $((times -= 1)) -ge 0 ]; do
    sleep 0.0$((RANDOM % 90 + 10))
    ladder_kill "$1" >/dev/null || :
  done
}

# A rung that follows has what the first one makes of the input, then what it
# makes of the input and what is appended, whatever of it is killed meanwhile,
# and ends when it is told to. (A stage that fails again and again waits longer
# each time, so the kills are few.)
follow() { # [follow|log [KILLS]]
  local rung=${1:-follow} kills=${2:-5} script pid status=0 children
  RANDOM=${EV_SEED:-1}
  script=$(echo "$TOP/pipelines/$LADDER"/[0-9]*-"$rung".sh)
  "$TOP/pipelines/$LADDER/0-nightly.sh" out/0-nightly in
  "$script" "out/$rung" in 2>said 3>&- &
  pid=$!
  hit $pid "$kills"
  ladder_wait out/0-nightly "out/$rung" $pid &&
    ladder_same out/0-nightly "out/$rung" || status=1
  cp -r in later
  ladder_append "$TOP/pipelines/$LADDER" later
  "$TOP/pipelines/$LADDER/0-nightly.sh" out/later later
  ladder_append "$TOP/pipelines/$LADDER" in
  hit $pid "$kills"
  ladder_wait out/later "out/$rung" $pid &&
    ladder_same out/later "out/$rung" || status=1
  children=$(ladder_below $pid)
  kill $pid || status=1
  wait $pid && status=1
  [ $status = 0 ] || cat said
  # shellcheck disable=SC2086 # a list
  [ $status != 0 ] || gone $children || status=1
  return $status
}

# Whether processes have ended, within 20 s.
gone() { # PID…
  local tries=2000
  [ $# -gt 0 ] || return
  while kill -0 "$@" 2>/dev/null; do
    [ $((tries -= 1)) -gt 0 ] || return
    sleep 0.01
  done
}

# Of orders: a third reader of the log, who came later, has what the other two
# had from the start, and the second time nothing.
late() {
  "$TOP/pipelines/orders/fraud.sh" out/log
  jq -c 'select(.type == "placed" and .total > 900)' \
    later/orders.ndjson >expected.ndjson
  evdiff expected.ndjson out/log/fraud.ndjson || return
  [ "$(wc -l <expected.ndjson)" -gt 10 ] || return
  cp out/log/fraud.ndjson before
  "$TOP/pipelines/orders/fraud.sh" out/log
  cmp before out/log/fraud.ndjson
}
