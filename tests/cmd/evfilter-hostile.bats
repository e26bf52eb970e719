# evfilter: small events that are made to be dear. Memory is limited: one that
# needs more than it may ends the run, and again at each start.
load ../helpers

# A JSON array of COUNT elements, made by printf from 1, 2, 3 …
list() { # COUNT FORMAT
  printf '['
  seq -f "$2" -s , "$1" | tr -d '\n'
  printf ']'
}

text() { # LENGTH
  printf '%*s' "$1" '' | tr ' ' y
}

# evfilter with so much memory, in MB, and a minute of the CPU; the event is in
# the file "in".
limited() { # MB ARGUMENT…
  local mb=$1
  shift
  try bash -c 'ulimit -t 60 -v $(($0 * 1000)); exec evfilter "$@" <in' "$mb" "$@"
}

@test "a long text with an escape is compared with many elements" {
  printf '{"body":"\\n%s","tags":%s}\n' "$(text 100000)" \
    "$(list 10000 '"%.0f"')" >in
  for expression in 'body = ANY(tags)' 'body <> ALL(tags) IS FALSE' \
    'array_position(tags, body) > 0' 'array_contains(tags, body)' \
    'cardinality(array_positions(tags, body)) > 0' \
    'cardinality(array_remove(tags, body)) < 10000' \
    'array_replace(tags, body, body) <> tags' \
    'CASE body WHEN tags[1] THEN TRUE WHEN tags[2] THEN TRUE END'; do
    limited 60 "$expression"
    exits 0
    prints ''
  done
}

@test "many texts with escapes are compared with one another" {
  printf '{"a":%s,"b":["b"]}\n' "$(list 2000 "\"\\u0041$(text 100)%.0f\"")" >in
  limited 60 --select 'cardinality(array_distinct(a)) AS d,
    cardinality(array_union(a, b)) AS u, cardinality(array_except(a, a)) AS e,
    cardinality(array_intersect(a, a)) AS i, a @> a AS c, b <@ a AS o,
    right(array_max(a), 4) AS x, right(array_sort(a)[2], 3) AS s'
  exits 0
  prints '{"d":2000,"u":2001,"e":0,"i":2000,"c":true,"o":false,"x":"y999","s":"y10"}'
}

@test "sets and sorted arrays keep the bytes of their elements" {
  try evfilter --select 'array_distinct(a) AS d, array_union(b, a) AS u,
    array_sort(a) AS s, array_max(a) AS x, array_except(a, b) AS e' \
    <<<'{"a":["\u0062","b","\u0061","A"],"b":["\u0041"]}'
  exits 0
  prints '{"d":["\u0062","\u0061","A"],"u":["\u0041","\u0062","\u0061"],"s":["A","\u0061","\u0062","b"],"x":"\u0062","e":["\u0062","\u0061"]}'
}

@test "an element that no text can be fails where it is met, not before" {
  try evfilter --select "array_position(a, 'x') AS p, 'x' = ANY(a) AS x" \
    <<<'{"a":["x","\u0000"]}'
  exits 0
  prints '{"p":1,"x":true}'
  try evfilter --reject r "'y' = ANY(a)" <<<'{"a":["x","\u0000"]}'
  exits 0
  prints ''
  [ "$(wc -l <r)" = 1 ]
}

@test "numbers of 131,071 digits are compared as they are written" {
  printf '{"a":%s,"b":%s}\n' "$(list 900 '%.0fe131060')" \
    "$(list 900 '-%.0fe131060')" >in
  limited 60 --select 'cardinality(array_distinct(a)) AS n, a && b AS o,
    array_max(a) AS x, 5 = ANY(a) AS i, $$5$$ = ANY(a) AS q,
    $$10E131060$$ = ANY(a) AS t, 2.5 < ALL(a) AS d, array_sort(b)[1] AS s'
  exits 0
  prints '{"n":900,"o":false,"x":900e131060,"i":false,"q":false,"t":true,"d":true,"s":-900e131060}'
}

