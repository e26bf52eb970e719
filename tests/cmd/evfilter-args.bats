# evfilter: parameters, --arg and --args (evexpr(7)).
load ../helpers

fails() { # STATUS MESSAGE, a pattern
  exits "$1"
  says "evfilter: $2"
}

@test "--arg gives \$name a value, as a quoted literal" {
  try evfilter 'rating < $limit AND zip = $zip' --arg limit=3 --arg zip=02134 <<<'{"rating":2,"zip":"02134"}
{"rating":3,"zip":"02134"}
{"rating":1,"zip":"2134"}'
  exits 0
  prints '{"rating":2,"zip":"02134"}'
  says ''
}

@test "beside a number a parameter is a number, if numeric reads it as one" {
  months() { # CONDITION PARAMETER
    try evfilter "$1" --arg "n=$2" <<<'{"month":7}
{"month":8}
{"month":9.5}'
    exits 0
    says ''
  }
  for n in 08 8 +8 ' 8' '8 ' 8.0 008.00 .8e1; do
    months 'month = $n' "$n"
    prints '{"month":8}'
    months 'month > $n' "$n"
    prints '{"month":9.5}'
    months '$n > month' "$n"
    prints '{"month":7}'
    months 'month IN (1, $n)' "$n"
    prints '{"month":8}'
    months 'month BETWEEN $n AND 9' "$n"
    prints '{"month":8}'
    months 'month <> $n AND month < 9' "$n"
    prints '{"month":7}'
  done
  months 'month = $n' 8x
  prints ''
  # a field that is a text is compared as text, and so is a literal
  try evfilter 'month = $n' --arg n=08 <<<'{"month":"8"}
{"month":"08"}'
  prints '{"month":"08"}'
  try evfilter "month = '08'" <<<'{"month":8}
{"month":"08"}'
  prints '{"month":"08"}'
}

@test "a value is never part of the text" {
  try evfilter 'name = $name' --arg "name=x' OR 'a' = 'a" <<<'{"name":"a"}'
  exits 0
  prints ''
  try evfilter --select '$a AS a, $b AS b, $c AS c' --arg "a='" --arg 'b=x=y' --arg c= <<<'{}'
  prints $'{"a":"\'","b":"x=y","c":""}'
}

@test "a parameter has the type that its place gives it, or a cast's" {
  try evfilter --select '5 / $n AS a, $n || 1 AS b, $n::float8 AS c, date $$2020-01-01$$ + $n::int AS d' \
    --arg n=2 <<<'{}'
  exits 0
  prints '{"a":2,"b":"21","c":2,"d":"2020-01-03"}'
  try evfilter 'at::timestamptz >= $since' --arg 'since=2019-02-26 12:00+01' \
    <<<'{"at":"2019-02-26T11:00:00Z"}
{"at":"2019-02-26T10:59:59Z"}'
  prints '{"at":"2019-02-26T11:00:00Z"}'
}

@test "a value that cannot be what it must be is shown with its place" {
  try evfilter 'a < 1 AND b::date > $day' --arg day=today-1 </dev/null
  fails 64 'the condition: invalid input syntax for type date: "today-1"
  a < 1 AND b::date > $day
                      ^'
}

@test "--args reads a JSON object, whose values have their types" {
  printf '{\n  "n": 1.10, "i": -3,\n\t"t": "it\\u0027s",\r\n "b": false, "z": null, "list": [1, 2]}\n' >p.json
  try evfilter --select 'x + $n AS n, 7 / $i AS i, -$i AS j, $t AS t, $b AS b, $z IS NULL AS z, $list AS l' \
    --args p.json <<<'{"x":1}'
  exits 0
  prints '{"n":2.10,"i":-2,"j":3,"t":"it'"'"'s","b":false,"z":true,"l":"[1, 2]"}'
}

@test "--args reads lines NAME=VALUE, and --arg comes before it" {
  printf '# limits\n\nlow=2\r\nhigh= 5\nunused=1' >p.env
  try evfilter 'a BETWEEN $low AND $high::int' --args p.env <<<'{"a":5}'
  exits 0
  prints '{"a":5}'
  try evfilter 'a BETWEEN $low AND $high' --args p.env --arg high=4 <<<'{"a":5}'
  exits 0
  prints ''
  echo '{"low":6}' >q.json
  try evfilter 'a >= $low' --args p.env --args q.json <<<'{"a":5}'
  prints ''
}

@test "a parameter that is not given, or mistyped, is told" {
  try evfilter 'a < $limt' --arg limit=3 </dev/null
  fails 64 'the condition: there is no parameter $limt; did you mean $limit\?
  a < $limt
      ^'
  try evfilter 'a < $x' </dev/null
  fails 64 'the condition: there is no parameter $x: give it with --arg x=VALUE, or if a field is meant, write x
  a < $x
      ^'
  try evfilter 'a < $1' </dev/null
  fails 64 'the condition: a parameter has a name, as in $limit, and no number*'
  try evfilter 'a < $ x' </dev/null
  fails 64 'the condition: a name must follow the $ at once, as in $limit*'
  try evfilter 'a < $x$y' </dev/null
  fails 64 'the condition: the text that begins behind $x$ has no second $x$*'
}

@test "an --arg that nothing uses is a mistake, a value in a file is not" {
  try evfilter "a < 3 AND b = '\$limit'" --arg limit=3 </dev/null
  fails 64 '--arg limit is not used: no $limit stands in the expression (in double quotes the shell takes it, in a quoted text it is text)'
  try evfilter 'a < 3' -s 'a, $limit AS l' --arg limit=3 <<<'{"a":1}'
  exits 0
  prints '{"a":1,"l":"3"}'
  echo 'SELECT a WHERE a < $limit' >p.sql
  try evfilter -f p.sql --arg limit=3 <<<'{"a":1}'
  prints '{"a":1}'
}

@test "what is no parameter is told" {
  try evfilter 'a < $n' --arg n </dev/null
  fails 64 "--arg wants NAME=VALUE, as in --arg limit=5, not 'n'"
  try evfilter 'a < 1' --arg 1st=1 </dev/null
  fails 64 "--arg: '1st' is no name for a parameter: letters, digits and underscores, and no digit first"
  printf 'a=1\nb\n' >p.env
  try evfilter 'a < 1' --args p.env </dev/null
  fails 64 'p.env:2: neither NAME=VALUE nor a JSON object'
  printf 'a b=1\n' >p.env
  try evfilter 'a < 1' --args p.env </dev/null
  fails 64 "p.env:1: 'a b' is no name for a parameter*"
  printf '{"a":1,}' >p.json
  try evfilter 'a < 1' --args p.json </dev/null
  fails 64 '--args: p.json is damaged*'
  printf '{"a":"x\ny"}' >p.json
  try evfilter 'a < 1' --args p.json </dev/null
  fails 64 '--args: p.json is damaged*'
  try evfilter 'a < 1' --args none </dev/null
  fails 64 "cannot read 'none': no such file or directory"
}

@test "a file of parameters or an expression that is too long is refused, not cut" {
  { echo a=1; head -c 3000000 /dev/zero | tr '\0' '#'; } >long
  try evfilter --args long 'x = $a' <<<'{"x":1}'
  exits 64
  says "evfilter: 'long' has more than 2097152 bytes"
  try evfilter --file long
  exits 64
}
