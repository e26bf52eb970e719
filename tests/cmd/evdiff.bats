#!/usr/bin/env bats
# evdiff: what is the same, what differs and how it is told, what is trouble.

load ../helpers
load ../examples

# A file of lines (printf's escapes).
file() { # NAME TEXT
  printf '%b' "$2" >"$1"
}

@test "events in another order are the same" {
  file a.ndjson '{"id":1}\n{"id":2}\n{"id":2}\n'
  file b.ndjson '{"id":2}\n{"id":1}\n{"id":2}\n'
  try evdiff a.ndjson b.ndjson
  exits 0
  prints ''
  says "evdiff: same: 3 events in 'a.ndjson', 3 in 'b.ndjson'"
}

@test "how an event is spelled does not matter" {
  cat >a.ndjson <<'E'
{"a":1.0,"b":"\u00e9\/x","c":{"y":[100],"x":-0},"d":9007199254740993}
E
  cat >b.json <<'E'
[ { "d": 9007199254740993.0, "c": {"x":0, "y":[ 1e2 ]},
    "a": 2, "b": "éx", "b": "é/x", "a": 10e-1 } ]
E
  try evdiff a.ndjson b.json
  exits 0
}

@test "a number is not its text, null is not a missing field, 2^53 + 1 is itself" {
  file a '{"a":1}\n'
  file b '{"a":"1"}\n'
  try evdiff a b
  exits 1
  file b '{"a":1,"b":null}\n'
  try evdiff a b
  exits 1
  file a '{"a":9007199254740993}\n'
  file b '{"a":9007199254740992}\n'
  try evdiff a b
  exits 1
}

@test "places may be of different formats, and packed" {
  file a.csv 'id,name\n1,Ann\n2,Bob\n'
  file b.json '[{"name":"Bob","id":2},\n {"name":"Ann","id":1}]'
  gzip -k b.json
  try evdiff a.csv b.json.gz
  exits 0
}

@test "nothing and nothing are the same" {
  file a.ndjson ''
  file b.json '[]'
  try evdiff a.ndjson b.json
  exits 0
  says "evdiff: same: 0 events in *, 0 in *"
}

