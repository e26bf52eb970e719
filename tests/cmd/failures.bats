# Failures of the world around the commands: descriptors that are closed,
# signals, readers and writers that go away, files that change, full disks. Each
# command × each failure: the status, one message from the command that is the
# cause, the old target byte for byte.
# shellcheck disable=SC2030,SC2031,SC2154 # set by run, in a subshell a case
load ../helpers

setup() {
  cd "$BATS_TEST_TMPDIR" || return
  printf 'id,name\n7,Ann\n8,Bob\n' >users.csv
  echo '{"id":7}' >one
  mkdir folder
}

teardown() {
  [ -z "${pid-}" ] || kill -9 "$pid" 2>/dev/null || true
}

# --- descriptors ---------------------------------------------------------------

# NAME, what reading is called, what writing is called, command.
reading=(
  'evsource-file|-|evsource -'
  'evfilter|standard input|evfilter "id > 0"'
  'evjoin|standard input|evjoin users.csv --on id'
  'evexec|standard input|evexec cat'
  'evsink-file|standard input|evsink -'
  'evsink-file|standard input|evsink out.ndjson'
  'evsource-file|-|evfilter TRUE -'
  'evsource-file|-|evdiff one -'
)

@test "standard input that is closed or a folder is an error of every command" {
  for entry in "${reading[@]}"; do
    IFS='|' read -r name place command <<<"$entry"
    while IFS='|' read -r redirection why; do
      echo old >out.ndjson
      try bash -c "$command $redirection"
      exits 74
      says "$name: cannot read '$place': $why"
      [ "$(cat out.ndjson)" = old ]
    done <<'END'
<&-|bad file descriptor
<folder|is a directory
END
  done
}

@test "standard output that is closed or full is an error of every command" {
  for entry in 'evsource-file|standard output|evsource one' \
    'evfilter|standard output|evfilter "id > 0" one' \
    'evfilter|standard output|evfilter --select id <one' \
    'evjoin|standard output|evjoin users.csv --on id <one' \
    'evexec|standard output|evexec cat <one' \
    'evsink-file|-|evsink - <one' 'evsink-file|-|evsink --format csv - <one' \
    'evdiff|standard output|evdiff one /dev/null'; do
    IFS='|' read -r name place command <<<"$entry"
    while IFS='|' read -r redirection why; do
      try bash -c "$command $redirection"
      exits 74
      says "*$name: cannot write '$place': $why"
      [[ $stderr != *$'\n'*$'\n'*$'\n'* ]]
      prints ''
    done <<'END'
>&-|bad file descriptor
>/dev/full|no space left on device
END
  done
}

@test "without standard error every command does its work and fails as it should" {
  for command in 'evsource one' 'evfilter TRUE one' 'evfilter TRUE <one' \
    'evjoin users.csv --on id --type semi <one' 'evsink - <one'; do
    try bash -c "$command 2>&-"
    exits 0
    prints '{"id":7}'
    try bash -c "${command/one/none} <&- 2>&-"
    [ "$status" -ge 64 ] || [[ $command == *'<'* && $status = 1 ]]
  done
  # No descriptor at all: nothing is mixed up with the files that are opened.
  echo old >out.ndjson
  try bash -c 'evsink out.ndjson <&- >&- 2>&-'
  exits 74
  [ "$(cat out.ndjson)" = old ]
  try bash -c 'evsink out.ndjson <one >&- 2>&-'
  exits 0
  [ "$(cat out.ndjson)" = '{"id":7}' ]
}

@test "a folder is no event log: what is not a file in it is passed over" {
  for command in 'evsource folder' 'evfilter TRUE folder' \
    'evjoin folder --on id <one' 'evdiff folder /dev/null'; do
    try bash -c "$command"
    exits 0
    prints ''
  done
  try bash -c 'evsink folder/ <one'
  exits 64
  says "evsink-file: 'folder/': a log folder is written by a named pipeline*"
  for command in 'evsink folder' 'evsink --write append folder'; do
    try bash -c "$command <one"
    exits 73
    says "evsink-file: cannot write '*folder*': *"
  done
  for option in --else --reject; do
    try evfilter 'id > 7' $option folder <one
    exits 73
    says "evsink-file: cannot write '*"
    [[ ${lines[-1]} == '{"~ev":"fail","by":"evfilter","status":"73",'* ]]
  done
}

# --- options -------------------------------------------------------------------

