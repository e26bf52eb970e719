# evsource and the source of files, evsource-file: places, formats, options.
# What is packed is in evsource-packed.bats, what is followed in
# evsource-follow.bats.
load ../helpers
load ../examples

# What a failing source says last on its output, without its checksum.
fails() { # STATUS WHY, a pattern
  exits "$1"
  [ "${lines[-1]%%,\"why\"*}" = '{"~ev":"fail","by":"evsource-file","status":"'"$1"'"' ]
  says "evsource-file: $2"
}

@test "the examples of evsource(1) and evsource-file(1)" {
  examples "$TOP/cmd/evsource.1.scd"
  examples "$TOP/cmd/evsource-file.1.scd"
}

@test "a file comes out byte for byte" {
  printf '{"id":9007199254740993,"p":1.10}\n{ "a" : "\\u0041" , "a":2 }\n' >a.ndjson
  evsource a.ndjson >out
  cmp a.ndjson out
}

@test "standard input is -" {
  try evsource - <<<'{"a":1}'
  exits 0
  prints '{"a":1}'
  says ''
}

@test "several places are read in their order" {
  echo '{"a":1}' >z.ndjson
  echo '{"a":2}' >a.ndjson
  try evsource z.ndjson - a.ndjson <<<'{"a":3}'
  exits 0
  prints '{"a":1}
{"a":3}
{"a":2}'
}

@test "a folder is its files in byte order, without what is no input" {
  mkdir -p in/sub
  for name in b B a.ndjson 10 9 .hidden b~ c.tmp d.part e.ev f.cut-0a1b sub/x; do
    printf '{"file":"%s"}\n' "$name" >"in/$name"
  done
  ln -s ../in/a.ndjson in/link
  mkfifo in/pipe
  try evsource in
  exits 0
  prints '{"file":"10"}
{"file":"9"}
{"file":"B"}
{"file":"a.ndjson"}
{"file":"b"}
{"file":"a.ndjson"}'
}

@test "a name that only looks unfinished is input" {
  mkdir in
  for name in x.cut-xyz x.cut- .tmp~x tmp; do
    printf '{"file":"%s"}\n' "$name" >"in/$name"
  done
  try evsource in
  prints '{"file":"tmp"}
{"file":"x.cut-"}
{"file":"x.cut-xyz"}'
}

@test "a folder without files is no event and no failure" {
  mkdir in
  try evsource in
  exits 0
  prints ''
  says ''
}

@test "a quoted pattern is what it matches, in byte order" {
  mkdir in
  echo '{"a":1}' >in/b.ndjson
  echo '{"a":2}' >in/a.ndjson
  echo '{"a":3}' >in/a.ndjson.part
  echo '{"a":4}' >in/c.txt
  try evsource 'in/*.ndjson*'
  exits 0
  prints '{"a":2}
{"a":1}'
}

@test "a pattern that matches nothing is an error" {
  try evsource 'in/*.ndjson'
  fails 74 "cannot open 'in/\*.ndjson': no file matches it"
}

@test "a file whose name looks like a pattern is that file" {
  echo '{"a":1}' >'a[1].ndjson'
  try evsource 'a[1].ndjson'
  exits 0
  prints '{"a":1}'
}

@test "a file that is not there" {
  try evsource x.csv
  fails 74 "cannot open 'x.csv': no such file or directory"
}

@test "a file that may not be read" {
  echo '{}' >a
  chmod 0 a
  try unprivileged cat a
  [ "$status" != 0 ]
  try unprivileged evsource a
  fails 74 "cannot open 'a': permission denied"
}

@test "a failure in the second file comes after all of the first" {
  echo '{"a":1}' >a.ndjson
  try evsource a.ndjson b.ndjson
  fails 74 "cannot open 'b.ndjson': no such file or directory"
  [ "${lines[0]}" = '{"a":1}' ]
}

@test "a fifo" {
  mkfifo fifo
  printf '{"a":1}\n{"a":2}\n' >fifo &
  try evsource fifo
  exits 0
  prints '{"a":1}
{"a":2}'
}

