# Dates, times, zones and format pictures: lib/expr answers what a real
# PostgreSQL answers, in the session's time zone whatever that is.
load oracle

# PROGRAM COUNT ZONE: nothing, if all answers agree
differences() {
  "$BUILD/tests/oracle/$1" "${EV_SEED:-1}" "$2" "$3" >questions || return
  [ "$(wc -l <questions)" = "$2" ] || return
  ! decides || ask agree.sql "$3" <questions # else record.bats has it
}

@test "30,000 random questions about dates and times agree with PostgreSQL" {
  try differences time 30000 UTC
  exits 0
  prints ''
}

@test "they agree where clocks change in spring and autumn" {
  try differences time 5000 Europe/London
  exits 0
  prints ''
  try differences time 5000 America/St_Johns
  exits 0
  prints ''
}

@test "the Julian day of a local time before day 0 has its sign" {
  EV_SEED=24 try differences time 5000 Europe/London
  exits 0
  prints ''
}

@test "they agree where winter time is the one that is set" {
  try differences time 5000 Africa/Casablanca
  exits 0
  prints ''
}

@test "they agree in a zone that a POSIX string describes" {
  try differences time 5000 'ABC-2DEF,M3.5.0,M10.5.0/3'
  exits 0
  prints ''
}

@test "20,000 random questions about format pictures agree with PostgreSQL" {
  try differences pict 20000 UTC
  exits 0
  prints ''
}

@test "pictures agree where the zone has an abbreviation of its own" {
  try differences pict 5000 America/New_York
  exits 0
  prints ''
}

@test "20,000 random questions about intervals agree with PostgreSQL" {
  try differences interval 20000 UTC
  exits 0
  prints ''
}

@test "a wrong answer would be found" {
  printf '%s\t%s\n' "date '2019-02-26'" 2019-02-26 \
    "timestamptz '2019-02-26 14:30+01'" '2019-02-26 14:30:00+00' >questions
  try ask agree.sql UTC <questions
  exits 0
  prints "timestamptz '2019-02-26 14:30+01' | 2019-02-26 14:30:00+00 | 2019-02-26 13:30:00+00"
}
