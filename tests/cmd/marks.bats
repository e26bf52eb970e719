# What commands in the middle do with marks: the wire of evmarks(7), rule by
# rule, and streams of which a control line was edited. (The library's part is
# in unit/control.c, trail.c, stream_edits.c.)
# shellcheck disable=SC2154 # set by run
load ../helpers
PATH=$BUILD/tests/pipeline:$PATH

run1=00112233445566778899aabbccddeeff

begin() { # [MEMBERS BEHIND SIDE [SIDE]]
  printf '%s' '{"~ev":"begin","v":"1","name":"u","run":"'$run1'","base":"0",' \
    '"pos":{},"state":"/s","sid":"0123456789abcdef",' \
    '"via":["evsource-file 3f2a91c0"],"side":['"${2-}"']'"${1-}"
  echo
}

mark() { # SEQ N [MORE]
  echo '{"~ev":"mark","run":"'$run1'","seq":"'"$1"'","n":"'"$2"'","pos":{"/a":"'"$1"'"}'"${3-}"
}

side() { # PLACE EVENT
  echo '{"~ev":"side","run":"'$run1'","to":"'"$1"'","event":'"$2"
}

# The checksums of what is printed are not looked at.
bare() {
  sed 's/,"crc":"[0-9a-f]\{8\}"}$//'
}

@test "a filter in the middle: its name in via, its own counts, what it does not know" {
  {
    begin ',"new":[1]' && echo '{"id":1,"r":5}' && echo '{"id":2,"r":1}'
    mark 1 2 ',"t":"x","c":"0","total":7' && echo '{"id":3,"r":1}'
    mark 2 1 ',"hb":"1","end":"run"'
  } | checked >in
  try evfilter 'r < 3' <in
  exits 0
  says ''
  [ "$(checked <in | cmp - in)" = '' ]
  bare <<<"$output" >out
  [ "$(sed -n 1p out)" = "$(begin ',"new":[1]' |
    sed "s/\"via\":\[.*\],\"side\"/\"via\":[\"evsource-file 3f2a91c0\",\"$(
      sed -n '1s/.*\(evfilter [0-9a-f]\{8\}\).*/\1/p' out
    )\"],\"side\"/")" ]
  [ "$(sed 1d out)" = '{"id":2,"r":1}
'"$(mark 1 1 ',"t":"x","c":"0","total":7')"'
{"id":3,"r":1}
'"$(mark 2 1 ',"end":"run","hb":"1"')" ]
  # and every line of it is one that its reader takes
  try bash -c 'evfilter "r < 3" <in | evfilter TRUE'
  exits 0
  says ''
}

@test "via: the hash of the arguments, and '!' where a replay may differ" {
  (begin && mark 1 0 ',"end":"run"') | checked >in
  echo '{"id":1}' >table.ndjson
  via() {
    "$@" <in | sed -n '1s/.*"via":\["evsource-file 3f2a91c0","\([^"]*\)"\].*/\1/p'
  }
  [[ $(via evfilter 'r < 3') == evfilter\ ???????? ]]
  [ "$(via evfilter 'r < 3')" = "$(via evfilter 'r < 3')" ]
  [ "$(via evfilter 'r < 3')" != "$(via evfilter 'r < 4')" ]
  for asks in 'day::date < current_date' 'at::timestamptz < now()' "at::date > 'yesterday'::date" \
    'at::timestamp < localtimestamp' 'at::timestamptz < current_timestamp'; do
    [[ $(via evfilter "$asks") == evfilter\ ????????! ]]
  done
  [[ $(via evfilter TRUE --select 'now() AS at') == evfilter\ ????????! ]]
  [[ $(via evfilter "at::date < '2026-01-01'::date") == evfilter\ ???????? ]]
  [[ $(via evjoin table.ndjson --on id) == evjoin\ ????????! ]]
}

