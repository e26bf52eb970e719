# What is bad, as a matrix: every command × every kind of bad input × every way
# to deal with it. For each the exit status, the one message that says what,
# where and why, what else comes out, and the old target byte for byte.
# shellcheck disable=SC2154,SC2030,SC2031 # set by run, in a subshell a case
# shellcheck disable=SC2016 # the commands' text is expanded by the shell it is for
load ../helpers
PATH=$BUILD/tests/pipeline:$PATH

repeat() { # COUNT CHARACTER
  head -c "$1" /dev/zero | tr '\0' "$2"
}

# The bad lines; the middle one of three, so that good ones stand around it.
bad_lines() {
  case $1 in
    long) printf '{"id":1,"a":"' && repeat 17M x && echo '"}' ;;
    deep) printf '{"id":1,"a":' && repeat 100000 '[' && echo ;;
    deep_closed) printf '{"id":1,"a":' && repeat 100000 '[' &&
      repeat 100000 ']' && echo '}' ;;
    utf8) printf '{"id":1,"a":"\xc3\x28"}\n' ;;
    utf8_key) printf '{"id":1,"\xff":1}\n' ;;
    nul) printf '{"id":1,"a":"\0"}\n' ;;
    nul_between) printf '{"id":1\0}\n' ;;
    array) echo '[{"id":1}]' ;;
    number) echo 42 ;;
    string) echo '"id"' ;;
    word) echo null ;;
    cut) echo '{"id":1,"a":' ;;
    two) echo '{"id":1}{"id":2}' ;;
    bom) printf '\xef\xbb\xbf{"id":1}\n' ;;
    control_spaced) echo '{ "~ev":"mark"}' ;;
    control_escaped) echo '{"\u007eev":"mark"}' ;;
  esac
}

kinds=(long deep deep_closed utf8 utf8_key nul nul_between array number string
  word cut two bom control_spaced control_escaped)

declare -A reason=(
  [long]='a line of 1782580? bytes, more than --max-event allows (16777216)'
  [deep]='nested more than 1024 deep (column 1036)'
  [deep_closed]='nested more than 1024 deep (column 1036)'
  [utf8]='not valid UTF-8 (column 14)' [utf8_key]='not valid UTF-8 (column 10)'
  [nul]='a control character in a string (column 14)'
  [nul_between]='* (column 8)' [array]='not a JSON object (column 1)'
  [number]='not a JSON object (column 1)'
  [string]='not a JSON object (column 1)' [word]='not a JSON object (column 1)'
  [cut]='the line ends too early (column 13)' [two]='* (column 9)'
  [bom]='*' [control_spaced]='*~ev*' [control_escaped]='*~ev*'
)

# Every command that reads events, and the name it has in messages. `place` is
# how it calls its input.
commands=(
  'evsource-file|-|evsource -'
  'evfilter|standard input|evfilter "id > 0"'
  'evfilter|standard input|evfilter --select id'
  'evjoin|standard input|evjoin users.csv --on id --type left'
  'evjoin|standard input|evjoin users.csv --on id --type semi'
  'evsink-file|standard input|evsink -'
  'evsink-file|standard input|evsink --format json -'
  'evsink-file|standard input|evsink --format csv --columns id -'
  'evsink-file|standard input|evsink --format text --field id -'
)

setup() {
  cd "$BATS_TEST_TMPDIR" || return
  printf 'id,name\n7,Ann\n8,Bob\n' >users.csv
}

input() { # KIND
  echo '{"id":7}'
  bad_lines "$1"
  echo '{"id":8}'
}

# Runs LOOK NAME PLACE COMMAND KIND for each kind and, of the commands, each
# STEP-th: all of them where STEP is 1. Not behind `||` or in a condition, where
# a failure inside would not end it.
for_each() { # LOOK STEP
  local kind entry name place command i=0
  for kind in "${kinds[@]}"; do
    input "$kind" >in
    for entry in "${commands[@]}"; do
      ((i++ % $2)) && continue
      IFS='|' read -r name place command <<<"$entry"
      echo "# $command, $kind"
      "$1" "$name" "$place" "$command" "$kind"
    done
  done
}

stops() {
  try bash -c "$3 <in"
  exits 65
  says "$1: $2:2: ${reason[$4]}*"
  [ "$(wc -l <<<"$stderr")" = 1 ]
  # What stood before is out, nothing that stood behind. (An event of an array
  # waits for the next one, which says whether a comma follows.)
  [[ $output == *7* || $3 == *json* ]]
  [[ ${output%%'{"~ev"'*} != *8* ]]
  case $3 in
    *--format*) [[ $output != *'~ev'* ]] ;;
    *) [[ ${lines[-1]} == '{"~ev":"fail","by":"'"$1"'","status":"65",'* ]] ;;
  esac
}

