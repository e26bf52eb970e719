# evsource --name: where a run goes on, file by file. The sink keeps the record.
load ../helpers

setup() {
  cd "$BATS_TEST_TMPDIR" || return
  export EVKIT_STATE=$PWD/state
}

# One run of the pipeline p into out.ndjson: its status and messages.
run_p() { # ARGUMENT… of evsource
  try bash -c 'evsource --name p "$@" | evsink --name p out.ndjson' - "$@"
}

holds() { # LINE…: the whole of the output so far
  exits 0
  [ "$(cat out.ndjson)" = "$(printf '%s\n' "$@")" ] || {
    printf 'out.ndjson is\n%s\nstderr: %s\n' "$(cat out.ndjson)" "$stderr"
    return 1
  }
}

# 70, with this from the source, and nothing was added. The sink may say before
# or after it that arguments have changed.
refuses() { # PATTERN
  exits 70
  says "*$1"
  [ ! -e before ] || cmp before out.ndjson
}

numbers() { # FROM TO: lines long enough to tell files apart
  local i
  for ((i = $1; i <= $2; i++)); do echo "{\"number\":$i,\"text\":\"some more of it\"}"; done
}

@test "a second run at once reads nothing, the next what was added" {
  echo '{"a":1}' >a.ndjson
  run_p a.ndjson
  holds '{"a":1}'
  run_p a.ndjson
  holds '{"a":1}'
  echo '{"a":2}' >>a.ndjson
  run_p a.ndjson
  holds '{"a":1}' '{"a":2}'
}

@test "a last line without a newline is a record, and 70 if it goes on" {
  printf '{"a":1}\n{"a":2}' >a.ndjson
  run_p a.ndjson
  holds '{"a":1}' '{"a":2}'
  run_p a.ndjson
  holds '{"a":1}' '{"a":2}'
  printf '\n{"a":3}\n' >>a.ndjson
  run_p --meta m a.ndjson
  holds '{"a":1}' '{"a":2}' '{"a":3,"m":{"file":"a.ndjson","line":3}}'
  printf '4' >a.txt
  run_p --changed read --format text a.txt
  exits 0
  cp out.ndjson before
  printf '5\n' >>a.txt
  run_p --format text a.txt
  refuses "*'a.txt': the last line had no end and was read as it was; now it goes on*"
}

@test "CSV goes on in the middle, with its header and its line numbers" {
  printf 'id,n\r\n1,"x\r\ny"\r\n2,z' >a.csv
  run_p --meta m a.csv
  exits 0
  printf '\r\n3,w\r\n' >>a.csv
  run_p --meta m a.csv
  holds '{"id":1,"n":"x\r\ny","m":{"file":"a.csv","line":2}}' \
    '{"id":2,"n":"z","m":{"file":"a.csv","line":4}}' \
    '{"id":3,"n":"w","m":{"file":"a.csv","line":5}}'
}

@test "CSV of one column: a line end that comes later is no empty row" {
  printf 'id\n1\n2' >a.csv
  run_p a.csv
  printf '\n3\n' >>a.csv
  run_p a.csv
  holds '{"id":1}' '{"id":2}' '{"id":3}'
}

@test "CSV whose mark is in the middle of a file that a run did not finish" {
  printf 'id,n\n1,a\n2,"b\nc"\n3,d\n' >a.csv
  for _ in 1 2 3 4; do run_p -n 1 a.csv; done
  holds '{"id":1,"n":"a"}' '{"id":2,"n":"b\nc"}' '{"id":3,"n":"d"}'
}

@test "text, regex, JSON documents, other encodings and packed files go on" {
  printf 'ä\nb\n' | iconv -t latin1 >a.txt
  printf 'k=1\nk=2\n' >b.log
  printf '[{"j":1},\n{"j":2}' >c.json
  printf '{"z":1}\n{"z":2}\n' | gzip >d.ndjson.gz
  for _ in 1 2 3; do
    try bash -c 'evsource --name a --encoding latin1 -n 1 a.txt | evsink --name a a.out'
    exits 0
    try bash -c 'evsource --name b --format regex -X pattern="k=(?<k>.)" -n 1 b.log | evsink --name b b.out'
    exits 0
    try bash -c 'evsource --name c -n 1 --on-error skip c.json | evsink --name c c.out'
    exits 0
    try bash -c 'evsource --name d -n 1 d.ndjson.gz | evsink --name d d.out'
    exits 0
  done
  [ "$(cat a.out)" = $'{"message":"ä"}\n{"message":"b"}' ]
  [ "$(cat b.out)" = $'{"k":"1"}\n{"k":"2"}' ]
  [ "$(cat c.out)" = $'{"j":1}\n{"j":2}' ]
  [ "$(cat d.out)" = $'{"z":1}\n{"z":2}' ]
}