@test "the first line of a slow pipe is not held back" {
  mkfifo in out
  evsource - <in >out &
  exec 5>in 6<out
  for id in 1 2 3; do
    echo "{\"id\":$id}" >&5
    read -r -t 5 line <&6
    [ "$line" = "{\"id\":$id}" ]
  done
  exec 5>&-
  wait
}

@test "standard input that is a file is read from where it stands" {
  printf '{"a":1}\n{"a":2}\n' >a.ndjson
  try bash -c '{ head -c 8 >/dev/null; evsource -; } <a.ndjson'
  exits 0
  prints '{"a":2}'
}

# --- schemes -------------------------------------------------------------------

@test "a scheme without a connector is said, with what is missing" {
  try evsource nosuch://host/t
  exits 78
  says "evsource: no connector for 'nosuch://host/t': evsource-nosuch is not installed*"
}

@test "a path that looks like a URL is written with ./" {
  echo '{"a":1}' >foo:bar
  try evsource foo:bar
  exits 78
  says "*a path with a colon is written ./NAME?"
  try evsource ./foo:bar
  exits 0
  prints '{"a":1}'
}

@test "file: and file:// are paths" {
  echo '{"a":1}' >a.ndjson
  try evsource file:a.ndjson "file://$PWD/a.ndjson"
  exits 0
  prints '{"a":1}
{"a":1}'
}

@test "places of two schemes are refused" {
  try evsource a.ndjson kafka://b/t
  exits 64
  says "evsource: 'a.ndjson' and 'kafka://b/t' are of two schemes*"
}

@test "a connector is found in PATH and gets the arguments as they are" {
  mkdir bin
  printf '#!/bin/sh\nprintf "<%%s>" "$@"\n' >bin/evsource-my+sys
  chmod +x bin/evsource-my+sys
  PATH=$PWD/bin:$PATH try evsource -n 5 'my+sys://h/a b' --format csv -X k=v
  exits 0
  prints '<-n><5><my+sys://h/a b><--format><csv><-X><k=v>'
}

@test "no place at all" {
  try evsource
  exits 64
  says 'evsource: no place to read from*'
}

@test "an unknown option names the nearest" {
  try evsource --folow a
  exits 64
  says "evsource: unknown option '--folow': did you mean '--follow'?"
}

@test "an unknown setting names the nearest" {
  try evsource -X patern=x --format text - </dev/null
  fails 64 "unknown setting '-X patern': did you mean 'pattern'?"
}

@test "every option is in the manual page, and in --help" {
  try evsource --help
  for option in $(grep -oE -- '--[a-z-]+' <<<"$output" | sort -u); do
    # shellcheck disable=SC2016 # an asterisk of scdoc's
    grep -qF -- "*$option*" "$TOP/cmd/evsource.1.scd"
  done
  for option in $(grep -oE '^\*(-., )?--[a-z-]+|[*]--[a-z-]+\*' "$TOP/cmd/evsource.1.scd" |
    grep -oE -- '--[a-z-]+' | sort -u); do
    case $option in --help | --version) continue ;; esac
    grep -qF -- "$option" <<<"$output"
  done
}

@test "--help fits a screen" {
  try evsource --help
  exits 0
  [ "${#lines[@]}" -le 24 ]
  try evsource --version
  exits 0
  [[ $output == 'evsource (evkit) '* ]]
}

# --- formats --------------------------------------------------------------------

@test "the name's ending says the format, in capitals too" {
  echo '[{"a":1}, {"a":[2, 3]}]' >a.json
  cp a.json A.JSON
  echo 'plain words' >a.txt
  echo 'GET /' >a.log
  echo '{"a":4}' >a.jsonl
  echo '{"a":5}' >a
  try evsource a.json A.JSON a.txt a.log a.jsonl a
  exits 0
  prints '{"a":1}
{"a":[2,3]}
{"a":1}
{"a":[2,3]}
{"message":"plain words"}
{"message":"GET /"}
{"a":4}
{"a":5}'
}

@test "--format overrules the name" {
  echo '{"a":1}' >a.txt
  try evsource --format ndjson a.txt
  exits 0
  prints '{"a":1}'
}