@test "rejects and what --else names travel within the stream, announced in begin" {
  {
    begin '' '"/b"' && echo '{"id":1,"r":5}' && echo '{"id":2,"r":1}'
    echo '{"id":"x","r":2}' && side /b '{"x": "\u0041" }'
    mark 1 4 ',"sides":"1","end":"run"'
  } | checked >in
  try evfilter --reject rej.ndjson --else else.ndjson 'id::int > 0 AND r < 3' <in
  exits 0
  says 'evfilter: in=3 out=1 filtered=1 rejected=1 skipped=0'
  bare <<<"$output" >out
  [[ $(sed -n 1p out) == *'"side":["/b","'"$PWD/rej.ndjson"'","'"$PWD/else.ndjson"'"]' ]]
  [ "$(sed 1d out)" = "$(side "$PWD/else.ndjson" '{"id":1,"r":5}')
{\"id\":2,\"r\":1}
$(side "$PWD/rej.ndjson" '{"error":"id::int: invalid input syntax for type integer: \"x\"","where":"standard input","by":"evfilter","input":"{\"id\":\"x\",\"r\":2}"}')
$(side /b '{"x": "\u0041" }')
$(mark 1 4 ',"sides":"3","end":"run"')" ]
  # nothing is written here but by the sink
  [ ! -e rej.ndjson ]
  [ ! -e else.ndjson ]
  # CSV too waits for nothing
  try evfilter --else else.csv 'r < 3' <in
  exits 0
  [[ $output == *'"to":"'"$PWD"'/else.csv","event":{"id":1,"r":5},'* ]]
  [ ! -e else.csv ]
}

@test "one place of several commands is announced once" {
  (begin '' '"'"$PWD/b.ndjson"'"' && echo '{"id":1}' && mark 1 1 ',"end":"run"') |
    checked >in
  try bash -c 'evfilter --reject b.ndjson --else ./b.ndjson "id > 1" <in |
    evfilter --else b.ndjson TRUE'
  exits 0
  [[ ${lines[0]} == *'"side":["'"$PWD"'/b.ndjson"],'* ]]
}

@test "a plain stream's rejects go to an evsink, and two stages with one place get 76" {
  try bash -c "printf '%s\n' '{\"id\":1}' bad '{\"id\":2}' |
    evfilter --reject rej.ndjson --else else.csv 'id > 1'"
  exits 0
  prints '{"id":2}'
  [ "$(cat else.csv)" = $'id\n1' ]
  [ "$(wc -l <rej.ndjson)" = 1 ]
  try bash -c "(echo '{\"id\":1}'; sleep 1) | evfilter --else same.ndjson 'id > 1' |
    evfilter --else same.ndjson 'id > 1'"
  [ "$status" = 76 ] || [ "$status" = 0 ]
  try bash -c "(echo '{\"id\":1}'; sleep 2) |
    evfilter --else same.ndjson 'id < 2' | evfilter --else same.ndjson 'id > 1'"
  exits 76
}

@test "--limit in the middle of a named pipeline is refused" {
  (begin && mark 1 0 ',"end":"run"') | checked >in
  echo '{"id":1}' >table.ndjson
  try evfilter -n 5 TRUE <in
  exits 64
  says "evfilter: --limit is not for a named pipeline ('u'),*"
  try evjoin table.ndjson --on id -n 5 <in
  exits 64
  says "evjoin: --limit is not for a named pipeline ('u'),*"
  [[ ${lines[-1]} == '{"~ev":"fail","by":"evjoin","status":"64",'* ]]
}

@test "what breaks a stream, in the words of its reader" {
  while IFS='|' read -r want stream; do
    for command in 'evfilter TRUE' 'evfilter TRUE --on-error skip' \
      'evfilter TRUE --reject r.ndjson' 'evjoin t.ndjson --on id --type left'; do
      echo '{"id":1}' >t.ndjson
      eval "$stream" | checked >in
      echo "# $command: $stream"
      try bash -c "$command <in"
      exits 75
      says "${command%% *}: *$want*"
      [[ ${lines[-1]} == '{"~ev":"fail","by":"'"${command%% *}"'","status":"75",'* ]]
      [ ! -e r.ndjson ]
    done
  done <<'CASES'
it ends without its seal|begin
it ends without its seal|begin; echo '{"id":1}'; mark 1 1
lines stand behind its end|begin; mark 1 0 ',"end":"run"'; echo '{"id":1}'
a mark stands behind its end|begin; mark 1 0 ',"end":"run"'; mark 2 0
it begins a second time|begin; begin
of 2 lines before mark 1 1 arrived|begin; echo '{"id":1}'; mark 1 2 ',"end":"run"'
of 1 side lines before mark 1 0 arrived|begin; echo '{"id":1}'; mark 1 1 ',"sides":"1","end":"run"'
behind mark 0 comes mark 2|begin; mark 2 0 ',"end":"run"'
a mark of another run|begin; mark 1 0 | sed s/ff/00/
a line was changed on its way|begin; echo nonsense; mark 1 1 ',"end":"run"'
a line was changed on its way|begin; echo '{"~ew":"mark","run":"00","crc":"0badcafe"}'; mark 1 1
not of the form that evmarks(7) gives it|begin; mark 1 0 ',"end":"never"'
checksum is wrong|begin; mark 1 0 ',"crc":"00000000"}'
CASES
}

@test "what only reads refuses a named stream; an unnamed sink says what to type" {
  (begin && mark 1 0 ',"end":"run"') | checked >in
  try bash -c 'evsink out.ndjson <in'
  exits 64
  says "*'u'*evsink --name u out.ndjson*"
  [ ! -e out.ndjson ]
}

@test "without a name not one byte is added" {
  echo '{"id":1}' >in.ndjson
  try bash -c "evsource in.ndjson | evfilter TRUE | evjoin in.ndjson --on id"
  exits 0
  prints '{"id":1}'
}

# --- edits --------------------------------------------------------------------

# How many lines the sink has committed.
committed() {
  local length=0
  [ ! -e out.ndjson.ev ] ||
    length=$(sed 's/.*"length":"\([0-9]*\)".*/\1/' out.ndjson.ev)
  [ "$length" = 0 ] || head -c "$length" out.ndjson | wc -l
  [ "$length" != 0 ] || echo 0
}

# Reads ./in; the status is the sink's.
chain() { # NUMBER
  status=0
  case $1 in
    0) evsink --name u out.ndjson <in || status=$? ;;
    1) evfilter TRUE <in | evsink --name u out.ndjson || status=$? ;;
    2) evfilter TRUE <in |
      evjoin in.ndjson --on id --type left --into more |
      evsink --name u out.ndjson || status=$? ;;
    3) evexec cat <in | evsink --name u out.ndjson || status=$? ;;
    4) evjoin in.ndjson --on id --type left --into more --reject rejects.ndjson <in |
      evexec --keep cat | evfilter TRUE --on-error skip |
      evsink --name u out.ndjson || status=$? ;;
  esac
}

