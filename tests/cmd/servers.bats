# The servers that other tests stand on: they start, answer, and go.
load ../helpers

teardown() {
  "$TOP/tests/servers/postgres" stop "$BATS_TEST_TMPDIR/s"
  "$TOP/tests/servers/kafka" stop "$BATS_TEST_TMPDIR/k"
}

# Starts it as kafka.bash does, for one test.
kafka() { # ARGUMENT…
  eval "$("$TOP/tests/servers/kafka" start "$BATS_TEST_TMPDIR/k" --owner $$ "$@")"
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

@test "a Kafka starts, takes and gives an event, and stops" {
  kafka auto.create.topics.enable=true
  echo '{"id":1}' | timeout 30 kcat -b "$KAFKA_BROKERS" -P -t t
  try timeout 30 kcat -b "$KAFKA_BROKERS" -C -q -t t -e
  exits 0
  prints '{"id":1}'

  "$TOP/tests/servers/kafka" stop "$KAFKA_DIR"
  try timeout 5 kcat -b "$KAFKA_BROKERS" -L -m 1
  exits 1
}
