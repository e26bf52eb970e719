# Faults of SQLite's sink and source: whatever fails when, either the run has
# succeeded and all is there, or the status says that it failed, and the table
# holds what it held; and what the sink says to have committed is on the disk.
load ../helpers

# shellcheck disable=SC2154 # status, output and stderr are set by run

setup() {
  cd "$BATS_TEST_TMPDIR" || return
  export EVKIT_STATE=$BATS_TEST_TMPDIR/state
  seq 3000 | sed 's/.*/{"id":&,"text":"some text that fills pages"}/' >in.ndjson
  sqlite3 old.db "CREATE TABLE t (id INTEGER PRIMARY KEY, text); INSERT INTO t VALUES (0, 'old')"
}

@test "the order of a commit: journal, database, and the folder when the journal has gone" {
  cp old.db s.db
  run env LD_PRELOAD="$BUILD/tests/fault/syncs.so" EV_SYNCS="$PWD/syncs" \
    bash -c 'evsink sqlite:s.db/t <in.ndjson'
  [ "$status" = 0 ]
  sed "s|$PWD|.|" syncs | tail -n 4 >order
  cat order
  [ "$(cat order)" = "sync ./s.db-journal
sync ./s.db
unlink ./s.db-journal
sync ." ]
}

@test "with a write-ahead log every commit is synced" {
  cp old.db s.db
  sqlite3 s.db 'PRAGMA journal_mode=WAL' >/dev/null
  evsource --name p --mark-every 500 in.ndjson >stream
  run env LD_PRELOAD="$BUILD/tests/fault/syncs.so" EV_SYNCS="$PWD/syncs" \
    bash -c 'evsink --name p --adopt sqlite:s.db/t <stream'
  [ "$status" = 0 ]
  # Six marks of 500, and the seal.
  [ "$(grep -c 'sync .*s.db-wal' syncs)" -ge 7 ]
}

# The n-th call of a kind fails in the sink, and no signal ends it.
broken_run() { # FAULT
  rm -rf s.db* dealt
  cp old.db s.db
  run --separate-stderr env LD_PRELOAD="$BUILD/tests/fault/nth.so" EV_FAULT="$1" \
    EV_FAULT_LOG="$PWD/dealt" bash -c 'evsink sqlite:s.db/t <in.ndjson'
  local count
  count=$(sqlite3 s.db 'SELECT count(*) FROM t; PRAGMA integrity_check')
  [ "$status" -lt 124 ] && case $status:$count in
  0:"3001
ok") ;;
  0:*) false ;;
  # The commit has happened, and what was to come behind it failed.
  *:"3001
ok") [[ $stderr == *commit* ]] ;;
  *:"1
ok") [ "$stderr" ] ;;
  *) false ;;
  esac || {
    printf 'fault %s: status %s, table %s, says %s\n' "$1" "$status" "$count" "$stderr"
    return 1
  }
}

@test "the n-th call that fails leaves the table as it was, or full" {
  local call n count=0
  for call in read:5 open:13 malloc:12 fsync:5 write:28; do
    for ((n = 1; n <= 400; n += n < 12 ? 1 : n / 3)); do
      broken_run "evsink-sqlite ${call%:*} $n ${call#*:}" || return
      [ -s dealt ] || break
      count=$((count + 1))
    done
  done
  [ "$count" -ge 20 ]
}

go_on() { evsource --name p --mark-every 500 in.ndjson | evsink --name p sqlite:s.db/t; }

# Goes on behind it; where the copy of the record had not been written, the
# first try does no more than that.
named_run() { # FAULT
  rm -rf s.db* dealt state
  cp empty.db s.db
  cp -r state.0 state
  run --separate-stderr env LD_PRELOAD="$BUILD/tests/fault/nth.so" EV_FAULT="$1" \
    EV_FAULT_LOG="$PWD/dealt" bash -c 'evsink --name p sqlite:s.db/t <stream'
  [ "$status" -lt 124 ] && { [ "$status" = 0 ] || [ "$stderr" ]; } &&
    [ "$(sqlite3 s.db 'SELECT count(*) % 500 FROM t')" = 0 ] &&
    { go_on || go_on; } &&
    [ "$(sqlite3 s.db 'SELECT count(*), sum(id) FROM t')" = '3000|4501500' ] || {
    printf 'fault %s: status %s, says %s\n' "$1" "$status" "$stderr"
    return 1
  }
}

@test "the n-th call that fails leaves a named run at a mark, and the next goes on from there" {
  local call n count=0
  sqlite3 empty.db 'CREATE TABLE t (id INTEGER PRIMARY KEY, text)'
  evsource --name p --mark-every 500 in.ndjson >stream
  cp -r state state.0
  for call in read:5 malloc:12 fsync:5 write:28; do
    for ((n = 1; n <= 1200; n += n < 12 ? 1 : n / 5)); do
      named_run "evsink-sqlite ${call%:*} $n ${call#*:}" || return
      [ -s dealt ] || break
      count=$((count + 1))
    done
  done
  [ "$count" -ge 30 ]
}

# A database in UTF-16: of each text SQLite makes another for the reader.
@test "the n-th call that fails gives the reader all rows, or says why not" {
  local call n count=0
  jq -r '"INSERT INTO t VALUES (\(.id), \u0027\(.text)\u0027);"' in.ndjson >rows.sql
  sqlite3 wide.db "PRAGMA encoding='UTF-16'" 'CREATE TABLE t (id INTEGER PRIMARY KEY, text)' \
    BEGIN '.read rows.sql' COMMIT
  for call in read:5 open:13 malloc:12; do
    for ((n = 1; n <= 3000; n += n < 12 ? 1 : n / 5)); do
      rm -f dealt
      run --separate-stderr env LD_PRELOAD="$BUILD/tests/fault/nth.so" EV_FAULT_LOG="$PWD/dealt" \
        EV_FAULT="evsource-sqlite ${call%:*} $n ${call#*:}" bash -c 'evsource sqlite:wide.db/t >out'
      [ -s dealt ] || break
      count=$((count + 1))
      case $status in
      0) cmp out in.ndjson ;;
      71 | 73 | 74) [ "$stderr" ] ;;
      *) false ;;
      esac || {
        printf 'fault %s %s: status %s, says %s\n' "$call" "$n" "$status" "$stderr"
        return 1
      }
    done
  done
  [ "$count" -ge 30 ]
}