@test "a first line that is no ndjson says what was expected" {
  try evsource - <<<'id,name'
  exits 65
  says 'evsource-file: -:1: not a JSON object*it was read as ndjson, one object a line: --format json, csv*'
  printf '{"a":1}\nid,name\n' >a
  try evsource a
  exits 65
  says 'evsource-file: a:2: not a JSON object (column 1)'
}

@test "CSV and TSV by name and by --format" {
  printf 'id,name\n1,"a, b"\n' >a.csv
  printf 'id\tname\n2\ta, b\n' >a.tsv
  try evsource a.csv a.tsv
  exits 0
  prints '{"id":1,"name":"a, b"}
{"id":2,"name":"a, b"}'
  try evsource --format csv - <a.csv
  prints '{"id":1,"name":"a, b"}'
  try evsource --format tsv - <a.tsv
  prints '{"id":2,"name":"a, b"}'
}

@test "CSV and TSV in one run keep their delimiters, unless one is given" {
  printf 'a;b\n1;2\n' >a.csv
  printf 'a;b\n3;4\n' >a.tsv
  try evsource -d ';' a.csv a.tsv
  exits 0
  prints '{"a":1,"b":2}
{"a":3,"b":4}'
}

@test "each CSV file has its own header" {
  printf 'a,b\n1,2\n' >a.csv
  printf 'b,c\n3,4\n' >b.csv
  try evsource --meta m a.csv b.csv
  exits 0
  prints '{"a":1,"b":2,"m":{"file":"a.csv","line":2}}
{"b":3,"c":4,"m":{"file":"b.csv","line":2}}'
}

@test "the options of a CSV" {
  printf 'junk\n# note\n1|x\\|y|NA\n' >a.csv
  try evsource -d '|' --skip 1 --comment '#' --escape '\' --quote none \
    --header id,text,more --null NA --types id:text a.csv
  exits 0
  prints '{"id":"1","text":"x|y","more":null}'
}

@test "a bad row of a CSV has its line" {
  printf 'a,b\n1,2\n3\n4,5\n' >a.csv
  try evsource a.csv
  exits 65
  says 'evsource-file: a.csv:3: *'
  try evsource --on-error skip a.csv
  prints '{"a":1,"b":2}
{"a":4,"b":5}'
  try evsource --ragged pad a.csv
  exits 0
}

@test "--encoding converts, also what is packed and what is no CSV" {
  printf 'name\nM\xfcller\n' | gzip >a.csv.gz
  try evsource --encoding latin1 a.csv.gz
  exits 0
  prints '{"name":"Müller"}'
  printf 'M\xfcller\n' >a.txt
  try evsource --encoding latin1 a.txt
  prints '{"message":"Müller"}'
  try evsource a.csv.gz
  exits 65
  try evsource --encoding nosuch a.txt
  exits 64
}

@test "--types with a name that no file has is an error" {
  printf 'a,b\n1,2\n' >a.csv
  try evsource --types c:text a.csv
  fails 64 "--types has 'c', which is no column"
}

@test "an option that another format has is a mistake" {
  echo 'a line' >a.txt
  echo '{"a":1}' >a.ndjson
  try evsource -X pattern='(?<a>.)' a.txt
  fails 64 "-X pattern is for --format regex"
  try evsource -X field=line a.txt a.ndjson
  fails 64 "-X field is for --format text, and 'a.ndjson' is read as ndjson"
  try evsource --path a a.txt
  fails 64 "--path is for --format json, and 'a.txt' is read as text"
  try evsource --follow --suggest-types a.csv
  fails 64 "--suggest-types reads to the end, and with --follow there is none"
}

@test "an array in a file named .ndjson is told what it is" {
  printf '[\n{"a":1}\n]\n' >a.ndjson
  try evsource a.ndjson
  fails 65 "a.ndjson:1: not a JSON object (column 1); it was read as ndjson, one object a line: --format json reads arrays, and documents of many lines"
  try evsource --format json a.ndjson
  exits 0
  prints '{"a":1}'
}

@test "--suggest-types prints the option to paste" {
  printf "id,it's\n1,x\n2,y\n" >a.csv
  try evsource --suggest-types a.csv
  exits 0
  prints "--types 'id:number,it'\\''s:text'"
  eval "evsource $output a.csv" >out
  [ "$(head -n 1 out)" = '{"id":1,"it'"'"'s":"x"}' ]
}