@test "the members of an archive are one row of records" {
  mkdir in
  printf '{"a":1}\n{"a":2}\n' >in/1.ndjson
  printf 'b\n3\n4\n' >in/2.csv
  (cd in && tar cf ../a.tar 1.ndjson 2.csv)
  for _ in 1 2 3 4 5; do run_p -n 1 a.tar; done
  holds '{"a":1}' '{"a":2}' '{"b":3}' '{"b":4}'
}

@test "a file that was rotated while nothing ran: its rest, what came between, the new one" {
  numbers 1 3 >a.ndjson
  run_p a.ndjson
  numbers 4 4 >>a.ndjson
  mv a.ndjson a.ndjson.2
  gzip a.ndjson.2
  numbers 5 6 >a.ndjson.1
  numbers 7 7 >a.ndjson
  run_p a.ndjson
  exits 0
  says ''
  cmp <(numbers 1 7) out.ndjson
  run_p a.ndjson
  cmp <(numbers 1 7) out.ndjson
}

@test "rotation by date, and copytruncate" {
  numbers 1 3 >app.log.ndjson
  run_p app.log.ndjson
  numbers 4 4 >>app.log.ndjson
  cp app.log.ndjson app.log.ndjson-20260101
  numbers 5 5 >app.log.ndjson
  mv app.log.ndjson app.log.ndjson-20260102
  numbers 6 6 >app.log.ndjson
  run_p app.log.ndjson
  exits 0
  cmp <(numbers 1 6) out.ndjson
}

@test "a dump fetched again under its name: longer goes on, another one is 70" {
  numbers 1 4 >a.ndjson
  run_p a.ndjson
  numbers 1 5 >new
  mv new a.ndjson
  run_p a.ndjson
  exits 0
  cmp <(numbers 1 5) out.ndjson
  cp out.ndjson before
  numbers 6 9 >a.ndjson
  run_p a.ndjson
  refuses "evsource-file: 'a.ndjson' is not the file that was read, and nothing beside it is: --changed read *"
  numbers 1 2 >a.ndjson
  run_p a.ndjson
  refuses "evsource-file: 'a.ndjson' is not the file that was read*"
  rm a.ndjson
  run_p a.ndjson
  refuses "evsource-file: 'a.ndjson' is gone, and nothing beside it is what was read of it*"
}

@test "--changed read begins anew, --changed skip at the end" {
  numbers 1 4 >a.ndjson
  run_p a.ndjson
  numbers 6 7 >a.ndjson
  run_p --changed skip a.ndjson
  exits 0
  numbers 8 8 >>a.ndjson
  run_p a.ndjson
  exits 0
  cmp <(numbers 1 4; numbers 8 8) out.ndjson
  numbers 9 9 >a.ndjson
  run_p --changed read a.ndjson
  exits 0
  cmp <(numbers 1 4; numbers 8 9) out.ndjson
}

@test "an input that the record does not know is 70, and --input says which it was" {
  numbers 1 2 >a.ndjson
  run_p a.ndjson
  cp out.ndjson before
  mkdir moved
  mv a.ndjson moved/b.ndjson
  numbers 3 3 >>moved/b.ndjson
  run_p moved/b.ndjson
  refuses "evsource-file: the record has positions of '$PWD/a.ndjson' and none of '$PWD/moved/b.ndjson'*"
  run_p --input "$PWD/a.ndjson" moved/b.ndjson
  exits 0
  cmp <(numbers 1 3) out.ndjson
  # The old place as it was typed means the same; no second input is made of it.
  numbers 4 4 >>moved/b.ndjson
  run_p --input a.ndjson moved/b.ndjson
  exits 0
  cmp <(numbers 1 4) out.ndjson
  [ "$(evpos --json | jq -c '.pos | keys')" = "[\"$PWD/a.ndjson\"]" ]
}

