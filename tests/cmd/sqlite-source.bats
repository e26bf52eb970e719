# evsource-sqlite. SQLite's own shell writes what it reads.
load ../helpers

setup() {
  cd "$BATS_TEST_TMPDIR" || return
  export EVKIT_STATE=$BATS_TEST_TMPDIR/state
}

db() { # SQL
  sqlite3 -cmd '.timeout 10000' s.db "$1"
}

rows() { # OPTIONS…: the table
  try evsource "$@" sqlite:s.db/t
}

locked() {
  ! sqlite3 s.db 'SELECT * FROM t' 2>/dev/null
}

# Whether a process has computed for 0.2 s, which no start needs.
works() { # PID
  [ "$(awk '{ print $14 }' "/proc/$1/stat")" -ge 20 ]
}

reads() { # PID: the database
  [[ $(readlink "/proc/$1/fd/"*) == *"$PWD/s.db"* ]]
}

grows() {
  [ "$(stat -c %s s.db)" -gt 8192 ]
}

query() { # SELECT
  try evsource -X query="$1" sqlite:s.db
}

# --- values ---------------------------------------------------------------

@test "every row is an event, its columns the fields" {
  db "CREATE TABLE t (id INTEGER PRIMARY KEY, name TEXT, \"a \"\"b\"\" \\ c\" REAL);
    INSERT INTO t VALUES (2, 'x', 1.5), (1, NULL, NULL)"
  rows
  exits 0
  says ''
  prints '{"id":1,"name":null,"a \"b\" \\ c":null}
{"id":2,"name":"x","a \"b\" \\ c":1.5}'
}

@test "an empty table is no event" {
  db "CREATE TABLE t (a)"
  rows
  exits 0
  prints ''
}

@test "numbers are exact: the shortest text that reads back the same" {
  db "CREATE TABLE t (a)"
  db "INSERT INTO t VALUES (9223372036854775807), (-9223372036854775808), (0), (0.1), (1e23),
    (5.0), (1.7976931348623157e308), (5e-324), (-0.0), (0.1 + 0.2), (123456789.125), (1e15), (2e15), (1/3.0)"
  rows
  exits 0
  prints '{"a":9223372036854775807}
{"a":-9223372036854775808}
{"a":0}
{"a":0.1}
{"a":1e+23}
{"a":5.0}
{"a":1.7976931348623157e+308}
{"a":5e-324}
{"a":-0.0}
{"a":0.30000000000000004}
{"a":123456789.125}
{"a":1e+15}
{"a":2e+15}
{"a":0.3333333333333333}'
}

@test "infinite numbers are texts, and that is said once" {
  db "CREATE TABLE t (a); INSERT INTO t VALUES (9e999), (-9e999)"
  rows
  exits 0
  prints '{"a":"Infinity"}
{"a":"-Infinity"}'
  says 'evsource-sqlite: sqlite:*s.db/t: "a" holds an infinite number: it is given as the text Infinity'
}

@test "bytes are base64, and that is said once a column" {
  db "CREATE TABLE t (a, b); INSERT INTO t VALUES (x'00ff', 'x'), (x'', CAST(x'ff41' AS TEXT)), (x'41', 'y')"
  rows
  exits 0
  prints '{"a":"AP8=","b":"x"}
{"a":"","b":"/0E="}
{"a":"QQ==","b":"y"}'
  says '*"a" holds bytes: they are given as base64
*"b" holds bytes: they are given as base64'
}

@test "text is escaped as JSON needs it, NUL too" {
  db "CREATE TABLE t (a); INSERT INTO t VALUES ('q\"\\' || char(10, 9, 1, 128512) || 'é'), (CAST(x'610062' AS TEXT))"
  rows
  exits 0
  prints '{"a":"q\"\\\n\t\u0001😀é"}
{"a":"a\u0000b"}'
}

