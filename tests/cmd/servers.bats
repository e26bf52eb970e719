# The servers that other tests stand on: they start, answer, and go.
load ../helpers

teardown() {
  "$TOP/tests/servers/postgres" stop "$BATS_TEST_TMPDIR/s"
}

@test "a PostgreSQL starts, answers in UTC and C.UTF-8, and stops" {
  eval "$("$TOP/tests/servers/postgres" start "$BATS_TEST_TMPDIR/s")"
  try psql -XAtc "select current_setting('TimeZone'), datcollate,
    to_timestamp(0) from pg_database where datname = current_database()"
  exits 0
  prints 'UTC|C.UTF-8|1970-01-01 00:00:00+00'

  "$TOP/tests/servers/postgres" stop "$BATS_TEST_TMPDIR/s"
  try psql -XAtc 'select 1'
  exits 2
}

@test "two PostgreSQLs stand beside each other" {
  eval "$("$TOP/tests/servers/postgres" start "$BATS_TEST_TMPDIR/s")"
  first=$PGPORT
  eval "$("$TOP/tests/servers/postgres" start "$BATS_TEST_TMPDIR/t")"
  [ "$first" != "$PGPORT" ]
  try psql -XAtc 'select 1'
  "$TOP/tests/servers/postgres" stop "$BATS_TEST_TMPDIR/t"
  exits 0
  prints 1
}