@test "a folder: new names wherever they sort, files that grow, files that go" {
  mkdir in
  numbers 2 2 >in/b
  run_p in
  numbers 3 3 >in/a
  numbers 4 4 >>in/b
  run_p in
  exits 0
  cmp <(numbers 2 4) out.ndjson
  rm in/a
  mv in/b in/c
  numbers 5 5 >>in/c
  numbers 6 6 >in/d
  run_p in
  exits 0
  says ''
  cmp <(numbers 2 6) out.ndjson
  run_p in
  cmp <(numbers 2 6) out.ndjson
  evpos show p --json | grep -q "in#c"
  run ! bash -c 'evpos show p --json | grep "in#[ab]"'
}

@test "a folder's file that is another one now is new, and this is said" {
  mkdir in
  numbers 1 3 >in/a
  numbers 4 4 >in/b
  run_p in
  numbers 5 6 >in/a
  run_p in
  exits 0
  says "evsource-file: 'in/a' was emptied or written anew*it is read from its beginning"
  cmp <(numbers 1 6) out.ndjson
}

@test "a folder in which none of the known files is left is 70" {
  mkdir in
  numbers 1 1 >in/a
  run_p in
  cp out.ndjson before
  rm in/a
  run_p in
  refuses "evsource-file: none of the 1 files that were read of 'in' is there: is a disk not mounted?*"
  numbers 2 2 >in/z
  run_p in
  refuses "*none of the 1 files*"
  run_p --changed read in
  exits 0
  cmp <(numbers 1 2) out.ndjson
}

@test "an empty folder is known by the next run" {
  mkdir in
  numbers 1 1 >a
  run_p a in
  numbers 2 2 >in/x
  run_p a in
  exits 0
  cmp <(numbers 1 2) out.ndjson
}

@test "a pattern, out of which files are rotated" {
  numbers 1 2 >a.ndjson
  numbers 3 3 >b.ndjson
  run_p '*.ndjson'
  [ "$status" = 70 ] || [ "$status" = 0 ]
  rm -rf state out.ndjson*
  try bash -c 'evsource --name q "[ab].ndjson" | evsink --name q out'
  exits 0
  numbers 4 4 >>a.ndjson
  mv a.ndjson a.ndjson.1
  numbers 5 5 >a.ndjson
  try bash -c 'evsource --name q "[ab].ndjson" | evsink --name q out'
  exits 0
  says ''
  cmp <(numbers 1 5) out
}

@test "identical files in a folder are two files" {
  mkdir in
  numbers 1 2 >in/a
  cp in/a in/b
  run_p in
  numbers 3 3 >>in/b
  run_p in
  exits 0
  cmp <(numbers 1 2; numbers 1 3) out.ndjson
}

@test "--from end, an offset, a time; it counts once" {
  numbers 1 2 >a.ndjson
  run_p --from end a.ndjson
  [ ! -s out.ndjson ]
  numbers 3 3 >>a.ndjson
  run_p --from end a.ndjson
  exits 0
  cmp <(numbers 3 3) out.ndjson
  try bash -c 'evsource --name q --from 5 a.ndjson | evsink --name q q.out'
  cmp <(numbers 2 3) q.out
  touch -d 2020-01-01 a.ndjson
  numbers 4 4 >b.ndjson
  try bash -c 'evsource --name r --from 2024-01-01T00:00:00Z a.ndjson b.ndjson | evsink --name r r.out'
  exits 0
  cmp <(numbers 4 4) r.out
  try evsource --from noon a.ndjson
  exits 64
  says "evsource-file: --from wants start, end, a time*"
}

@test "--from end is resolved at once, also where nothing comes" {
  numbers 1 2 >a.ndjson
  mkfifo pipe
  evsource --name p --from end --follow a.ndjson >pipe 3>&- &
  pid=$!
  evsink --name p out.ndjson <pipe 3>&- &
  sink=$!
  soon grep -q offset= out.ndjson.ev
  kill $pid
  wait $pid
  wait $sink
  numbers 3 3 >>a.ndjson
  run_p a.ndjson
  exits 0
  cmp <(numbers 3 3) out.ndjson
}

