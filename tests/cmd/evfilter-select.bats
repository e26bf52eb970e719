# evfilter: what a star in a select list may leave out, replace and rename
# (evexpr(7)).
load ../helpers

event='{"a":1,"b":"\u0041","c":1.0}'

makes() { # LIST EVENT
  try evfilter --select "$1" <<<"$event"
  exits 0
  prints "$2"
  says ''
}

@test "RENAME gives a member another name, at its place, its bytes as they are" {
  makes '* RENAME (b AS "odd name")' '{"a":1,"odd name":"\u0041","c":1.0}'
  makes '* RENAME c AS d' '{"a":1,"b":"\u0041","d":1.0}'
  makes '* RENAME (a AS b, b AS a)' '{"b":1,"a":"\u0041","c":1.0}'
  try evfilter --select '* RENAME (a AS b)' <<<'{"\u0061":{"a": 1 }}'
  prints '{"b":{"a": 1 }}'
}

@test "EXCLUDE, REPLACE and RENAME stand together, in this order" {
  makes '* EXCLUDE (b) REPLACE (a + 1 AS a) RENAME (a AS b), c || 0 AS d' '{"b":2,"c":1.0,"d":"1.00"}'
  makes '* EXCEPT (a, c)' '{"b":"\u0041"}'
  try evfilter --select '* RENAME (a AS x) EXCLUDE (b)' </dev/null
  exits 64
  says 'evfilter: --select: a star has each of these once and in this order: \* EXCLUDE (…) REPLACE (…) RENAME (…)
  \* RENAME (a AS x) EXCLUDE (b)
                    ^'
}

@test "a name that no event has is no mistake, and the event keeps its bytes" {
  try evfilter --select '* EXCLUDE (x) REPLACE (1 AS y) RENAME (z AS a)' <<<'{ "a" : 1 }'
  exits 0
  prints '{ "a" : 1 }'
}

@test "a name with a dot stays one name" {
  makes 'a AS "x.y"' '{"x.y":1}'
  makes '* EXCLUDE (b, c) RENAME (a AS "x.y")' '{"x.y":1}'
  try evfilter --select '* EXCLUDE ("x.y"), x.y AS z' <<<'{"x.y":1,"x":{"y":2}}'
  prints '{"x":{"y":2},"z":2}'
}

@test "a name is free again once its member is renamed" {
  makes '* RENAME (a AS x), a' '{"x":1,"b":"\u0041","c":1.0,"a":1}'
}

@test "two members of one name are bad, and a mistake where no event is needed to see it" {
  try evfilter --select '* RENAME (a AS c)' <<<"$event"
  exits 65
  says 'evfilter: standard input:1: the event has a member "c" already, which a is renamed to: write \* EXCLUDE (c) RENAME (…), or rename it too'
  # without an a there is nothing in its way
  try evfilter --select '* RENAME (a AS c)' <<<'{"c":1}'
  prints '{"c":1}'
  try evfilter --select '* RENAME (a AS x), 1 AS x' </dev/null
  exits 64
  says 'evfilter: --select: the name x stands twice*'
  try evfilter --select '* RENAME (a AS x, b AS x)' </dev/null
  exits 64
  says 'evfilter: --select: the name x stands twice*'
  try evfilter --select '* RENAME (a AS x, a AS y)' </dev/null
  exits 64
  says 'evfilter: --select: the name a stands twice*'
}

@test "what is excluded can be neither replaced nor renamed" {
  try evfilter --select '* EXCLUDE (a) REPLACE (1 AS a)' </dev/null
  exits 64
  says 'evfilter: --select: a is excluded: it cannot be replaced*'
  try evfilter --select '* EXCLUDE (a) RENAME (a AS b)' </dev/null
  exits 64
  says 'evfilter: --select: a is excluded: it cannot be renamed*'
  try evfilter --select '* EXCLUDE (a.b)' </dev/null
  exits 64
  says "evfilter: --select: a star has the event's own members, not what is in them*"
}

@test "of a deleted row the star's members are renamed too" {
  try evfilter --select '* RENAME (id AS key)' <<<'{"id":1,"__deleted":true}'
  prints '{"key":1,"__deleted":true}'
}
