# Numbers: lib/expr answers what a real PostgreSQL answers.
load oracle

@test "40,000 random questions about numbers agree with PostgreSQL" {
  "$BUILD/tests/oracle/num" "${EV_SEED:-1}" 40000 >questions
  [ "$(wc -l <questions)" = 40000 ]
  decides || return 0 # record.bats has it then
  try ask agree.sql UTC <questions
  exits 0
  prints ''
}

@test "a wrong answer would be found" {
  printf '%s\t%s\n' "1 / 3.0" 0.33333333333333333333 \
    "1.10 + 2.2" 3.3 "1 / 0.0" 'error: division by zero' >questions
  try ask agree.sql UTC <questions
  exits 0
  prints '1.10 + 2.2 | 3.3 | 3.30'
}
