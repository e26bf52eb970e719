# Numbers: lib/expr answers what a real PostgreSQL answers.
load ../helpers

setup_file() {
  eval "$("$BATS_TEST_DIRNAME/../servers/postgres" start "$BATS_FILE_TMPDIR/s")"
}

teardown_file() {
  "$BATS_TEST_DIRNAME/../servers/postgres" stop "$BATS_FILE_TMPDIR/s"
}

differences() { # FILE of questions
  psql -X -q -A -t -v ON_ERROR_STOP=1 -F ' | ' \
    -f "$TOP/tests/oracle/agree.sql" <"$1"
}

@test "40,000 random questions about numbers agree with PostgreSQL" {
  "$BUILD/tests/oracle/num" "${EV_SEED:-1}" 40000 >questions
  [ "$(wc -l <questions)" = 40000 ]
  try differences questions
  exits 0
  prints ''
}

@test "a wrong answer would be found" {
  printf '%s\t%s\n' "1 / 3.0" 0.33333333333333333333 \
    "1.10 + 2.2" 3.3 "1 / 0.0" 'error: division by zero' >questions
  try differences questions
  exits 0
  prints '1.10 + 2.2 | 3.3 | 3.30'
}