@test "an option of CSV where there is none" {
  echo '{"a":1}' >a.ndjson
  try evsource --null x a.ndjson
  fails 64 "--null is for --format csv and tsv, and 'a.ndjson' is read as ndjson"
}

@test "a header in which ~ev comes first" {
  printf '~ev,b\nfail,2\n' >a.csv
  try evsource a.csv
  exits 65
}

@test "--path leads to the events in a document" {
  echo '{"data":{"items":[{"a":1},{"a":2}]},"next":null}' >a.json
  try evsource --path data.items a.json
  exits 0
  prints '{"a":1}
{"a":2}'
}

@test "after a syntax error in a document the next file is read, and it is said" {
  printf '[{"a":1},\n {"a":2} {"a":3}]' >a.json
  echo '{"b":1}' >b.json
  try evsource --on-error skip a.json b.json
  exits 0
  prints '{"a":1}
{"a":2}
{"b":1}'
  says 'evsource-file: a.json:2: column 10: a comma or ] expected; what follows cannot be read
evsource-file: in=4 out=3 filtered=0 rejected=0 skipped=1'
  try evsource a.json b.json
  fails 65 'a.json:2: column 10: a comma or ] expected; what follows cannot be read'
}

@test "an empty line of text is an event, a line that is not UTF-8 is none" {
  printf 'a\r\n\n\xff\n\0' >a.txt
  try evsource --on-error skip a.txt
  exits 0
  prints '{"message":"a"}
{"message":""}
{"message":"\u0000"}'
}

@test "--path where there are no documents is refused" {
  echo '{"a":1}' >a.ndjson
  try evsource --path data a.ndjson
  fails 64 "--path is for --format json, and 'a.ndjson' is read as ndjson"
}

@test "lines taken apart by a pattern" {
  printf '10.0.0.1 200\nhm\n10.0.0.2 404\n' >a.log
  try evsource --format regex -X pattern='^(?<ip>\S+) (?<status>\d+)$' --on-error skip a.log
  exits 0
  prints '{"ip":"10.0.0.1","status":"200"}
{"ip":"10.0.0.2","status":"404"}'
  says 'evsource-file: in=3 out=2 filtered=0 rejected=0 skipped=1'
}

@test "--format regex without a pattern" {
  try evsource --format regex a.log
  fails 64 "--format regex wants -X pattern=*"
}

@test "-X field names the field of a text line" {
  try evsource --format text -X field=line - <<<'some "words"'
  exits 0
  prints '{"line":"some \"words\""}'
}

# --- options --------------------------------------------------------------------

@test "--limit ends after so many events of all places" {
  seq -f '{"id":%g}' 1 10 >a.ndjson
  try evsource -n 12 a.ndjson a.ndjson nosuchfile
  exits 0
  [ "${#lines[@]}" = 12 ]
  try evsource --limit 0 nosuchfile
  exits 0
  prints ''
}

@test "--limit does not wait for more" {
  mkfifo fifo
  { printf '{"id":1}\n{"id":2}\n'; sleep 20; } >fifo 3>&- &
  try timeout 5 evsource -n 2 fifo
  kill $!
  exits 0
  prints '{"id":1}
{"id":2}'
}

@test "--meta adds where each event stood" {
  printf '{"a":1}\n\n{ "b" : 2 }\r\n{}\n' >a.ndjson
  echo '[{"c":3},
    {"d":4}]' >b.json
  try evsource --meta _m a.ndjson b.json
  exits 0
  prints '{"a":1,"_m":{"file":"a.ndjson","line":1}}
{ "b" : 2,"_m":{"file":"a.ndjson","line":3}}
{"_m":{"file":"a.ndjson","line":4}}
{"c":3,"_m":{"file":"b.json","line":1}}
{"d":4,"_m":{"file":"b.json","line":2}}'
}

@test "a name that is not UTF-8 or has control characters is shown with ?" {
  printf '{"a":1}\nno\n' >$'x\xff\ny'
  try evsource --meta m $'x\xff\ny'
  fails 65 'x??y:2: not a JSON object (column 1)'
  [ "${lines[0]}" = '{"a":1,"m":{"file":"x??y","line":1}}' ]
  try evsource $'\xff\ec'
  fails 74 "cannot open '??c': no such file or directory"
}

