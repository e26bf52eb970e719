#!/usr/bin/env bats
# evsink and evsink-file: what is written, where, and what a failure leaves.

load ../helpers

# The sink of TEXT (printf's escapes) to the arguments.
sink() { # TEXT ARGUMENT…
  local text=$1
  shift
  printf '%b' "$text" >in.tmp
  try evsink "$@" <in.tmp
}

holds() { # FILE TEXT: the whole file, printf's escapes
  cmp "$1" <(printf '%b' "$2") || {
    echo "--- $1:"
    cat -A "$1"
    return 1
  }
}

# A failure line as a command makes it, into a file.
make_fail_line() { # FILE
  echo nonsense | evsink - 2>/dev/null | cat >"$1" || true
  grep -q '^{"~ev":"fail",.*"status":"65"' "$1"
}

# --- formats ---------------------------------------------------------------

@test "ndjson passes byte for byte" {
  printf '%s\n' '{"n":9007199254740993,"p":1.10, "e":1E5,"k":1,"k":2}' \
    '  {"é":"\u00e9\/"}' '{}' >in
  try evsink out.ndjson <in
  exits 0 && prints '' && says ''
  cmp in out.ndjson
}

@test "a last line without its end is an event, and gets one" {
  sink '{"a":1}\n{"a":2}' out.ndjson
  exits 0
  holds out.ndjson '{"a":1}\n{"a":2}\n'
}

@test "nothing in is an empty ndjson file" {
  echo old >out.ndjson
  sink '' out.ndjson
  exits 0
  holds out.ndjson ''
}

@test "json is one array, and a whole document also when it is empty" {
  sink '{"a":1.10}\n{"a":"x"}\n' out.json
  exits 0
  holds out.json '[\n{"a":1.10},\n{"a":"x"}\n]\n'
  jq -e 'length == 2' out.json
  sink '' out.json
  exits 0
  holds out.json '[\n]\n'
}

@test "csv takes its columns from the first event" {
  sink '{"id":1,"name":"Ann"}\n{"name":"Bo","id":2}\n{"id":3}\n' out.csv
  exits 0 && says ''
  holds out.csv 'id,name\n1,Ann\n2,Bo\n3,\n'
}

@test "tsv has tabs" {
  sink '{"a":1,"b":"x,y"}\n{"a":2,"b":"x\\ty"}\n' out.tsv
  exits 0
  holds out.tsv 'a\tb\n1\tx,y\n2\t"x\ty"\n'
}

@test "text writes one field of each event" {
  sink '{"message":"a \\"b\\""}\n{"message":1.50}\n{"message":{"x":[1]}}\n' \
    out.txt
  exits 0
  holds out.txt 'a "b"\n1.50\n{"x":[1]}\n'
  sink '{"line":"x"}\n' --format text --field line -
  exits 0 && prints x
}

@test "text without its field is bad, and so is a line end in it" {
  sink '{"a":1}\n' --format text -
  exits 65
  says "*:1: field 'message' is missing or null*"
  sink '{"message":"a\\nb"}\n' --format text -
  exits 65
  says "*:1: field 'message' has a line end in it*"
  sink '{"message":"a\\r\\nb\\nc"}\n' --format text --newlines space -
  exits 0 && prints 'a b c'
  sink '{"message":"a\\nb"}\n' --format text --newlines keep -
  exits 0 && prints $'a\nb'
}

@test "the suffix decides the format, --format beats it, ndjson is the rest" {
  sink '{"a":1}\n' out.jsonl && holds out.jsonl '{"a":1}\n'
  sink '{"a":1}\n' out.dat && holds out.dat '{"a":1}\n'
  sink '{"a":1}\n' out && holds out '{"a":1}\n'
  sink '{"a":1}\n' --format csv out.json && holds out.json 'a\n1\n'
  sink '{"a":1}\n' --format xml out.json
  exits 64
  says "*no format 'xml' can be written*"
}

@test "an option of another format is refused" {
  sink '{"a":1}\n' --columns a out.ndjson
  exits 64
  says '*--columns: the format is ndjson*'
  [ ! -e out.ndjson ]
}

@test "gz, xz, zst and bz2 are compressed, and text again afterwards" {
  seq 20000 | sed 's/.*/{"n":&}/' >in
  for kind in gz:zcat xz:xzcat bz2:bzcat; do
    try evsink "out.ndjson.${kind%:*}" <in
    exits 0 && says ''
    "${kind#*:}" "out.ndjson.${kind%:*}" | cmp - in
    [ "$(stat -c %s "out.ndjson.${kind%:*}")" -lt 60000 ]
  done
  try evsink out.csv.zst <in
  exits 0
  [ "$(head -c 4 out.csv.zst | od -An -tx1)" = ' 28 b5 2f fd' ]
}