@test "columns declared BOOLEAN and JSON hold truth and documents" {
  db "CREATE TABLE t (b BOOLEAN, c bool, j JSON, k JSON TEXT);
    INSERT INTO t VALUES (1, 0, '[1, {\"a\" :2}]', '\"x\"'), (2, 'true', '[1', 'null'), (NULL, 1.0, '{' || char(10) || '}', '1.50')"
  rows
  exits 0
  prints '{"b":true,"c":false,"j":[1, {"a" :2}],"k":"x"}
{"b":2,"c":"true","j":"[1","k":null}
{"b":null,"c":true,"j":{	},"k":1.50}'
}

@test "a JSON column's line end inside of a string makes it text" {
  db "CREATE TABLE t (j JSON); INSERT INTO t VALUES ('\"a' || char(10) || 'b\"')"
  rows
  exits 0
  prints '{"j":"\"a\nb\""}'
}

@test "a database in UTF-16 is read like others" {
  db "PRAGMA encoding='UTF-16le'; CREATE TABLE t (a); INSERT INTO t VALUES ('é😀')"
  rows
  exits 0
  prints '{"a":"é😀"}'
}

@test "2,000 columns and a long text come whole" {
  python3 - <<'END'
import sqlite3
db = sqlite3.connect("s.db")
db.execute("CREATE TABLE t (" + ",".join(f"c{i}" for i in range(2000)) + ")")
db.execute("INSERT INTO t (c0, c1999) VALUES (?, 7)", ("x" * 5000000,))
db.commit()
END
  evsource sqlite:s.db/t >out.ndjson
  [ "$(jq -c '[length, (.c0 | length), .c1999]' out.ndjson)" = '[2000,5000000,7]' ]
}

@test "an event that is longer than --max-event is bad, the others come" {
  db "CREATE TABLE t (a); INSERT INTO t VALUES (1), (printf('%.*c', 2000, 'x')), (2)"
  rows --max-event 1K --reject bad.ndjson
  exits 0
  prints '{"a":1}
{"a":2}'
  [ "$(jq -r .where bad.ndjson)" = "sqlite:$PWD/s.db/t:2" ]
  rows --max-event 1K
  exits 65
}

@test "what is read agrees with SQLite's shell: random tables" {
  python3 - <<'END'
import sqlite3, random, os, json
random.seed(int(os.environ.get("EV_SEED", "1")))
db = sqlite3.connect("s.db")
db.execute("CREATE TABLE t (a INTEGER, b TEXT, c, d REAL, e NUMERIC)")
def value():
    kind = random.randrange(5)
    if kind == 0: return None
    if kind == 1: return random.randint(-2**63, 2**63 - 1) >> random.randrange(63)
    if kind == 2: return random.uniform(-1, 1) * 10 ** random.randint(-300, 300)
    if kind == 3: return "".join(chr(random.choice([random.randrange(1, 128), random.randrange(160, 0xd800), 0x1f600])) for _ in range(random.randrange(20)))
    return random.randint(-100, 100)
with open("want.ndjson", "w") as want:
    for n in range(5000):
        db.execute("INSERT INTO t VALUES (?,?,?,?,?)", [value() for _ in range(5)])
    for row in db.execute("SELECT * FROM t"):
        want.write(json.dumps(dict(zip("abcde", row))) + "\n")
db.commit()
END
  try evdiff want.ndjson sqlite:s.db/t
  exits 0
}

# --- what is read ---------------------------------------------------------

@test "views, tables WITHOUT ROWID and names in any case are read" {
  db "CREATE TABLE t (a, b, PRIMARY KEY (b)) WITHOUT ROWID; INSERT INTO t VALUES (1, 2);
    CREATE VIEW v AS SELECT a + 1 AS x FROM t"
  try evsource sqlite:s.db/V
  exits 0
  prints '{"x":2}'
  try evsource sqlite:s.db/T
  prints '{"a":1,"b":2}'
}

