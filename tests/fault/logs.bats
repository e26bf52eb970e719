#!/usr/bin/env bats
# Readers of what a pipeline writes: a sidecar that was renamed may not last
# yet, so a reader syncs its folder before a mark passes on what it read.

load ../helpers

# shellcheck disable=SC2154 # status, output and stderr are set by run

setup() {
  cd "$BATS_TEST_TMPDIR" || return
  export EVKIT_STATE=$PWD/state
}

# What pipeline r reads of a place when its N-th fsync fails (EIO).
reads_with_fault() { # N PLACE
  rm -f dealt
  try env EV_FAULT="evsource-file fsync $1 5" EV_FAULT_LOG=dealt \
    LD_PRELOAD="$BUILD/tests/fault/nth.so" evsource --name r "$2"
}

@test "a reader syncs the folder of a log before its mark" {
  seq -f '{"n":%.0f}' 9 >in.ndjson
  evsource --name w in.ndjson | evsink --name w log/
  evsource --name r log >/dev/null
  reads_with_fault 1 log
  [ -s dealt ]
  exits 74
  says "*cannot sync the folder of '$PWD/log/.ev'*"
  [[ $output != *'"~ev":"mark"'* ]]
  # Once, as long as nothing is added. (The run that failed took the folder of
  # its state away, which is synced when it is made.)
  evsource --name r log >/dev/null
  reads_with_fault 2 log
  [ ! -e dealt ]
  exits 0
}

@test "a reader syncs the folder of a file with a sidecar before its mark" {
  seq -f '{"n":%.0f}' 9 >in.ndjson
  evsource --name w in.ndjson | evsink --name w w.ndjson
  evsource --name r w.ndjson >/dev/null
  reads_with_fault 1 w.ndjson
  [ -s dealt ]
  exits 74
  [[ $output != *'"~ev":"mark"'* ]]
  evsource --name r w.ndjson >/dev/null
  reads_with_fault 2 w.ndjson
  [ ! -e dealt ]
  exits 0
}
