#!/usr/bin/env bats
# evsink and evsink-file: what is written, where, and what a failure leaves.

load ../helpers
load ../examples

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
  exits 0
  prints ''
  says ''
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
  exits 0
  says ''
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
  exits 0
  prints x
}

@test "text without its field is bad, and so is a line end in it" {
  sink '{"a":1}\n' --format text -
  exits 65
  says "*:1: field 'message' is missing or null*"
  sink '{"message":"a\\nb"}\n' --format text -
  exits 65
  says "*:1: field 'message' has a line end in it*"
  sink '{"message":"a\\r\\nb\\nc"}\n' --format text --newlines space -
  exits 0
  prints 'a b c'
  sink '{"message":"a\\nb"}\n' --format text --newlines keep -
  exits 0
  prints $'a\nb'
}

@test "the suffix decides the format, --format beats it, ndjson is the rest" {
  sink '{"a":1}\n' out.jsonl
  holds out.jsonl '{"a":1}\n'
  sink '{"a":1}\n' out.dat
  holds out.dat '{"a":1}\n'
  sink '{"a":1}\n' out
  holds out '{"a":1}\n'
  sink '{"a":1}\n' --format csv out.json
  holds out.json 'a\n1\n'
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
    exits 0
    says ''
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
  list=$(sed -n 's/^.*--columns //p' <<<"${stderr-}" | head -1)
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
  exits 0
  prints '"NULL"'
  sink '{"a":"x\\ny"}\n' --format csv - --newlines bad
  exits 65
  says "*column 'a' has a line end in it"
  sink '{"a":"x,y"}\n' --format csv - --quote none
  exits 65
  says "*column 'a' would need quotes*"
  sink '{"a":1,"b":"\\t"}\n' --format csv - --header none -d '\t'
  exits 0
  prints $'1\t"\t"'
  # shellcheck disable=SC2089,SC2090 # a quote is meant as it stands
  for wrong in '-d ab' '-d 1' '-d e' '-d .' '-d é' '-d "' '--quote 0' \
    '--quote ,' '--quote ab' '--null a,b' '--null 0' '--null -1'; do
    # shellcheck disable=SC2086,SC2090
    sink '' --format csv --columns a - $wrong
    exits 64
    prints ''
    [[ ${stderr-} == *"$(cut -d' ' -f1 <<<"${wrong/-d/--delimiter}")"* ]]
  done
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

locked() { # FILE
  ! flock -n "$1" true
}

@test "two who append to one file do not mix" {
  echo '{"a":1}' >out.ndjson
  flock out.ndjson sleep 5 &
  holder=$!
  soon locked out.ndjson
  sink '{"a":2}\n' --write append out.ndjson
  kill "$holder"
  exits 76
  says "*'*/out.ndjson' is being written by process *(flock)*"
  holds out.ndjson '{"a":1}\n'
}

@test "append to a file that is replaced meanwhile is an error: 70" {
  echo '{"a":1}' >out.ndjson
  mkfifo in
  evsink --write append out.ndjson <in 2>err &
  pid=$!
  exec 9>in
  echo '{"a":2}' >&9
  soon grep -q 2 out.ndjson
  echo '{"b":1}' >other
  mv other out.ndjson
  exec 9>&-
  status=0
  wait "$pid" || status=$?
  [ "$status" = 70 ]
  [[ $(cat err) == *"/out.ndjson' was replaced while it was appended to" ]]
  holds out.ndjson '{"b":1}\n'
}

# --- the target ------------------------------------------------------------

@test "a file is replaced as a whole, its mode and owner kept" {
  echo old >out.ndjson
  chmod 640 out.ndjson
  [ "$(id -u)" != 0 ] || chown 1234:4321 out.ndjson
  before=$(stat -c '%a %u %g' out.ndjson)
  inode=$(stat -c %i out.ndjson)
  sink '{"a":1}\n' out.ndjson
  exits 0
  holds out.ndjson '{"a":1}\n'
  [ "$(stat -c '%a %u %g' out.ndjson)" = "$before" ]
  [ "$(stat -c %i out.ndjson)" != "$inode" ]
  [ ! -e out.ndjson.part ]
}

@test "a new file has the mode that the umask leaves" {
  umask 027
  sink '{"a":1}\n' out.ndjson
  [ "$(stat -c %a out.ndjson)" = 640 ]
}

@test "a symbolic link stays one, and what it points at is replaced" {
  mkdir real
  echo old >real/out.csv
  ln -s real/out.csv link1
  ln -s link1 link2.csv
  sink '{"a":1}\n' link2.csv
  exits 0
  [ -L link1 ]
  [ -L link2.csv ]
  holds real/out.csv 'a\n1\n'
  [ "$(ls -A real)" = out.csv ]
}

@test "a link to nothing makes what it points at; a ring of links is an error" {
  ln -s real.csv link.csv
  sink '{"a":1}\n' link.csv
  exits 0
  [ -L link.csv ]
  holds real.csv 'a\n1\n'
  ln -s ring2 ring1
  ln -s ring1 ring2
  sink '{"a":1}\n' ring1
  exits 73
}

@test "while it runs, the old file is whole and NAME.part is locked" {
  echo old >out.ndjson
  mkfifo in
  evsink out.ndjson <in &
  pid=$!
  exec 9>in
  echo '{"a":1}' >&9
  soon test -s out.ndjson.part
  holds out.ndjson 'old\n'
  sink '{"b":1}\n' out.ndjson
  exits 76
  says "evsink-file: '*/out.ndjson.part' is being written by process * (evsink-file)"
  [ -s out.ndjson.part ]
  exec 9>&-
  wait "$pid"
  holds out.ndjson '{"a":1}\n'
}

@test "what a killed run left behind is written over" {
  echo 'left behind, and longer than what comes' >out.ndjson.part
  sink '{"a":1}\n' out.ndjson
  exits 0
  holds out.ndjson '{"a":1}\n'
  [ ! -e out.ndjson.part ]
}

@test "a NAME.part that is a link or has another name is not touched" {
  echo precious >precious
  ln -s precious out.ndjson.part
  sink '{"a":1}\n' out.ndjson
  exits 73
  rm out.ndjson.part
  ln precious out.ndjson.part
  sink '{"a":1}\n' out.ndjson
  exits 73
  holds precious 'precious\n'
}

@test "the same file as source and target works" {
  seq 50000 | sed 's/.*/{"n":&}/' >same.ndjson
  cp same.ndjson want
  try evsink same.ndjson <same.ndjson
  exits 0
  cmp same.ndjson want
}

@test "a pipe, a descriptor and standard output are written in place" {
  mkfifo pipe
  cat pipe >got &
  sink '{"a":1}\n' pipe
  exits 0
  wait $!
  [ -p pipe ]
  holds got '{"a":1}\n'
  sink '{"a":1}\n' /dev/stdout
  prints '{"a":1}'
  sink '{"a":1}\n' -
  prints '{"a":1}'
  evsink /dev/fd/7 <in.tmp 7>seven
  holds seven '{"a":1}\n'
  { echo before; evsink /dev/stdout <in.tmp; echo after; } >shared
  holds shared 'before\n{"a":1}\nafter\n'
  evsink --format csv file:///dev/stdout <in.tmp >csv
  holds csv 'a\n1\n'
}

@test "no such folder, a folder, no right to it: 73, and the reason" {
  sink '{"a":1}\n' none/out.csv
  exits 73
  says "*cannot write 'none/out.csv': *no such file or directory"
  mkdir folder
  for place in folder .; do
    sink '{"a":1}\n' "$place"
    exits 73
    says '*it is a folder*'
  done
  sink '{"a":1}\n' ''
  exits 73
  sink '{"a":1}\n' "$(printf 'n%.0s' {1..300})"
  exits 73
  says '*file name too long'
}

as_nobody() {
  printf '{"a":1}\n' | unprivileged evsink "$@"
}

@test "a log folder is for named pipelines only: 64" {
  mkdir folder
  for place in folder/ absent/; do
    sink '{"a":1}\n' "$place"
    exits 64
    says "*'$place': a log folder is written by a named pipeline only*evsink --name NAME $place)"
  done
  [ ! -e absent ]
  [ -z "$(ls -A folder)" ]
}

@test "a folder or file without the right to write is left alone: 73" {
  mkdir closed
  echo old >closed/out.ndjson
  chmod 666 closed/out.ndjson
  chmod 555 closed
  try as_nobody closed/out.ndjson
  exits 73
  says "*cannot write '*/closed/out.ndjson': cannot make 'out.ndjson.part' beside it: permission denied"
  chmod 777 closed
  chmod 444 closed/out.ndjson
  try as_nobody closed/out.ndjson
  exits 73
  says "*cannot write '*/closed/out.ndjson': permission denied"
  holds closed/out.ndjson 'old\n'
}

@test "what belongs to a named pipeline is refused: 70" {
  echo '{}' >out.ndjson
  echo '{}' >out.ndjson.ev
  ln -s out.ndjson link
  mkdir log
  echo '{}' >log/.ev
  for place in out.ndjson link log; do
    for way in append replace; do
      sink '{"a":1}\n' --write "$way" "$place"
      exits 70
      says '*it belongs to a named pipeline*'
    done
  done
  holds out.ndjson '{}\n'
}

# --- failures: the old target stays, and the status is the cause's ----------

# What goes in and goes wrong, and the status that it must give.
cause() { # NAME: writes ./in, sets $args and $want
  args=() want=65
  seq 100000 | sed 's/.*/{"n":&}/' >in
  case $1 in
    fail_line) make_fail_line line && cat line >>in ;;
    fail_first) make_fail_line in ;;
    bad_line) echo '{"n":' >>in ;;
    not_object) echo '[1]' >>in ;;
    not_utf8) printf '{"a":"\xff"}\n' >>in ;;
    too_long) args=(--max-event 64K)
      printf '{"a":"%70000s"}\n' x >>in ;;
    damaged_control) make_fail_line line && sed 's/evsink/evsank/' line >>in
      want=75 ;;
    too_deep) printf '{"a":%s%s}\n' "$(printf '[%.0s' {1..5000})" \
      "$(printf ']%.0s' {1..5000})" >>in ;;
    nul) printf '{"a":"\0"}\n' >>in ;;
    seventeen_mib) { printf '{"a":"' && head -c 17M /dev/zero | tr '\0' x &&
      printf '"}\n'; } >>in ;;
    unknown_control) want=75 && echo '{"~ev":"begin","v":"1"}' >>in ;;
  esac
}