edits() { # FIRST LAST [first-bytes]: seeds
  for ((i = $1; i <= $2; i++)); do
    rm -rf out.ndjson* rejects.ndjson* state
    mkdir state
    cp sid state
    EV_SEED=$((${EV_SEED:-$RANDOM} * 1000 + i)) edited told "${@:3}" <whole >in 2>seed
    read -r events named <told
    chain $((i % 5)) 2>err
    echo "# $(cat seed told) chain $((i % 5)): status $status, committed $(committed)"
    cat err
    [ "$(committed)" = "$events" ]
    case $named in
      named) [ "$status" = 75 ] ;;
      *)
        [ "$status" = 64 ]
        [ ! -e rejects.ndjson ]
        ;;
    esac
  done
}

@test "of 120 streams with an edited control line nothing behind it is committed" {
  export EVKIT_STATE=$PWD/state
  seq 9 | sed 's/.*/{"id":&}/' >in.ndjson
  evsource --name u --mark-every 2 in.ndjson | tee whole |
    evsink --name u out.ndjson
  [ "$(grep -c '"mark"' whole)" = 5 ]
  [ "$(committed)" = 9 ]
  mv state/sid .
  rm -rf state
  edits 0 79
  # begin's first bytes: it is none any more
  edits 80 119 first-bytes
}

@test "a stream that has lost its begin ends every chain with 64" {
  export EVKIT_STATE=$PWD/state
  echo '{"id":1}' >in.ndjson
  evsource --name u in.ndjson | tee whole | evsink --name u out.ndjson
  while IFS='|' read -r edit said; do
    for number in 0 1 2 3 4; do
      rm -f out.ndjson* rejects.ndjson*
      sed "$edit" whole >in
      chain $number 2>err
      echo "# $edit, chain $number: $status" && cat err
      [ "$status" = 64 ]
      [ ! -s out.ndjson ]
      [ ! -e rejects.ndjson ]
      [ -s err ]
      [ "$(grep -vc "$said" err)" = 0 ]
    done
  done <<'CASES'
1d|its first line is no begin
1s/.*//|its first line is no begin
1s/.*/{/|its first line is no begin
1s/.*/{"~e/|its first line is no begin
1s/.*/[1]/|its first line is no begin
1s/.*/{"x":1}/|its first line is no begin
1s/~ev/~ew/|first line is no begin\|a line was changed on its way
1s/{"~ev":/x/|first line is no begin\|a line was changed on its way
1s/^/{}\n/|its first line is no begin
1s/^/x\n/|its first line is no begin
1d;2d|its first line is no begin
CASES
}

@test "what ends with bad input looks a second for a mark, and no longer" {
  (begin && mark 1 0 ',"end":"run"') | checked >in
  # what it is told of later it cannot know
  try bash -c '(echo "{"; sleep 5; sed 1d in) | evfilter TRUE'
  exits 65
  says '*standard input:1: *'
  try bash -c '(echo "{"; sleep 0.3; sed 1d in) | evfilter TRUE'
  exits 64
  says '*its first line is no begin'
  # and an unnamed stream is what it was
  try bash -c '(echo "{"; echo "{}") | evfilter TRUE'
  exits 65
  says '*standard input:1: *'
}

@test "a plain stream writes no rejects where a named pipeline keeps its own" {
  echo '{}' >rejects.ndjson
  echo '{}' >rejects.ndjson.ev
  try bash -c 'echo "{}" | evfilter TRUE --reject rejects.ndjson'
  exits 64
  says "evfilter: 'rejects.ndjson' belongs to a named pipeline, and what comes is of none*"
  [ "$(cat rejects.ndjson)" = '{}' ]
}
