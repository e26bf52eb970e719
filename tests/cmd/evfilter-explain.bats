# evfilter --explain: what would be done with each event.
load ../helpers

@test "--explain prints fields, condition, list, and reads nothing" {
  try evfilter --explain 'rating < 3 * 2' -s 'user.club AS club, a + 1.5 AS b' none.csv </dev/null
  exits 0
  says ''
  prints 'fields: rating, user.club, a
condition:
  <: boolean (fast: a field beside a whole number)
    field rating
    constant 6: integer
select:
  club, its bytes as they are
    field user.club
  b
    +: numeric
      taken as: numeric
        field a
      constant 1.5: numeric
deleted rows: pass, whatever the condition says
clock: not asked'
}

@test "--explain without a condition, without a list, with a star" {
  try evfilter --explain -s '* EXCLUDE (a) REPLACE (upper(b) AS b) RENAME (c AS "d e")'
  exits 0
  prints "fields: b, all members of the event
condition: none, all events pass
select:
  the event's members as they stand
    leave out a
    replace b
      upper: text
        taken as: text
          field b
    rename c to d e
deleted rows: pass, whatever the condition says
clock: not asked"
  try evfilter --explain -v "__deleted = 'x'"
  prints 'fields: __deleted
condition:
  =: boolean (fast: a field beside a text)
    field __deleted
    constant "x" (read as what it meets)
select: nothing, events pass as they are
deleted rows: judged by the condition, which names __deleted
clock: not asked
invert: what is false is kept'
}

@test "--explain shows what is constant, casts, CASE, and what waits for the clock" {
  try evfilter --explain "CASE WHEN a::numeric(10,2) > \$n THEN b IS NOT NULL ELSE c NOT ILIKE '%x' END
    AND try_cast(d AS date) > current_date - 7 AND 'a' || 'b' = 'ab'" --arg n=2
  exits 0
  prints 'fields: a, b, c, d
condition:
  AND: boolean
    CASE: boolean
      WHEN >: boolean
        cast: numeric(10,2)
          field a
        constant 2: numeric
      THEN IS NOT NULL: boolean
        field b
      ELSE NOT ILIKE: boolean (the pattern is ready)
        taken as: text
          field c
        constant "%x": text
    >: boolean
      try_cast: date
        field d
      once for each now(): date
        -: date
          current_date: date
          constant 7: integer
select: nothing, events pass as they are
deleted rows: pass, whatever the condition says
clock: asked, another run may give another result'
  try evfilter --explain 'now() IS NULL' --now 2020-01-01
  [ "${lines[-1]}" = 'clock: not asked, --now says what time it is' ]
}

@test "--explain of a mistake, and to a full disk" {
  try evfilter --explain 'a <'
  exits 64
  evfilter --explain 'a < 1' >/dev/full 2>said && exit 1
  [ $? = 74 ]
  [[ $(<said) == *'cannot write the plan: no space left on device'* ]]
}