@test "whatever comes in wrong, for every format and way to write" {
  for cause in fail_line fail_first bad_line not_object not_utf8 too_long \
    too_deep nul seventeen_mib damaged_control unknown_control; do
    cause "$cause"
    for target in out.ndjson out.json out.csv out.csv.gz; do
      printf 'n\n1\n' >"$target"
      try evsink "${args[@]}" "$target" <in
      exits "$want"
      holds "$target" 'n\n1\n'
      rm "$target"
      try evsink "${args[@]}" "$target" <in
      exits "$want"
      [ ! -e "$target" ]
      [ ! -e "$target.part" ]
    done
    for target in out.ndjson out.csv; do
      printf 'n\n1\n' >"$target"
      try evsink "${args[@]}" --write append "$target" <in
      exits "$want"
      holds "$target" 'n\n1\n'
      rm "$target"
    done
  done
}

@test "of a failure before it the sink says nothing itself" {
  cause fail_line
  try evsink out.ndjson <in
  exits 65
  prints ''
  says ''
}

@test "a pipe is told of the failure, a csv in it is not" {
  cause bad_line
  try evsink - <in
  exits 65
  [[ ${lines[-1]} == '{"~ev":"fail","by":"evsink-file","status":"65",'* ]]
  try evsink --format csv - <in
  exits 65
  [ "${lines[-1]}" = 100000 ]
}