@test "--mark-when makes a mark where the value changes" {
  printf '{"d":1,"n":1}\n{"d":1,"n":2}\n\n{"d":2,"n":3}\n{"n":4}\n' >a.ndjson
  try evsource --name p --mark-when d a.ndjson
  exits 0
  [ "$(grep -c '"~ev":"mark"' <<<"$output")" = 3 ]
  [ "$(grep -o '"n":[0-9]}\|"n":"[0-9]"\|offset=[0-9]*' <<<"$output" | tr '\n' ' ')" = \
    '"n":1} "n":2} "n":"2" offset=29 "n":3} "n":"1" offset=43 "n":4} "n":"1" offset=51 ' ]
}

are_marked() { # EVENTS…: in ./stream, before each mark
  [ "$(grep -o '"n":"[0-9]*"' stream | tr -dc '0-9\n' | paste -sd' ')" = "$1" ]
}

@test "--follow: what --mark-every counts does not wait for the rest of it" {
  numbers 1 25 >a.ndjson
  # The first mark, with no event, says which file it is.
  while read -r every marks; do
    evsource --follow --name p --mark-every "$every" a.ndjson >stream 3>&- &
    pid=$!
    soon are_marked "$marks"
    # After the last mark nothing comes, not even one without an event.
    sleep 1.5
    kill "$pid"
    wait "$pid"
    are_marked "$marks 0"
  done <<'CASES'
10 0 10 10 5
64K 0 25
1s 0 25
CASES
}

@test "--follow under a name: a signal seals, and the next run goes on" {
  numbers 1 2 >a.ndjson
  evsource --name p --follow a.ndjson >first &
  pid=$!
  soon grep -q '"number":2' first
  kill "$pid"
  wait "$pid"
  [[ $(tail -n 1 first) == *'"end":"stop"'* ]]
  evsink --name p out.ndjson <first
  numbers 3 3 >>a.ndjson
  run_p a.ndjson
  exits 0
  cmp <(numbers 1 3) out.ndjson
}

@test "standard input has no position" {
  echo '{"a":1}' >a
  try bash -c 'evsource --name p - <a | evsink --name p out.ndjson'
  exits 0
  try bash -c 'evsource --name p - <a | evsink --name p out.ndjson'
  holds '{"a":1}' '{"a":1}'
}

@test "a file with a sidecar is read up to what is committed" {
  numbers 1 2 >a.ndjson
  try bash -c 'evsource --name w a.ndjson | evsink --name w kept.ndjson'
  exits 0
  run_p kept.ndjson
  exits 0
  printf '{"stranger":' >>kept.ndjson
  run_p kept.ndjson
  exits 70
  cmp <(numbers 1 2) out.ndjson
}

@test "what follows a syntax error in a document is not read again by the next run" {
  printf '[{"a":1},\n {"a":2} {"a":3}]' >a.json
  for _ in 1 2; do
    evsource --name p --reject bad.ndjson a.json 2>/dev/null |
      evsink --name p out.ndjson
  done
  [ "$(<out.ndjson)" = $'{"a":1}\n{"a":2}' ]
  [ "$(wc -l <bad.ndjson)" = 1 ]
}

@test "killed while it follows, and the log rotated twice before the next start" {
  numbers 1 3 >app.ndjson
  mkfifo pipe
  evsink --name p out.ndjson <pipe 2>err 3>&- &
  sink=$!
  evsource --name p --follow app.ndjson >pipe 3>&- &
  source=$!
  soon grep -q '"number":3' out.ndjson
  numbers 4 4 >>app.ndjson
  kill -9 "$source"
  wait "$sink" || [ $? = 75 ]
  numbers 5 5 >>app.ndjson
  mv app.ndjson app.ndjson.2
  gzip app.ndjson.2
  numbers 6 7 >app.ndjson.1
  numbers 8 8 >app.ndjson
  run_p app.ndjson
  exits 0
  cmp <(numbers 1 8) out.ndjson
}

@test "a pipeline that follows knows its file before its first line" {
  : >app.ndjson
  mkfifo pipe
  evsink --name p out.ndjson <pipe 2>err 3>&- &
  sink=$!
  evsource --name p --follow app.ndjson >pipe 3>&- &
  source=$!
  soon grep -q offset=0 state/p/record
  kill -9 "$source"
  wait "$sink" || [ $? = 75 ]
  numbers 1 2 >>app.ndjson
  mv app.ndjson app.ndjson.1
  numbers 3 3 >app.ndjson
  run_p app.ndjson
  exits 0
  cmp <(numbers 1 3) out.ndjson
}