@test "an unknown option names the nearest one and touches nothing" {
  while IFS='|' read -r command wrong right; do
    echo old >out.ndjson
    try bash -c "$command $wrong <one"
    exits 64
    says "*: unknown option '${wrong%% *}': did you mean '$right'?"
    [ "$(wc -l <<<"$stderr")" = 1 ]
    [ "$(cat out.ndjson)" = old ]
  done <<'END'
evsource one|--metta f|--meta
evsource one|--delimeter ,|--delimiter
evfilter TRUE|--selct id|--select
evfilter TRUE|--elze out.ndjson|--else
evjoin users.csv --on id|--prefx a|--prefix
evsink out.ndjson|--wrtie append|--write
evsink out.ndjson|--colums a|--columns
evdiff one one|--ingore a|--ignore
evdiff one one|--kay a|--key
END
}

@test "a value that an option cannot have is told" {
  for command in 'evsource one' 'evfilter TRUE' 'evjoin users.csv --on id' \
    'evsink out.ndjson'; do
    for value in '--on-error=no' '--max-event=x' '--max-event=-1' \
      '--max-event=99999999999999999999' '--limit=1.5' '--stats=1' --reject; do
      [[ $command == evfilter* || $value != --else ]]
      try bash -c "$command $value <one"
      exits 64
      says "*${value%%=*}*"
      [ "$(wc -l <<<"$stderr")" = 1 ]
      [ ! -e out.ndjson ]
    done
  done
}

# --- signals ---------------------------------------------------------------------

# Starts a command on a pipe that is held open, and waits until it has read an
# event. A shell starts what is in the background with SIGINT ignored.
start() { # COMMAND
  rm -f pipe out err
  mkfifo pipe
  # shellcheck disable=SC2086 # the command is words
  env --default-signal $1 <pipe >out 2>err &
  pid=$!
  exec 9>pipe
  echo '{"id":7}' >&9
  soon idle "$pid"
}

ended() {
  status=0
  wait "$pid" || status=$?
  pid=
  exec 9>&-
}

stages=(
  'evsource - --reject rejects.ndjson'
  'evfilter id=8 --else out.ndjson --reject rejects.ndjson'
  'evjoin users.csv --on id --reject rejects.ndjson'
  'evsink out.ndjson --reject rejects.ndjson'
  'evsink --write append out.csv'
  'evdiff - one'
  'evdiff --key id - one'
)

@test "a signal to any stage: it dies of it, says nothing, leaves what was there" {
  for signal in TERM INT HUP; do
    for command in "${stages[@]}"; do
      echo "# $command, $signal"
      for file in out.ndjson rejects.ndjson; do echo old >$file; done
      echo id >out.csv
      start "$command"
      kill -s "$signal" "$pid"
      ended
      exits $((128 + $(kill -l $signal)))
      [ ! -s err ]
      [ "$(cat out.ndjson rejects.ndjson out.csv)" = $'old\nold\nid' ]
      # Also what it had started has ended.
      [ -z "$(find . -name '*.part')" ]
      [[ $command == evsink* ]] || [[ $(tail -n 1 out) == \
        '{"~ev":"fail",'*'"status":"'"$status"'"'* ]]
    done
  done
}

@test "a stage in the middle that gets a signal: the sink ends with its status" {
  for command in 'evfilter id=7' 'evjoin users.csv --on id'; do
    for signal in TERM INT; do
      for target in out.ndjson out.csv.gz; do
        echo old >$target
        rm -f pipe middle
        mkfifo pipe middle
        # shellcheck disable=SC2086
        env --default-signal $command <pipe >middle 2>err &
        stage=$!
        evsink $target <middle 2>>err &
        pid=$!
        exec 9>pipe
        echo '{"id":7}' >&9
        soon idle $stage
        kill -s "$signal" $stage
        ended
        exits $((128 + $(kill -l $signal)))
        [ ! -s err ]
        [ "$(cat $target)" = old ]
      done
    done
  done
}

@test "a helper that is killed is a failure of whoever started it" {
  echo old >out.gz
  while IFS='|' read -r helper want why command; do
    echo "# $helper of $command"
    start "$command"
    # Its child by that name; the kernel cuts names to 15 bytes.
    child=$(ps -o pid=,comm= --ppid "$pid" | awk -v n="$helper" '$2 == n { print $1 }')
    kill -9 "$child"
    # Enough for a pipe to be noticed.
    seq -f '{"id":%.0f,"text":"some text"}' 20000 >&9 2>/dev/null || true
    exec 9>&-
    ended
    exits "$want"
    [ "$(wc -l <err)" = 1 ]
    [[ $(cat err) == *"$why" ]]
    [ "$(cat out.gz)" = old ]
  done <<'END'
evsource-file|75|cannot read '-': 'evsource' was killed by signal 9|evfilter TRUE -
evsource-file|75|cannot read '-': 'evsource' was killed by signal 9|evdiff - one
evpack|71|'evpack' was killed by signal 9|evsink out.gz
evsink-file|74|cannot write to 'else.ndjson': 'evsink' was killed by signal 9|evfilter id<0 --else else.ndjson
END
}