@test "a signal leaves the old file, and is what it dies of" {
  for pair in TERM:143 INT:130 HUP:129; do
    for how in replace append; do
      for file in out.ndjson out.ndjson.gz; do
        echo old >"$file"
        rm -f in
        mkfifo in
        # A shell starts what it sends to the background with SIGINT ignored.
        env --default-signal evsink --write "$how" "$file" <in &
        pid=$!
        exec 9>in
        echo '{"a":1}' >&9
        soon idle "$pid"
        kill -s "${pair%:*}" "$pid"
        status=0
        wait "$pid" || status=$?
        exec 9>&-
        [ "$status" = "${pair#*:}" ]
        holds "$file" 'old\n'
        [ ! -e "$file.part" ]
      done
    done
  done
}

@test "a signal while it waits for the reader of a pipe" {
  mkfifo pipe
  evsink pipe </dev/null &
  pid=$!
  soon idle "$pid"
  kill "$pid"
  status=0
  wait "$pid" || status=$?
  [ "$status" = 143 ]
}

@test "a stage that is killed before it: the old file, and that status" {
  for signal in TERM INT; do
    echo old >out.ndjson
    echo '{"a":1}' >grows.ndjson
    rm -f pipe
    mkfifo pipe
    env --default-signal evsource --follow grows.ndjson >pipe &
    source=$!
    evsink --write append out.ndjson <pipe &
    pid=$!
    soon grep -q a out.ndjson
    kill -s "$signal" "$source"
    status=0
    wait "$pid" || status=$?
    [ "$status" = $((128 + $(kill -l "$signal"))) ]
    holds out.ndjson 'old\n'
  done
}

