# Expressions: lib/expr answers what a real PostgreSQL answers.
load oracle

@test "10,000 random expressions over random events agree with PostgreSQL" {
  "$BUILD/tests/oracle/expr" random "${EV_SEED:-1}" 10000 >questions
  [ "$(wc -l <questions)" = 10000 ]
  # Most are values, not errors on both sides.
  [ "$(grep -c $'\terror: ' questions)" -lt 2500 ]
  [ "$(grep -c $'\tnull$' questions)" -lt 5000 ]
  decides || return 0 # record.bats has it then
  try ask expr.sql UTC <questions
  exits 0
  # A constant that fails is a mistake as soon as the text is read (its message
  # has a caret), also where PostgreSQL's planner drops it unseen: evexpr(7).
  # That is rare, and must stay so.
  [ "$(grep -c ' error: .*\^ | ' <<<"$output")" -le 3 ]
  output=$(grep -v ' error: .*\^ | ' <<<"$output") || :
  prints ''
}

@test "the recorded answers of tests/expr/cases are PostgreSQL 15's" {
  decides || return 0 # the table is what counts then
  try "$TOP/tests/oracle/cases" check
  exits 0
  prints ''
}

@test "what is computed once, and for NULL, is what PostgreSQL's catalog says" {
  "$BUILD/tests/oracle/func" >functions
  try ask func.sql UTC <functions
  exits 0
  prints 'compared | t'
  sed 's/^\(quote_literal\ttext\t\)i/\1s/' functions >planted
  try ask func.sql UTC <planted
  prints 'quote_literal | text | s | t | i | t
compared | t'
}

@test "a wrong answer would be found" {
  printf '%s\t%s\t%s\n' "n1 + 1" '{"n1":1.10}' 2.10 \
    "n1 + 1" '{"n1":1.10}' 2.1 "t1 || 'x'" '{"t1":"a"}' '"a x"' \
    "n1 / 0" '{"n1":1}' 'error: division by zero' \
    "n1 + 1" '{}' 'error: no' >questions
  try ask expr.sql UTC <questions
  exits 0
  prints "n1 + 1 | {\"n1\":1.10} | 2.1 | 2.10
t1 || 'x' | {\"t1\":\"a\"} | \"a x\" | \"ax\"
n1 + 1 | {} | error: no | null"
}
