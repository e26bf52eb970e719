# The recorded answers of PostgreSQL 15, which count where it is not installed.
# Made anew, where it is, by: EV_RECORD=1 bats tests/oracle/record.bats
load oracle

record() { # NAME QUERY COUNT
  answers "$1" "$3" >questions
  [ "$1" != expr ] || "$BUILD/tests/oracle/expr" random "$RECORDED_SEED" "$3" >questions
  decides && [ -z "$(ask "$2" UTC <questions)" ] || return
  answers "$1" "$3" | gzip -9n >"$TOP/tests/oracle/answers/$1.gz"
}

agrees() { # NAME QUERY COUNT
  [ -z "${EV_RECORD-}" ] || record "$@"
  try recorded "$1" "$3"
  exits 0
  prints ''
}

@test "numbers answer as was recorded of PostgreSQL 15" {
  agrees num agree.sql 1500
}

@test "dates and times answer as was recorded of PostgreSQL 15" {
  agrees time agree.sql 3000
}

@test "intervals answer as was recorded of PostgreSQL 15" {
  agrees interval agree.sql 3000
}

@test "format pictures answer as was recorded of PostgreSQL 15" {
  agrees pict agree.sql 3000
}

@test "expressions answer as was recorded of PostgreSQL 15" {
  agrees expr expr.sql 3000
}

@test "an answer other than the recorded one would be found" {
  answers() {
    gzip -dc "$TOP/tests/oracle/answers/$1.gz" | sed '7s/$/1/'
  }
  try recorded num 1500
  exits 1
  [[ $output == 7c7* ]]
}