@test "a source that cannot be read, or is damaged: the old file" {
  echo old >out.csv
  seq 100000 | sed 's/.*/{"n":&}/' | gzip | head -c 100000 >cut.ndjson.gz
  printf 'n\n1\n2,3\n' >bad.csv
  for place in none.csv cut.ndjson.gz bad.csv; do
    want=0
    evsource "$place" >all 2>err || want=$?
    [ "$want" -ge 64 ]
    try bash -c 'evsource "$1" | evsink out.csv' - "$place"
    exits "$want"
    [ "$stderr" = "$(cat err)" ]
    holds out.csv 'old\n'
    [ ! -e out.csv.part ]
  done
}

@test "a killed run leaves the old file" {
  echo old >out.ndjson
  mkfifo in
  evsink out.ndjson <in &
  exec 9>in
  echo '{"a":1}' >&9
  soon test -s out.ndjson.part
  kill -9 $!
  wait $! || true
  exec 9>&-
  holds out.ndjson 'old\n'
  sink '{"a":1}\n' out.ndjson
  exits 0
  [ ! -e out.ndjson.part ]
}

@test "a file size limit is an error of the write: 74" {
  seq 200000 | sed 's/.*/{"n":&}/' >in
  for file in out.ndjson out.csv out.ndjson.bz2; do
    printf 'n\n1\n' >"$file"
    for how in replace append; do
      try bash -c 'ulimit -f 100; exec evsink --write "$1" "$2" <in' - \
        "$how" "$file"
      exits 74
      says "*cannot write '*/$file*': file too large*"
      holds "$file" 'n\n1\n'
      [ ! -e "$file.part" ]
    done
  done
}

@test "a full disk is an error: 74" {
  disk size=256k full
  echo old >full/out.ndjson
  echo old >full/out.gz
  seq 200000 | sed 's/.*/{"n":&}/' >in
  head -c 400000 /dev/urandom | od -An -tx1 | sed 's/.*/{"n":"&"}/' >random
  try evsink full/out.ndjson <in
  ndjson=$status
  try evsink full/out.gz <random
  umount_after() { cat full/out.ndjson full/out.gz; ls full; umount full; }
  left=$(umount_after)
  [ "$ndjson" = 74 ]
  exits 74
  says '*no space left on device*'
  [ "$left" = $'old\nold\nout.gz\nout.ndjson' ]
}

@test "/dev/full is an error: 74" {
  for args in - /dev/full '--format csv -' '--format json -'; do
    # shellcheck disable=SC2086
    try bash -c "echo '{\"a\":1}' | evsink $args >/dev/full"
    exits 74
    says '*cannot write *: no space left on device'
  done
}

@test "a reader that has gone ends it without a word" {
  try bash -c 'yes "{}" | evsink - | head -1; echo "${PIPESTATUS[1]}"'
  prints $'{}\n141'
  says ''
}

@test "a missing or failing compressor leaves the old file" {
  mkdir -p bin libexec/evkit
  cp "$BUILD/bin/evsink" bin/
  cp "$BUILD/libexec/evkit/evsink-file" libexec/evkit/
  echo old >out.gz
  echo '{"a":1}' >in
  PATH=/usr/bin:/bin try bin/evsink out.gz <in
  exits 78
  says "*'evpack'*"
  holds out.gz 'old\n'
  printf '#!/bin/sh\nread line; exit 71\n' >libexec/evkit/evpack
  chmod +x libexec/evkit/evpack
  PATH=/usr/bin:/bin try bin/evsink out.gz <in
  exits 71
  holds out.gz 'old\n'
  seq 200000 | sed 's/.*/{"n":&}/' >in
  PATH=/usr/bin:/bin try bin/evsink out.gz <in
  exits 71
  holds out.gz 'old\n'
  [ ! -e out.gz.part ]
}