@test "--meta stands behind the members, whatever white space is there" {
  printf '{\r}\n{"a":1 \r\t} \n' >a.ndjson
  try evsource --meta m a.ndjson
  exits 0
  prints '{"m":{"file":"a.ndjson","line":1}}
{"a":1,"m":{"file":"a.ndjson","line":2}}'
}

@test "--meta does not overwrite a field" {
  printf '{"a":1}\n{"\\u006d":1}\n' >a.ndjson
  try evsource --meta m a.ndjson
  fails 65 "a.ndjson:2: it has the field that --meta would add*"
  echo '[{"m":null}]' >a.json
  try evsource --meta m a.json
  fails 65 "a.json:1: it has the field that --meta would add*"
}

@test "--stats says what came in and went out" {
  seq -f '{"id":%g}' 1 10 >a.ndjson
  echo '[{},{},{}]' >a.json
  try evsource --stats a.ndjson a.json
  exits 0
  says 'evsource-file: in=13 out=13 filtered=0 rejected=0 skipped=0'
}

@test "--on-error skip goes on and counts" {
  printf '{"a":1}\nno\n[1]\n{"a":2}\n' >a.ndjson
  try evsource --on-error skip a.ndjson
  exits 0
  prints '{"a":1}
{"a":2}'
  says 'evsource-file: in=4 out=2 filtered=0 rejected=0 skipped=2'
}

@test "--reject keeps what is bad, with place and reason" {
  printf '{"a":1}\nno\n{"a":"\xff"}\n' >a.ndjson
  try evsource --reject bad.ndjson a.ndjson
  exits 0
  prints '{"a":1}'
  says '*rejected=2 skipped=0'
  run jq -c '[.where, .by, .input]' bad.ndjson
  prints '["a.ndjson:2","evsource-file","no"]
["a.ndjson:3","evsource-file","eyJhIjoi/yJ9"]'
}

@test "on a terminal the events before a failure stand above the message" {
  printf '{"a":1}\n{"a":\n' >a.ndjson
  try script -qec 'evsource a.ndjson' log
  exits 65
  [[ $(tr -d '\r' <log) == *$'\n{"a":1}\nevsource-file: a.ndjson:2: '* ]]
  [[ $(cat log) != *'~ev'* ]]
}

@test "--progress is silent where stderr is no terminal" {
  try evsource --progress - <<<'{"a":1}'
  exits 0
  says ''
}

@test "--progress shows bytes, events and speed on a terminal" {
  seq -f '{"id":%g}' 1 1000 >a.ndjson
  try script -qec 'evsource --progress a.ndjson >/dev/null' log
  exits 0
  [[ $(tr '\r' '\n' <log) == *'evsource-file: 10.6 KiB, 1000 events, '*'/s'* ]]
}

# --- what is bad ----------------------------------------------------------------

@test "an empty file is no event" {
  : >a.ndjson
  : >a.json
  : >a.txt
  try evsource a.ndjson a.json a.txt /dev/null
  exits 0
  prints ''
}

@test "a line of 17 MiB is bad, and the next one is read" {
  { printf '{"a":"'; head -c 17M /dev/zero | tr '\0' x; printf '"}\n{"b":1}\n'; } >a.ndjson
  try evsource a.ndjson
  fails 65 'a.ndjson:1: a line of 17825800 bytes, more than --max-event allows (16777216)'
  try evsource --on-error skip a.ndjson
  exits 0
  prints '{"b":1}'
  evsource --max-event 20M a.ndjson | cmp - a.ndjson
}