@test "numbers of 131,071 digits in jsonb" {
  printf '{"a":%s,"b":%s}\n' "$(list 400 '%.0fe131060')" \
    "$(list 400 '%.0f.5e131059')" >in
  limited 250 --select 'a::jsonb @> a::jsonb AS s, a::jsonb @> b::jsonb AS o'
  exits 0
  prints '{"s":true,"o":false}'
}

@test "more digits of numbers than there is room for make the event bad" {
  printf '{"a":%s}\n' "$(list 3000 '%.0fe131060')" >in
  limited 400 --reject r --select 'cardinality(a::numeric[]) AS n'
  exits 0
  prints ''
  [[ $(cat r) == *"a::numeric[]: the numbers would have more than 268435456 digits together"* ]]
  # nor is a text that may be a number, and has no room, unequal to one
  printf '{"a":[%s1e131071],"t":"%s"}\n' \
    "$(yes 1e131071, | head -n 2047 | tr -d '\n')" "$(text 50 | tr y 1)" >in
  limited 400 --select 'cardinality(a::numeric[]) AS n'
  exits 0
  prints '{"n":2048}'
  limited 400 --on-error skip 'cardinality(a::numeric[]) + 0.5 <> t'
  exits 0
  prints ''
}

@test "many names are looked for among many strings" {
  printf '{"a":%s,"b":%s,"c":["7",null,"7"]}\n' "$(list 200000 '"%.0f"')" \
    "$(list 200000 '"-%.0f"')" >in
  limited 400 --select 'a::jsonb ?| b::text[] AS n, a::jsonb ?& b::text[] AS m,
    a::jsonb ?& a::text[] AS s, a::jsonb ?| c::text[] AS o,
    a::jsonb ?& c::text[] AS c, $$"7"$$::jsonb ?& c::text[] AS w,
    $$"7"$$::jsonb ?& $${7,8}$$ AS v, $$[]$$::jsonb ?& $${}$$ AS e'
  exits 0
  prints '{"n":false,"m":false,"s":true,"o":true,"c":true,"w":true,"v":false,"e":true}'
}

@test "what is made for a row does not stay until the last" {
  printf '{"body":"%s","tags":%s}\n' "$(text 100000)" "$(list 3000 %.0f)" >in
  limited 60 --select 'unnest(tags) AS t, length(upper(body)) AS n'
  exits 0
  [ "$(wc -l <<<"$output")" = 3000 ]
  [ "$(tail -n 1 <<<"$output")" = '{"t":3000,"n":100000}' ]
  limited 60 --select 'length(upper(body) || unnest(tags)::text) AS n' --limit 2
  exits 0
  prints '{"n":100001}
{"n":100001}'
}