# --- options ---------------------------------------------------------------

@test "--explain says what would be done and does nothing" {
  echo old >out.csv
  try evsink --explain out.csv --columns a,b </dev/null
  exits 0
  says ''
  [[ $output == *"place: "*"/out.csv"* ]]
  [[ $output == *"there now: a file of 4 bytes"* ]]
  [[ $output == *"format: csv, columns a,b"* ]]
  [[ $output == *"replaced as a whole: written to out.csv.part"* ]]
  [[ $output == *"guarantee: all or nothing"* ]]
  try evsink --explain --write append new.ndjson.gz
  [[ $output == *"there now: nothing"*"compressed by gzip"*"appended"* ]]
  try evsink --explain --write append out.csv
  [[ $output == *"format: csv, columns old"* ]]
  try evsink --explain -
  [[ $output == *"written in place"*"guarantee: none"* ]]
  try evsink --explain none/out.csv
  exits 73
  holds out.csv 'old\n'
  [ "$(echo *out* *new*)" = 'out.csv *new*' ]
}

@test "--limit stops after so many events" {
  yes '{"a":1}' 2>/dev/null | evsink -n 2 out.ndjson
  holds out.ndjson '{"a":1}\n{"a":1}\n'
  sink '{"a":1}\n{"a":2}\n' --limit 1 out.json
  exits 0
  holds out.json '[\n{"a":1}\n]\n'
  sink 'bad\n' --limit 0 out.ndjson
  exits 0
  holds out.ndjson ''
}

