# evexec: a command as a stage: what it gets, what becomes of what it writes,
# of how it ends, and of marks around it.
# shellcheck disable=SC2016,SC2030,SC2031,SC2154 # run's variables; a shell's text
load ../helpers

RUN=0123456789abcdef0123456789abcdef

setup() {
  cd "$BATS_TEST_TMPDIR" || return
  PATH=$TOP/tests:$PATH
  printf '{"id":%d,"k":"%s"}\n' 3 b 1 a 2 b 4 a >in
  printf 'BEGIN p 0\n{"id":3,"k":"b"}\n{"id":1,"k":"a"}\nMARK\nMARK\n{"id":2,"k":"b"}\n{"id":4,"k":"a"}\nMARK\nSEAL run\n' >sketch
  printf '%s\n' '.mode ascii' '.separator "\t" "\n"' 'create table t (j);' \
    '.import /dev/stdin t' "select k.value, sum(j->>'id') from t, json_each(j) k
    where k.key = 'k' group by 1;" >sql
}

teardown() {
  # Jobs are groups where they were started with set -m.
  for pid in $(jobs -p); do
    kill -9 -- "-$pid" 2>/dev/null || kill -9 "$pid" 2>/dev/null || true
  done
}

# --- what a command gets and gives ------------------------------------------------

# How evexec calls it, and the batch that it was.
batches=(
  'sort' 'sort -r' 'tac' 'head -n 2' 'tail -n 1' 'cat' 'sed s/a/x/' 'grep -v b'
  'grep a' 'jq -c {id}' 'uniq' 'xargs -r -d \\n printf %s\\n' 'cut -c1-40'
)
texts=(
  'uniq -c' 'wc -l' "awk 'END { print NR }'" 'jq -s length' 'jq .id' 'head -c 30'
  "xargs -n 1 echo 'a:'" 'mlr --ijson --ojson count' 'sh -c "sort | uniq -c"'
  "sh -c 'rm -f part.*; split -l 1 - part.; ls part.*'" 'sh -c "exit 0"' 'true'
  'sqlite3 :memory: ".read sql"'
)

batch() { # COMMAND
  if [ -n "${2-}" ]; then
    bash -c "$1" | jq -cR '{message: .}'
  else
    bash -c "$1"
  fi
}

@test "commands in an unnamed pipe give what they gave as a batch" {
  for command in "${batches[@]}" "${texts[@]}"; do
    text=
    for each in "${texts[@]}"; do [ "$each" != "$command" ] || text=--format=text; done
    batch "$command" $text <in >want
    rm -f part*
    try bash -c "evexec $text $command <in"
    exits 0
    says ''
    prints "$(cat want)"
    rm -f part*
  done
}

