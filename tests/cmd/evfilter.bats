# evfilter: conditions, projections, what is refused, what is bad. What
# expressions mean is tested in tests/unit/expr_cases.c and tests/oracle.
load ../helpers
load ../examples

# What a failing evfilter says last on its output, without its checksum.
fails() { # STATUS MESSAGE, a pattern
  exits "$1"
  [ "${lines[-1]%%,\"why\"*}" = '{"~ev":"fail","by":"evfilter","status":"'"$1"'"' ]
  says "evfilter: $2"
}

makes_bad() { # CONDITION EVENT REASON, a pattern
  try evfilter "$1" <<<"$2"
  exits 65
  says "evfilter: standard input:1: $3"
}

reviews() {
  cat >reviews.ndjson <<'END'
{"id":1,"rating":2,"channel":"web","price":1.10}
{"id":2,"rating":5,"channel":"app","price":2.20}
{"id":3,"rating":null,"channel":"web","price":9.99}
{"id":4,"channel":"store","price":0}
END
}

ids() { # of the events on stdout, in one line
  local line all=
  for line in "${lines[@]}"; do
    line=${line#*\"id\":}
    all+=" ${line%%[,\}]*}"
  done
  echo "${all# }"
}

@test "the examples of evfilter(1)" {
  examples "$TOP/cmd/evfilter.1.scd"
}

@test "only what is true passes, byte for byte" {
  printf '%s\n' '{ "n" : 9007199254740993, "p":1.10 ,"u":"\u00e9\u0000"}' \
    '{"n":9007199254740992}' >in
  evfilter 'n = 9007199254740993' <in >out
  head -n 1 in | cmp - out
}

@test "NULL is neither true nor false" {
  reviews
  try evfilter 'rating < 3' <reviews.ndjson
  exits 0
  [ "$(ids)" = 1 ]
  try evfilter -v 'rating < 3' <reviews.ndjson
  exits 0
  [ "$(ids)" = 2 ]
  try evfilter 'rating < 3 IS UNKNOWN' <reviews.ndjson
  [ "$(ids)" = '3 4' ]
}

@test "no event in, no byte out" {
  try evfilter 'a = 1' </dev/null
  exits 0
  prints ''
  says ''
}

@test "--select makes events of a list" {
  reviews
  try evfilter 'id = 1' -s 'id, upper(channel) AS channel, price * 2 AS "double price", rating, none' \
    <reviews.ndjson
  exits 0
  prints '{"id":1,"channel":"WEB","double price":2.20,"rating":2,"none":null}'
  says ''
}

@test "--select needs no condition" {
  try evfilter --select 'a.b[2] AS x, a->c' <<<'{"a":{"b":[1, {"k" : 2}],"c":"\u00e9"}}'
  exits 0
  prints '{"x":{"k" : 2},"c":"\u00e9"}'
}

@test "the star keeps order and bytes, EXCLUDE leaves out, REPLACE replaces" {
  try evfilter --select '*, a + 1 AS more' <<<'{"b" : "\u0041","a":1.0}'
  prints '{"b":"\u0041","a":1.0,"more":2.0}'
  try evfilter --select '* EXCLUDE (b, "c d")' <<<'{"a":1,"b":2,"c d":3,"e":4}'
  prints '{"a":1,"e":4}'
  try evfilter --select '* EXCLUDE b REPLACE (a + 1 AS a, 1 AS none)' <<<'{"a":1,"b":2,"c":3}'
  prints '{"a":2,"c":3}'
}

@test "a star that changes nothing passes the bytes" {
  try evfilter --select '*' <<<'{ "a" : 1 }'
  prints '{ "a" : 1 }'
  try evfilter --drop b <<<'{ "a" : 1 }'
  prints '{ "a" : 1 }'
}

@test "--drop leaves fields out, however their key is written" {
  try evfilter --drop 'a, "x y"' <<<'{"\u0061":1,"x y":2,"b":{"a":3}}'
  exits 0
  prints '{"b":{"a":3}}'
}

@test "a name twice in a list is an error, and bad where the event has it" {
  try evfilter --select 'a, b AS a' <<<'{"a":1}'
  fails 64 '--select: the name a stands twice
  a, b AS a
     ^'
  try evfilter --select '*, 1 AS a' <<<'{"a":1}'
  fails 65 'standard input:1: the event has a member "a" already: write \* REPLACE (… AS a) or \* EXCLUDE (a)'
}

@test "an expression without a name needs AS" {
  try evfilter --select 'a + 1' <<<'{"a":1}'
  fails 64 '--select: expected AS and a name (this expression has none of its own), found the end
  a + 1
       ^'
}

@test "unnest makes several events of one, and none where there is no element" {
  printf '%s\n' '{"id":1,"tags":["a",{"x" : 1},"\u00e9",null]}' \
    '{"id":2,"tags":[]}' '{"id":3}' '{"id":4,"tags":["z"]}' >in
  try evfilter --stats --select 'id, unnest(tags) AS tag' <in
  exits 0
  prints '{"id":1,"tag":"a"}
{"id":1,"tag":{"x" : 1}}
{"id":1,"tag":"\u00e9"}
{"id":1,"tag":null}
{"id":4,"tag":"z"}'
  says 'evfilter: in=4 out=5 filtered=0 rejected=0 skipped=0'
  try evfilter --limit 2 --select '* REPLACE (unnest(tags) AS tags)' <in
  exits 0
  prints '{"id":1,"tags":"a"}
{"id":1,"tags":{"x" : 1}}'
}

@test "rows of several functions go side by side, and a bad one spoils its event" {
  try evfilter --on-error skip --select \
    'unnest(a) AS x, 10 / unnest(b::int[]) AS y' <<'END'
{"a":[1,2,3],"b":[5,10]}
{"a":[1,2],"b":[5,0]}
{"a":[],"b":[2]}
END
  exits 0
  prints '{"x":1,"y":2}
{"x":2,"y":1}
{"x":3,"y":null}
{"x":null,"y":5}'
  says '*rejected=0 skipped=1'
}

@test "of a delete unnest makes what its array says, or keeps the mark" {
  try evfilter --select 'id, unnest(tags) AS tag' <<'END'
{"id":1,"tags":["a","b"],"__deleted":true}
{"id":2,"__deleted":true}
{"id":3,"tags":[],"__deleted":true}
END
  exits 0
  prints '{"id":1,"tag":"a","__deleted":true}
{"id":1,"tag":"b","__deleted":true}
{"id":2,"__deleted":true}
{"id":3,"tag":null,"__deleted":true}'
  # also where the star has them
  try evfilter --select '* REPLACE (unnest(tags) AS tags)' <<<'{"id":2,"__deleted":true}'
  prints '{"id":2,"__deleted":true}'
}

@test "unnest in a named run that is killed again and again loses and doubles nothing" {
  export EVKIT_STATE=$PWD/state
  seq 1 20000 | sed 's/.*/{"id":&,"tags":["a&","b&","c&"]}/' >in.ndjson
  seq 1 20000 | sed 's/.*/"a&"\n"b&"\n"c&"/;s/^/"/;s/""/"/g' >want
  local tries=0 kills=0
  until [ $tries = 60 ]; do
    tries=$((tries + 1))
    # the later tries are given more time, so that one of them ends
    if evsource --name u --mark-every 500 in.ndjson 2>log |
      timeout -s KILL "$(awk "BEGIN { print $((tries == 1 ? 5 : RANDOM % 100 + tries * tries * 3)) / 1000 }")" \
        evfilter --select 'unnest(tags) AS tag' 2>>log |
      evsink --name u out.ndjson 2>>log; then
      break
    fi
    kills=$((kills + 1))
  done
  [ $tries -lt 60 ]
  [ $kills -gt 0 ]
  sed 's/{"tag"://;s/}$//' out.ndjson | cmp - want
}

@test "--else gets what is false and what is NULL, as it is" {
  reviews
  try evfilter 'rating < 3' --select id --else rest.ndjson <reviews.ndjson
  exits 0
  prints '{"id":1}'
  sed -n '2,$p' reviews.ndjson | cmp - rest.ndjson
}

@test "--else never gets what is bad" {
  printf '%s\n' '{"a":1}' '{"a":0}' 'no json' '{"a":2}' >in
  try evfilter '1 / a = 1' --else rest.ndjson --on-error skip <in
  exits 0
  prints '{"a":1}'
  says 'evfilter: in=4 out=1 filtered=1 rejected=0 skipped=2'
  [ "$(cat rest.ndjson)" = '{"a":2}' ]
}

@test "--else as a table: where no event is refused, the file is empty and all is well" {
  echo old >rest.csv
  try evfilter 'rating < 3' --else rest.csv <<<'{"rating":1}'
  exits 0
  prints '{"rating":1}'
  says ''
  [ -e rest.csv ]
  [ ! -s rest.csv ]
  try evfilter 'rating < 3' --else rest.csv <<<'{"rating":5}'
  exits 0
  [ "$(<rest.csv)" = $'rating\n5' ]
  # a failure before the first one leaves what is there
  try evfilter '1 / rating > 9' --else rest.csv <<<'{"rating":0}'
  exits 65
  [ "$(<rest.csv)" = $'rating\n5' ]
}

@test "--else that cannot be written ends with its status, and its old file stays" {
  reviews
  try evfilter 'rating < 3' --else no/such/rest.ndjson <reviews.ndjson
  exits 73
  echo old >rest.ndjson
  try evfilter '1 / rating > 0' --else rest.ndjson <<<'{"rating":0}'
  fails 65 'standard input:1: 1 / rating: division by zero'
  [ "$(cat rest.ndjson)" = old ]
}

@test "deletes pass, unless the condition names __deleted" {
  printf '%s\n' '{"id":1,"__deleted":true}' '{"id":2,"__deleted":"true"}' \
    '{"id":3,"__deleted":false}' '{"id":4,"rating":1}' >in
  try evfilter 'rating < 3' <in
  [ "$(ids)" = '1 2 4' ]
  try evfilter -v 'rating < 3' <in
  [ "$(ids)" = '1 2' ]
  try evfilter '__deleted' <<<'{"id":1,"__deleted":true}'
  [ "$(ids)" = 1 ]
  try evfilter 'rating < 3 AND __deleted IS NULL' <in
  [ "$(ids)" = 4 ]
}

@test "of a delete a list keeps what it carries and the mark" {
  try evfilter --select 'id::text AS key, upper(name) AS name, now() AS at, 1 AS one' \
    <<<'{"id":7,"__deleted":true}'
  exits 0
  prints '{"key":"7","__deleted":true}'
  try evfilter --drop name <<<'{"id":7,"__deleted":true,"name":null}'
  prints '{"id":7,"__deleted":true}'
}

@test "--file reads a condition, or SELECT and WHERE" {
  echo 'rating < 3 -- low' >condition.sql
  printf '%s\n' '/* two' 'lines */ SELECT id,' '  rating * 10 AS r' 'WHERE rating > 3;' >program.sql
  reviews
  try evfilter --file condition.sql <reviews.ndjson
  [ "$(ids)" = 1 ]
  try evfilter -f program.sql reviews.ndjson
  prints '{"id":2,"r":50}'
  try evfilter -f program.sql --select id <reviews.ndjson
  fails 64 "'program.sql' has a select list: --select has no place beside it"
  try evfilter -f none.sql <reviews.ndjson
  fails 64 "cannot read 'none.sql': no such file or directory"
  printf 'SELECT id\nWHERE rating >\n' >bad.sql
  try evfilter -f bad.sql <reviews.ndjson
  fails 64 'bad.sql: expected an expression, found the end*'
}

@test "places are read through evsource, and its failure is ours" {
  reviews
  printf 'id,rating\n9,1\n' >more.csv
  try evfilter 'rating < 3' reviews.ndjson more.csv
  exits 0
  prints '{"id":1,"rating":2,"channel":"web","price":1.10}
{"id":9,"rating":1}'
  try evfilter 'rating < 3' reviews.ndjson none.csv
  exits 74
  [[ $stderr == "evsource-file: "*none.csv* ]]
  [[ ${lines[-1]} == '{"~ev":"fail","by":"evsource-file"'* ]]
}

@test "an event of a place is named by its number and its place" {
  printf 'note,n\n"a\nb",1\nx,0\n' >a.csv
  try evfilter '1 / n = 1' a.csv
  fails 65 'event 2 of a.csv: 1 / n: division by zero'
  try evfilter '1 / n = 1' a.csv a.csv
  fails 65 'event 2 of the places: 1 / n: division by zero'
}

@test "a file where a condition is wanted is told" {
  reviews
  try evfilter --select id reviews.ndjson
  fails 64 "'reviews.ndjson' is a file, and a condition is wanted first: evfilter … TRUE reviews.ndjson, or '(reviews.ndjson)' if it is a field"
}

@test "--limit ends without reading on" {
  reviews
  try evfilter -n 2 'price >= 0' <reviews.ndjson
  [ "$(ids)" = '1 2' ]
  try evfilter -n 0 TRUE <reviews.ndjson
  exits 0
  prints ''
  yes '{"a":1}' | head -n 100000 >many
  try evfilter -n 1 TRUE many
  exits 0
  prints '{"a":1}'
}

@test "--tz is the session's zone" {
  try evfilter --select "(t::timestamptz)::text AS z, t::timestamp::timestamptz AS l" \
    --tz Europe/Paris <<<'{"t":"2019-07-01 12:00:00+00"}'
  exits 0
  prints '{"z":"2019-07-01 14:00:00+02","l":"2019-07-01 12:00:00+02"}'
  try evfilter --tz Nowhere/Land TRUE </dev/null
  fails 64 '--tz: time zone "Nowhere/Land" not recognized'
}

@test "a bad event stops with its line and the part that failed" {
  reviews
  try evfilter '10 / price > 1' <reviews.ndjson
  fails 65 'standard input:4: 10 / price: division by zero'
  [ "${#lines[@]}" = 4 ]
  try evfilter 'a + 1 > 0' <<<'{"a":"x"}'
  fails 65 'standard input:1: a: invalid input syntax for type numeric: "x"'
  try evfilter 'upper(a) = $$X$$' <<<'{"a":"\u0000"}'
  fails 65 'standard input:1: a: *u0000*'
  try evfilter 'a' <<<'{"a":5}'
  fails 65 'standard input:1: a: is a number where a boolean is needed'
  try evfilter "a ~ '^(x+x+)+y'" <<<'{"a":"xxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxzy"}'
  fails 65 "standard input:1: a ~ '^(x+x+)+y': the regular expression needs too many steps on this text"
}

@test "--reject keeps what cannot be judged, with the reason" {
  printf '%s\n' '{"a":1}' '{"a":0}' 'no' >in
  try evfilter '1 / a = 1' --reject bad.ndjson --stats <in
  exits 0
  prints '{"a":1}'
  says 'evfilter: in=3 out=1 filtered=0 rejected=2 skipped=0'
  [ "$(head -n 1 bad.ndjson)" = '{"error":"1 / a: division by zero","where":"standard input:2","by":"evfilter","input":"{\"a\":0}"}' ]
  try evfilter TRUE --reject bad.ndjson in
  exits 64
}

@test "a failure line is passed on and nothing behind it" {
  try bash -c 'evsource none | evfilter TRUE | evfilter TRUE'
  exits 74
  [[ ${lines[0]} == '{"~ev":"fail","by":"evsource-file"'* ]]
}

@test "output that cannot be written is an error" {
  reviews
  try bash -c 'evfilter TRUE <reviews.ndjson >/dev/full'
  exits 74
  says "evfilter: *no space left on device"
}

@test "mistakes are shown with a caret, what was expected, and the nearest name" {
  at() { # TEXT MESSAGE COLUMN
    try evfilter "$1" </dev/null
    fails 64 "the condition: $2
  $1
  $(printf '%*s' "$3" '')^"
  }
  at 'rating <' 'expected an expression, found the end' 8
  at 'rating < 3 AN x' 'expected an operator or the end, found AN' 11
  at '(a = 1' 'expected ), found the end' 6
  at 'a = ' 'expected an expression, found the end' 4
  at "a = 'x" "the text that begins here has no closing '; a ' in a text is doubled" 4
  at 'a NOT 1' 'expected IN, BETWEEN, LIKE, ILIKE or SIMILAR TO, found 1' 6
  at 'a IS 5' 'expected NULL, TRUE, FALSE, UNKNOWN, NORMALIZED or DISTINCT FROM, found 5' 5
  at 'a BETWEEN 1' 'expected AND, found the end' 11
  at 'a IN 5' 'expected (, found 5' 5
  at 'select = 1' 'expected an expression, found select (a keyword; as a name it needs double quotes)' 0
  at 'a = 1 = 2 = 3' 'a comparison cannot follow another one: write AND between two, or put one in parentheses' 6
  at '12abc = 1' 'a number ends here, but a letter follows at once' 2
  at 'a { 1' 'there is no {: JSON stands in quotes, as in '"'{\"a\":1}'"'::jsonb' 2
  at "uper(a) = 'A'" 'there is no function uper; did you mean upper\?' 0
  at 'quux(a) = 1' 'there is no function quux' 0
  at 'length(5) = 1' 'there is no length(integer), only length(text), length(bytea)' 0
  at "'x' & 1 = 1" 'invalid input syntax for type integer: "x"' 0
  at "1.5 & 1 = 1" 'there is no numeric & integer, only smallint & smallint, integer & integer, bigint & bigint' 0
  at "~ 'a'::text = 'b'" 'there is no ~ text, only ~ smallint, ~ integer, ~ bigint' 0
  at 'lpad(a) = 1' 'there is no lpad(field), only lpad(text, integer), lpad(text, integer, text)' 0
  at 'substring(a, b) = 1' 'there is no substring(field, field), only substring(text, integer), substring(text, integer, integer), substring(text, text), substring(text, text, text); cast the field, as in field::integer' 0
  at 'lpdd(a, 5) = 1' 'there is no function lpdd; did you mean lpad\?' 0
  at "sqrt(true) = 1" 'there is no sqrt(boolean), only sqrt(numeric), sqrt(double precision)' 0
  at "chr(0) = a" 'null character not permitted' 0
  at "regexp_replace('a', 'x', 'y', 'z') = a" 'invalid regular expression option: "z"' 0
  at "a SIMILAR 'x'" 'expected an operator or the end, found SIMILAR' 2
  at "overlay(a PLACING 'x') = 1" 'expected FROM, found )' 21
  at "GREATEST(1, true) = 1" 'GREATEST gives boolean here and integer elsewhere: cast one of them' 12
  at 'a::intger = 1' 'there is no type intger; did you mean integer\?' 3
  at "5 + 'x' = 1" 'invalid input syntax for type integer: "x" (texts are joined with ||)' 4
  at "upper('a') + 1 = 2" 'there is no operator + for text and integer: cast one of them' 0
  at 'a = now()' 'there is no operator = for field and timestamp with time zone: cast the field, as in field::timestamptz' 0
  at '1 / 0 = a' 'division by zero' 0
  at "'abc'" 'invalid input syntax for type boolean: "abc"' 0
  at '1' 'a condition needs a boolean here, and this is of type integer' 0
  at 'NOT 5' 'NOT needs a boolean here, and this is of type integer' 4
  at "a ~ '('" 'invalid regular expression: missing closing parenthesis at its character 2' 4
  at "true::date" 'cannot cast boolean to date' 0
  at "CASE WHEN a THEN 1 ELSE 'x' END = 1" 'invalid input syntax for type integer: "x"' 24
  at 'CASE a END' 'expected WHEN, found END' 7
  at 'été = é x' 'expected an operator or the end, found x' 8
}

@test "expressions without end are refused, not crashed on" {
  deep=$(printf '(%.0s' {1..10000})
  try evfilter "${deep}a" </dev/null
  exits 64
  says '*the expression is nested too deeply*'
  minus=$(printf -- '- %.0s' {1..10000})
  try evfilter "${minus}a = 1" </dev/null
  exits 64
  sum=$(printf '1+%.0s' {1..10000})
  try evfilter "${sum}a = 1" </dev/null
  exits 64
  says '*the expression is nested too deeply: more than 1000 levels*'
  and=$(printf 'a=1 AND %.0s' {1..10000})
  try evfilter "${and}a=1" <<<'{"a":1}'
  exits 0
  prints '{"a":1}'
  head -c 2000000 /dev/zero | tr '\0' '1' >long.sql
  try evfilter -f long.sql </dev/null
  exits 64
  says '*too long*'
}

@test "options: help, version, the nearest name, what does not go together" {
  try evfilter --help
  exits 0
  [ "${#lines[@]}" -le 24 ]
  try evfilter --version
  exits 0
  try evfilter --selct id
  exits 64
  says '*--select*'
  try evfilter </dev/null
  fails 64 "no condition, as in: evfilter 'rating < 3'"
  try evfilter --select a --drop b </dev/null
  fails 64 '--select and --drop together*'
  try evfilter --select a --else x </dev/null
  fails 64 '--else needs a condition that refuses events'
}

@test "where nothing passes, a field that no event has is named" {
  printf '{"rating":1}\n{"rating":null}\n' >a.ndjson
  try evfilter 'ratng < 3' a.ndjson
  exits 0
  prints ''
  says "evfilter: nothing passed, and no event has a field 'ratng'"
  try evfilter 'rating < 1' a.ndjson
  exits 0
  says ''
  try evfilter 'ratng IS NULL' a.ndjson
  exits 0
  says ''
  try evfilter 'ratng < 3' </dev/null
  exits 0
  says ''
}

@test "where nothing passes, a path that no event has is named, and what was meant by it" {
  printf '{"name":"Ann","user":{"club":"x"},"items":[{"sku":"a"}]}\n' >a.ndjson
  try evfilter "user.clb = 'x'" a.ndjson
  exits 0
  says "evfilter: nothing passed, and no event has a field 'user.clb'"
  try evfilter "items.sku = 'a'" a.ndjson
  says "evfilter: nothing passed, and no event has a field 'items.sku'"
  try evfilter "user->'clb' = 'x'" a.ndjson
  says "evfilter: nothing passed, and no event has a field 'user.clb'"
  try evfilter "user.club = 'y'" a.ndjson
  exits 0
  says ''
  try evfilter 'name = "Ann"' a.ndjson
  exits 0
  says "evfilter: nothing passed, and no event has a field 'Ann' (a text stands in single quotes)"
  try evfilter 'name < now' a.ndjson
  says "evfilter: nothing passed, and no event has a field 'now' (a function has parentheses behind it)"
  try evfilter 'name = None' a.ndjson
  says "evfilter: nothing passed, and no event has a field 'None' (write IS NULL)"
}

@test "a condition that is never true, whatever the event, passes nothing, and this is said" {
  printf '{"id":1,"email":null}\n{"id":2,"email":"x"}\n{"id":3,"__deleted":true}\n' >a.ndjson
  for condition in 'email = NULL' 'email <> null' 'NULL' 'email LIKE NULL'; do
    try evfilter "$condition" a.ndjson
    exits 0
    prints '{"id":3,"__deleted":true}'
    says "evfilter: the condition is never true, as this is NULL for every event: write IS NULL, or IS NOT NULL
  $condition
  ^"
  done
  try evfilter 'id = 1 AND email <> NULL' a.ndjson
  exits 0
  says '*never true*
             ^'
  try evfilter 'NOT (id = 1 OR email = NULL)' a.ndjson
  says '*never true*'
  try evfilter -v 'NOT (id = 1 AND email = NULL)' a.ndjson
  says '*never false*'
  try evfilter 'id NOT IN (1, NULL)' a.ndjson
  says '*never true, as this is NULL for every event: take it out of the list
  id NOT IN (1, NULL)
                ^'
  try evfilter 'email[0] = 1' a.ndjson
  says 'evfilter: the condition is never true, as this is NULL for every event: the first element is \[1\]
  email\[0\] = 1
  ^'
}

@test "what does not compare makes the event bad, and what to write is said" {
  makes_bad 'active = 1' '{"active":true}' \
    'active = 1: cannot compare boolean with integer (a boolean is a condition alone, or = true)'
  makes_bad 'active && paid' '{"active":true,"paid":true}' \
    'active: is a boolean where an array is needed (&& is of arrays: write AND)'
  makes_bad "tags = 'vip'" '{"tags":["vip"]}' \
    "tags = 'vip': cannot compare an array with text (with one of its elements: 'vip' = ANY(tags))"
  makes_bad 'a = b' '{"a":[1],"b":[1]}' \
    'a = b: cannot compare an array with an array (cast both to jsonb)'
  makes_bad 'a <> b' '{"a":{},"b":{}}' \
    'a <> b: cannot compare an object with an object (cast both to jsonb)'
  try evfilter 'a::jsonb = b::jsonb' <<<'{"a":{},"b":{}}'
  exits 0
  makes_bad "a = 'x'" '{"a":{}}' \
    "a = 'x': cannot compare an object with text"
}

@test "what is no array says AND only where there is an &&" {
  makes_bad 'tags && name' '{"tags":["vip"],"name":"Ada"}' \
    'name: is a string where an array is needed (&& is of arrays: write AND)'
  for condition in 'cardinality(active) = 1' "'vip' = ANY(active)" \
    'array_length(active, 1) = 1'; do
    makes_bad "$condition" '{"active":true}' \
      'active: is a boolean where an array is needed'
  done
}

@test "the part that failed is named with the parentheses that it begins with" {
  makes_bad "(name || 'x')::int = 1" '{"name":"a"}' \
    "(name || 'x')::int: invalid input syntax for type integer: \"ax\""
  makes_bad '((n) + 1)::text::date IS NULL' '{"n":1}' \
    '((n) + 1)::text::date: invalid input syntax for type date: "2"'
  makes_bad '2 + (n / 0) > 1' '{"n":1}' \
    'n / 0: division by zero'
  makes_bad '(a)[1]::int = 1' '{"a":["x"]}' \
    '(a)\[1\]::int: invalid input syntax for type integer: "x"'
}

@test "a time where a number is needed makes the event bad, and a cast is advised" {
  for condition in "ts > 5" "5 > ts" "ts + 1 > 5" "to_char(ts, 'YYYY') = '2019'"; do
    makes_bad "$condition" '{"ts":"2019-02-26T12:30:00+01:00"}' \
      '*ts*: "2019-02-26T12:30:00+01:00" is no number (a time is cast, as in field::timestamptz)'
  done
  makes_bad 'ts > 5' '{"ts":"2019-02-2x"}' \
    'ts > 5: invalid input syntax for type numeric: "2019-02-2x"'
}

@test "a condition of quoted texts alone is never true, and this is said" {
  try evfilter "'name' = 'Ann'" <<<'{"name":"Ann"}'
  exits 0
  prints ''
  says "evfilter: the condition is never true, as this is false for every event: a name stands without quotes, or in double ones
  'name' = 'Ann'
  ^"
  try evfilter "name = 'Ann' AND 'a' = 'b'" <<<'{"name":"Ann"}'
  says "*never true, as this is false*
                   ^"
  try evfilter -v "'name' <> 'Ann'" <<<'{"name":"Ann"}'
  says "*never false, as this is true*"
  for condition in FALSE '1 = 2' "\$mode = 'all'" "'a' = 'b' OR name = 'Ann'"; do
    try evfilter "$condition AND name = \$mode" --arg mode=x <<<'{"name":"Ann"}'
    exits 0
    says ''
  done
}

@test "what may be true beside a NULL is no mistake, and nothing is said" {
  printf '{"id":1,"email":null}\n' >a.ndjson
  for condition in 'email = NULL OR id = 1' 'id IN (1, NULL)' '(email = NULL) IS NULL' \
    'COALESCE(email = NULL, TRUE)' 'email IS NOT DISTINCT FROM NULL' \
    'NOT (id = 2 AND email = NULL)'; do
    try evfilter "$condition" a.ndjson
    exits 0
    prints '{"id":1,"email":null}'
    says ''
  done
  try evfilter -v 'id = 2 AND email = NULL' a.ndjson
  exits 0
  prints '{"id":1,"email":null}'
  says ''
  try evfilter 'id = 1' --select 'email = NULL AS n, email[0] AS z' a.ndjson
  exits 0
  prints '{"n":null,"z":null}'
  says ''
}

@test "--functions prints all functions, each with its types, help and example" {
  try evfilter --functions
  exits 0
  [ "${lines[0]}" = '# conditions' ]
  [[ $output == *'# text'*'# regular expressions'*'# numbers'*'# dates and times'* ]]
  [[ $output == *"
upper(text) → text
        the text in upper case
        upper('straße') ⇒ \"STRAßE\"
"* ]]
  [ "$(grep -c ' ⇒ ' <<<"$output")" -gt 200 ]
}

@test "--functions finds by name, by help and by a glob, in any case" {
  try evfilter --functions INITC
  exits 0
  prints "# text
initcap(text) → text
        each word with a capital
        initcap('hi THOMAS') ⇒ \"Hi Thomas\""
  try evfilter --functions 'cube ROOT'
  exits 0
  prints '# numbers
cbrt(double precision) → double precision
        the cube root
        round(cbrt(27)) ⇒ 3
||/ double precision → double precision
        the cube root
        round(||/ 27) ⇒ 3'
  try evfilter --functions 'L?AD'
  exits 0
  [ "$(grep -c →  <<<"$output")" = 2 ]
  try evfilter --functions '^@'
  exits 0
  [[ $output == *'text ^@ text → boolean'* ]]
}

@test "--functions that finds nothing says so; it takes one pattern" {
  try evfilter --functions frobnicate
  exits 64
  says "evfilter: no function has 'frobnicate' in its name or help"
  try evfilter --functions a b
  exits 64
  says "evfilter: --functions takes one pattern, and 'b' is another"
  evfilter --functions >/dev/full 2>said && exit 1
  [ $? = 74 ]
  [[ $(<said) == *'cannot write the functions: no space left on device'* ]]
}