@test "hostile names of tables are only names" {
  db 'CREATE TABLE "a/b""; DROP TABLE x; --" (a); INSERT INTO "a/b""; DROP TABLE x; --" VALUES (1); CREATE TABLE x (b)'
  try evsource 'sqlite:s.db/a%2Fb"; DROP TABLE x; --'
  exits 0
  prints '{"a":1}'
}

@test "a query is read; its columns keep the declared types" {
  db "CREATE TABLE t (id INT, ok BOOLEAN); INSERT INTO t VALUES (1, 1), (2, 0)"
  query 'SELECT id AS n, ok, count(*) OVER () AS c FROM t ORDER BY id DESC; -- the end'
  exits 0
  prints '{"n":2,"ok":false,"c":2}
{"n":1,"ok":true,"c":2}'
  query 'WITH x AS (SELECT 1 AS a) SELECT * FROM x'
  prints '{"a":1}'
}

@test "what is no query, or more than one, is refused and nothing is changed" {
  db "CREATE TABLE t (a); INSERT INTO t VALUES (1)"
  local sql
  for sql in 'DELETE FROM t' 'DELETE FROM t RETURNING a' 'DROP TABLE t' 'SELECT 1; DELETE FROM t' '' 'SELEC' \
    "ATTACH 'x.db' AS x" 'PRAGMA user_version=5' 'SELECT nix FROM t' "VACUUM INTO 'copy.db'"; do
    query "$sql"
    exits 64
  done
  [ ! -e x.db ]
  [ ! -e copy.db ]
  [ "$(db 'SELECT a FROM t')" = 1 ]
}

@test "columns of one name, or none that can be a key, are told" {
  db "CREATE TABLE t (a, b)"
  query 'SELECT a, b AS a FROM t'
  exits 65
  says "*two columns are named 'a': name one otherwise (AS)"
  query 'SELECT 1 AS "~ev"'
  exits 65
  rows --meta b
  exits 64
}

