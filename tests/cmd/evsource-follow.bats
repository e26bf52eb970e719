# evsource --follow: a file that grows.
load ../helpers

# Starts evsource in the background; its output is read with `gives`.
follow() { # ARGUMENT…
  mkfifo out
  evsource --follow "$@" >out 2>err &
  pid=$!
  exec 6<out
}

gives() { # LINE: the next one, within half a minute
  local line
  read -r -t 30 line <&6 || {
    echo "no line, but '$1' was to come"
    return 1
  }
  [ "$line" = "$1" ] || {
    printf 'got %s\nnot %s\n' "$line" "$1"
    return 1
  }
}

silent() { # nothing comes for a third of a second
  local line
  ! read -r -t 0.3 line <&6
}

ends() { # STATUS ERROR
  local status=0
  timeout 60 tail --pid="$pid" -f /dev/null || kill "$pid"
  wait "$pid" || status=$?
  pid=
  # shellcheck disable=SC2053 # a pattern is meant
  [ "$status" = "$1" ] && [[ $(cat err) == $2 ]] || {
    echo "status $status, error: $(cat err)"
    return 1
  }
}

teardown() {
  [ -z "${pid-}" ] || kill "$pid" 2>/dev/null || true
}

@test "what stands there and what comes, and a line only when it is whole" {
  printf '{"a":1}\n{"a":2' >a.ndjson
  follow a.ndjson
  gives '{"a":1}'
  silent
  printf '}\n{"a":3}\n' >>a.ndjson
  gives '{"a":2}'
  gives '{"a":3}'
  for i in 4 5 6; do
    echo "{\"a\":$i}" >>a.ndjson
    gives "{\"a\":$i}"
  done
}

@test "an empty file may begin later" {
  : >a.ndjson
  follow a.ndjson
  silent
  echo '{"a":1}' >>a.ndjson
  gives '{"a":1}'
}

@test "CSV: the header, and rows when they are whole" {
  printf 'id,na' >a.csv
  follow a.csv
  silent
  printf 'me\n1,"x' >>a.csv
  silent
  printf 'y"\n2,z\n' >>a.csv
  gives '{"id":1,"name":"xy"}'
  gives '{"id":2,"name":"z"}'
}

@test "text, regex and JSON documents are followed, too" {
  : >a.log
  follow a.log
  echo 'one' >>a.log
  gives '{"message":"one"}'
  kill "$pid"
  ends 143 ''
  exec 6<&-
  rm out
  : >b.json
  follow b.json
  printf '[{"a":1}, {"a"' >>b.json
  gives '{"a":1}'
  printf ': 2}\n' >>b.json
  gives '{"a":2}'
}

@test "a signal is a failure: the last line says so" {
  echo '{"a":1}' >a.ndjson
  follow a.ndjson
  gives '{"a":1}'
  kill -TERM "$pid"
  ends 143 ''
  read -r -t 5 line <&6
  [[ $line == '{"~ev":"fail","by":"evsource-file","status":"143",'* ]]
}

@test "--limit ends it" {
  printf '{"a":1}\n' >a.ndjson
  follow -n 2 a.ndjson
  gives '{"a":1}'
  printf '{"a":2}\n{"a":3}\n' >>a.ndjson
  gives '{"a":2}'
  ends 0 ''
}

@test "a file that is removed is read to its end, and the next of its name follows" {
  echo '{"a":1}' >a.ndjson
  follow a.ndjson
  gives '{"a":1}'
  exec 7>>a.ndjson
  rm a.ndjson
  echo '{"a":2}' >&7
  gives '{"a":2}'
  echo '{"a":3}' >a.ndjson
  gives '{"a":3}'
}

@test "what was written before a file was renamed comes, then the new file" {
  echo '{"a":1}' >a.ndjson
  follow a.ndjson
  gives '{"a":1}'
  echo '{"a":2}' >>a.ndjson
  mv a.ndjson a.1
  echo '{"a":3}' >a.ndjson
  gives '{"a":2}'
  gives '{"a":3}'
  echo '{"a":4}' >>a.ndjson
  gives '{"a":4}'
}

@test "two rotations between two looks, the older one compressed" {
  echo '{"a":1}' >a.ndjson
  follow a.ndjson
  gives '{"a":1}'
  kill -STOP "$pid"
  echo '{"a":2}' >>a.ndjson
  mv a.ndjson a.ndjson.1
  echo '{"a":3}' >a.ndjson
  mv a.ndjson.1 a.ndjson.2
  mv a.ndjson a.ndjson.1
  gzip a.ndjson.2
  echo '{"a":4}' >a.ndjson
  kill -CONT "$pid"
  gives '{"a":2}'
  gives '{"a":3}'
  gives '{"a":4}'
}