@test "commands in a marked stream run once for each interval that has events" {
  sed -n 2,3p sketch >one
  sed -n 6,7p sketch >two
  marked <sketch >stream
  for command in "${batches[@]}" "${texts[@]}"; do
    text=
    for each in "${texts[@]}"; do [ "$each" != "$command" ] || text=--format=text; done
    batch "$command" $text <one >want1
    rm -f part*
    batch "$command" $text <two >want2
    rm -f part*
    {
      cat want1
      echo "MARK 1 $(wc -l <want1)"
      echo MARK 2 0
      cat want2
      echo "MARK 3 $(wc -l <want2)"
      echo SEAL run 4 0
    } >want
    try bash -c "set -o pipefail; evexec $text $command <stream | marked -d"
    exits 0
    says ''
    [[ $output == 'BEGIN p 0 evexec '????????'!'$'\n'* ]]
    output=${output#*$'\n'}
    prints "$(cat want)"
    rm -f part*
  done
}

@test "a bounded run without one event is one run on nothing" {
  for seal in run final; do
    printf 'BEGIN p 0\nMARK\nSEAL %s\n' $seal >sketch
    try bash -c 'marked <sketch | evexec --format text wc -l | marked -d'
    [[ $output == *$'\nMARK 1 0\n{"message":"0"}\nSEAL '$seal' 2 1' ]]
  done
  try bash -c 'evexec --format text wc -l </dev/null'
  exits 0
  prints '{"message":"0"}'
}

@test "a follower that was asked to stop before any event does not run it" {
  printf 'BEGIN p 0\nMARK\nSEAL stop\n' >sketch
  try bash -c 'marked <sketch | evexec --format text sh -c "touch ran; wc -l" | marked -d'
  [[ $output == *$'\nMARK 1 0\nSEAL stop 2 0' ]]
  [ ! -e ran ]
}

@test "what stands behind the command's name is the command's" {
  try evexec --format text echo --format csv --help --stats -- x </dev/null
  exits 0
  prints '{"message":"--format csv --help --stats -- x"}'
  try evexec --format text -- printf '%s\n' --ok </dev/null
  exits 0
  prints '{"message":"--ok"}'
}

@test "events go on byte for byte" {
  printf '%s\n' '{"a":1.10,"b":9007199254740993}' ' { "a" : "\u0061" }' \
    '{"a":"é\ud800","a":1E400}' >in
  try bash -c 'evexec cat <in'
  prints "$(cat in)"
  printf '{"a":1}\r\n{"a":2}' >in
  try bash -c 'evexec cat <in'
  prints $'{"a":1}\n{"a":2}'
}

@test "a command may write before it reads, read nothing, a part, or again" {
  try bash -c 'evexec --format text sh -c "seq 200000; wc -l" <in | tail -n 1'
  prints '{"message":"4"}'
  seq 100000 | sed 's/.*/{"n":&}/' >big
  try bash -c 'evexec sh -c "exec <&-; echo {}" <big'
  exits 0
  prints '{}'
  try bash -c 'evexec head -n 1 <big'
  exits 0
  prints '{"n":1}'
  try bash -c 'evexec --format text sh -c "wc -l </dev/stdin; wc -l </dev/stdin" <big'
  prints $'{"message":"100000"}\n{"message":"100000"}'
}

@test "a command that closes its output early is waited for" {
  try bash -c 'evexec sh -c "cat; exec >&-; sleep 0.5; touch ran" <in'
  exits 0
  prints "$(cat in)"
  [ -e ran ]
  try bash -c 'evexec sh -c "cat; exec >&-; sleep 0.5; exit 3" <in'
  exits 75
  says "evexec: 'sh' failed with status 3"
}

@test "much is kept in files, not in memory" {
  seq -f '{"n":%.0f,"x":"0123456789012345678901234567890123456789012345678901234567890123456789"}' \
    800000 >big
  try bash -c 'ulimit -v 60000; evexec tac <big | md5sum'
  exits 0
  says ''
  prints "$(tac big | md5sum)"
  # Nothing of it has a name.
  mkdir tmp
  try bash -c 'TMPDIR=$PWD/tmp evexec sh -c "ls tmp >seen; cat" <big | tail -n 1'
  [ "$output" = "$(tail -n 1 big)" ]
  [ ! -s seen ]
  TMPDIR=/nowhere try bash -c 'evexec tac <big'
  exits 73
  says "evexec: cannot make a temporary file in '/nowhere': no such file or directory"
  TMPDIR=/nowhere try bash -c 'evexec tac <in'
  exits 0
}

@test "a full disk is said" {
  seq -f '{"n":%.0f,"x":"0123456789012345678901234567890123456789012345678901234567890123456789"}' \
    400000 >big
  try bash -c 'ulimit -f 20000; evexec tac <big | tail -n 1 | cut -c 1-30'
  says 'evexec: cannot write a temporary file: file too large'
  prints '{"~ev":"fail","by":"evexec","s'
}

@test "bad input does not reach the command" {
  printf '%s\n' '{"id":1}' '{"id":' 42 '{"id":2}' >in
  try bash -c 'evexec sh -c "touch ran; cat" <in'
  exits 65
  says 'evexec: standard input:2: the line ends too early (column 7)'
  [[ $output == '{"~ev":"fail"'* ]]
  [ ! -e ran ]
  try bash -c 'evexec --on-error skip cat <in'
  exits 0
  says 'evexec: in=4 out=2 filtered=0 rejected=0 skipped=2'
  prints $'{"id":1}\n{"id":2}'
  try bash -c 'evexec --reject bad.ndjson cat <in'
  exits 0
  prints $'{"id":1}\n{"id":2}'
  [ "$(jq -r .where bad.ndjson)" = $'standard input:2\nstandard input:3' ]
  try bash -c 'evexec --max-event 10 --on-error skip cat <<<"{\"id\":123456789}"'
  exits 0
  prints ''
}

# --- what becomes of its output ---------------------------------------------------

@test "nothing of a command that fails goes on" {
  for script in 'cat; exit 1' 'head -n 2; kill -9 $$' 'cat; sleep 0.3; exit 7' \
    'cat; kill -TERM $$'; do
    try bash -c 'set -o pipefail; evexec sh -c "$0" <in | tee out' "$script"
    exits 75
    [[ $stderr == "evexec: 'sh' "* ]]
    [ "$(wc -l <out)" = 1 ]
    [[ $(cat out) == '{"~ev":"fail","by":"evexec","status":"75",'* ]]
  done
  says "evexec: 'sh' was killed by signal 15"
}

@test "of a stream that fails at its second mark the first is whole" {
  try bash -c 'marked <sketch | evexec sh -c "cat; [ \$EVKIT_FROM = 0 ]" | marked -d'
  [[ $output == *$'\n{"id":1,"k":"a"}\nMARK 1 2\nMARK 2 0\nFAIL 75 '"'sh' failed with status 1"* ]]
}

@test "its output waits for its end" {
  {
    marked <sketch | evexec sh -c 'cat; soon() { [ -e go ] || { sleep 0.05; soon; }; }; soon' >out
  } &
  soon grep -q begin out
  sleep 0.3
  [ "$(wc -l <out)" = 1 ]
  touch go
  wait %1
  [ "$(grep -c '"id"' out)" = 4 ]
}

@test "--ok says which statuses are no failure" {
  try bash -c 'evexec grep z <in'
  exits 75
  says "evexec: 'grep' failed with status 1 (if that is no failure: --ok 0,1)"
  try bash -c 'evexec --ok 0,1 grep z <in'
  exits 0
  says ''
  try bash -c 'evexec --ok 0,1 grep a /nowhere <in'
  exits 75
  says "grep: /nowhere: *evexec: 'grep' failed with status 2"
  try bash -c 'evexec --ok 3 cat <in'
  exits 75
  says "evexec: 'cat' failed with status 0"
}

@test "--tries runs it again on the same events" {
  for n in 1 2 3 4; do
    rm -f times
    try bash -c 'evexec --tries 3 sh -c "echo >>times; cat; [ \$(grep -c ^ times) -ge $0 ]" <in' $n
    if [ $n -le 3 ]; then
      exits 0
      prints "$(cat in)"
      [ "$(grep -c ^ times)" = $n ]
      [ "$(grep -c 'follows$' <<<"$stderr")" = $((n - 1)) ]
    else
      exits 75
      [ "$(grep -c ^ times)" = 3 ]
      says "*: try 2 of 3 follows"*$'\n'"evexec: 'sh' failed with status 1"*
    fi
  done
}

@test "a failure line in its output is a failure" {
  for format in ndjson text csv; do
    try bash -c 'evexec --format $0 sh -c "echo a; evfilter TRUE /nowhere | cat; echo b" <in' $format
    exits 75
    says "*evexec: 'sh' wrote a failure line: evsource-file: cannot open '/nowhere': no such file or directory"
    [[ $output == '{"~ev":"fail","by":"evexec",'* ]]
  done
  # Tried again, as a status is.
  try bash -c 'evexec --tries 2 sh -c "[ -e f ] || { touch f; evfilter TRUE /nowhere; }; cat" <in'
  exits 0
  prints "$(cat in)"
}

@test "output that is no event is bad input" {
  while IFS='|' read -r wrong why; do
    export wrong
    try bash -c 'evexec sh -c "cat; echo \"\$wrong\"" <in'
    exits 65
    says "evexec: the output of sh:5: $why"
    try bash -c 'evexec --on-error skip sh -c "cat; echo \"\$wrong\"; echo {}" <in'
    exits 0
    says 'evexec: in=4 out=5 filtered=0 rejected=0 skipped=1'
    prints "$(cat in)"$'\n{}'
    try bash -c 'evexec --reject bad.ndjson sh -c "cat; echo \"\$wrong\"" <in'
    exits 0
    jq -e '.by == "evexec" and .where == "the output of sh:5" and
      (.input == env.wrong)' bad.ndjson
  done <<'END'
x|not a JSON object (column 1)
42|not a JSON object (column 1)
{"a":1|*
{"~ev":"mark"}|a control line, which no command may write
{ "~ev":"mark"}|the key ~ev is reserved*
END
  try bash -c 'evexec wc -l <in'
  exits 65
  says 'evexec: the output of wc:1: not a JSON object (column 1) (--format text makes an event of each line)'
}

@test "marks that a command writes are bad, and no mark" {
  marked <sketch >stream
  try bash -c 'marked <sketch | evexec --on-error skip sh -c "cat stream" | marked -d'
  [ "$(grep -c '^MARK' <<<"$output")" = 3 ]
  [[ $output == *$'\nMARK 3 4\nSEAL run 4 0' ]]
}

@test "formats: csv, tsv and text become events" {
  printf 'id,name\n1,"a ""b"""\n2,\n' >t.csv
  try evexec --format csv cat t.csv </dev/null
  prints $'{"id":1,"name":"a \\"b\\""}\n{"id":2,"name":null}'
  try evexec --format csv --types id:text cat t.csv </dev/null
  prints $'{"id":"1","name":"a \\"b\\""}\n{"id":"2","name":null}'
  printf 'id\tname\n1\tx,y\n' >t.tsv
  try evexec --format tsv cat t.tsv </dev/null
  prints '{"id":1,"name":"x,y"}'
  try evexec --format text printf 'a "b"\n\nc' </dev/null
  prints $'{"message":"a \\"b\\""}\n{"message":""}\n{"message":"c"}'
  printf 'id,name\n1\n2,b\n' >t.csv
  try evexec --format csv --on-error skip cat t.csv </dev/null
  prints '{"id":2,"name":"b"}'
  says '* skipped=1'
  try evexec --format csv cat t.csv </dev/null
  exits 65
  says 'evexec: the output of cat:2: *'
  try evexec --format csv true </dev/null
  exits 0
  prints ''
}

@test "--csv gives a table and takes one" {
  try bash -c 'evexec --csv mlr --icsv --ocsv sort -nr id <in'
  exits 0
  prints $'{"id":4,"k":"a"}\n{"id":3,"k":"b"}\n{"id":2,"k":"b"}\n{"id":1,"k":"a"}'
  try bash -c 'evexec --csv --format text cat <in'
  prints "$(printf '{"message":"%s"}\n' id,k 3,b 1,a 2,b 4,a)"
  try bash -c 'evexec --csv --columns k,id --format text cat <in'
  prints "$(printf '{"message":"%s"}\n' k,id b,3 a,1 b,2 a,4)"
  try bash -c 'evexec --csv --format ndjson mlr --icsv --ojsonl cat <in'
  prints "$(sed 's/:/: /g; s/,/, /g' in)"
  # Each interval is a table.
  try bash -c 'marked <sketch | evexec --csv --format text cat | marked -d'
  [ "$(grep -c '"id,k"' <<<"$output")" = 2 ]
  printf 'BEGIN p 0\n{"a":1}\nMARK\n{"b":2}\nSEAL run\n' >sketch
  try bash -c 'marked <sketch | evexec --csv cat | marked -d'
  [[ $output == *$'\n{"a":1}\nMARK 1 1\n{"b":2}\nSEAL run 2 1' ]]
}

@test "--csv: an event that does not fit its columns is bad" {
  printf '{"a":1}\n{"a":2,"b":3}\n{"a":4}\n' >in
  try bash -c 'evexec --csv cat <in'
  exits 65
  says "evexec: standard input:2: 'b' is no column: --columns a,b"
  try bash -c 'evexec --csv --on-error skip cat <in'
  exits 0
  prints $'{"a":1}\n{"a":4}'
  printf '{"a":"\\ud800"}\n{"b":3}\n' >in
  try bash -c 'evexec --csv --on-error skip cat <in'
  exits 0
  prints ''
  # Without an event the header is what was named.
  try bash -c 'evexec --csv --columns a,b --format text cat </dev/null'
  prints '{"message":"a,b"}'
  try bash -c 'evexec --csv --format text wc -c </dev/null'
  prints '{"message":"0"}'
}

# --- what it leaves, where it is not ----------------------------------------------

@test "a process that keeps the output open gets 5 seconds" {
  SECONDS=0
  try bash -c 'evexec --tries 3 sh -c "cat; sleep 20 & exit 0" <in'
  exits 75
  says "evexec: 'sh' has ended, but a process that it left keeps its output open"
  [ $SECONDS -ge 4 ]
  [ $SECONDS -le 18 ]
  SECONDS=0
  try bash -c 'evexec sh -c "cat; sleep 20 >/dev/null 2>&1 & exit 0" <in'
  exits 0
  prints "$(cat in)"
  try bash -c 'evexec sh -c "(sleep 1; cat in) & exit 0" <in'
  exits 0
  prints "$(cat in)"
  [ $SECONDS -le 18 ]
}

@test "a command that is not there is said before anything is read" {
  for command in evnothing ./evnothing /etc/passwd; do
    try evexec $command </dev/null
    exits 78
    [[ $stderr == evexec:*"'$command'"* ]]
  done
  SECONDS=0
  try timeout 3 bash -c 'evexec evnothing < <(sleep 5)'
  exits 78
  says "evexec: there is no command 'evnothing' in PATH"
  try bash -c 'evexec --tries 3 sh -c "evnothing; exit" <in'
  exits 78
  says "*evexec: 'sh' ended with status 127: a command that it runs was not found, or cannot be executed"
  try bash -c 'evexec "sort -r" <in'
  exits 78
  says "evexec: there is no command 'sort -r' in PATH (its arguments are words of their own*"
  try bash -c 'evexec --name x sort <in'
  exits 64
  says "evexec: unknown option '--name' (*named at its two ends: evsource --name*"
  echo 'cat' >script
  try bash -c 'evexec ./script <in'
  exits 78
  chmod +x script
  try bash -c 'evexec ./script <in'
  exits 0
  prints "$(cat in)"
}

@test "what it says on stderr passes" {
  try bash -c 'evexec sh -c "echo here >&2; cat" <in'
  exits 0
  says here
}

@test "usage" {
  while IFS='|' read -r options why; do
    # shellcheck disable=SC2086 # words
    try evexec $options </dev/null
    exits 64
    says "evexec: $why"
  done <<'END'
|no command, as in: evexec sort
--ok x cat|--ok wants exit statuses, 0 to 255, such as 0,1, not 'x'
--ok 0, cat|--ok wants exit statuses, 0 to 255, such as 0,1, not '0,'
--ok 256 cat|--ok wants exit statuses, 0 to 255, such as 0,1, not '256'
--tries 0 cat|--tries wants 1 or more
--format xml cat|--format wants one of ndjson|csv|tsv|text, not 'xml'
--columns a cat|--columns is for the CSV that CMD reads with --csv
--types text cat|--types is for --format csv and tsv, and the output of CMD is read as ndjson
--csv --columns a,a cat|*
--csv --types x:y cat|*
--keep --csv cat|--keep and CSV: a header is a line that has no answer
--keep --format tsv cat|--keep and CSV: a header is a line that has no answer
--answer-within 3 cat|--answer-within is for --keep; without it: evexec timeout 3 CMD
--answer-within 99999999 --keep cat|--answer-within is too long
--okk 1 cat|unknown option '--okk': did you mean '--ok'?
END
}

# --- --keep -----------------------------------------------------------------------

@test "--keep: one command answers line by line, mark by mark" {
  printf '%s\n' 'echo x >>started' 'exec sed -u s/b/B/' >script
  try bash -c 'marked <sketch | evexec --keep sh ./script | marked -d'
  exits 0
  [[ $output == *$'\n{"id":1,"k":"a"}\nMARK 1 2\nMARK 2 0\n{"id":2,"k":"B"}\n{"id":4,"k":"a"}\nMARK 3 2\nSEAL run 4 0' ]]
  [ "$(wc -l <started)" = 1 ]
  seq -f '{"n":%.0f}' 20000 >big
  try bash -c 'evexec --keep sed -u s/n/m/ <big | md5sum'
  prints "$(sed s/n/m/ big | md5sum)"
  try bash -c 'evexec --keep --format text jq --unbuffered .id <in'
  prints "$(jq -c '{message: (.id | tostring)}' in)"
  try bash -c 'evexec --keep evnothing <in'
  exits 78
  try bash -c 'evexec --keep cat </dev/null'
  exits 0
  prints ''
}

@test "--keep in an unnamed pipe answers where the input pauses" {
  { echo '{"n":1}' && sleep 3 && echo '{"n":2}'; } | evexec --keep cat >out &
  soon grep -q '"n":1' out
  [ "$(cat out)" = '{"n":1}' ]
  wait
  [ "$(cat out)" = $'{"n":1}\n{"n":2}' ]
}

@test "--keep: a command that does not answer each line with one is refused" {
  try bash -c 'evexec --keep --answer-within 1 sort <in'
  exits 75
  says "evexec: 'sort' has answered 0 of 4 lines, and nothing for 1 s: under --keep it must answer each line with one, at once (sed -u, jq --unbuffered, stdbuf -oL)"
  try bash -c 'evexec --keep --answer-within 1 grep --line-buffered b <in'
  exits 75
  says "evexec: 'grep' has answered 2 of 4 lines*"
  try bash -c 'evexec --keep sed -u 2q <in'
  exits 75
  says "evexec: 'sed' has answered 2 of 4 lines and has closed its output"
  try bash -c 'evexec --keep sed -u p <in'
  exits 78
  says "evexec: 'sed' has answered 1 line with 2: under --keep it must answer each line with one"
  try bash -c 'evexec --keep sh -c "cat; echo {}" <in'
  exits 78
  says "evexec: 'sh' *: under --keep it must answer each line with one"
  try bash -c 'evexec --keep sh -c "sed -u 2q; exit 3" <in'
  exits 75
  says "evexec: 'sh' failed with status 3"
  try bash -c 'evexec --keep sh -c "cat; exit 3" <in'
  exits 75
  says "evexec: 'sh' failed with status 3"
}

@test "--keep: one that dies is started again with the lines since the last mark" {
  printf '%s\n' 'read -r line' 'echo "$line" >>seen' 'echo "$line"' \
    'if [ ! -e died ]; then touch died; kill -9 $$; fi' \
    'exec sed -u "w rest"' >script
  try bash -c 'marked <sketch | evexec --keep --tries 2 sh ./script | marked -d'
  exits 0
  says "evexec: 'sh' was killed by signal 9: try 2 of 2 follows"
  [[ $output == *$'\n{"id":3,"k":"b"}\n{"id":1,"k":"a"}\nMARK 1 2\nMARK 2 0\n'* ]]
  [ "$(wc -l <seen)" = 2 ]
}

# --- marks ------------------------------------------------------------------------

@test "side lines pass around the command" {
  printf '%s\n' 'BEGIN p 0 /s' '{"id":1}' 'SIDE /s {"a": 1 }' '{"id":2}' MARK \
    'SIDE /s {"b":2}' 'SEAL run' >sketch
  try bash -c 'marked <sketch | evexec tac | marked -d'
  exits 0
  [[ $output == *$'!\nSIDE /s {"a": 1 }\n{"id":2}\n{"id":1}\nMARK 1 3\nSIDE /s {"b":2}\nSEAL run 2 1' ]]
}

@test "a stream that breaks off is not given to the command" {
  head -n 8 sketch | sed 3q >broken
  for stream in "sed 3q sketch | marked" 'marked <sketch | head -n 3'; do
    rm -f ran
    try bash -c 'eval "$0" | evexec sh -c "touch ran; cat" | marked -d' "$stream"
    says 'evexec: *'
    [[ $output == *$'\nFAIL 75 '* ]]
    [ ! -e ran ]
  done
  try bash -c 'evsource /nowhere | evexec sh -c "touch ran; cat"'
  exits 74
  [ ! -e ran ]
}

@test "the environment tells the pipeline and where the input begins and ends" {
  # shellcheck disable=SC2089,SC2090
  show='printf "{\"e\":\"%s %s %s\"}\n" "${EVKIT_NAME-}" "${EVKIT_FROM-}" "${EVKIT_TO-}"'
  sed -i "s|BEGIN p 0|BEGIN p $RUN/77|" sketch
  # shellcheck disable=SC2090
  export show
  try bash -c 'marked <sketch | evexec sh -c "$show" | marked -d | grep "\"e\""'
  prints "{\"e\":\"p $RUN/77 $RUN/1\"}
{\"e\":\"p $RUN/1 $RUN/3\"}"
  EVKIT_NAME=a EVKIT_FROM=b EVKIT_TO=c try bash -c 'evexec sh -c "$show" <in'
  prints '{"e":"  "}'
}

# --- signals ----------------------------------------------------------------------

slow='touch started; sleep 1; cat; touch ended'

@test "a signal in an unnamed pipe ends the command and us" {
  for signal in TERM INT HUP; do
    rm -f started
    # What a script starts in the background would ignore SIGINT, and under
    # nohup SIGHUP.
    env --default-signal evexec sh -c 'echo $$ >started; exec sleep 20' <in >out &
    pid=$!
    soon test -s started
    kill -$signal $pid
    status=0
    wait $pid || status=$?
    [ $status = $((128 + $(kill -l $signal))) ]
    soon bash -c '! kill -0 $(cat started)'
    [[ $(cat out) == '{"~ev":"fail","by":"evexec",'* ]]
  done
}

@test "a signal in a named one waits for the seal" {
  { cat sketch && echo SLEEP 1; } | marked | evexec sh -c "$slow" >out &
  soon test -e started
  kill -TERM $! # evexec, the last of the pipe
  wait $!
  marked -d <out >sketch.out
  [ -e ended ]
  [ "$(tail -n 1 sketch.out)" = 'SEAL run 4 0' ]
}

@test "a command is killed with us, and writes nowhere" {
  evexec sh -c 'echo $$ >pid; cat; sleep 1; cat in; touch ended; sleep 9' <in >out &
  soon test -s pid
  kill -9 $!
  soon bash -c '! kill -0 $(cat pid)'
  sleep 1.2
  [ ! -e ended ]
  [ ! -s out ]
}

@test "when nobody reads any more a command is not waited for" {
  SECONDS=0
  evexec sh -c 'echo $$ >pid; exec sleep 30' <in | (exec <&-; sleep 0.5)
  soon test -s pid
  soon bash -c '! kill -0 $(cat pid)'
  [ $SECONDS -le 25 ]
}

# --- named pipelines ----------------------------------------------------------------

# Ten events, a mark behind every third.
named() { # COMMAND, or '' for none
  bash -c "evsource --name p --mark-every 3 ten | ${1:+$1 |} evsink --name p out"
}

ten() {
  export EVKIT_STATE=$PWD/state
  seq 10 | sed 's/.*/{"id":&,"k":"a"}/' >ten
}

# What the command makes of each three of ten, as events.
in_threes() { # COMMAND
  local from
  for from in 1 4 7 10; do
    batch "$1" "${2-}" < <(sed -n "$from,$((from + 2))p" ten)
    rm -f part*
  done
}

@test "in a named pipeline a command works on each interval, once" {
  ten
  for command in "${batches[@]}" "${texts[@]}"; do
    text=
    for each in "${texts[@]}"; do [ "$each" != "$command" ] || text=--format=text; done
    [ "$command" != 'grep -v b' ] || command='grep -v 5'
    rm -rf state out out.ev part*
    in_threes "$command" $text >want
    try named "evexec --ok 0,1 $text $command"
    exits 0
    says ''
    diff want out
    rm -f part*
  done
  # Another night without anything new: a run on nothing.
  rm -rf state out out.ev
  named 'evexec --format text wc -l'
  named 'evexec --format text wc -l'
  [ "$(jq -r .message out)" = $'3\n3\n3\n1\n0' ]
  named 'evexec --ok 0,1 --format text grep -c z'
  [ "$(tail -n 1 out)" = '{"message":"0"}' ]
}

@test "without evexec the sink refuses what a command makes of marks, and nothing is lost" {
  ten
  for command in "${batches[@]}" "${texts[@]}" 'sed s/1/2/' 'split -l 2 -' \
    'tail -n +2' 'shuf' 'cut -c1-10' "awk '/id/'" 'sh -c "sleep 0.2; cat"' \
    'sh -c "head -n 5; kill -9 \$\$"' 'sh -c "(sleep 0.2; tac) <&0 & exit"'; do
    rm -rf state out out.ev part*
    try named "$command"
    if [ "$status" = 0 ]; then
      # It changed nothing.
      diff ten out
    else
      [[ $status == 64 || $status == 75 ]]
      [[ $stderr == *evsink* ]]
      # What was committed is whole intervals.
      cmp <(head -n "$(grep -c . out 2>/dev/null || true)" ten) out ||
        [ ! -s out ]
    fi
    try named ''
    exits 0
    diff ten out
    rm -f part* xa?
  done
}

# The copy of the record, from which a source begins, is one commit behind: the
# sink was killed between the two.
@test "a run that the sink refuses has done nothing elsewhere" {
  ten
  cat >slow <<'END'
#!/bin/sh
sleep 0.3
exec "$@"
END
  chmod +x slow
  runs() { # COMMAND
    bash -c "evsource --name p --mark-every 3 ten | $1 | ./slow evsink --name p out"
  }
  try runs "evexec sh -c 'echo \$EVKIT_FROM >>ran; cat'"
  exits 0
  [ "$(wc -l <ran)" = 4 ]
  cp state/p/record old
  echo '{"id":11}' >>ten
  try runs "evexec sh -c 'echo \$EVKIT_FROM >>ran; cat'"
  exits 0
  [ "$(wc -l <ran)" = 5 ]
  echo '{"id":12}' >>ten
  for keep in '' --keep; do
    cp old state/p/record
    try runs "evexec $keep sh -c 'echo \$EVKIT_FROM >>ran; cat'"
    exits 75
    says '*its copy is right now, start again'
    [ "$(wc -l <ran)" = 5 ]
  done
  try runs "evexec sh -c 'echo \$EVKIT_FROM >>ran; cat'"
  exits 0
  [ "$(wc -l <ran)" = 6 ]
  diff ten out
}

# A sink that had accepted already would say that it cannot (74).
@test "whatever the sink refuses at its start, it has not accepted before" {
  ten
  ran() {
    bash -c "evsource --name p ten | evexec sh -c 'echo ran >>ran; cat' | evsink --name p $1"
  }
  try ran out
  exits 0
  sed -i 's/"id":1,/"id":7,/' out
  sqlite3 s.db 'CREATE TABLE t (id); INSERT INTO t VALUES (1)'
  for place in out sqlite:s.db/t; do
    rm -f state/p/accepted ran
    echo '{"id":11}' >>ten
    evsource --name p ten >begun
    mkdir state/p/accepted
    try evsink --name p "$place" <begun
    exits 70
    rmdir state/p/accepted
    try ran "$place"
    exits 70
    [ ! -e ran ]
    [ ! -e state/p/accepted ]
    rm -rf state
  done
}

# Another's rows would not keep it from committing what it has.
@test "nothing is done elsewhere while the sink of an older run may still commit" {
  ten
  evsource --name p --mark-every 3 ten >begun
  mkfifo slow
  for place in out log/ sqlite:s.db/t; do
    rm -rf state/p
    evsource --name p --mark-every 3 ten >begun
    evsink --name p "$place" <slow &
    sink=$!
    exec 6>slow
    head -n 5 begun >&6
    soon test -e state/p/record
    try bash -c "evsource --name p ten | evexec sh -c 'echo ran >>ran; cat' | evsink --name p $place"
    exits 76
    says '*process * (evsink-*'
    [ ! -e ran ]
    tail -n +6 begun >&6
    exec 6>&-
    wait $sink
  done
}

@test "a stream in a file that comes again waits for its sink again" {
  ten
  evsource --name p --mark-every 3 ten >begun
  again() {
    evexec sh -c 'echo ran >>ran; cat' <begun | { sleep "$1"; evsink --name p out; }
  }
  try again 0
  exits 0
  [ "$(wc -l <ran)" = 4 ]
  try again 0.3
  exits 75
  [ "$(wc -l <ran)" = 4 ]
}

@test "what cannot be asked whether a run was accepted is an error, not waited for" {
  ten
  evsource --name p ten >begun
  mkdir state/p/accepted
  try bash -o pipefail -c 'evexec sh -c "echo ran >>ran; cat" <begun | cat >out'
  exits 74
  says "evexec: cannot read '*state/p/accepted': is a directory"
  [ ! -e ran ]
}

@test "where there is no sink to ask, in a file or on another machine, it does not wait" {
  ten
  evsource --name p --mark-every 3 ten >begun
  timeout 20 evexec tac <begun >reversed
  [ "$(grep -vc '~ev' reversed)" = 10 ]
  mv state elsewhere
  unset EVKIT_STATE
  timeout 20 evexec tac <begun | cat >again
  diff reversed again
  [ ! -e state ]
}

@test "a sink that does not come is waited for, and this is said" {
  ten
  pipeline() {
    evsource --name p ten | evexec sh -c 'echo ran >>ran; cat' |
      sh -c 'read -r begin; sleep 6; [ ! -e ran ] || exit 99; { echo "$begin"; cat; } | evsink --name p out'
  }
  try pipeline
  exits 0
  says 'evexec: waiting for the evsink of pipeline p, which has not accepted the stream*'
  diff ten out
  # A sink that goes is the end.
  rm -rf state out out.ev ran
  try bash -o pipefail -c 'evsource --name p ten |
    evexec sh -c "echo ran >>ran; cat" | head -n 1 >first'
  exits 141
  [ ! -e ran ]
}

@test "another run that is accepted ends the one that waits" {
  ten
  evsource --name p ten >begun
  {
    evexec sh -c 'echo ran >>ran; cat' <begun 2>err || echo $? >status
  } | cat >out &
  soon grep -q '"begin"' out
  [ ! -e status ]
  echo "$RUN" >state/p/accepted
  wait $!
  [ "$(<status)" = 75 ]
  grep 'the evsink of pipeline p has accepted another run meanwhile' err
  [ ! -e ran ]
}

@test "kill -9 of anything, again and again: the output is whole, and so is what a guarded command did" {
  sed -n '/^\$ cat load.sh$/,/^\$ /p' "$TOP/cmd/evexec.1.scd" | sed '1d; $d; s/\\\(.\)/\1/g' >load.sh
  export EVKIT_STATE=$PWD/state
  sold=0
  sale() { echo "{\"id\":$((sold += 1)),\"amount\":$sold.50}"; }
  for ((i = 0; i < 60; i++)); do sale; done >sales
  RANDOM=${EV_SEED:-$$}
  # Every third event is none to the command: intervals without any.
  pipeline() {
    evsource --name s --restarts 1000 --mark-every 1 sales |
      evfilter 'id % 3 > 0' |
      evexec --csv --columns id,amount --format ndjson sh ./load.sh |
      evsink --name s out
  }
  # A kill comes up to twice as late as a run lasts, and the more runs a kill
  # needs the fewer milliseconds it waits: no machine is too fast or too slow.
  kills=0 later=400
  for ((i = 0; i < 200 && kills < 8; i++)); do
    sale >>sales
    set -m
    pipeline 2>>messages &
    pid=$!
    sleep "0.$(printf %03d $((RANDOM % later)))"
    mapfile -t alive < <(pgrep -g "$pid" -x 'evsource-file|evfilter|evexec|evsink-file')
    if ((${#alive[@]})) && kill -9 "${alive[RANDOM % ${#alive[@]}]}"; then
      kills=$((kills + 1))
    else
      later=$((later > 20 ? later * 9 / 10 : later))
    fi
    wait $pid || true
    set +m
  done
  [ $kills = 8 ]
  # 75: the last kill came between a commit and its copy.
  for _ in 1 2 3; do
    try pipeline
    [ "$status" = 75 ] || break
  done
  exits 0
  want=$(jq -rs 'map(select(.id % 3 > 0)) | "\(length)|\(length)|\(map(.amount) | add)"' sales)
  [ "$(sqlite3 shop.db 'select count(*), count(distinct id), printf("%g", sum(amount)) from sale')" = "$want" ]
  # A run that finds nothing but what is filtered out works on nothing.
  jq -se --argjson want "${want%%|*}" \
    '(map(.sales) | add == $want and max == 1) and (map(.batch) | unique | length) == length' out
}

@test "bad output of a command is kept beside the target of a named pipeline" {
  ten
  try named 'evexec --reject bad.ndjson sh -c "cat; echo x"'
  exits 0
  diff ten out
  [ "$(jq -r .input bad.ndjson)" = $'x\nx\nx\nx' ]
}

@test "Ctrl-C of a pipeline that follows: what came is committed, and goes on from there" {
  ten
  follow() {
    trap : INT # this shell's: it is to tell how the sink ended
    evsource --name p --follow --mark-every 2 ten |
      evexec sh -c 'echo $EVKIT_FROM >>runs; tac | tac' | evsink --name p out
  }
  for _ in 1 2; do
    set -m
    follow 2>err &
    pid=$!
    soon bash -c 'cmp -s ten out'
    kill -INT -- -$pid
    status=0
    wait $pid || status=$?
    set +m
    # All is committed; the sink still tells of the signal.
    [ $status = 130 ]
    [ ! -s err ]
    diff ten out
    seq 11 14 | sed 's/.*/{"id":&,"k":"a"}/' >>ten
  done
  [ "$(head -n 1 runs)" = 0 ]
  [ "$(grep -c / runs)" -ge 4 ]
}

@test "one that fails half way is run again by the next run" {
  ten
  try named 'evexec sh -c "cat; [ -e mended ] || grep -q 1 </dev/stdin"'
  exits 75
  diff <(head -n 3 ten) out
  touch mended
  try named 'evexec sh -c "cat; [ -e mended ] || grep -q 1 </dev/stdin"'
  exits 0
  diff ten out
}
