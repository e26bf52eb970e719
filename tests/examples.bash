# examples PAGE: runs the examples of a manual page (cmd/NAME.scd), in the order
# in which they stand there, in the test's folder. A line that begins with "$ "
# is a command, the lines up to the next one are what it prints; lines that
# begin with a command's name and a colon are its messages. "$ cat FILE" of a
# file that is not there makes it. Examples stand between lines of ```, where
# scdoc wants backslashes doubled.

# shellcheck disable=SC2016 # backquotes are meant
examples() { # PAGE
  local line command='' expect='' inside='' count=0
  while IFS= read -r line; do
    if [ "$line" = '```' ]; then
      [ ! "$inside" ] || example || return
      command='' expect=''
      inside=$([ "$inside" ] || echo yes)
    elif [ "$inside" ]; then
      line=$(sed 's/\\\(.\)/\1/g' <<<"$line")
      if [[ $line == '$ '* ]]; then
        example || return
        command=${line#'$ '} expect=''
      else
        expect+=$line$'\n'
      fi
    fi
  done <"$TOP/cmd/$1"
  [ "$count" -gt 0 ] || {
    echo "$1 has no example"
    return 1
  }
}

# One of them. The fail line, which a terminal never shows, is left out.
example() {
  [ "$command" ] || return 0
  count=$((count + 1))
  if [[ $command =~ ^cat\ ([^\ ]+)$ && ! -e ${BASH_REMATCH[1]} ]]; then
    printf %s "$expect" >"${BASH_REMATCH[1]}"
    return
  fi
  bash -c "$command" >.out 2>.err </dev/null
  grep -v '^{"~ev":' .out >.shown
  cat .err >>.shown
  grep -vE '^ev[a-z-]+: ' <<<"${expect%$'\n'}" >.expect
  [ "$expect" ] || : >.expect
  grep -E '^ev[a-z-]+: ' <<<"$expect" >>.expect
  diff .expect .shown || {
    printf 'of the example\n$ %s\n' "$command"
    return 1
  }
}