# Its status, 128 and the signal's number, would say that evsink had been
# stopped by it.
@test "one that is killed when it has been given everything is a failure, too" {
  for signal in KILL SEGV TERM; do
    echo old >out.gz
    start "evsink out.gz"
    child=$(pgrep -P "$pid" -x evpack)
    kill -STOP "$child"
    echo '{"id":7}' >&9
    exec 9>&-
    soon idle "$pid"
    kill -s $signal "$child"
    kill -CONT "$child" 2>/dev/null || :
    ended
    exits 71
    [[ $(<err) == *"'evpack' was killed by signal $(kill -l $signal)" ]]
    [ "$(<out.gz)" = old ]
  done
}

# --- readers that go away ----------------------------------------------------------

@test "a reader that has gone ends every command quietly, with 141" {
  seq -f '{"id":%.0f}' 100000 >many
  for command in 'evsource many' 'evfilter TRUE many' 'evfilter id\>0' \
    'evfilter --select id' 'evjoin users.csv --on id --type left' 'evsink -' \
    'evsink --format csv -' 'evdiff - one'; do
    try bash -c "$command <many | head -n 1 >/dev/null; echo \${PIPESTATUS[0]}"
    prints 141
    [[ $stderr == '' ]]
  done
}

@test "it is an error where whoever starts the command ignores SIGPIPE" {
  seq -f '{"id":%.0f}' 100000 >many
  for command in 'evsource many' 'evfilter id\>0' 'evsink -'; do
    try bash -c "trap '' PIPE; $command <many | head -n 1 >/dev/null
      echo \${PIPESTATUS[0]}"
    prints 74
    says '*cannot write *: broken pipe'
  done
}

@test "an idle command ends as soon as its reader has gone" {
  for command in 'evsource -' 'evfilter id=7' 'evfilter TRUE -' \
    'evjoin users.csv --on id' 'evsink -'; do
    rm -f in out
    mkfifo in out
    # shellcheck disable=SC2086
    $command <in >out 2>err &
    pid=$!
    exec 8>in 9<out
    echo '{"id":7}' >&8
    read -r -t 5 line <&9
    [[ $line == *7* ]]
    exec 9<&-
    before=${EPOCHREALTIME/./}
    status=0
    wait "$pid" || status=$?
    exec 8>&-
    pid=
    exits 141
    [ $((${EPOCHREALTIME/./} - before)) -lt 1000000 ]
    [ ! -s err ]
  done
}

@test "an event passes an idle pipeline at once" {
  echo '{"id":0}' >grows
  mkfifo out
  (evsource --follow grows | evfilter 'id >= 0' | evjoin users.csv --on id --type left |
    evsink -) >out &
  exec 9<out
  read -r -t 5 line <&9
  for n in {1..9}; do
    before=${EPOCHREALTIME/./}
    echo "{\"id\":$n}" >>grows
    read -r -t 5 line <&9
    took+=($((${EPOCHREALTIME/./} - before)))
    [[ $line == "{\"id\":$n,\"name\":"* ]]
  done
  exec 9<&-
  wait
  # The median, in microseconds; 1,000 would be a quiet machine's bound.
  median=$(printf '%d\n' "${took[@]}" | sort -n | sed -n 5p)
  echo "# ${took[*]}: $median us"
  [ "$median" -lt 20000 ]
}

# --- files that change, and disks that are full -----------------------------------

@test "a file that shrinks while it is read is the end of no data" {
  mkfifo out
  for command in 'evsource a.ndjson' 'evfilter TRUE a.ndjson'; do
    seq -f '{"id":%.0f,"text":"some text to make it longer"}' 200000 >a.ndjson
    $command >out 2>err &
    pid=$!
    exec 9<out
    # Whoever reads slowly lets it be read slowly.
    read -r -n 1 -u 9 _
    : >a.ndjson
    cat <&9 >rest
    ended
    exits 74
    [[ $(cat err) == "evsource-file: cannot read 'a.ndjson' to its end: it shrank to 0 bytes while it was read" ]]
    [[ $(tail -n 1 rest) == '{"~ev":"fail","by":"evsource-file","status":"74",'* ]]
  done
}