@test "the same events give the same gzip file" {
  sink '{"a":1}\n' a.gz
  sleep 1.1
  sink '{"a":1}\n' b.gz
  cmp a.gz b.gz
}

# --- csv -------------------------------------------------------------------

@test "csv: null is empty, an empty text is quoted, numbers keep their text" {
  sink '{"a":null,"b":"","c":1.10,"d":1E5,"e":true,"f":false}\n' \
    --format csv -
  exits 0
  prints $'a,b,c,d,e,f\n,"",1.10,1E5,true,false'
}

@test "csv: what would be read as something else is quoted, no more than that" {
  sink '{"a":"42","b":"-1.5","c":"007","d":"1e5","e":" x ","f":"1234567890123456789"}\n' \
    --format csv --header none -
  exits 0
  prints '"42","-1.5",007,1e5, x ,1234567890123456789'
  sink '{"a":"\\\\.","b":"a,b","c":"say \\"hi\\"","d":"x\\ny","e":"\\r"}\n' \
    --format csv --header none -
  exits 0
  prints $'"\\.","a,b","say ""hi""","x\ny","\r"'
}

@test "csv: objects and arrays are their JSON text" {
  sink '{"o":{"a": [1,"é"]},"l":[1],"e":[]}\n' --format csv --header none -
  exits 0
  prints '"{""a"": [1,""é""]}",[1],[]'
}

@test "csv: --columns chooses the order and goes into objects" {
  sink '{"id":1,"user":{"name":"Ann","tel":"1"},"x.y":2}\n{"user":7}\n' \
    --columns 'user.name, "x.y",id' out.csv
  exits 0
  holds out.csv 'user.name,x.y,id\nAnn,2,1\n,,\n'
}

@test "csv: a field that is no column is bad, with the --columns to paste" {
  sink '{"id":1}\n{"id":2,"odd, name":3,"b":4}\n' out.csv
  exits 65
  says "*standard input:2: 'odd, name', 'b' are no columns: --columns 'id,\"odd, name\",b'"
  [ ! -e out.csv ]
  sink '{"id":1}\n{"id":2,"odd, name":3,"b":4}\n' out.csv \
    --columns 'id,"odd, name",b'
  exits 0
  holds out.csv 'id,"odd, name",b\n1,,\n2,3,4\n'
}

@test "csv: the --columns to paste is whole, also with 1,000 columns" {
  jq -nc '[range(1000)|{key:"column_\(.)",value:.}]|from_entries' >in
  echo '{"one":1}' >>in
  try evsink out.csv <in
  exits 65
  list=$(sed -n 's/^.*--columns //p' <<<"$stderr" | head -1)
  try evsink out.csv --columns "$list" <in
  exits 0
  [ "$(head -1 out.csv | tr , '\n' | tail -1)" = one ]
  [ "$(head -1 out.csv | tr , '\n' | wc -l)" = 1001 ]
}

@test "csv: a deleted row's field is a column like any other" {
  sink '{"id":1}\n{"id":1,"__deleted":true}\n' out.csv
  exits 65
  says "*'__deleted' is no column: --columns id,__deleted"
  sink '{"id":1}\n{"id":1,"__deleted":true}\n' --columns id,__deleted out.csv
  exits 0
  holds out.csv 'id,__deleted\n1,\n1,true\n'
}

@test "csv: no event needs --columns, and then there is a header" {
  echo old >out.csv
  sink '' out.csv
  exits 65
  says '*no event has come*--columns'
  holds out.csv 'old\n'
  sink '' --columns a,b out.csv
  exits 0
  holds out.csv 'a,b\n'
}

@test "csv: a duplicate key's last value counts" {
  sink '{"a":1,"b":2,"a":3}\n' --format csv -
  exits 0
  prints $'a,b\n3,2'
}

@test "csv: escaped keys are the same keys" {
  sink '{"\\u0061":1}\n{"a":2}\n' --format csv -
  exits 0
  prints $'a\n1\n2'
}

@test "csv: text that cannot be text is bad and names its column" {
  sink '{"a":1,"b":"\\u0000"}\n' --format csv -
  exits 65
  says "*:1: column 'b' *"
}

@test "--csv-safe marks what a spreadsheet would compute, and only text" {
  sink '{"a":"=1+1","b":"-5","c":-5,"d":"@x","e":"+1","f":"a=b","g":"=a,b"}\n' \
    --format csv --header none --csv-safe -
  exits 0
  prints "'=1+1,'-5,-5,'@x,'+1,a=b,\"'=a,b\""
}