@test "--meta adds where the row stood, -n ends" {
  db "CREATE TABLE t (a); INSERT INTO t VALUES (1), (2), (3)"
  rows --meta from -n 2
  exits 0
  prints "{\"a\":1,\"from\":{\"file\":\"$PWD/s.db\",\"table\":\"t\",\"row\":1}}
{\"a\":2,\"from\":{\"file\":\"$PWD/s.db\",\"table\":\"t\",\"row\":2}}"
}

@test "the read is consistent: what others commit meanwhile is not seen" {
  db "PRAGMA journal_mode=WAL; CREATE TABLE t (a, b);
    WITH RECURSIVE c(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM c WHERE i < 20000) INSERT INTO t SELECT i, 'some text that fills the pipe' FROM c" >/dev/null
  mkfifo pipe
  evsource sqlite:s.db/t >pipe &
  exec 6<pipe
  read -r _ <&6
  db "INSERT INTO t VALUES (99999, 'new'); DELETE FROM t WHERE a > 100 AND a < 99999"
  [ "$(wc -l <&6)" = 19999 ]
  exec 6<&-
  wait
}

@test "memory does not grow with the table" {
  db "CREATE TABLE t (a, b);
    WITH RECURSIVE c(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM c WHERE i < 400000) INSERT INTO t SELECT i, printf('%.*c', 200, 'x') FROM c"
  (
    ulimit -v 60000
    evsource sqlite:s.db/t | wc -l >count
  )
  [ "$(cat count)" = 400000 ]
}

@test "evjoin reads its table from a database" {
  db "CREATE TABLE users (id INTEGER PRIMARY KEY, name TEXT); INSERT INTO users VALUES (7, 'Ann'), (8, 'Bob')"
  printf '%s\n' '{"userid":8}' '{"userid":7}' '{"userid":9}' >in.ndjson
  run --separate-stderr bash -c 'evjoin sqlite:s.db/users --on userid=id <in.ndjson'
  exits 0
  prints '{"userid":8,"name":"Bob"}
{"userid":7,"name":"Ann"}'
  run --separate-stderr bash -c 'evjoin sqlite:s.db/nix --on userid=id <in.ndjson'
  exits 74
}

# --- failures -------------------------------------------------------------

@test "a file or a table that is not there is told, and not made" {
  rows
  exits 74
  says "evsource-sqlite: cannot open '*s.db': no such file or directory"
  [ ! -e s.db ]
  db "CREATE TABLE users (a); CREATE VIEW v AS SELECT 1"
  rows
  exits 74
  says "evsource-sqlite: there is no table 't' in '*s.db', which has users, v"
  try evsource sqlite:s.db
  exits 64
  try evsource sqlite:no/folder/s.db/t
  exits 73
}

@test "what is no database, or damaged, is a failure" {
  python3 -c 'print("no database " * 1000)' >s.db
  rows
  exits 74
  says '*file is not a database'
  rm s.db
  db "CREATE TABLE t (a); WITH RECURSIVE c(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM c WHERE i < 20000) INSERT INTO t SELECT printf('%.*c', 50, 'x') FROM c"
  printf 'XXXXXXXXXXXXXXXXXXXXXXXXXXXXXXXX' | dd of=s.db bs=1 seek=409600 conv=notrunc status=none
  run --separate-stderr bash -c 'evsource sqlite:s.db/t | tail -n 1'
  [[ $output == '{"~ev":"fail"'*'malformed'* ]]
}

@test "a writer's lock is waited for, and then it ends with 69" {
  db 'CREATE TABLE t (a)'
  mkfifo lock
  sqlite3 s.db <lock &
  exec 5>lock
  echo "BEGIN EXCLUSIVE;" >&5
  soon locked
  rows --wait 200ms
  exits 69
  exec 5>&-
  wait
  rows --wait 200ms
  exits 0
}

@test "what a killed writer left is rolled back before it is read" {
  db "CREATE TABLE t (a); INSERT INTO t VALUES (1)"
  mkfifo lock
  sqlite3 s.db <lock &
  writer=$!
  exec 5>lock
  echo "PRAGMA cache_size=5; BEGIN; WITH RECURSIVE c(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM c WHERE i < 20000) INSERT INTO t SELECT i FROM c; SELECT 'done' FROM t LIMIT 0;" >&5
  soon grows
  kill -9 $writer
  exec 5>&-
  wait $writer || true
  rows
  exits 0
  prints '{"a":1}'
}

@test "a signal ends a query that takes long" {
  sqlite3 s.db 'CREATE TABLE t (a)'
  evsource -X query='WITH RECURSIVE c(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM c) SELECT max(i) FROM c' sqlite:s.db >out 2>err &
  long=$!
  soon works $long
  kill -TERM $long
  local code=0
  wait $long || code=$?
  [ "$code" = 143 ]
  grep -q '"status":"143"' out
}

@test "wrong options are told" {
  db 'CREATE TABLE t (a)'
  rows --follow
  exits 64
  says '*--follow: -X cursor=COLUMN*'
  rows --name p
  exits 64
  says '*-X cursor=COLUMN*'
  rows --format csv
  exits 64
  rows -X nix=1
  exits 64
  rows -X cursor=a,b,c
  exits 64
  says 'evsource-sqlite: --set cursor: more than 2 fields'
  rows -X cursor=a,a
  exits 64
  says "evsource-sqlite: --set cursor names 'a' twice"
  rows -X cursor=nix
  exits 64
  says '*no such column: nix'
  rows -X poll=soon
  exits 64
  rows -X poll=forever
  exits 64
  rows --name p -X cursor=a --mark-when nix
  exits 64
  says "*--mark-when: 'nix' is no column"
  rows --from 5
  exits 64
  try evsource sqlite:s.db/t sqlite:s.db/u
  exits 64
}

# --- a cursor -------------------------------------------------------------

@test "rows come in the cursor's order, from where --from says" {
  db "CREATE TABLE t (id INTEGER, at TEXT); INSERT INTO t VALUES (3, 'b'), (1, 'b'), (2, 'a'), (4, NULL)"
  rows -X cursor=id
  prints '{"id":1,"at":"b"}
{"id":2,"at":"a"}
{"id":3,"at":"b"}
{"id":4,"at":null}'
  rows -X cursor=at,id
  prints '{"id":2,"at":"a"}
{"id":1,"at":"b"}
{"id":3,"at":"b"}'
  rows -X cursor=at,id --from b
  prints '{"id":1,"at":"b"}
{"id":3,"at":"b"}'
  rows -X cursor=id --from 2
  prints '{"id":3,"at":"b"}
{"id":4,"at":null}'
  rows -X cursor=id --from end
  exits 0
  prints ''
  rows -X cursor=at,id --from '["b",1]'
  prints '{"id":3,"at":"b"}'
  rows -X cursor=rowid --from 3
  prints '{"id":4,"at":null}'
  rows -X cursor=at,id --from '["b"]'
  exits 70
}

@test "a cursor of bytes is refused" {
  db "CREATE TABLE t (a); INSERT INTO t VALUES (x'00')"
  rows -X cursor=a
  exits 65
  says "*'a' of a row is NULL, bytes or infinite: it cannot be a cursor"
}

nightly() { # OPTIONS…
  run --separate-stderr bash -c "evsource --name p $* sqlite:s.db/t | evsink --name p out.ndjson"
}

@test "a named run reads what is new since the last one" {
  db "CREATE TABLE t (id INTEGER PRIMARY KEY, a); INSERT INTO t (a) VALUES ('x'), ('y')"
  nightly -X cursor=id
  exits 0
  nightly -X cursor=id
  exits 0
  db "INSERT INTO t (a) VALUES ('z')"
  nightly -X cursor=id
  exits 0
  [ "$(cat out.ndjson)" = '{"id":1,"a":"x"}
{"id":2,"a":"y"}
{"id":3,"a":"z"}' ]
}

@test "cursors of text, decimals and mixed numbers go on where they were" {
  db "CREATE TABLE t (at, id INTEGER PRIMARY KEY)"
  db "INSERT INTO t (at) VALUES (1), (1.5), (2.0), (2), (1e300), ('2026-01-01'), ('2026-01-01'), ('é\"\\'), ('')"
  local n
  for n in 1 2 3 4 5 6 7 8 9 10 11; do
    nightly -X cursor=at,id -n 1
    exits 0
  done
  try evdiff out.ndjson sqlite:s.db/t
  exits 0
}

@test "no mark stands between rows of one value" {
  db "CREATE TABLE t (k COLLATE NOCASE, n)"
  db "INSERT INTO t VALUES ('a', 1), ('A', 2), ('a', 3), ('b', 4), (5, 5), (5.0, 6), ('B', 7)"
  local n
  for n in 1 2 3 4 5 6 7; do
    nightly -X cursor=k -n 1 --mark-every 1
    exits 0
  done
  [ "$(jq -r .n out.ndjson | sort -n | tr '\n' ' ')" = '1 2 3 4 5 6 7 ' ]
  try evsource --name q -X cursor=k --mark-every 1 sqlite:s.db/t
  [ "$(grep -c '"~ev":"mark"' <<<"$output")" = 5 ]
}

@test "--mark-when marks where a value changes" {
  db "CREATE TABLE t (id INTEGER PRIMARY KEY, day TEXT, n)"
  db "INSERT INTO t (day, n) VALUES ('a', 1), ('a', 2), ('b', 3), (NULL, 4), (NULL, 5), ('c', 6)"
  try evsource --name q -X cursor=id --mark-when day sqlite:s.db/t
  exits 0
  [ "$(grep '"~ev":"mark"' <<<"$output" | jq -r .n | tr '\n' ' ')" = '2 1 2 1 ' ]
  run --separate-stderr bash -c "evsource --name p -X cursor=id --mark-when day sqlite:s.db/t |
    evsink --name p --replace-where day sqlite:copy.db/t"
  exits 0
  try evdiff sqlite:s.db/t sqlite:copy.db/t
  exits 0
  try evpos
  [[ $output == *'row [6]'* ]]
}

@test "marks in a long run: killed anywhere, it comes to the same" {
  db "CREATE TABLE t (id INTEGER PRIMARY KEY, a);
    WITH RECURSIVE c(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM c WHERE i < 30000) INSERT INTO t SELECT i, i * 7 % 1000 FROM c"
  local n
  for n in $(seq 3); do
    evsource --name p -X cursor=id --mark-every 500 sqlite:s.db/t >stream 2>err &
    source=$!
    evsink --name p out.ndjson < <(tail -c +1 -f --pid=$source stream) 2>/dev/null &
    sink=$!
    sleep "0.0$((RANDOM % 9))"
    kill -9 $((n % 2 ? source : sink)) 2>/dev/null || true
    wait $source $sink || true
  done
  until nightly -X cursor=id && [ "$status" = 0 ]; do [ "$status" = 75 ] || exits 0; done
  try evdiff out.ndjson sqlite:s.db/t
  exits 0
}

@test "another place under the same name is 70, and --input says that it was moved" {
  db "CREATE TABLE t (id INTEGER PRIMARY KEY); INSERT INTO t VALUES (1)"
  nightly -X cursor=id
  exits 0
  mv s.db moved.db
  run --separate-stderr bash -c "evsource --name p -X cursor=id sqlite:moved.db/t | evsink --name p out.ndjson"
  exits 70
  says "*the record of this pipeline is about 'sqlite:$PWD/s.db/t'*--input*"
  sqlite3 moved.db 'INSERT INTO t VALUES (2)'
  run --separate-stderr bash -c "evsource --name p -X cursor=id --input sqlite:$PWD/s.db/t sqlite:moved.db/t | evsink --name p out.ndjson"
  exits 0
  [ "$(cat out.ndjson)" = '{"id":1}
{"id":2}' ]
}

@test "--follow reads what is added, and ends by its seal" {
  db "PRAGMA journal_mode=WAL; CREATE TABLE t (id INTEGER PRIMARY KEY); INSERT INTO t VALUES (1)" >/dev/null
  evsource --name p --follow -X cursor=id -X poll=50ms sqlite:s.db/t >out 2>err &
  source=$!
  soon grep -q '{"id":1}' out
  db "INSERT INTO t VALUES (2), (3)"
  soon grep -q '{"id":3}' out
  kill -TERM $source
  wait $source
  tail -n 1 out | grep -q '"end":"stop"'
  evsource --follow -X cursor=id -X poll=50ms --from end sqlite:s.db/t >plain 2>err &
  source=$!
  soon reads $source
  sleep 0.5
  db "INSERT INTO t VALUES (4)"
  soon grep -q '{"id":4}' plain
  kill -TERM $source
  wait $source || [ $? = 143 ]
  [ "$(head -n 1 plain)" = '{"id":4}' ]
}

@test "one database into another, followed and killed, is equal in the end" {
  db "PRAGMA journal_mode=WAL; CREATE TABLE t (id INTEGER PRIMARY KEY, a)" >/dev/null
  local n
  for n in $(seq 6); do
    evsource --name p --follow -X cursor=id -X poll=20ms --mark-every 50ms sqlite:s.db/t 2>/dev/null |
      evsink --name p sqlite:copy.db/t 2>/dev/null &
    db "WITH RECURSIVE c(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM c WHERE i < 3000) INSERT INTO t (a) SELECT hex(i) FROM c"
    sleep "0.$((RANDOM % 4 + 1))"
    kill -9 $! 2>/dev/null || true
    wait || true
  done
  until run --separate-stderr bash -c "evsource --name p -X cursor=id sqlite:s.db/t | evsink --name p sqlite:copy.db/t" &&
    [ "$status" = 0 ]; do [ "$status" = 75 ] || [ "$status" = 76 ] || exits 0; done
  try evdiff sqlite:s.db/t sqlite:copy.db/t
  exits 0
  says '*same: 18000 events*'
}
