# What the oracle tests share: the server that decides, and what stands in for
# it where it is another one.
#
# PostgreSQL 15 decides (evexpr(7)). Debian 13 has a newer one, which
# answers some questions otherwise: there the answers of 15 that were recorded
# count, answers/NAME.gz: the questions of a fixed seed, made by `record`
# where 15 is installed and agrees.
load ../helpers

RECORDED_SEED=15

setup_file() {
  eval "$("$BATS_TEST_DIRNAME/../servers/postgres" start "$BATS_FILE_TMPDIR/s")"
}

teardown_file() {
  "$BATS_TEST_DIRNAME/../servers/postgres" stop "$BATS_FILE_TMPDIR/s"
}

decides() {
  local version
  version=$(psql -X -A -t -c 'SHOW server_version_num') &&
    [ "${version%????}" = 15 ]
}

# QUERY (agree.sql, expr.sql) ZONE, questions on stdin: those on which the
# server differs.
ask() {
  psql -X -q -A -t -v ON_ERROR_STOP=1 -F ' | ' -v zone="$2" \
    -f "$TOP/tests/oracle/$1"
}

# Of an expression that fails only that it fails is recorded: the messages
# are ours. Morocco's clocks are left out: what they will do until 2087 is a
# prediction, which every edition of the zones makes anew.
answers() { # NAME COUNT
  case $1 in
    expr) "$BUILD/tests/oracle/expr" random $RECORDED_SEED "$2" |
      sed 's/\terror: .*/\terror/' ;;
    num) "$BUILD/tests/oracle/num" $RECORDED_SEED "$2" ;;
    *) "$BUILD/tests/oracle/$1" $RECORDED_SEED "$2" UTC |
      grep -Evi 'africa/(casablanca|el_aaiun)' ;;
  esac
}

# NAME COUNT: the differences between our answers now and 15's as recorded.
recorded() {
  local file=$TOP/tests/oracle/answers/$1.gz
  [ -s "$file" ] || return
  diff <(gzip -dc "$file") <(answers "$1" "$2")
}