@test "bad input ends every command: one message, what stood before it, 65" {
  for_each stops 1
}

skips() {
  try bash -c "$3 --on-error skip <in"
  exits 0
  says "$1: in=3 out=2 filtered=0 rejected=0 skipped=1"
  [[ $output == *7*8* && $output != *'~ev'* ]]
}

@test "with --on-error skip every command passes over it and counts it" {
  for_each skips 2
}

rejects() {
  echo old >rejects.ndjson
  try bash -c "$3 --reject rejects.ndjson <in"
  exits 0
  says "$1: in=3 out=2 filtered=0 rejected=1 skipped=0"
  [[ $output == *7*8* ]]
  [[ $(jq -r '[(keys - ["bytes"] | join(" ")), .by, .where, .error] |
    join("|")' rejects.ndjson) == "by error input where|$1|$2:2|"${reason[$4]}* ]]
  [ "$(wc -c <rejects.ndjson)" -lt 900000 ]
}

@test "with --reject every command keeps it, with its reason, and goes on" {
  for_each rejects 4
}

@test "what is bad in a place that a command reads itself ends it, too" {
  for kind in "${kinds[@]}"; do
    input "$kind" >in.ndjson
    for command in 'evfilter TRUE in.ndjson' 'evjoin in.ndjson --on id' \
      'evdiff in.ndjson in.ndjson' 'evdiff --key id /dev/null in.ndjson'; do
      try bash -c "$command </dev/null"
      exits 65
      says "evsource-file: in.ndjson:2: ${reason[$kind]}*"
      [ "$(wc -l <<<"$stderr")" = 1 ]
      [[ ${lines[-1]} == '{"~ev":"fail","by":"evsource-file","status":"65",'* ]]
    done
    try bash -c 'evfilter TRUE --on-error skip in.ndjson'
    exits 0
    prints $'{"id":7}\n{"id":8}'
  done
}

@test "whatever is bad, at the end of a pipeline the old target stays" {
  for kind in "${kinds[@]}"; do
    input "$kind" >in.ndjson
    for middle in cat 'evfilter "id > 0"' 'evjoin users.csv --on id'; do
      for target in out.ndjson out.csv.gz; do
        echo old >$target
        try bash -c "evsource in.ndjson | $middle | evsink $target"
        exits 65
        says 'evsource-file: in.ndjson:2: *'
        [ "$(wc -l <<<"$stderr")" = 1 ]
        [ "$(cat $target)" = old ]
        [ ! -e $target.part ]
      done
    done
  done
}

# --- what is odd, but not bad ------------------------------------------------

@test "odd events pass every command: no newline, duplicate keys, 10,000 fields" {
  fields=$(seq 10000 | sed 's/.*/"c&":&/' | paste -sd,)
  for text in '{"id":7}' '{"id":1,"id":7}' "{\"id\":7,$fields}" \
    ' { "id" : 7 } ' '{"id":7,"a":"\u0000\ud800"}'; do
    printf '%s' "$text" >in
    for command in 'evsource -' 'evfilter "id = 7"' 'evfilter TRUE in' \
      'evjoin users.csv --on id --type semi' 'evsink -'; do
      try bash -c "$command <in"
      exits 0
      prints "$text"
      says ''
    done
    try bash -c 'evfilter "id = 7" --select id <in'
    exits 0
    prints '{"id":7}'
    try bash -c 'evjoin users.csv --on id <in'
    exits 0
    [[ $output == *',"name":"Ann"}' ]]
    try bash -c 'evjoin in --on id --prefix x_ <<<"{\"id\":7}"'
    exits 0
    try bash -c 'evdiff in - <in'
    exits 0
    try bash -c 'evsink --format csv - <in | head -c 3'
    [[ $output == id* ]]
  done
}

@test "10,000 columns of a CSV are 10,000 fields, and back" {
  { seq -s, 10000 && seq -s, 10000; } >wide.csv
  evsource wide.csv | evfilter '"7" = 7' | evsink out.csv
  cmp wide.csv out.csv
}

@test "nothing in, nothing out" {
  for command in 'evsource -' 'evsource empty.csv empty.json empty.gz' \
    'evfilter a=1' 'evfilter a=1 --select a --else else.ndjson' \
    'evfilter TRUE empty.ndjson empty.csv' 'evjoin users.csv --on id' \
    'evjoin empty.ndjson --on id' 'evsink -' 'evsink out.ndjson' \
    'evsink out.ndjson --reject rejects.ndjson'; do
    rm -f ./*.ndjson
    : | tee empty.ndjson empty.csv empty.json | gzip >empty.gz
    try bash -c "$command </dev/null"
    exits 0
    prints ''
    says ''
    for file in *.ndjson; do [ ! -s "$file" ]; done
  done
  echo old >out.csv
  try evsink out.csv </dev/null
  exits 65
  says '*no event has come*'
  [ "$(cat out.csv)" = old ]
}

# --- control lines -------------------------------------------------------------

# Those that lack a checksum get it from `checked`, but for the first ones.
controls=(
  '75|*checksum is wrong|{"~ev":"mark","v":"1","crc":"00000000"}'
  '75|*checksum is wrong|{"~ev":"fail","by":"x","status":"65","why":"w","crc":"44ec3f1b"}'
  '75|*not of the form that evmarks(7) gives it*|{"~ev":'
  '75|*not of the form that evmarks(7) gives it*|{"~ev":"fail",,'
  '75|*not of the form that evmarks(7) gives it*|{"~ev":"fail"'
  '75|*not of the form that evmarks(7) gives it*|{"~ev":"fail","by":"x","status":"0","why":""'
  "78|*of the kind 'xyz', which this version does not know|{\"~ev\":\"xyz\""
  '78|*of version 2, and this version knows 1|{"~ev":"begin","v":"2"'
  '64|*its first line is no begin: a mark comes before it|{"~ev":"mark","run":"00112233445566778899aabbccddeeff","seq":"1","n":"0","pos":{}'
  '64|*its first line is no begin: a side line comes before it|{"~ev":"side","run":"00112233445566778899aabbccddeeff","to":"/b","event":{}'
  '69||{"~ev":"fail","by":"x","status":"69","why":"w"'
)

@test "a control line in a plain stream, first or in the middle, ends every command as it says" {
  # No skipping helps: it is no bad event but a broken stream.
  options=('' '--on-error skip' '--reject rejects.ndjson') i=0
  for entry in "${controls[@]}"; do
    IFS='|' read -r want why line <<<"$entry"
    for before in '' $'{"id":7}\n'; do
      printf '%s%s\n{"id":8}\n' "$before" "$line" | checked >in
      number=$(($(wc -l <in) - 1))
      for command in "${commands[@]}"; do
        IFS='|' read -r name place command <<<"$command"
        [ "$name" != evsource-file ] || continue
        option=${options[i++ % 4 % 3]}
        echo "# $command $option, $line"
        echo old >rejects.ndjson
        try bash -c "$command $option <in"
        exits "$want"
        # Of what somebody else has said nothing is said again.
        says "${why:+$name: $place:$number: $why}"
        [ "$(cat rejects.ndjson)" = old ]
        [ ! -e rejects.ndjson.part ]
        [[ $output != *8'}'* ]]
        case $command in
          *--format*) [[ $output != *'"fail"'* ]] ;;
          *) [[ ${lines[-1]} == '{"~ev":"fail",'*'"status":"'"$want"'"'* ]] ;;
        esac
      done
      for target in out.ndjson out.csv out.json.gz; do
        echo old >$target
        try bash -c "evsink $target <in"
        exits "$want"
        [ "$(cat $target)" = old ]
        [ ! -e $target.part ]
      done
    done
  done
}

@test "at a source a failure line ends, whole or damaged, and every other control line is bad input" {
  for entry in "${controls[@]}"; do
    IFS='|' read -r want why line <<<"$entry"
    printf '{"id":7}\n%s\n{"id":8}\n' "$line" | checked >in
    for command in 'evsource -' 'evfilter TRUE in' 'evdiff in users.csv' \
      'evdiff users.csv in' 'evjoin in --on id <users.csv'; do
      echo "# $command, $line"
      try bash -c "$command <in"
      if [ "$want" = 69 ]; then
        exits 69
        says ''
      elif [[ $line == '{"~ev":"fail"'* ]]; then
        exits 75
        says "evsource-file: *:2: $why"
      else
        exits 65
        says 'evsource-file: *:2: its first key is ~ev, which only control*'
      fi
    done
    [[ $line != '{"~ev":"fail"'* ]] || continue
    try bash -c "evsource --on-error skip - <in"
    exits 0
    prints $'{"id":7}\n{"id":8}'
  done
}