@test "--on-error skip goes on and counts, --reject keeps what is bad" {
  sink '{"a":1}\nbad\n{"b":2}\n{"a":3}\n' --on-error skip out.csv
  exits 0
  says 'evsink-file: in=4 out=2 filtered=0 rejected=0 skipped=2'
  holds out.csv 'a\n1\n3\n'
  sink '{"a":1}\nbad\n{"b":2}\n{"a":3}\n' --reject rejects.ndjson out.csv
  exits 0
  holds out.csv 'a\n1\n3\n'
  [ "$(jq -r '[.where,.by,.input]|join(" ")' rejects.ndjson)" = \
    'standard input:2 evsink-file bad
standard input:3 evsink-file {"b":2}' ]
}

@test "--reject keeps whole rejects, whatever the name of their file says" {
  sink 'bad\n{"a":1}\n' --reject r.csv out.ndjson
  exits 0
  holds r.csv 'error,where,by,input,bytes\n'"$(tail -n +2 r.csv)"'\n'
  [[ $(tail -1 r.csv) == *',standard input:1,evsink-file,bad,' ]]
  sink 'bad\n{"a":1}\n' --reject r.log out.ndjson
  exits 0
  [ "$(jq -r .input r.log)" = bad ]
  sink '{"a":1}\n' --reject r.csv out.ndjson
  exits 0
  holds r.csv 'error,where,by,input,bytes\n'
}

@test "a reject that cannot be kept is a failure, and leaves the old file" {
  echo old >out.ndjson
  sink 'bad\n{"a":1}\n' --reject none/rejects.ndjson out.ndjson
  exits 73
  holds out.ndjson 'old\n'
}

@test "--stats says what went through" {
  sink '{"a":1}\n{"a":2}\n' --stats out.json
  exits 0
  says 'evsink-file: in=2 out=2 filtered=0 rejected=0 skipped=0'
}

@test "--meta takes a field out" {
  text='{"a":1,"m":{"x":1},"b":2}\n{"a":3,"b":4}\n'
  sink "$text" --meta m -
  prints $'{"a":1,"b":2}\n{"a":3,"b":4}'
  sink "$text" --meta m --format csv -
  prints $'a,b\n1,2\n3,4'
  sink "$text" --meta m --format json -
  prints $'[\n{"a":1,"b":2},\n{"a":3,"b":4}\n]'
}

@test "after 10 seconds it says where it is writing, once" {
  (sleep 12) | evsink - 2>piped &
  (sleep 22) | evsink out.ndjson 2>err
  [ "$(cat err)" = "evsink-file: writing to '$PWD/out.ndjson.part'; '$PWD/out.ndjson' is replaced when all is there" ]
  wait $!
  [ ! -s piped ]
}

@test "wrong arguments are usage errors and touch nothing" {
  echo old >out.csv
  sink '' --colums a out.csv
  exits 64
  says "*unknown option '--colums': did you mean '--columns'?"
  sink '' out.csv other.csv
  exits 64
  says "*one place only: 'other.csv' is too many"
  sink '' -X a=b out.csv
  exits 64
  sink ''
  exits 64
  holds out.csv 'old\n'
}

@test "a place without a connector is said to be one: 78" {
  sink '' nosuch://host/x
  exits 78
  says "evsink: no connector for 'nosuch://host/x': evsink-nosuch is not installed"
  sink '' --columns ns:a,b nosuch:x
  exits 78
  says '*evsink-nosuch is not installed (a path with a colon is written ./NAME)'
  sink '{"a":1}\n' ./nosuch:x
  exits 0
  holds nosuch:x '{"a":1}\n'
}

@test "evsink becomes any connector that it finds" {
  mkdir bin
  printf '#!/bin/sh\necho "$0 $*"\n' >bin/evsink-other
  chmod +x bin/evsink-other
  PATH=$PWD/bin:$PATH try evsink -X a=b --on-error skip other://h/t
  exits 0
  prints "$PWD/bin/evsink-other -X a=b --on-error skip other://h/t"
}

@test "--help fits on a screen" {
  for command in evsink "evsink -"; do
    # shellcheck disable=SC2086
    try $command --help
    exits 0
    [ "${#lines[@]}" -le 24 ]
    [[ $output == 'Usage: evsink '* ]]
  done
}

# --- round trips -----------------------------------------------------------

@test "csv through ndjson is the same csv again" {
  printf '%s\n' 'id,zip,note,price,empty,quoted' \
    '1,02134,"a, b",1.10,,""' '2,1E5,"say ""hi""",-0.5,,"42"' \
    '3,+1,"two' 'lines",12345678901234567890,,x' ',,,,,' >in.csv
  evsource in.csv >mid.ndjson
  evsink out.csv <mid.ndjson
  cmp in.csv out.csv
  evsource out.csv | cmp - mid.ndjson
  tr , '\t' <in.csv >in.tsv
  evsource in.tsv >mid.ndjson
  evsink out.tsv <mid.ndjson
  evsource out.tsv | cmp - mid.ndjson
}

@test "every file of csv-spectrum is the same events after evsink" {
  for file in "$TOP"/tests/data/csv-spectrum/csvs/*.csv; do
    evsource "$file" >want
    # One is a header alone, one has no bytes at all: no columns to write.
    [ -s want ] || continue
    evsink out.csv <want
    evsource out.csv | cmp - want
  done
  [ -e out.csv ]
}

@test "json, text and packed files read as what was written" {
  seq 3000 | sed 's/.*/{"message":"line & \\"x\\" é"}/' >want
  for file in out.json out.txt out.ndjson.zst out.csv.gz out.json.xz \
    out.tsv.bz2; do
    evsink "$file" <want
    evsource "$file" >got
    cmp got want
  done
}

@test "the examples of the manual pages do what they say" {
  export EVKIT_STATE=$PWD/state
  examples "$TOP/cmd/evsink.1.scd"
  examples "$TOP/cmd/evsink-file.1.scd"
}

@test "a name that promises another format is refused, unless --format is given" {
  for name in a.parquet a.csv.zip b.xlsx c.tar d.csv.Z; do
    try evsink $name <<<'{"a":1}'
    exits 64
    says "evsink-file: '$name': no .* can be written: --format says what it shall be*"
    [ ! -e $name ]
    try evsink --format ndjson $name <<<'{"a":1}'
    exits 0
    [ "$(cat $name)" = '{"a":1}' ]
  done
}

@test "a name in upper case means the same format, as it does for evsource" {
  echo '{"a":1}' | evsink A.CSV
  [ "$(cat A.CSV)" = $'a\n1' ]
  echo '{"a":1}' | evsink A.NDJSON.GZ
  try evsource A.CSV A.NDJSON.GZ
  exits 0
  prints '{"a":1}
{"a":1}'
}