@test "without a key each event is in one place or in both, as often as it stands there" {
  file a '{"v":1}\n{"v":2}\n{"v":2}\n{"v":3}\n'
  file b '{"v":2}\n{"v":3.0}\n{"v":4}\n'
  try evdiff a b
  exits 1
  prints '{"diff":"a","a":{"v":1}}
{"diff":"a","a":{"v":2}}
{"diff":"b","b":{"v":4}}'
  says "evdiff: different: 2 the same, 2 only in 'a' (-), 1 only in 'b' (+)
- {\"v\":1}
- {\"v\":2}
+ {\"v\":4}"
}

@test "by a key it says which fields changed" {
  file a '{"id":1,"n":"Ann","x":1}\n{"id":2,"n":"Bob"}\n{"id":3,"n":"Cid"}\n'
  file b '{"n":"Ann","id":1.0,"x":1}\n{"id":2,"n":"Rob","y":[1]}\n{"id":4}\n'
  try evdiff --key id a b
  exits 1
  prints '{"diff":"changed","key":{"id":2},"fields":["n","y"],"a":{"id":2,"n":"Bob"},"b":{"id":2,"n":"Rob","y":[1]}}
{"diff":"a","key":{"id":3},"a":{"id":3,"n":"Cid"}}
{"diff":"b","key":{"id":4},"b":{"id":4}}'
  says "evdiff: different: 1 the same, 1 only in 'a' (-), 1 only in 'b' (+), 1 changed (~)
~ id=2: n: \"Bob\" -> \"Rob\"; y: (none) -> ?1?
- {\"id\":3,\"n\":\"Cid\"}
+ {\"id\":4}"
}

@test "a key may be several fields, and 42 is not \"42\"" {
  file a '{"a":1,"b":"x","v":1}\n{"a":1,"b":"y","v":1}\n{"a":42,"b":0}\n'
  file b '{"a":1,"b":"y","v":2}\n{"a":1,"b":"x","v":1}\n{"a":"42","b":0}\n'
  try evdiff -k a,b a b
  exits 1
  prints '{"diff":"b","key":{"a":"42","b":0},"b":{"a":"42","b":0}}
{"diff":"changed","key":{"a":1,"b":"y"},"fields":["v"],"a":{"a":1,"b":"y","v":1},"b":{"a":1,"b":"y","v":2}}
{"diff":"a","key":{"a":42,"b":0},"a":{"a":42,"b":0}}'
}

@test "an event without the key has the key null" {
  file a '{"v":1}\n{"id":1,"v":1}\n'
  file b '{"id":null,"v":2}\n{"id":1,"v":1}\n'
  try evdiff --key id --ignore x a b
  exits 1
  [ "$(jq -c '[.diff,.key,.fields]' <<<"$output")" = \
    '["changed",{"id":null},["id","v"]]' ]
}

@test "a name with a comma or a dot stands in double quotes" {
  file a '{"a,b":1,"x.y":1,"z=":5}\n'
  file b '{"a,b":1,"x.y":2,"z=":6}\n'
  try evdiff --key '"a,b"' a b
  exits 1
  says '*~ a,b=1: x.y: 1 -> 2; z=: 5 -> 6'
  try evdiff --key '"a,b"' --ignore '"x.y"' --tolerance '"z="=1' a b
  exits 0
}

@test "a key that no event has is a mistake" {
  file a '{"id":1}\n'
  try evdiff --key idd a a
  exits 64
  says "evdiff: no event of 'a' has the key 'idd'"
}

@test "a key that several events have: equal ones cancel, the rest is told apart" {
  file a '{"id":1,"v":1}\n{"id":1,"v":2}\n{"id":2,"v":0}\n'
  file b '{"id":1,"v":2}\n{"id":1,"v":3}\n{"id":1,"v":4}\n{"id":2,"v":0}\n'
  try evdiff --key id a b
  exits 1
  [ "$(jq -c '[.diff,(.a // .b).v]' <<<"$output" | sort)" = \
    $'["a",1]\n["b",3]\n["b",4]' ]
  says "*keys that more than one event of 'a' has: 1*of 'b' has: 1*"
  # one left over on either side is a change
  file b '{"id":1,"v":2}\n{"id":1,"v":3}\n{"id":2,"v":0}\n'
  try evdiff --key id a b
  exits 1
  [ "$(jq -c '[.diff,.a.v,.b.v]' <<<"$output")" = '["changed",1,3]' ]
  # and the same events are the same, whatever their keys
  try evdiff --key id a a
  exits 0
}

@test "ignored fields are not compared" {
  file a '{"id":1,"at":1,"m":{"at":1},"q\\"":1}\n'
  file b '{"id":1,"at":2,"m":{"at":1}}\n'
  try evdiff --ignore 'at,"q"""' a b
  exits 0
  file b '{"id":1,"at":2,"m":{"at":2}}\n'
  try evdiff --ignore at --ignore '"q"""' a b
  exits 1
  prints '{"diff":"a","a":{"id":1,"m":{"at":1}}}
{"diff":"b","b":{"id":1,"m":{"at":2}}}'
  try evdiff --key id --ignore at,id a b
  exits 64
  says "*'id' cannot be both a key and ignored"
}

@test "a tolerance is exact, includes its bound, and is for numbers" {
  file a '{"id":1,"x":0.3,"y":1}\n{"id":2,"x":5}\n{"id":3,"x":"5"}\n{"id":4,"x":1e30}\n'
  file b '{"id":1,"x":0.29,"y":1}\n{"id":2,"x":5.0100000000000000001}\n{"id":3,"x":"5.001"}\n{"id":4,"x":1000000000000000000000000000000.009}\n'
  try evdiff --key id --tolerance x=0.01 a b
  exits 1
  [ "$(jq -c '[.key.id,.fields]' <<<"$output")" = \
    $'[2,["x"]]\n[3,["x"]]' ]
  says "evdiff: different: 2 the same, 0 only in*, 2 changed*"
  try evdiff --key id --tolerance x=0.02,y=0 --ignore z a <(grep -v 3 b)
  exits 1
  head -n 1 a >a1
  head -n 1 b >b1
  try evdiff --key id --tolerance x=1e-2 a1 b1
  exits 0
  prints ''
  says "evdiff: same: 1 events in*"
}

@test "a tolerance needs a key and a number" {
  file a '{"id":1}\n'
  try evdiff --tolerance x=1 a a
  exits 64
  says '*--tolerance needs --key*'
  for wrong in x x= x=one x=-1 "=1,"; do
    try evdiff --key id --tolerance "$wrong" a a
    exits 64
  done
}

@test "--show says how many differences stderr has; stdout has all" {
  seq -f '{"v":%g}' 30 >a
  file b ''
  try evdiff a b
  exits 1
  [ "$(wc -l <<<"$output")" = 30 ]
  [ "$(grep -c '^- ' <<<"$stderr")" = 20 ]
  says $'*\n… and 10 more'
  try evdiff --show 2 a b
  [ "$(grep -c '^- ' <<<"$stderr")" = 2 ]
  try evdiff --show 0 a b
  says "evdiff: different: *"
  [ "$(wc -l <<<"$stderr")" = 1 ]
}

@test "what is long is cut in the summary, not in the events" {
  printf '{"id":1,"v":"%0500d"}\n' 1 >a
  printf '{"id":1,"v":"%0500dé"}\n' 2 >b
  try evdiff --key id a b
  exits 1
  [ "$(jq '.a.v | length' <<<"$output")" = 500 ]
  [ "${#stderr}" -lt 400 ]
  try evdiff a b
  [ "${#stderr}" -lt 700 ]
}

@test "standard input and pipes are places too" {
  file a '{"id":1}\n{"id":2}\n'
  try evdiff - a <a
  exits 0
  echo '{"id":3}' >./-
  try evdiff /dev/stdin a <a
  exits 0
  try evdiff ./- - <a
  exits 1
  try evdiff a <(tac a)
  exits 0
  try evdiff <(cat a) <(head -n 1 a)
  exits 1
  prints '{"diff":"a","a":{"id":2}}'
  try evdiff - -
  exits 64
  says '*one of the places, not both'
}

@test "what cannot be read is trouble, with the cause's status, and no answer" {
  file a '{"id":1}\n'
  try evdiff a missing
  exits 74
  says "evsource-file: cannot open 'missing': no such file or directory"
  [[ $output == '{"~ev":"fail",'* ]]
  file b '{"id":1}\n{"id":\n'
  try evdiff a b
  exits 65
  says 'evsource-file: b:2: *'
  gzip -c a | head -c 15 >c.ndjson.gz
  try evdiff a c.ndjson.gz
  exits 65
}

@test "a place that ends in a failure line gives its status" {
  file a '{"id":1}\n'
  evsource missing >b 2>/dev/null || true
  grep -q '"status":"74"' b
  try evdiff a - <b
  exits 74
  [ "$output" = "$(cat b)" ]
}

@test "deep events and large ones are compared" {
  deep=$(printf '{"b":1,"a":%.0s' {1..1000})
  ends=$(printf '}%.0s' {1..1000})
  echo "${deep}1$ends" >a
  echo "${deep}1.0$ends" >b
  try evdiff a b
  exits 0
  echo "${deep}2$ends" >b
  try evdiff a b
  exits 1
  { printf '{"z":1,"v":"' && head -c 12000000 /dev/zero | tr '\0' x &&
    echo '"}'; } >a
  sed 's/{"z":1,\(.*\)}/{\1,"z":1.0}/' a >b
  try evdiff a b
  exits 0
  sed 's/x"/y"/' a >b
  evdiff a b >out 2>/dev/null && false
  [ "$(wc -l <out)" = 2 ]
  [ "$(wc -c <out)" -gt 24000000 ]
  { cat a && head -c 5000000 /dev/zero | tr '\0' x; } | tr -d '\n' >b
  try evdiff a b
  exits 65
}

@test "more events than memory are sorted in files, which are removed" {
  mkdir temp
  seq -f '{"id":%.0f,"text":"some text to make it longer"}' 100000 >a
  sed '77777s/some/other/' a | tac >b
  (ulimit -v 200000 && exec evdiff --memory 2M --temp temp --key id a b) \
    >out 2>err && false
  [ "$(jq -c '[.key.id,.fields]' out)" = '[77777,["text"]]' ]
  [ -z "$(ls temp)" ]
}

@test "no room to sort is trouble" {
  file a '{"id":1}\n'
  file b '{"id":2}\n'
  mkdir bin
  printf '#!/bin/sh\nexec cat >/dev/full\n' >bin/sort
  chmod +x bin/sort
  PATH=$PWD/bin:$PATH try evdiff a b
  exits 74
  # The second one's own words may come last.
  says "*cannot sort the events: 'sort' failed*"
}

@test "--temp that is no folder is told before sorting needs it" {
  file a '{"id":1}\n'
  try evdiff --temp missing a a
  exits 74
  says "evdiff: --temp: cannot write in 'missing': no such file or directory"
}

@test "output that cannot be written is trouble" {
  file a '{"id":1}\n'
  file b ''
  status=0
  evdiff a b >/dev/full 2>err || status=$?
  [ "$status" = 74 ]
}

@test "a reader that goes away ends it quietly" {
  seq -f '{"id":%.0f,"text":"some text to make it longer"}' 100000 >a
  file b ''
  { evdiff a b 2>err || echo "${PIPESTATUS[0]}" >status; } | head -n 1 >out
  [ "$(wc -l <out)" = 1 ]
  [ "$(cat status)" = 141 ]
  [ ! -s err ]
}

@test "a signal ends it, and what it sorts is removed" {
  mkdir temp
  mkfifo pipe
  file b ''
  evdiff --memory 2M --temp temp pipe b >out 2>err &
  pid=$!
  exec 9>pipe
  seq -f '{"id":%.0f,"text":"some text to make it longer"}' 200000 >&9
  for _ in {1..100}; do
    [ -n "$(ls temp)" ] && break
    sleep 0.1
  done
  [ -n "$(ls temp)" ]
  kill "$pid"
  status=0
  wait "$pid" || status=$?
  exec 9>&-
  [ "$status" = 143 ]
  [ -z "$(ls temp)" ]
  [[ $(tail -n 1 out) == '{"~ev":"fail","by":"evdiff","status":"143",'* ]]
}

@test "an object of 10,000 fields is compared" {
  seq 10000 | sed 's/.*/"k&":&/' | paste -sd, | sed 's/.*/{&}/' >a
  seq 10000 -1 1 | sed 's/.*/"k&":&.0/' | paste -sd, | sed 's/.*/{&}/' >b
  try evdiff a b
  exits 0
  sed 's/"k5000":5000.0/"k5000":7/' b >c
  try evdiff --key k1 a c
  exits 1
  says '*~ k1=1: k5000: 5000 -> 7'
}

@test "wrong arguments are told" {
  try evdiff a
  exits 64
  says '*two places are needed: evdiff A B*'
  try evdiff a b c
  exits 64
  try evdiff --tolerence x=1 a b
  exits 64
  says "*did you mean '--tolerance'?"
  try evdiff --key id,id a b
  exits 64
  says "*names 'id' twice"
  try evdiff --key id, a b
  exits 64
  says "evdiff: --key: not a field's name at ''"
  try evdiff --ignore user.id a b
  exits 64
  says "evdiff: --ignore: 'user.id' is inside an object, and a field of the top level is wanted*"
  try evdiff --help
  exits 0
  [ "$(wc -l <<<"$output")" -le 24 ]
}

@test "the examples of the manual page do what it says" {
  examples "$TOP/cmd/evdiff.1.scd"
}
