# What runs the examples of a manual page: load ../examples
#
# They stand between ``` lines, where scdoc wants backslashes doubled. "$ cat
# FILE" with the file's lines makes the file, if there is none; any other "$
# COMMAND" is run by bash, and must print what follows it ("> " goes on with the
# command). Lines that begin with a command's name and a colon are messages;
# where there is none, messages are not looked at. The fail line, which a
# terminal never shows, is left out.

_example_check() { # COMMAND FILE: what it prints is in the file
  local name=${1#cat }
  if [[ $1 == 'cat '* && $name != *' '* && ! -e $name ]]; then
    cp "$2" "$name"
    return
  fi
  bash -c "$1" >out 2>messages </dev/null || true
  {
    grep -v '^{"~ev":"fail"' out
    ! grep -qE '^ev[a-z-]+: ' "$2" || cat messages
  } >got
  diff "$2" got >diff.txt || {
    printf 'the example\n$ %s\nprints otherwise:\n' "$1"
    cat diff.txt
    return 1
  }
}

# All examples of the page; at least one must be there.
examples() { # PAGE
  local line='' command='' inside='' count=0
  while IFS= read -r line; do
    if [[ $line == '```' || ($inside && $line == '$ '*) ]]; then
      [ ! "$command" ] || _example_check "$command" want || return
      command=
      : >want
    fi
    if [ "$line" = '```' ]; then
      inside=$([ "$inside" ] || echo yes)
    elif [[ $inside && $line == '$ '* ]]; then
      command=$(sed 's/\\\(.\)/\1/g' <<<"${line#'$ '}")
      count=$((count + 1))
    elif [[ $inside && $line == '> '* && ! -s want ]]; then
      command+=$'\n'${line#'> '}
    elif [ "$inside" ]; then
      sed 's/\\\(.\)/\1/g' <<<"$line" >>want
    fi
  done <"$1"
  [ "$count" -gt 0 ] || {
    echo "no examples in $1"
    return 1
  }
}
