# tests/examples: it must see an example that is wrong.
load ../helpers

page() { # reads a page
  cat >page.md
  try "$TOP/tests/examples" page.md
}

@test "examples that print what stands below them pass" {
  page <<'END'
Text.

    $ cat in.csv
    id,name
    1,Ann
    $ evsource in.csv |
    > evsink out.ndjson
    $ cat out.ndjson
    {"id":1,"name":"Ann"}
    $ false
    $ echo $?
    1
    $ seq 100
    1
    ...
    100

```
$ cat in.csv
id,name
1,Ann
```
END
  exits 0
  [[ $output == *'1..8' ]]
}

@test "an example that prints something else, or less, or more, fails" {
  for expected in '    2' '' $'    1\n    2' '     1'; do
    page <<<"    \$ echo 1"$'\n'"$expected"
    exits 1
    [[ $output == *$'\nnot ok 2 '*'echo 1'* ]]
  done
}

@test "what evkit says on stderr counts, too" {
  page <<'END'
    $ evsource nothing.csv
END
  exits 1
  [[ $output == *"cannot open 'nothing.csv'"* ]]
}

@test "an example that nothing runs fails" {
  page <<'END'
    evsource in.csv
END
  exits 1
  [[ $output == 'not ok 1 '* ]]
}

@test "a command that ends the shell fails, and so does each behind it" {
  page <<'END'
    $ exit 0
    $ echo 1
    1
END
  exits 1
  [ "$(grep -c '^not ok' <<<"$output")" = 2 ]
}
