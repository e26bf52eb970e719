#!/usr/bin/env bats
# evkit-csv(7): the dialects of CSV as a command reads them.
load ../helpers
load ../examples

@test "the manual page's examples do what it says" {
  examples "$TOP/cmd/evkit-csv.7.scd"
}

@test "files with other headers, and a column that none of them has" {
  mkdir days
  printf 'id,n\n1,2\n' >days/a.csv
  printf 'm,id\n3,4\n' >days/b.csv
  try evsource days --types id:text,m:text
  exits 0
  prints '{"id":"1","n":2}
{"m":"3","id":"4"}'
  try evsource days --types id:text,mm:text
  [ "$status" != 0 ]
  [[ $stderr == *"'mm'"* ]]
}

@test "a followed file: a row is given once its line end has come" {
  printf 'id,note\r\n1,"a' >grows.csv
  evsource --follow grows.csv >out &
  pid=$!
  sleep 0.3
  [ ! -s out ]
  printf '\nb"\r\n2,x' >>grows.csv
  soon test -s out
  kill "$pid"
  wait "$pid" || true
  [ "$(head -n 1 out)" = '{"id":1,"note":"a\nb"}' ]
  [ "$(grep -c '"id":2' out)" = 0 ]
}

@test "the encoding's error has the offset, and the rows before it are out" {
  printf 'a,b\n1,2\n3,\xff\n' >ascii.csv
  try evsource ascii.csv --encoding ascii
  exits 65
  [ "${lines[0]}" = '{"a":1,"b":2}' ]
  says "*cannot read 'ascii.csv' as ascii: an invalid sequence at byte 10"
}

@test "UTF-16 is converted when told, and refused when not" {
  printf 'id,ort\r\n1,"Köln\n日本"\r\n' | iconv -t utf-16 >wide.csv
  try evsource wide.csv --encoding utf-16
  exits 0
  prints '{"id":1,"ort":"Köln\n日本"}'
  try evsource wide.csv
  exits 65
  says "*cannot read 'wide.csv': it is UTF-16 (--encoding utf-16)"
}

@test "one column whose name has another delimiter in it is said to be doubtful" {
  printf 'id;ort\n1;Ulm\n' >semi.csv
  try evsource semi.csv semi.csv
  exits 0
  prints '{"id;ort":"1;Ulm"}
{"id;ort":"1;Ulm"}'
  says "evsource-file: 'semi.csv' has one column, with a ';' in its name: --delimiter ';'?"
  for option in '--delimiter=,' '--header=a' '--delimiter=;'; do
    try evsource semi.csv "$option"
    exits 0
    says ''
  done
  printf 'id;preis\n1;1,50\n' >semi.csv
  try evsource semi.csv
  exits 65
  says "*semi.csv:2: the row has 2 cells, the header 1, with a ';' in its name: --delimiter ';'?"
}

@test "a dialect that contradicts itself is a usage error" {
  while read -ra options; do
    echo 'a,b' >ab.csv
    try evsource ab.csv "${options[@]}"
    exits 64
    [ -n "$stderr" ]
  done <<'END'
--quote ab
--types x:y
--ragged no
--delimiter ; --quote ;
--header a,a
--encoding klingon
END
}

@test "a row of 20 MiB between two others is bad and is not kept in memory" {
  {
    printf 'a,b\n1,2\n3,"'
    head -c 20M /dev/zero | tr '\0' x
    printf '"\n5,6\n'
  } >big.csv
  ulimit -v 16000
  try evsource big.csv --on-error skip --max-event 1M
  exits 0
  prints '{"a":1,"b":2}
{"a":5,"b":6}'
  says '*skipped=1'
}
