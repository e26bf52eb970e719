# The pictures of Java: lib/expr answers what a real Java answers.
load ../helpers

java_says() { # [answer]
  java -XX:TieredStopAtLevel=1 -XX:+UseSerialGC -Xmx256m \
    "$TOP/tests/oracle/PictJava.java" "$@"
}

@test "20,000 random questions about Java's pictures agree with Java" {
  "$BUILD/tests/oracle/pict_java" "${EV_SEED:-1}" 20000 >questions
  [ "$(wc -l <questions)" = 20000 ]
  # Most are values, not errors on both sides.
  [ "$(grep -c $'\terror$' questions)" -lt 8000 ]
  try java_says <questions
  exits 0
  prints ''
}

@test "what ksqlDB's functions answer in tests/expr/cases is what Java says" {
  # After the line "# Java's pictures" three lines a case; quotes are doubled
  # in none of their pictures and texts.
  awk '/^# / { on = /^# Java'\''s pictures/ } on && NF && !/^#/' \
    "$TOP/tests/expr/cases" | paste - - - >cases
  [ "$(wc -l <cases)" -ge 60 ]
  "$BATS_TEST_DIRNAME/java-cases" <cases >questions
  [ "$(wc -l <questions)" = "$(wc -l <cases)" ]
  try java_says <questions
  exits 0
  prints ''
}

@test "a wrong answer of Java's pictures would be found" {
  printf '%s\t%s\t%s\t%s\t%s\n' write 0 yyyy-MM-dd UTC 1970-01-01 \
    write 0 yyyy UTC 1971 read 1970 yyyy UTC error >questions
  try java_says <questions
  exits 0
  prints "$(printf '%s\t%s\t%s\t%s\t%s\t%s\n' write 0 yyyy UTC 1971 1970 \
    read 1970 yyyy UTC error 0.000000000)"
}
