# evpos: the n-th call of it, or of a connector that it asks, fails. Then it
# says so, and the pipeline is as it was, or as it should be, or can be changed
# again.
load ../helpers

# shellcheck disable=SC2154 # status is set by strike

setup() {
  mkdir "$BATS_TEST_TMPDIR/here"
  cd "$BATS_TEST_TMPDIR/here" || return
  export EVKIT_STATE=$PWD/state
  seq -f '{"n":%.0f,"m":"so that it is long enough to be known"}' 4 >in.ndjson
  pipeline
  # What a killed run leaves.
  printf '{"n":5' >>out.ndjson
  sed -i 's/"record":/"open":"0123456789abcdef0123456789abcdef",&/' out.ndjson.ev
  mkdir ../kept
  cp -a . ../kept
}

pipeline() {
  evsource --name a in.ndjson 2>>log | evsink --name a out.ndjson 2>>log
}

numbers() {
  grep -o '[0-9]*' out.ndjson | paste -sd' '
}

strike() { # FAULT EVPOS…
  local fault=$1
  shift
  rm -rf ./* ../dealt
  cp -a ../kept/. .
  status=0
  EV_FAULT=$fault EV_FAULT_LOG=$PWD/../dealt \
    LD_PRELOAD=$BUILD/tests/fault/nth.so "$@" >plan 2>err || status=$?
}

# Strikes at some of the calls of each kind until there are no more, and calls
# `afterwards`.
each_fault() { # EVPOS…
  local program call n number dealt=0
  for program in evpos evsink-file; do
    for call in read:5 write:28 open:13 malloc:12 fsync:5 rename:28 \
      ftruncate:5 unlink:13 flock:37 fork:11; do
      number=${call#*:} call=${call%:*}
      for ((n = 1; n <= 200; n += n < 5 ? 1 : n / 2)); do
        strike "$program $call $n $number" "$@"
        [ -s ../dealt ] || break
        dealt=$((dealt + 1))
        { [ "$status" = 0 ] || { [ "$status" -ge 64 ] && [ -s err ]; }; } &&
          afterwards "$@" || {
          echo "$program $call $n: status $status, then $(numbers): $(cat plan err log)"
          return 1
        }
      done
    done
  done
  [ "$dealt" -gt 60 ] || {
    echo "only $dealt faults"
    return 1
  }
}

@test "rewind" {
  afterwards() { # EVPOS…
    if [ "$status" != 0 ]; then
      # It is as it was, or is rewound; at most one start more puts it right.
      "$@" >plan 2>>err || return
    fi
    pipeline || pipeline || return
    [ "$(numbers)" = '1 2 3 4 1 2 3 4' ]
  }
  each_fault evpos rewind a --to start --yes
}

@test "forget" {
  afterwards() {
    if [ "$status" != 0 ]; then
      # What was forgotten although it failed is not there any more.
      "$@" >plan 2>>err || [ ! -e state/a ] || return
    fi
    [ ! -e out.ndjson.ev ] && [ "$(numbers)" = '1 2 3 4' ]
  }
  each_fault evpos forget a --yes
}