@test "an item without rows is the same in all of them, and the clock ticks" {
  try evfilter --select "* EXCLUDE (a) REPLACE (upper(b) AS b), unnest(a) AS x,
    c || '!' AS d, clock_timestamp()::text AS t" \
    <<<'{"a":[1,2,3],"b":"b","c":"c"}
{"a":[4,5],"b":"\u0062\u0062","c":"cc"}'
  exits 0
  [ "$(sed 's/,"t".*//' <<<"$output")" = '{"b":"B","c":"c","x":1,"d":"c!"
{"b":"B","c":"c","x":2,"d":"c!"
{"b":"B","c":"c","x":3,"d":"c!"
{"b":"BB","c":"cc","x":4,"d":"cc!"
{"b":"BB","c":"cc","x":5,"d":"cc!"' ]
  [ "$(sed 's/.*"t"//' <<<"$output" | sort -u | wc -l)" -gt 1 ]
}

# The event is bad, and why.
refuses() { # MB WHY ARGUMENT…
  local mb=$1 why=$2
  shift 2
  rm -f r
  limited "$mb" --reject r "$@"
  exits 0
  prints ''
  [[ $(cat r) == *"$why"* ]] || {
    cat r
    return 1
  }
}

@test "what an event makes has a limit, and one that needs more is bad" {
  printf '{"t":"x"}\n' >in
  local long='the text would be longer than 256 MiB'
  local fill='array_fill(repeat(t, 1000000), ARRAY[100000])'
  refuses 800 "$long" --select "$fill::text AS x"
  refuses 800 "$long" --select "$fill AS x"
  refuses 800 "$long" --select "to_json($fill) AS x"
  refuses 800 "$long" --select "array_to_string($fill, ',') AS x"
  local large='the array would be larger than 256 MiB'
  fill='array_fill(t, ARRAY[60000, 100])'
  refuses 600 "$large" --select "$fill || $fill AS x"
  refuses 600 "$large" --select "ARRAY[$fill, $fill] AS x"
  refuses 1000 "$large" --select "string_to_array(repeat(t || ',', 20000000), ',') AS x"
  refuses 600 "$large" --select 'generate_series(0, length(t) * 100000000) AS x'
  refuses 600 "$large" --select "('{' || repeat('1,', length(t) * 20000000) || '1}')::int[] AS x"
  local much='needs more than 1024 MiB of memory for one event' r
  r='length(repeat(repeat(t, 10000), 26000))'
  refuses 1700 "$much" --select "$r + $r + $r + $r + $r AS x"
}

@test "what one call makes of an event has the same limit" {
  local much='needs more than 1024 MiB of memory for one event'
  printf '{"t":"0,"}\n' >in
  refuses 2500 "$much" --select "('['||repeat(t,120000000)||'0]')::jsonb IS NULL AS x"
  printf '{"t":"\\"\\u0061\\":1,"}\n' >in
  refuses 2500 "$much" --select "('{'||repeat(t,25000000)||'\"b\":1}')::jsonb IS NULL AS x"
  { printf '{"a":[' && yes 0, | head -n 4000000 | tr -d '\n' && printf '0]}\n'; } >in
  local a='a,a,a,a,a,a'
  refuses 2500 "$much" --select "to_jsonb(ARRAY[$a,$a,$a]) IS NULL AS x"
  refuses 2500 "$much" --select "jsonb_build_array($a,$a,$a) IS NULL AS x"
  refuses 2500 "$much" --select "json_concat($a,$a,$a) IS NULL AS x"
  refuses 2500 "$much" --select "jsonb_build_object('p',a,'q',a,'r',a,'s',a,'t',a,'u',a,'v',a,'w',a) IS NULL AS x"
  a='cardinality(a[2:])'
  refuses 2500 "$much" "$a + $a + $a + $a + $a + $a + $a + $a + $a + $a = 0"
  refuses 2500 "$much" "${a//cardinality(a/(a} IS NULL$(printf ' OR (a[%s:]) IS NULL' {3..25})"
}

@test "a text with escapes is not taken without end" {
  local much='needs more than 1024 MiB of memory for one event'
  printf '{"t":"\\n%s"}\n' "$(text 8000000)" >in
  refuses 1600 "$much" "t LIKE 'a%'$(printf " OR t LIKE '%s%%'" {1..200})"
  refuses 1600 "$much" "t ILIKE 'a%'$(printf " OR t ILIKE '%s%%'" {1..200})"
  refuses 1600 "$much" "t ~ 'a'$(printf " OR t ~ '%s'" {1..200})"
  local lists
  lists="ARRAY[t$(printf ',id,t%.0s' {1..200})]"
  refuses 1600 "$much" "$lists && ARRAY['a']"
  refuses 1600 "$much" "array_sort($lists) IS NULL"
}

@test "a long text with an escape that fills an array is decoded once" {
  printf '{"t":"\\n%s","u":"x"}\n' "$(text 1000000)" >in
  local fill='array_fill(t, ARRAY[1000000])'
  for expression in "$fill = $fill" "$fill >= $fill" "'x' <> ALL($fill)" \
    "array_position($fill, u) IS NULL" "array_positions($fill, u) = ARRAY[]::int[]" \
    "cardinality(array_remove($fill, u)) = 1000000" "NOT array_contains($fill, u)" \
    "NOT $fill && ARRAY[u]" "$fill @> ARRAY[t]" \
    "array_position(array_sort(array_fill(t, ARRAY[10000])), t) = 1"; do
    limited 600 "length(t) = 1000001 AND $expression"
    exits 0
    [ "$output" ] || {
      echo "not true: $expression"
      return 1
    }
  done
}

@test "jsonb that is compared member by member has a limit" {
  local member
  member=$(printf '"%s":1,' {1000..1299})
  objects() { # COUNT
    seq -f "{$member\"last0\":%.0f}" -s , "$1" | tr -d '\n'
  }
  same() { # COUNT LAST
    yes "{$member\"last0\":$2}" | head -n "$1" | paste -sd ,
  }
  printf '{"a":[%s],"b":[%s]}\n' "$(objects 400)" "$(same 400 400)" >in
  refuses 400 'needs more than 30000000 comparisons of elements' \
    'a::jsonb @> b::jsonb'
  local many='more than 30000000 pairs of elements would be compared'
  printf '{"a":[%s],"b":[%s]}\n' "$(objects 1500)" "$(same 1500 0)" >in
  refuses 800 "$many" 'a::jsonb[] && b::jsonb[]'
  refuses 800 "$many" 'cardinality(array_distinct(a::jsonb[])) = 1500'
  printf '{"a":[%s],"b":[%s]}\n' "$(objects 300)" "$(same 300 300)" >in
  limited 400 --select 'a::jsonb @> b::jsonb AS j, a::jsonb[] && b::jsonb[] AS o,
    cardinality(array_distinct(b::jsonb[])) AS n'
  exits 0
  prints '{"j":true,"o":true,"n":1}'
}

@test "a long condition of many texts takes little" {
  { printf 's <> %s' "'a'" && printf " AND s <> 'v%s'" {1..25000}; } >condition
  printf '{"s":"x"}\n' >in
  limited 200 --file condition
  exits 0
  prints '{"s":"x"}'
  printf "s = 'a'\n'b''c' OR s = E'\\\\'d\\\\\\\\'\n  '\\\\x41' OR s = \"s\"\"\"" >condition
  printf '%s\n' '{"s":"ab'"'"'c"}' '{"s":"'"'"'d\\A"}' '{"s":"y","s\"":"y"}' \
    '{"s":"n"}' >in
  limited 200 --file condition
  exits 0
  [ "$(wc -l <<<"$output")" = 3 ]
}

@test "a number that finds no room leaves it to others" {
  printf '{"a":[%s1e131000]}\n' \
    "$(yes 1e131000, | head -n 2047 | tr -d '\n')" >in
  limited 800 --select 'cardinality(a::numeric[]) AS n,
    TRY_CAST($$1e131071$$ || left(a::text, 0) AS numeric) IS NULL AS x,
    TRY_CAST($$1e131071$$ || left(a::text, 0) AS numeric) IS NULL AS y,
    TRY_CAST($$1e40$$ || left(a::text, 0) AS numeric) AS z'
  exits 0
  prints '{"n":2048,"x":false,"y":true,"z":10000000000000000000000000000000000000000}'
}

@test "what is written can be read again" {
  local a
  a=$(printf '%1022s' '' | tr ' ' '[')1$(printf '%1022s' '' | tr ' ' ']')
  printf '{"a":%s}\n' "$a" >in
  refuses 60 'is nested more than 1023 deep' --select 'ARRAY[ARRAY[a]] AS a'
  refuses 60 'is nested more than 1023 deep' --select 'ARRAY[[a]] || ARRAY[[a]] AS a'
  refuses 60 'is nested more than 1023 deep' --select 'array_fill(a, ARRAY[1, 1]) AS a'
  limited 60 --select 'ARRAY[a] AS a'
  exits 0
  prints "{\"a\":[$a]}"
  try evfilter TRUE <<<"$output"
  exits 0
}

@test "BETWEEN in BETWEEN is evaluated once, and explained" {
  local e=x
  for _ in {1..40}; do
    e="($e BETWEEN x AND x)"
  done
  try timeout 60 evfilter "$e" <<<'{"x":true}'
  exits 0
  prints '{"x":true}'
  try timeout 60 evfilter --explain "$e"
  exits 0
  [ "$(grep -c 'once ' <<<"$output")" = 39 ]
  try evfilter --select 'unnest(a) + 1 BETWEEN 2 AND 3 AS x' <<<'{"a":[1,2,3]}'
  prints '{"x":true}
{"x":true}
{"x":false}'
}

# The path is the event's too.
@test "a jsonpath is refused that is too deep, whatever is repeated in it" {
  local part deep='the jsonpath is nested more than 1000 deep'
  for part in '(' '- ' '!(' '1 + ' '1 == 1 && ' '1 == 1 || ' '$[' '$ ? (1 == '; do
    printf '{"p":"%s1"}\n' "$(yes -- "$part" | head -n 100000 | tr -d '\n')" >in
    refuses 100 "$deep" 'p::jsonpath IS NULL'
  done
  for part in '.a' '[0]' '[*]' '.**' '.size()' ' ? (1 == 1)'; do
    printf '{"p":"$%s"}\n' "$(yes -- "$part" | head -n 100000 | tr -d '\n')" >in
    refuses 100 "$deep" 'p::jsonpath IS NULL'
    printf '{"p":"$%s"}\n' "$(yes -- "$part" | head -n 990 | tr -d '\n')" >in
    limited 100 'p::jsonpath IS NOT NULL'
    exits 0
    [ "${#output}" -gt 990 ]
  done
  printf '{"p":"$[%s0]","a":[7]}\n' "$(yes 0, | head -n 250000 | tr -d '\n')" >in
  limited 300 --select 'jsonb_array_length(jsonb_path_query_array(a, p)) AS n'
  exits 0
  prints '{"n":250001}'
}

@test "what a jsonpath does to a value has limits" {
  local steps='the jsonpath needs more than 30000000 steps' p
  local open close
  open=$(printf '%900s' '' | tr ' ' '[') close=$(printf '%900s' '' | tr ' ' ']')
  p=$(yes '.**' | head -n 500 | tr -d '\n')
  printf '{"p":"$%s","a":%s1%s}\n' "$p" "$open" "$close" >in
  refuses 800 "$steps" --select 'jsonb_path_query_array(a, p) AS x'
  p=$(yes '$.**{last} ? (exists(' | head -n 20 | tr -d '\n')
  p="$p\$$(yes '))' | head -n 20 | tr -d '\n')"
  printf '{"p":"%s","a":%s1%s}\n' "$p" "$open" "$close" >in
  refuses 100 'the jsonpath goes more than 5000 levels deep' 'a @? p'
  printf '{"a":%s}\n' "$(list 20000 %.0f)" >in
  refuses 200 "$steps" --select \
    "jsonb_path_query_array(a, '\$[*] ? (@ == \$[*] && @ < 0)') AS x"
  limited 100 --select "jsonb_path_query_first(a, '\$[*] ? (@ > 19999)') AS x"
  prints '{"x":20000}'
  printf '{"a":[%s1e131000]}\n' "$(yes 1e131000, | head -n 500 | tr -d '\n')" >in
  refuses 400 "$steps" --select "jsonb_path_query_array(a, '\$[*] ? (@ * @ < 0)') AS x"
  printf '{"a":"%sx"}\n' "$(text 30)" >in
  refuses 100 'the regular expression needs too many steps' \
    "a @? '\$ ? (@ like_regex \"^(y+)+\$\")'"
}
