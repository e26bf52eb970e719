# Events of a megabyte: a source makes its marks by time and hears a signal
# within a few of them. Those of Kafka are in kafka-wakes.bats.
load ../helpers
load ../large

setup() {
  cd "$BATS_TEST_TMPDIR" || return
  export EVKIT_STATE=$BATS_TEST_TMPDIR/state
}

# What runs in the background ends with the case.
teardown() {
  [ ! "${source-}" ] || kill -9 "$source" 2>/dev/null || :
}

@test "a file of large events: the time and a signal are looked at in between" {
  large '{"i":%d,"x":"%s"}' >a.ndjson
  take_slowly idle a.ndjson
  looked_in_time
}

@test "a CSV of large rows, packed: the time and a signal are looked at in between" {
  { echo i,x; large '%d,%s'; } | gzip -1 >a.csv.gz
  take_slowly idle --types i:number a.csv.gz
  looked_in_time
}

@test "standard input of large events: the time and a signal are looked at in between" {
  large '{"i":%d,"x":"%s"}' >a.ndjson
  take_slowly idle - <a.ndjson
  looked_in_time
}

@test "standard input, packed: the time and a signal are looked at in between" {
  { echo i,x; large '%d,%s'; } | gzip -1 >a.csv.gz
  take_slowly idle --format csv --types i:number - <a.csv.gz
  looked_in_time
}

@test "a log of large events: the time and a signal are looked at in between" {
  large '{"i":%d,"x":"%s"}' >a.ndjson
  evsource --name w a.ndjson | evsink --name w log/
  take_slowly idle log/
  looked_in_time
}

@test "a table of large rows: the time and a signal are looked at in between" {
  large "INSERT INTO t VALUES (%d, '%s');" >rows
  sqlite3 a.db 'CREATE TABLE t (i INTEGER PRIMARY KEY, x)' '.read rows'
  take_slowly idle -X cursor=i sqlite:a.db/t
  looked_in_time
}