@test "what is torn at the end of a renamed file is its last line" {
  printf '{"a":1}\n{"a":2}' >a.ndjson
  follow a.ndjson
  gives '{"a":1}'
  silent
  mv a.ndjson a.1
  silent
  echo '{"a":3}' >a.ndjson
  gives '{"a":2}'
  gives '{"a":3}'
}

@test "a file that is emptied begins anew, and this is said" {
  printf '{"a":1}\n{"a":2}\n' >a.ndjson
  follow a.ndjson
  gives '{"a":1}'
  gives '{"a":2}'
  printf '{"a":3}\n' >a.ndjson
  gives '{"a":3}'
  kill "$pid"
  ends 143 "evsource-file: 'a.ndjson' was emptied or written anew, and what was read of it is not found beside it: it is read from its beginning"
}

@test "copytruncate: the rest of the copy, then the emptied file" {
  printf '{"a":1}\n' >a.ndjson
  follow a.ndjson
  gives '{"a":1}'
  kill -STOP "$pid"
  printf '{"a":2}\n' >>a.ndjson
  cp a.ndjson a.ndjson.1
  : >a.ndjson
  printf '{"a":3}\n' >>a.ndjson
  kill -CONT "$pid"
  gives '{"a":2}'
  gives '{"a":3}'
  kill "$pid"
  ends 143 ''
}

@test "a file that is fetched again and is longer goes on" {
  for i in 1 2 3 4 5 6 7 8 9; do echo "{\"number\":$i}"; done >a.ndjson
  cp a.ndjson b
  follow a.ndjson
  for i in 1 2 3 4 5 6 7 8 9; do gives "{\"number\":$i}"; done
  echo '{"number":10}' >>b
  mv b a.ndjson
  gives '{"number":10}'
  silent
}

@test "several files and folders are followed, new files as they come" {
  mkdir in
  echo '{"in":1}' >in/b
  echo '{"a":1}' >a.ndjson
  follow in a.ndjson
  gives '{"in":1}'
  gives '{"a":1}'
  echo '{"in":2}' >in/a
  gives '{"in":2}'
  echo '{"a":2}' >>a.ndjson
  gives '{"a":2}'
  echo '{"in":3}' >>in/b
  gives '{"in":3}'
  mv in/b in/c
  echo '{"in":4}' >>in/c
  gives '{"in":4}'
  echo '{"in":5}' | gzip >in/d.gz.part
  mv in/d.gz.part in/d.gz
  gives '{"in":5}'
  rm in/a
  silent
}

@test "it ends when nobody reads any more, without a further event" {
  echo '{"a":1}' >a.ndjson
  follow a.ndjson
  gives '{"a":1}'
  exec 6<&-
  ends 141 ''
}

@test "a pipe ends as a whole when its last command does" {
  echo '{"a":1}' >a.ndjson
  try timeout 60 bash -c 'evsource --follow a.ndjson | evsink - | head -n 1'
  exits 0
  prints '{"a":1}'
}

@test "a fifo does not end with its writer" {
  mkfifo in
  follow in
  echo '{"a":1}' >in
  gives '{"a":1}'
  silent
  echo '{"a":2}' >in
  gives '{"a":2}'
}

@test "a bad line is bad while following, and with skip the next one comes" {
  : >a.ndjson
  follow --on-error skip a.ndjson
  printf 'no\n{"a":1}\n' >>a.ndjson
  gives '{"a":1}'
}

@test "a pipe is followed alone" {
  try evsource --follow a - </dev/null
  exits 64
  says "evsource-file: --follow follows '-' alone, not with other places"
}

@test "an idle follower uses no time" {
  echo '{"a":1}' >a.ndjson
  follow a.ndjson
  gives '{"a":1}'
  before=$(awk '{print $14 + $15}' "/proc/$pid/stat")
  sleep 2
  after=$(awk '{print $14 + $15}' "/proc/$pid/stat")
  [ $((after - before)) -le 2 ]
}

@test "a file that is not there yet is waited for, but not one whose folder is missing" {
  evsource --follow later.ndjson >out 2>said 3>&- &
  pid=$!
  soon grep -q waiting said
  echo '{"x":1}' >later.ndjson
  soon grep -q x out
  kill $pid
  wait $pid || [ $? = 143 ]
  [ "$(head -n 1 out)" = '{"x":1}' ]
  [ "$(head -n 1 said)" = "evsource-file: 'later.ndjson' is not there yet: waiting for it" ]
  try evsource --follow nowhere/later.ndjson
  exits 74
  says "evsource-file: cannot open 'nowhere/later.ndjson': no such file or directory"
}
