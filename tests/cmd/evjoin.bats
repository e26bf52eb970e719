# evjoin: a stream enriched from a table.
load ../helpers

# shellcheck disable=SC2154 # status, output and stderr are set by run

users() {
  cat >users.ndjson <<'END'
{"id":1,"name":"Ann","club":"gold"}
{"id":2,"name":"Bob","club":null}
{"id":"x","name":"Xen"}
{"id":null,"name":"Nobody"}
END
}

join() { # STDIN OPTION…
  local text=$1
  shift
  printf '%s\n' "$text" >events
  try sh -c 'evjoin "$@" <events' sh "$@"
}

@test "an event gets the fields of its row, its own bytes untouched" {
  users
  join '{ "u" : 1,"n":1.10 }' users.ndjson --on u=id
  exits 0
  prints '{ "u" : 1,"n":1.10,"name":"Ann","club":"gold"}'
  says ''
}

@test "42 joins \"42\", and 42.0 does not" {
  echo '{"id":42,"a":1}' >t.ndjson
  join $'{"id":"42"}\n{"id":42.0}' t.ndjson --on id
  prints '{"id":"42","a":1}'
}

@test "an escaped key is the same key" {
  echo '{"id":"\u00e9","a":1}' >t.ndjson
  join '{"i\u0064":"é"}' t.ndjson --on id
  prints '{"i\u0064":"é","a":1}'
}

@test "null and missing keys join nothing" {
  users
  join $'{"u":null}\n{}' users.ndjson --on u=id
  exits 0
  prints ''
}

@test "a key that no row of the table has is a mistake" {
  users
  join '{"u":1}' users.ndjson --on u=ident
  exits 64
  says "evjoin: --on: no row of the table 'users.ndjson' has a field 'ident'"
}

@test "a key that no event has is said" {
  users
  join $'{"v":1}\n{"v":2}' users.ndjson --on u=id
  exits 0
  prints ''
  says "evjoin: --on: no event has a field 'u'"
  join '' users.ndjson --on u=id
  exits 0
  says ''
}

@test "a left join gives null for every field of the table" {
  users
  join $'{"u":9}\n{}\n{"u":"x"}' users.ndjson --on u=id --type left
  prints '{"u":9,"name":null,"club":null}
{"name":null,"club":null}
{"u":"x","name":"Xen"}'
}

@test "semi and anti pass events unchanged" {
  users
  join $'{"u":1} \n{"u":9}\n{"u":null}' users.ndjson --on u=id -t semi
  prints '{"u":1} '
  join $'{"u":1}\n{"u":9}\n{"u":null}' users.ndjson --on u=id -t anti
  prints '{"u":9}
{"u":null}'
}

