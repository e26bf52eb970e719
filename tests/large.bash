# What tests of large events load after helpers: load ../large
#
# A source looks at the clock and for a signal as bytes go, not as events do:
# here it has LARGE events of a megabyte each, and a reader that takes one after
# the other. Whatever the machine does meanwhile makes more time, and so more
# marks; and what a source has emitted when it is stopped is counted in events.

LARGE=40

# Values of a megabyte, numbered, in the form that is given: %d stands for the
# number, %s for what makes it large.
large() { # FORMAT
  local pad i
  pad=$(head -c 999900 /dev/zero | tr '\0' x)
  for ((i = 1; i <= LARGE; i++)); do
    # shellcheck disable=SC2059 # a format is meant
    printf "$1\n" "$i" "$pad"
  done
}

# A named run of a source, a mark being due 5 ms after the last one. Its reader
# takes a megabyte at a time, half of all; then it is asked to stop, and the
# rest is taken. Its status is $ended, $marks are by time.
take_slowly() { # CONDITION that it has read ahead what it can ARGUMENT… of evsource
  local i
  mkfifo pipe
  evsource --name p --mark-every 5ms "${@:2}" <&0 >pipe 2>err 3>&- &
  source=$!
  exec 5<pipe
  dd bs=1M count=1 iflag=fullblock status=none <&5 >stream
  soon "$1" "$source" || return
  for ((i = 0; i < LARGE / 2; i++)); do
    dd bs=1M count=1 iflag=fullblock status=none <&5
    sleep 0.01
  done >>stream
  marks=$(grep -c '^{"~ev":"mark"' stream || :)
  kill -TERM "$source"
  cat <&5 >>stream
  exec 5<&-
  ended=0
  wait "$source" || ended=$?
  source=
}

# It looked at both: there is a mark in every fourth megabyte or more, and after
# the signal few events, and the seal, came.
looked_in_time() {
  local events
  events=$(grep -c '^{"i":' stream)
  [ "$(grep -c '^{"i":.*"}$' stream)" = "$events" ] || return
  echo "marks: $marks, events: $events, status: $ended; $(<err)"
  [ "$ended" = 0 ] || return
  [ "$marks" -ge $((LARGE / 8)) ] || return
  [ "$events" -lt $((LARGE - LARGE / 4)) ] || return
  [[ $(tail -n 1 stream) == *'"end":"stop"'* ]]
}