@test "--delimiter, --quote, --null, --newlines and --header change the dialect" {
  sink '{"a":"x;y","b":null,"c":"1\\n2","d":"q\\u0027q"}\n' --format csv - \
    --delimiter ';' --quote "'" --null NULL --newlines space
  exits 0
  prints "a;b;c;d"$'\n'"'x;y';NULL;1 2;'q''q'"
  sink '{"a":"NULL"}\n' --format csv - --null NULL --header none
  exits 0 && prints '"NULL"'
  sink '{"a":"x\\ny"}\n' --format csv - --newlines bad
  exits 65
  says "*column 'a' has a line end in it"
  sink '{"a":"x,y"}\n' --format csv - --quote none
  exits 65
  says "*column 'a' would need quotes*"
  sink '' --format csv - --delimiter ab
  exits 64
  sink '' --format csv - --null 'a,b'
  exits 64
}

@test "a broken --columns is a usage error" {
  for list in '' 'a,' ',a' 'a,,b' '"a' 'a"b' 'a.' 'a,a' '"a"b'; do
    sink '' --columns "$list" out.csv
    exits 64
    says '*--columns*'
  done
  [ ! -e out.csv ]
}

# --- appending -------------------------------------------------------------

@test "append adds lines" {
  printf '{"a":1}\n' >out.ndjson
  sink '{"a":2}\n' --write append out.ndjson
  exits 0
  holds out.ndjson '{"a":1}\n{"a":2}\n'
  sink '{"a":1}\n' --write append new.ndjson
  holds new.ndjson '{"a":1}\n'
}

@test "append to a line without its end makes a line of it" {
  printf '{"a":1}' >out.ndjson
  sink '{"a":2}\n' --write append out.ndjson
  exits 0
  holds out.ndjson '{"a":1}\n{"a":2}\n'
}

@test "append to a csv takes the columns of its header" {
  printf 'b,"a, c"\r\n1,2\r\n' >out.csv
  sink '{"a, c":4,"b":3}\n{"b":5}\n' --write append out.csv
  exits 0
  holds out.csv 'b,"a, c"\r\n1,2\r\n3,4\n5,\n'
  sink '{"x":1}\n' --write append out.csv
  exits 65
  says "*'x' is no column: --columns 'b,\"a, c\",x'"
  sink '{"b":1}\n' --write append out.csv --columns b,x
  exits 65
  says "*--columns: the header of '*/out.csv' has others: b,\"a, c\""
  holds out.csv 'b,"a, c"\r\n1,2\r\n3,4\n5,\n'
}

@test "append to an absent or empty csv writes the header" {
  : >out.csv
  sink '{"a":1}\n' --write append out.csv
  sink '{"a":2}\n' --write append out.csv
  holds out.csv 'a\n1\n2\n'
}

@test "append of nothing to a csv with a header changes nothing" {
  printf 'a\n1\n' >out.csv
  sink '' --write append out.csv
  exits 0
  holds out.csv 'a\n1\n'
}

@test "append to a gzip file gives a file of two members" {
  sink '{"a":1}\n' out.gz
  sink '{"a":2}\n' --write append out.gz
  exits 0
  [ "$(zcat out.gz)" = $'{"a":1}\n{"a":2}' ]
}

@test "what cannot be appended to is refused" {
  echo '[]' >out.json
  sink '{"a":1}\n' --write append out.json
  exits 64
  says '*a JSON array cannot be appended to*'
  sink '{"a":1}\n' --write append out.csv.gz
  exits 64
  sink '{"a":1}\n' --write upsert out.ndjson
  exits 64
}

@test "a failed append is cut off again" {
  printf '{"a":1}' >out.ndjson
  { seq 100000 | sed 's/.*/{"n":&}/'; echo bad; } >in
  try evsink --write append out.ndjson <in
  exits 65
  holds out.ndjson '{"a":1}'
  try evsink --write append new.ndjson <in
  exits 65
  [ ! -e new.ndjson ]
}

@test "two who append to one file do not mix" {
  echo '{"a":1}' >out.ndjson
  flock out.ndjson sleep 5 &
  holder=$!
  until ! flock -n out.ndjson true; do sleep 0.05; done
  sink '{"a":2}\n' --write append out.ndjson
  kill "$holder"
  exits 76
  says "*'*/out.ndjson' is being written by process *(flock)*"
  holds out.ndjson '{"a":1}\n'
}