@test "rows whose fields change places, come and go keep their names" {
  local long=a_name_of_more_than_thirty_two_bytes
  {
    echo '{"id":1,"a":1,"b":2}'
    echo '{"id":2,"a":3,"b":4}'
    echo '{"id":3,"b":5,"a":6}'
    echo '{"id":4,"a":7}'
    echo '{"x":0,"y":0,"z":0}'
    echo '{"id":5,"a":8,"b":9}'
    echo '{"a":10,"id":6,"c":11}'
    echo '{}'
    echo '{"a":12,"id":7,"c":13}'
    echo "{\"id\":8,\"$long\":1,\"b\":14}"
    echo "{\"id\":9,\"${long/bytes/BYTES}\":1,\"b\":15}"
    echo "{\"id\":10,\"$long\":1,\"b\":16}"
  } >t.ndjson
  seq 10 | sed 's/.*/{"id":&}/' >events
  try sh -c 'evjoin t.ndjson --on id <events'
  exits 0
  prints "{\"id\":1,\"a\":1,\"b\":2}
{\"id\":2,\"a\":3,\"b\":4}
{\"id\":3,\"b\":5,\"a\":6}
{\"id\":4,\"a\":7}
{\"id\":5,\"a\":8,\"b\":9}
{\"id\":6,\"a\":10,\"c\":11}
{\"id\":7,\"a\":12,\"c\":13}
{\"id\":8,\"$long\":1,\"b\":14}
{\"id\":9,\"${long/bytes/BYTES}\":1,\"b\":15}
{\"id\":10,\"$long\":1,\"b\":16}"
}

@test "several rows with one key give several events, in order" {
  printf '{"id":1,"a":%s}\n' 1 2 3 >t.ndjson
  join '{"id":1}' t.ndjson --on id
  prints '{"id":1,"a":1}
{"id":1,"a":2}
{"id":1,"a":3}'
  join '{"id":1}' t.ndjson --on id --unique last
  prints '{"id":1,"a":3}'
  join '{"id":1}' t.ndjson --on id --unique error
  exits 65
  says "evjoin: event 2 of t.ndjson: a second row with the key '1' (--unique error)"
  join '{"id":1}' t.ndjson --on id,a --unique error
  exits 0
  echo '{"id":1,"a":"3"}' >>t.ndjson
  join '{"id":1}' t.ndjson --on id,a --unique error
  exits 65
  says "evjoin: event 4 of t.ndjson: a second row with the key '1, 3' (--unique error)"
}

@test "a million rows of one key load in no time" {
  seq -f '{"id":1,"a":%.0f}' 1000000 >t.ndjson
  join '{"id":1}' t.ndjson --on id -n 2
  prints '{"id":1,"a":1}
{"id":1,"a":2}'
}

@test "a deleted row removes its key" {
  printf '%s\n' '{"id":1,"a":1}' '{"id":2,"a":2}' \
    '{"id":1,"__deleted":true}' '{"id":2,"__deleted":"true"}' \
    '{"id":2,"a":3,"__deleted":false}' >t.ndjson
  join $'{"id":1}\n{"id":2}' t.ndjson --on id
  prints '{"id":2,"a":3}'
}

@test "a deleted event passes" {
  users
  join '{"u":9,"__deleted":true}' users.ndjson --on u=id
  prints '{"u":9,"__deleted":true}'
}

@test "several keys, nested on the event's side" {
  echo '{"s":1,"d":"mon","open":true}' >t.ndjson
  join $'{"shop":{"id":1},"d":"mon"}\n{"shop":{"id":1},"d":"tue"}' \
    t.ndjson --on 'shop.id=s, d'
  prints '{"shop":{"id":1},"d":"mon","open":true}'
}

@test "a key whose first part is null in every row is no misspelt one" {
  echo '{"a":null,"b":1,"x":1}' >t.ndjson
  join '{"a":1,"b":1}' t.ndjson --on a,b
  exits 0
  prints ''
  says ''
}

@test "keys of several parts are not confused" {
  echo '{"a":"1","b":"11","x":1}' >t.ndjson
  join $'{"a":"11","b":"1"}\n{"a":"1","b":"11"}' t.ndjson --on a,b
  prints '{"a":"1","b":"11","x":1}'
}

@test "prefix, into and fields shape what is added" {
  users
  join '{"u":1}' users.ndjson --on u=id --prefix u_
  prints '{"u":1,"u_name":"Ann","u_club":"gold"}'
  join $'{"u":1}\n{"u":9}' users.ndjson --on u=id --into user -t left
  prints '{"u":1,"user":{"name":"Ann","club":"gold"}}
{"u":9,"user":null}'
  join '{"u":1}' users.ndjson --on u=id --fields club,id
  prints '{"u":1,"id":1,"club":"gold"}'
}

@test "--fields with a name that no row has is a mistake" {
  users
  join '{"u":1}' users.ndjson --on u=id --fields name,clbu
  exits 64
  says "evjoin: --fields: no row of the table 'users.ndjson' has a field 'clbu'"
  : >users.ndjson
  join '{"u":1}' users.ndjson --on u=id --fields name
  exits 0
  says ''
}

@test "a second table is too many, and the message says where events come from" {
  users
  join '{"u":1}' users.ndjson --on u=id events.csv
  exits 64
  says "evjoin: one table only: 'events.csv' is too many (events come on standard input: evsource EVENTS | evjoin users.ndjson …)"
}

@test "a name that clashes is an error with the option to paste" {
  users
  join '{"u":1,"name":"x"}' users.ndjson --on u=id
  exits 64
  says "*event 1 and the table 'users.ndjson' both have a field 'name': add --prefix t_, or --into*"
  join '{"u":1,"user":"x"}' users.ndjson --on u=id --into user
  exits 64
  says "*event 1 has a field 'user' already: choose another --into"
}

@test "an empty table is a table" {
  : >t.ndjson
  join '{"u":1}' t.ndjson --on u
  exits 0
  prints ''
  join '{"u":1}' t.ndjson --on u -t left
  prints '{"u":1}'
}

@test "a table in CSV, packed" {
  printf 'id,name\n1,Ann\n' | gzip >users.csv.gz
  join '{"u":1}' users.csv.gz --on u=id
  prints '{"u":1,"name":"Ann"}'
}

@test "a table that cannot be read is not a short table" {
  join '{"u":1}' nothing.csv --on u=id
  exits 74
  says "evsource-file: cannot open 'nothing.csv': no such file or directory"
  [[ $output == '{"~ev":"fail","by":"evsource-file","status":"74",'* ]]
  printf '{"id":1}\nnot json\n' >t.ndjson
  join '{"u":1}' t.ndjson --on u=id
  exits 65
}

@test "a key that is an object is bad" {
  users
  join '{"u":{}}' users.ndjson --on u=id
  exits 65
  says "evjoin: standard input:1: the key 'u' is an object or an array"
  join $'{"u":[]}\n{"u":1}' users.ndjson --on u=id --on-error skip
  exits 0
  prints '{"u":1,"name":"Ann","club":"gold"}'
  says '*in=2 out=1 filtered=0 rejected=0 skipped=1'
}

@test "a table beyond --memory is an error that names the option" {
  seq -f '{"id":%.0f,"a":"some text of a row"}' 200000 >t.ndjson
  join '{"id":1}' t.ndjson --on id --memory 1M
  exits 71
  says "evjoin: the table 't.ndjson' takes more than 1 MiB after * rows: allow it more with --memory"
}

@test "a million users of 100 bytes fit in 250 MiB" {
  awk 'BEGIN { for (i = 1; i <= 1000000; i++)
    printf "{\"id\":%d,\"first_name\":\"First%d\",\"last_name\":\"Last%d\",\"email\":\"first.last%d@example.com\",\"gender\":\"Female\",\"club_status\":\"platinum\",\"comments\":\"Universal optimal hierarchy\"}\n", i, i, i, i
  }' >t.ndjson
  join '{"u":1000000}' t.ndjson --on u=id --memory 250M --fields first_name,last_name,email,gender,club_status,comments
  exits 0
  [[ $output == *'"last_name":"Last1000000"'* ]]
}

# Two tables that give a stream the same: a small one, and one whose rows are
# fetched ahead of the events.
two_tables() {
  seq 40000 | sed 's/.*/{"id":&,"n":"the user with the number &"}/' >large.ndjson
  head -n 50 large.ndjson >small.ndjson
  [ "$(stat -c %s large.ndjson)" -gt 1500000 ]
}

@test "a large table gives what a small one gives, whatever stands between the events" {
  two_tables
  seq 2000 | awk '
    NR % 97 == 0 { print "{\"u\":" NR % 50 + 1 ",\"__deleted\":true}" }
    NR % 89 == 0 { print "" }
    NR % 83 == 0 { print "{\"u\":[" NR "]}" }
    NR % 79 == 0 { print "{\"u\":" }
    NR % 7 == 0 { print "{\"u\":null,\"i\":" NR "}" }
    NR % 5 == 0 { print "{\"u\":\"\\u003" NR % 10 "\",\"i\":" NR "}"; next }
    { print "{\"u\":" NR * 7919 % 50 + 1 ",\"i\":" NR "}" (NR % 61 ? "" : "\r") }
  ' >events
  for type in inner left semi anti; do
    for table in small large; do
      sh -c 'evjoin $1.ndjson --on u=id --type $2 --on-error skip <events
        echo $?' sh $table $type >$table.$type 2>$table.err
    done
    cmp small.$type large.$type
    cmp small.err large.err
  done
  [ "$(wc -l <large.inner)" -gt 1800 ]
  [ "$(wc -l <large.anti)" -gt 500 ]
}

@test "a large table: what came before a failure is out" {
  two_tables
  printf '{"u":1}\n{"u":2}\n{"u":3,"n":0}\n' >events
  try sh -c 'evjoin large.ndjson --on u=id <events | head -n 2'
  prints '{"u":1,"n":"the user with the number 1"}
{"u":2,"n":"the user with the number 2"}'
  says "evjoin: event 3 and the table 'large.ndjson' both have a field 'n': *"
  printf '{"u":1}\n{"u":2}\nnone\n' >events
  try sh -c 'evjoin large.ndjson --on u=id <events | head -n 2'
  prints '{"u":1,"n":"the user with the number 1"}
{"u":2,"n":"the user with the number 2"}'
  says 'evjoin: standard input:3: not a JSON object (column 1)*'
}

@test "a large table: an event does not wait for the next one" {
  two_tables
  for follow in '' --follow-table; do
    start large.ndjson --on id $follow
    ask '{"id":1}' '{"id":1,"n":"the user with the number 1"}'
    ask '{"id":40000}' '{"id":40000,"n":"the user with the number 40000"}'
    exec {to}>&-
    wait "$pid"
  done
}

@test "a large table in a named pipeline: marks keep their places" {
  two_tables
  seq 500 | sed 's/.*/{"u":&}/' >in.ndjson
  try bash -c 'evsource --name main --mark-every 7 in.ndjson |
    evjoin large.ndjson --on u=id | evsink --name main out.ndjson'
  exits 0
  says ''
  evjoin large.ndjson --on u=id <in.ndjson | cmp - out.ndjson
}

@test "a failure that comes in goes out, and nothing more" {
  users
  fail=$(evsource nothing.ndjson 2>/dev/null || true)
  join "{\"u\":1}
$fail
{\"u\":2}" users.ndjson --on u=id
  exits 74
  prints "{\"u\":1,\"name\":\"Ann\",\"club\":\"gold\"}
$fail"
  says ''
}

@test "wrong options are told" {
  users
  join '{}' users.ndjson
  exits 64
  says 'evjoin: wants one table and its keys: evjoin PLACE --on userid=id'
  join '{}' users.ndjson --on u=
  exits 64
  says "evjoin: --on: not a field's name at ''"
  join '{}' users.ndjson --on 'u=a.b'
  exits 64
  join '{}' users.ndjson --on id --unique first
  exits 64
  says "evjoin: --unique wants one of last|error, not 'first'"
}

@test "--limit 0 is no event" {
  users
  join '{"u":1}' users.ndjson --on u=id --limit 0
  exits 0
  prints ''
}

@test "a table whose reader is killed is no short table" {
  mkfifo table.ndjson
  printf '{"id":1}\n' >events
  evjoin table.ndjson --on id <events >out 2>err &
  local join=$!
  exec 4>table.ndjson
  printf '{"id":1,"v":1}\n' >&4
  pkill -9 -P "$join"
  exec 4>&-
  wait "$join" && status=0 || status=$?
  [ "$status" = 75 ]
  [ "$(cat err)" = "evjoin: cannot read 'table.ndjson': 'evsource' was killed by signal 9" ]
  [ "$(jq -r '."~ev"' out)" = fail ]
}

@test "an option that evsource has is told where it belongs" {
  for command in 'evfilter TRUE a.csv' 'evjoin a.csv --on a' 'evdiff a.csv b.csv'; do
    # shellcheck disable=SC2086
    try $command --encoding latin1
    exits 64
    says "*: unknown option '--encoding' (see --help; how * read is for evsource: *)"
  done
}

# --- a table that goes on ---------------------------------------------------------

# Appends rows to the table, a log folder, as its own pipeline does.
rows() { # ROW…
  export EVKIT_STATE=$PWD/state
  mkdir -p in
  printf '%s\n' "$@" >in/"$(ls in | wc -l)".ndjson
  evsource --name table in | evsink --name table log/
}

# An evjoin to talk with: its process is $pid, its ends are the descriptors $to
# and $from. (Those of a coproc go away with it, before its last line is read.)
start() { # ARGUMENT…
  rm -f to from
  mkfifo to from
  evjoin "$@" <to >from 2>err &
  pid=$!
  exec {to}>to {from}<from
}

# Asks for a key until what comes is as wanted: a table that goes on has its
# row soon, and not at a time that can be named.
ask() { # EVENT WANTED
  local answer
  for ((i = 0; i < 100; i++)); do
    echo "$1" >&"$to"
    read -r -t 10 -u "$from" answer
    [ "$answer" != "$2" ] || return 0
    sleep 0.1
  done
  echo "$1: $answer, not $2"
  return 1
}

@test "--follow-table: rows come, change and go while the stream runs" {
  rows '{"id":1,"n":"one"}' '{"id":2,"n":"two"}' '{"id":1,"n":"uno"}'
  start log/ --on id --type left --follow-table
  # nothing before the table has caught up, so the first answer is right
  echo '{"id":1}' >&"$to"
  read -r -t 10 -u "$from" answer
  [ "$answer" = '{"id":1,"n":"uno"}' ]
  rows '{"id":1,"n":"eins"}' '{"id":3,"n":"three","new":3}'
  ask '{"id":1}' '{"id":1,"n":"eins"}'
  ask '{"id":3}' '{"id":3,"n":"three","new":3}'
  ask '{"id":4}' '{"id":4,"n":null,"new":null}'
  rows '{"id":2,"__deleted":true}'
  ask '{"id":2}' '{"id":2,"n":null,"new":null}'
  # a field that only came with a later row clashes too
  echo '{"id":3,"new":0}' >&"$to"
  status=0
  wait "$pid" || status=$?
  [ "$status" = 64 ]
  [ "$(cat err)" = "evjoin: event $(sed 's/.*event \([0-9]*\) .*/\1/' err) and the table 'log/' both have a field 'new': add --prefix t_, or --into table, or name the fields you want with --fields" ]
}

@test "--follow-table: a large table is whole before the first event" {
  seq 50000 | sed 's/.*/{"id":&,"n":"&"}/' >in.ndjson
  EVKIT_STATE=$PWD/state evsource --name table --mark-every 1000 in.ndjson |
    EVKIT_STATE=$PWD/state evsink --name table log/
  try bash -c "seq 50000 | sed 's/.*/{\"id\":&}/' | evjoin log/ --on id --follow-table"
  exits 0
  says ''
  [ "$output" = "$(cat in.ndjson)" ]
}

@test "--follow-table ends with the stream, and takes its evsource with it" {
  rows '{"id":1,"n":"one"}'
  echo '{"id":1}' >events
  try bash -c 'evjoin log/ --on id --follow-table <events; pgrep -P $$'
  exits 1
  prints '{"id":1,"n":"one"}'
  says ''
}

@test "--follow-table: a table whose evsource dies is a failure, before and after it caught up" {
  rows '{"id":1,"n":"one"}'
  start log/ --on id --follow-table
  ask '{"id":1}' '{"id":1,"n":"one"}'
  pkill -9 -P "$pid" evsource
  status=0
  IFS= read -r -t 10 -u "$from" last
  wait "$pid" || status=$?
  [ "$status" = 75 ]
  [ "$(cat err)" = 'evjoin: log/: the stream is broken: it ends without its seal' ]
  [[ $last == '{"~ev":"fail","by":"evjoin","status":"75",'* ]]
  # one that fails says why itself
  echo 'no row' >bad.ndjson
  try bash -c "evjoin bad.ndjson --on id --follow-table </dev/null"
  exits 65
  says 'evsource-file: bad.ndjson:1: *'
}

@test "--follow-table in a named pipeline: no mark of the table gets into the stream" {
  rows '{"id":1,"n":"one"}'
  printf '{"id":1}\n{"id":1,"x":1}\n' >in.ndjson
  try bash -c 'evsource --name main in.ndjson |
    evjoin log/ --on id --follow-table | tee wire | evsink --name main out.ndjson'
  exits 0
  says ''
  [ "$(cat out.ndjson)" = $'{"id":1,"n":"one"}\n{"id":1,"x":1,"n":"one"}' ]
  [ "$(grep -c '~ev' wire)" = 2 ]
  grep -q '"via":\["evsource-file ........","evjoin ........!"\]' wire
}

@test "--follow-table: what does not go with it" {
  echo '{"id":1}' >t.ndjson
  try evjoin t.ndjson --on id --follow-table --unique error </dev/null
  exits 64
  says 'evjoin: --follow-table and --unique error:*'
}

@test "--follow-table: a file that grows, a line at a time and by halves; a folder" {
  echo '{"id":1,"n":"one"}' >t.ndjson
  mkdir f && cp t.ndjson f/1.ndjson
  for place in t.ndjson f/; do
    start $place --on id --type left --follow-table
    echo '{"id":1}' >&"$to"
    read -r -t 10 -u "$from" answer
    [ "$answer" = '{"id":1,"n":"one"}' ]
    case $place in
      t.ndjson)
        printf '{"id":2,"n":' >>t.ndjson
        sleep 0.3
        echo '"two"}' >>t.ndjson
        ;;
      *) echo '{"id":2,"n":"two"}' >f/2.ndjson ;;
    esac
    ask '{"id":2}' '{"id":2,"n":"two"}'
    exec {to}>&-
    wait "$pid"
    [ ! -s err ]
  done
}

@test "--follow-table: a signal ends a plain stream at once, a named one at its seal" {
  echo '{"id":1,"n":"one"}' >t.ndjson
  start t.ndjson --on id --follow-table
  ask '{"id":1}' '{"id":1,"n":"one"}'
  kill -TERM "$pid"
  status=0 && wait "$pid" || status=$?
  [ "$status" = 143 ]
  # the whole pipeline is asked to stop, the table's evsource with it; tee,
  # which is not, shows what has come through
  export EVKIT_STATE=$PWD/state
  echo '{"id":1}' >in.ndjson
  setsid bash -c 'trap : TERM
    evsource --name m --follow in.ndjson |
      evjoin t.ndjson --on id --follow-table |
      (trap "" TERM && exec tee wire) | evsink --name m out.ndjson
    echo "${PIPESTATUS[*]}" >statuses' &
  group=$!
  soon grep -q '"length":"19"' out.ndjson.ev
  echo '{"id":1,"x":1}' >>in.ndjson
  soon grep -q '"x":1' wire
  kill -TERM -- "-$group"
  wait "$group" || true
  [ "$(cat statuses)" = '0 0 0 143' ]
  [ "$(cat out.ndjson)" = $'{"id":1,"n":"one"}\n{"id":1,"x":1,"n":"one"}' ]
}

gone() { # PID
  ! kill -0 "$1"
}

@test "--follow-table: killed, it leaves no evsource behind" {
  echo '{"id":1,"n":"one"}' >"$BATS_TEST_TMPDIR/left-alone.ndjson"
  start "$BATS_TEST_TMPDIR/left-alone.ndjson" --on id --follow-table
  ask '{"id":1}' '{"id":1,"n":"one"}'
  child=$(pgrep -P "$pid")
  kill -9 "$pid"
  soon gone "$child"
}
