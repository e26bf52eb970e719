# Expressions: lib/expr answers what a real PostgreSQL answers.
load oracle

# Two at a time, as many as a server of its own answers well on two cores.
@test "100,000 random expressions over random events agree with PostgreSQL" {
  decides || return 0 # record.bats has it then
  local seed=${EV_SEED:-1}
  export BUILD
  "$TOP/tests/oracle/random" "$seed" 50000 >differ 2>counts &
  try "$TOP/tests/oracle/random" $((seed + 1)) 50000
  exits 0
  prints ''
  wait $!
  [ ! -s differ ] || { cat differ; return 1; }
  # Most are values, not errors on both sides.
  echo "$stderr" >>counts
  while read -r _ asked errors nulls early differ; do
    [ "$asked" = asked=50000 ]
    [ "${errors#*=}" -lt 12500 ]
    [ "${nulls#*=}" -lt 25000 ]
    [ "${early#*=}" -le 15 ]
    [ "$differ" = differ=0 ]
  done <counts
  [ "$(wc -l <counts)" = 2 ]
}

# KIND ERRORS NULLS [KNOWN]: 10,000 questions of a kind, most of which are
# values: less than so many are errors on both sides, and less are null.
# A difference in which KNOWN stands is none.
agree_on() {
  "$BUILD/tests/oracle/expr" "$1" "${EV_SEED:-1}" 10000 >questions
  [ "$(wc -l <questions)" = 10000 ]
  [ "$(grep -c $'\terror: ' questions)" -lt "$2" ]
  [ "$(grep -c $'\tnull$' questions)" -lt "$3" ]
  decides || return 0 # tests/expr/cases has such expressions too
  try ask expr.sql UTC <questions
  exits 0
  # as with the others, a constant that fails is a mistake at once
  [ "$(grep -c ' error: .*\^ | ' <<<"$output")" -le 5 ]
  output=$(grep -Ev " error: .*\^ \| ${4:+|$4}" <<<"$output") || :
  prints ''
}

@test "10,000 random expressions of JSON agree with PostgreSQL" {
  agree_on json 4000 5000
}

@test "10,000 random jsonpaths over random JSON agree with PostgreSQL" {
  agree_on path 2500 3500
}

@test "10,000 random expressions of arrays agree with PostgreSQL" {
  # varchar is text here, and varchar[] text[]
  agree_on array 2500 4000 'does not exist: .*character varying\[\]'
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