@test "source and target may be the same file" {
  while IFS=@ read -r command csv ndjson; do
    printf 'id\n7\n8\n' >same.csv
    printf '{"id":7}\n{"id":8}\n' >same.ndjson
    try bash -c "$command"
    exits 0
    says ''
    [ "$(cat same.csv)" = "${csv// /$'\n'}" ]
    [ "$(cat same.ndjson)" = "${ndjson// /$'\n'}" ]
  done <<'END'
evsource same.csv | evfilter "id > 7" | evsink same.csv@id 8@{"id":7} {"id":8}
evfilter "id > 7" same.ndjson | evsink same.ndjson@id 7 8@{"id":8}
evfilter "id > 7" --else same.ndjson <same.ndjson@id 7 8@{"id":7}
evsource same.csv | evjoin same.csv --on id --type semi | evsink same.ndjson@id 7 8@{"id":7} {"id":8}
evsource same.ndjson | evsink --write append same.csv@id 7 8 7 8@{"id":7} {"id":8}
END
}

@test "no space: the sink, --else and --reject leave what was there, 74" {
  seq -f '{"id":%.0f,"text":"some text to make it longer"}' 50000 >many
  for command in 'evsink out.ndjson' 'evsink out.csv' 'evsink out.ndjson.xz' \
    'evfilter "id < 0" --else out.ndjson' \
    'evfilter "1 / (id - id) > 0" --reject out.ndjson' \
    'evfilter TRUE | evsink out.ndjson'; do
    for file in out.ndjson out.csv out.ndjson.xz; do echo old >$file; done
    try bash -c "ulimit -f 10; cat many | $command"
    exits 74
    says "*: cannot write '$PWD/out.*': file too large*"
    for file in out.*; do [ "$(cat "$file")" = old ]; done
    [ ! -e out.ndjson.part ]
  done
}

@test "--else is whole only when the rest is" {
  echo old >else.ndjson
  seq -f '{"id":%.0f}' 10 >some
  status=0
  evfilter 'id > 5' --else else.ndjson <some >/dev/full 2>err || status=$?
  exits 74
  [ "$(cat else.ndjson)" = old ]
  [ ! -e else.ndjson.part ]
  try evfilter '1 / (id - 9) IS NOT NULL AND id > 5' --else else.ndjson <some
  exits 65
  [ "$(cat else.ndjson)" = old ]
  [ ! -e else.ndjson.part ]
}

@test "what --max-event allows, --else, a table and a comparison allow, too" {
  { printf '{"id":7,"a":"' && head -c 17M /dev/zero | tr '\0' x &&
    echo '"}'; } >long
  evfilter --max-event 20M 'id > 7' --else else.ndjson <long
  cmp long else.ndjson
  evfilter --max-event 20M TRUE long | cmp - long
  evjoin --max-event 20M long --on id --prefix x_ <one | wc -c |
    grep -x 17825810
  evdiff --max-event 20M long else.ndjson 2>err
}

@test "the table of a join is not standard input" {
  for place in - /dev/stdin; do
    try evjoin $place --on id <one
    exits 64
    says 'evjoin: the table cannot be standard input*'
  done
}

# --- memory --------------------------------------------------------------------------

# The most memory that a command had, in MiB.
peak() { # COMMAND…; its input is standard input
  python3 -c '
import resource, subprocess, sys
subprocess.run(sys.argv[1:], stdout=subprocess.DEVNULL, check=True)
print(-(-resource.getrusage(resource.RUSAGE_CHILDREN).ru_maxrss // 1024))' "$@"
}

@test "lines up to 1 MiB take less than 16 MiB" {
  { printf '{"id":7,"a":"' && head -c 1048500 /dev/zero | tr '\0' x &&
    echo '"}'; } >long
  for _ in {1..40}; do cat long; done >in
  seq -f '{"id":%.0f,"a":"some text"}' 100000 >>in
  for command in 'evsource in' 'evsource -' 'evfilter id=7' \
    'evfilter --select id,a' 'evsink -' 'evsink out.ndjson' 'evsink out.csv'; do
    # shellcheck disable=SC2086
    most=$(peak $command <in)
    echo "# $command: $most MiB"
    [ "$most" -lt 16 ]
  done
}