@test "of a line that is too long a reject has the beginning, in whole characters" {
  { printf '{"a":"'; yes € | head -n 50000 | tr -d '\n'; printf '"}\n'; } >a.ndjson
  try evsource --max-event 100K --reject bad.ndjson a.ndjson
  exits 0
  [ "$(jq -r '.input[:8], .bytes' bad.ndjson)" = '{"a":"€€
150008' ]
}

@test "an event may be 1 GiB long, and no longer" {
  echo '{}' >a.ndjson
  try evsource --max-event 1G a.ndjson
  exits 0
  try evsource --max-event 1025M a.ndjson
  exits 64
  says "evsource: --max-event can be 1G at most, not '1025M'"
}

@test "NUL, wrong UTF-8, a number, an array, a cut object are bad lines" {
  printf '{"a":"\0"}\n{"a":"\xc3\x28"}\n42\n[1]\n{"a":\n{"ok":1}\n{"a":1}{"b":1}\n{"a"' >a.ndjson
  try evsource --on-error skip a.ndjson
  exits 0
  prints '{"ok":1}'
  says '*in=8 out=1 * skipped=7'
}

@test "nesting of 100,000 is bad" {
  { printf '{"a":'; head -c 100000 /dev/zero | tr '\0' '['; echo; echo '{"b":1}'; } >a.ndjson
  try evsource --on-error skip a.ndjson
  exits 0
  prints '{"b":1}'
}

@test "CR LF, blank lines and a torn last line are read" {
  printf '{"a":1}\r\n\r\n \t\n{"a":2}\n\n{"a":3}' >a.ndjson
  try evsource a.ndjson
  exits 0
  prints '{"a":1}
{"a":2}
{"a":3}'
}

@test "an event whose first key is ~ev is bad, however it is written" {
  printf '%s\n' '{ "~ev":1}' '{"\u007eev":"mark"}' ' {"~ev":"fail"}' \
    '{"a":1,"~ev":2}' >a.ndjson
  try evsource --on-error skip a.ndjson
  exits 0
  prints '{"a":1,"~ev":2}'
  try evsource a.ndjson
  fails 65 'a.ndjson:1: *~ev*'
  echo '[{"~ev":"fail"}]' >a.json
  try evsource a.json
  fails 65 'a.json:1: *~ev*'
}

@test "a failure line on the input ends with the status that it tells" {
  evsource nosuchfile >failed 2>/dev/null || true
  { echo '{"a":1}'; cat failed; echo '{"b":1}'; } >in
  try evsource - <in
  exits 74
  prints "{\"a\":1}
$(cat failed)"
  says ''
}

@test "a control line that was changed is refused" {
  evsource nosuchfile 2>/dev/null | sed s/nosuch/some/ >in || true
  try evsource - <in
  exits 75
  [ "${#lines[@]}" = 1 ]
}

@test "a full disk is an error" {
  echo '{"a":1}' >a.ndjson
  try bash -c 'evsource a.ndjson >/dev/full'
  exits 74
  says "evsource-file: cannot write 'standard output': no space left on device"
}

@test "a reader that goes away is no message" {
  seq -f '{"id":%g}' 1 100000 >a.ndjson
  try bash -c 'evsource a.ndjson | head -n 1; echo "${PIPESTATUS[0]}"'
  prints '{"id":1}
141'
  says ''
}

@test "a file that shrinks while it is read is an error" {
  mkfifo go
  seq -f '{"id":%g}' 1 100000 >a.ndjson
  bash -c 'evsource a.ndjson 2>err; echo $? >status' | { read -r _
    echo >go
    cat; } >rest &
  read -r <go
  : >a.ndjson
  wait
  [ "$(cat status)" = 74 ]
  [ "$(cat err)" = "evsource-file: cannot read 'a.ndjson' to its end: it shrank to 0 bytes while it was read" ]
  [[ $(tail -n 1 rest) == '{"~ev":"fail",'* ]]
}

@test "a file that is removed while it is read is read to its end" {
  mkfifo go
  seq -f '{"id":%g}' 1 100000 >a.ndjson
  cp a.ndjson whole
  evsource a.ndjson | { dd bs=4096 count=1 status=none
    echo >go
    cat; } >out &
  read -r <go
  rm a.ndjson
  wait
  cmp whole out
}

@test "memory stays small, whatever the size of the file" {
  seq -f '{"id":%g,"message":"xxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxx"}' 1 500000 >a.ndjson
  try bash -c 'ulimit -v 40000; evsource a.ndjson | tail -n 1'
  exits 0
  prints '{"id":500000,"message":"xxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxx"}'
}
