# evpos, killed at each of the points that it and the connectors it asks pass
# while it changes a pipeline: the change is made, or is not, or can be made
# again; and the pipeline goes on, or says that a person must look. Wants the
# build with crash points: scripts/chaos BUILD positions.
load ../helpers

setup() {
  mkdir "$BATS_TEST_TMPDIR/here"
  cd "$BATS_TEST_TMPDIR/here" || return
  export EVKIT_STATE=$PWD/state EV_BACK_OFF_MS=1
  # Too short a file would not be known again after it was copied.
  seq -f '{"n":%.0f,"m":"and so much more than that"}' 4 >in.ndjson
}

# Until it does not ask to be started again; its status.
pipeline() { # OUT [OPTION OF EVSINK…]
  local out=$1 status=75
  shift
  while [ "$status" = 75 ]; do
    status=0
    evsource --name a in.ndjson 2>>err | evsink --name a "$@" "$out" 2>>err || status=$?
  done
  return "$status"
}

numbers() { # FILE: its numbers on one line
  grep -o '[0-9]*' "$1" | paste -sd' '
}

keep() {
  mkdir ../kept
  cp -a . ../kept
}

restore() {
  rm -rf ./*
  cp -a ../kept/. .
}

# The points that a change passes, NAME:N each.
points() { # EVPOS…
  restore
  EV_POINT_LOG=$PWD/../log "$@" >plan
  sort ../log | uniq -c | awk '{ for (i = 1; i <= $1 && i <= 3; i++) print $2 ":" i }'
  rm ../log
}

# Kills the change at each point, and calls `afterwards` with and without the
# change made again.
killed() { # EVPOS…
  local count=0 died=0
  for point in $(points "$@"); do
    for again in '' again; do
      restore
      EV_POINT=$point "$@" >plan 2>>err || died=$((died + 1))
      [ ! "$again" ] || "$@" >plan 2>>err || true
      afterwards "$again" || {
        echo "killed at $point, then ${again:-no more}: $(cat err)"
        echo "there is $(numbers "$(ls out.ndjson new/out.ndjson 2>/dev/null)")"
        return 1
      }
    done
    count=$((count + 1))
  done
  # As many as are known now: one that is lost is no test.
  [ "$count" -ge "$least" ] && [ "$died" -ge "$count" ] || {
    echo "$count points, $died deaths"
    return 1
  }
}

@test "rewind" {
  pipeline out.ndjson
  keep
  afterwards() {
    pipeline out.ndjson || return
    [ "$(numbers out.ndjson)" = '1 2 3 4 1 2 3 4' ] ||
      { [ ! "$1" ] && [ "$(numbers out.ndjson)" = '1 2 3 4' ]; }
  }
  least=8
  killed evpos rewind a --to start --yes
}

@test "move" {
  pipeline out.ndjson
  mkdir new
  mv out.ndjson out.ndjson.ev new
  echo '{"n":5}' >>in.ndjson
  keep
  afterwards() {
    pipeline new/out.ndjson || return
    [ "$(numbers new/out.ndjson)" = '1 2 3 4 5' ]
  }
  least=8
  killed evpos move a new/out.ndjson --yes
}

@test "accept" {
  pipeline out.ndjson
  sed -i 's/2/22/' out.ndjson
  echo '{"n":5}' >>in.ndjson
  keep
  afterwards() {
    if pipeline out.ndjson; then
      [ "$(numbers out.ndjson)" = '1 22 3 4 5' ]
    else
      [ ! "$1" ] && [ "$(numbers out.ndjson)" = '1 22 3 4' ]
    fi
  }
  least=6
  killed evpos accept a --yes
}

@test "forget" {
  pipeline out.ndjson
  printf '{"n":5' >>out.ndjson
  sed -i 's/"record":/"open":"0123456789abcdef0123456789abcdef",&/' out.ndjson.ev
  keep
  afterwards() {
    if [ "$1" ]; then
      [ ! -e out.ndjson.ev ] && [ ! -e state/a ] &&
        pipeline out.ndjson --adopt || return
      [ "$(numbers out.ndjson)" = '1 2 3 4 1 2 3 4' ]
    else
      # It goes on, or refuses what it has no record of.
      pipeline out.ndjson || [ $? = 70 ] || return
      [ "$(numbers out.ndjson)" = '1 2 3 4' ]
    fi
  }
  least=4
  killed evpos forget a --yes
}
