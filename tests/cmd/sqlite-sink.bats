# evsink-sqlite. The oracle is SQLite's own shell.
load ../helpers

setup() {
  cd "$BATS_TEST_TMPDIR" || return
  export EVKIT_STATE=$BATS_TEST_TMPDIR/state
}

sink() { # OPTIONS…: standard input into sqlite:s.db/t
  try evsink "$@" sqlite:s.db/t
}

db() { # SQL: what SQLite's shell answers
  sqlite3 -cmd '.timeout 10000' s.db "$1"
}

holds() { # TEXT SQL
  local found
  found=$(db "$2") || return
  [ "$found" = "$1" ] || {
    printf 'the database holds\n%s\nnot\n%s\nstderr: %s\n' "$found" "$1" "${stderr-}"
    return 1
  }
}

# --- making tables --------------------------------------------------------

@test "a table is made from the events, with types that hold them" {
  sink <<'END'
{"i":1,"r":1.5,"n":1,"b":true,"t":"x","j":[1],"null":null,"m":1,"mm":true,"big":1}
{"i":-9223372036854775808,"r":2.25,"n":2.5,"b":false,"t":"","j":{"a":1},"null":null,"m":"x","mm":1,"big":12345678901234567890123}
END
  exits 0
  says ''
  holds 'CREATE TABLE "t" ("i" INTEGER, "r" REAL, "n" NUMERIC, "b" BOOLEAN, "t" TEXT, "j" JSON TEXT, "null", "m", "mm" JSON TEXT, "big" JSON TEXT)' \
    "SELECT sql FROM sqlite_master"
  holds '1|1.5|1|1|x|[1]||1|true|1
-9223372036854775808|2.25|2.5|0||{"a":1}||x|1|12345678901234567890123' 'SELECT * FROM t'
}

@test "what evsink has written evsource reads again, as evdiff compares" {
  cat >in.ndjson <<'END'
{"id":1,"a":0.1,"big":12345678901234567890.5,"s":"é\n\"q\"\\","b":true,"o":{"x":[1,2.50,null]},"m":"1","u":"007"}
{"id":9007199254740993,"a":1e300,"big":0,"s":"","b":false,"o":[],"m":1,"u":" 1 "}
{"id":-1,"a":5e-324,"big":-1e-400,"s":"𝄞","b":true,"o":{},"m":1.5,"u":"+1"}
END
  sink <in.ndjson
  exits 0
  try evdiff in.ndjson sqlite:s.db/t
  exits 0
}

@test "columns come in the order of the fields, over the first thousand events" {
  { seq -f '{"a":%g}' 999; echo '{"b":1,"a":2}'; echo '{"a":1,"b":2}'; } >in.ndjson
  sink <in.ndjson
  exits 0
  holds 'a,b' "SELECT group_concat(name) FROM pragma_table_info('t')"
  holds 1001 'SELECT count(*) FROM t'
}

@test "a field that comes after the table was made is bad, and nothing stays" {
  { seq -f '{"a":%g}' 1000; echo '{"a":1,"new":2}'; } >in.ndjson
  sink <in.ndjson
  exits 65
  says "evsink-sqlite: standard input:1001: 'new' is no column of 't': -X new-columns=add adds it, or ALTER TABLE \"t\" ADD COLUMN \"new\""
  [ ! -e s.db ]
}

@test "-X new-columns=add adds columns" {
  { seq -f '{"a":%g}' 1000; echo '{"a":1,"new":2}'; echo '{"a":1,"new":"x","n3":[1]}'; } >in.ndjson
  sink -X new-columns=add <in.ndjson
  exits 0
  holds '2|
x|[1]' 'SELECT new, n3 FROM t WHERE rowid > 1000'
  holds 'NUMERIC,JSON TEXT' "SELECT group_concat(type) FROM pragma_table_info('t') WHERE name LIKE 'n%'"
}

@test "no event makes no table, and says so" {
  sink </dev/null
  exits 0
  says "evsink-sqlite: no event has come, so there is no table 't'"
}

@test "events without a field are rows of defaults, but make no table" {
  sink <<<'{}'
  exits 65
  says "*cannot make the table 't': its columns are those of the first events, and they have no fields"
  db "CREATE TABLE t (a DEFAULT 5)"
  sink <<<'{}'
  exits 0
  holds 5 'SELECT a FROM t'
}

@test "--key is the primary key of a table that is made" {
  sink --key a,b <<<'{"b":"x","a":1,"c":2}'
  exits 0
  holds 'b,a,c|a1' "SELECT group_concat(name), (SELECT group_concat(name || pk, ' ') FROM pragma_table_info('t') WHERE pk = 1) FROM pragma_table_info('t')"
  sink --key a,zz <<<'{"b":"x","a":1}'
  exits 64
  try evsink --key zz sqlite:s.db/other <<<'{"b":"x","a":1}'
  exits 65
  says "*no event so far has the field 'zz' of --key*"
}

# --- names ----------------------------------------------------------------

@test "hostile names are only names" {
  cat >in.ndjson <<'END'
{"a\"b":1,"c);DROP TABLE x;--":2,"select":3,"":4,"ü":5,"a b":6,"`x`":7,"[y]":8,"'z'":9,"$1":10,"?":11,"rowid":12}
END
  db 'CREATE TABLE x (a)'
  try evsink "sqlite:s.db/t\"; DROP TABLE x; --" <in.ndjson
  exits 0
  holds '1|2|3|4|5|6|7|8|9|10|11|12' 'SELECT * FROM "t""; DROP TABLE x; --"'
  holds 0 'SELECT count(*) FROM x'
  try evdiff in.ndjson "sqlite:s.db/t\"; DROP TABLE x; --"
  exits 0
  try evsink --key 'select,"a""b"' "sqlite:s.db/u" <in.ndjson
  exits 0
  try evsink --key 'select,"a""b"' "sqlite:s.db/u" <in.ndjson
  exits 0
  holds 1 'SELECT count(*) FROM u'
}

@test "columns are found without regard to case" {
  db 'CREATE TABLE T (Id INTEGER, "NAME" TEXT)'
  sink <<<'{"ID":1,"name":"x"}'
  exits 0
  holds '1|x' 'SELECT * FROM t'
}

@test "two fields that mean one column are a bad event" {
  db 'CREATE TABLE t (Id INTEGER)'
  sink <<<'{"id":1,"ID":2}'
  exits 65
  says "*\"id\" and \"ID\" are both the column 'Id'"
  try evsink sqlite:s.db/made <<<'{"id":1,"ID":2}'
  exits 65
  says "*the field 'ID' differs only in case from another one*"
}

@test "of a name that stands twice the last value counts" {
  sink <<<'{"id":1,"id":2}'
  exits 0
  holds 2 'SELECT id FROM t'
}

@test "a field whose name is no text is bad" {
  sink <<<'{"a\u0000b":1}'
  exits 65
}

@test "2,000 columns are written, 2,001 are refused with SQLite's reason" {
  python3 -c 'import json; print(json.dumps({f"c{i}": i for i in range(2000)}))' >in.ndjson
  sink <in.ndjson
  exits 0
  holds 1999 'SELECT c1999 FROM t'
  python3 -c 'import json; print(json.dumps({f"c{i}": i for i in range(2001)}))' >in.ndjson
  try evsink sqlite:s.db/u <in.ndjson
  exits 73
  says "*too many columns*"
}

@test "events with ever other fields get statements of their own" {
  python3 - >in.ndjson <<'END'
import json, random
random.seed(5)
print(json.dumps({f"c{i}": 0 for i in range(40)}))
for n in range(3000):
    print(json.dumps({f"c{i}": n for i in random.sample(range(40), random.randint(1, 40))}))
END
  sink <in.ndjson
  exits 0
  try evdiff <(jq -cS 'with_entries(select(.value != null))' in.ndjson) \
    <(evsource sqlite:s.db/t | jq -cS 'with_entries(select(.value != null))')
  exits 0
}

# --- values ---------------------------------------------------------------

@test "a field that the event lacks leaves the column alone, null writes NULL" {
  db "CREATE TABLE t (id INTEGER PRIMARY KEY, a DEFAULT 'd', b DEFAULT 'e')"
  sink <<<'{"id":1,"a":null}'
  exits 0
  sink --write upsert <<<'{"id":1,"b":null}'
  exits 0
  sink --write upsert <<<'{"id":2}'
  exits 0
  holds '1|NULL|NULL
2|d|e' "SELECT id, ifnull(a, 'NULL'), ifnull(b, 'NULL') FROM t"
}

@test "numbers that SQLite's cannot hold are bad in columns of numbers" {
  local number
  db 'CREATE TABLE t (i INTEGER, r REAL, n DECIMAL(10,2))'
  for number in 9223372036854775808 -9223372036854775809 0.1234567890123456789 1e999 \
    9007199254740993.5 123456789012345678; do
    for column in i r n; do
      sink <<<"{\"$column\":$number}"
      case $number:$column in
      123456789012345678:[in]) exits 0 ;;
      *)
        exits 65
        says "*'$column': SQLite's numbers cannot hold $number exactly *"
        ;;
      esac
    done
  done
  sink <<<'{"i":1.234e17,"n":123400000000000000.0,"r":1.234e17}'
  exits 0
  holds '123400000000000000|123400000000000000|1.234e+17' 'SELECT i, n, r FROM t WHERE r'
}

@test "numbers are kept with every digit, or refused: random ones" {
  python3 - >in.ndjson <<'END'
import random, json, os
random.seed(int(os.environ.get("EV_SEED", "1")))
for n in range(20000):
    digits = random.choice([1, 5, 15, 16, 17, 18, 19, 20, 25])
    text = str(random.randint(1, 9)) + "".join(random.choice("0123456789") for _ in range(digits - 1))
    if random.random() < .6:
        at = random.randint(1, len(text))
        text = text[:at] + ("." + text[at:] if at < len(text) else "")
    if random.random() < .3:
        text += f"e{random.randint(-330, 310)}"
    if random.random() < .5:
        text = "-" + text
    print(f'{{"id":{n},"x":{text}}}')
END
  for type in INTEGER REAL NUMERIC; do
    rm -f s.db bad.ndjson
    db "CREATE TABLE t (id INTEGER, x $type)"
    try evsink --reject bad.ndjson sqlite:s.db/t <in.ndjson
    exits 0
    jq -r .input bad.ndjson >bad-events.ndjson
    [ "$(wc -l <bad-events.ndjson)" -gt 5000 ]
    evsource sqlite:s.db/t | cat - bad-events.ndjson >out.ndjson
    try evdiff in.ndjson out.ndjson
    exits 0
  done
}

@test "a column of text gets a number as it stands" {
  db 'CREATE TABLE t (a TEXT, b VARCHAR(3), c)'
  sink <<<'{"a":1.10,"b":12345678901234567890,"c":12345678901234567890}'
  exits 0
  holds '1.10|12345678901234567890|12345678901234567890|text' 'SELECT *, typeof(c) FROM t'
}

@test "text that a column of numbers would change is bad" {
  db 'CREATE TABLE t (i INTEGER, r REAL)'
  for text in 02134 ' 1' '1 ' +1 1e3 .5 5. 0x10 12345678901234567890 1.0000000000000000001; do
    sink <<<"{\"i\":\"$text\"}"
    # SQLite takes no hexadecimal digits in text for a number.
    if [ "$text" = 0x10 ]; then exits 0; else exits 65; fi
  done
  says "*the column is of numbers and would change the text '1.0000000000000000001'"
  sink <<'END'
{"i":"12","r":"1.5"}
{"i":"abc","r":""}
{"i":"-0.5","r":"7"}
END
  exits 0
  holds '0x10|text||null
12|integer|1.5|real
abc|text||text
-0.5|real|7.0|real' 'SELECT i, typeof(i), r, typeof(r) FROM t'
}

@test "truth is 1 and 0, and words in columns of text" {
  db 'CREATE TABLE t (a INTEGER, b TEXT, c BOOLEAN, d JSON, e)'
  sink <<<'{"a":true,"b":true,"c":false,"d":true,"e":false}'
  exits 0
  holds '1|true|0|true|0' 'SELECT * FROM t'
}

@test "a string that SQLite's text cannot hold is bad" {
  sink <<<'{"a":"x\u0000y"}'
  exits 65
  says "*'a': the text holds*0000*"
  [ ! -e s.db ]
}

@test "long text is written whole" {
  python3 -c 'print("{\"a\":\"" + "ü" * 7000000 + "\"}")' >in.ndjson
  sink <in.ndjson
  exits 0
  holds 7000000 'SELECT length(a) FROM t'
  try evdiff in.ndjson sqlite:s.db/t
  exits 0
}

@test "a STRICT table takes what it can hold" {
  db 'CREATE TABLE t (i INT, r REAL, x TEXT, b BLOB, a ANY) STRICT'
  sink <<<'{"i":"5","r":1,"x":2.50,"a":"007"}'
  exits 0
  holds '5|1.0|2.50|007|text' 'SELECT i, r, x, a, typeof(a) FROM t'
  sink <<<'{"i":"five"}'
  exits 65
  says "*cannot store TEXT value in INT column t.i"
}

@test "--meta takes the field out" {
  echo '{"id":1,"from":{"file":"x"}}' >in.ndjson
  sink --meta from <in.ndjson
  exits 0
  holds 'id' "SELECT group_concat(name) FROM pragma_table_info('t')"
}

# --- rows that are refused ------------------------------------------------

@test "a row that SQLite refuses is rejected with its reason, the others stay" {
  db "CREATE TABLE t (id INTEGER PRIMARY KEY, a INT CHECK (a < 9), b TEXT NOT NULL)"
  sink --reject bad.ndjson <<'END'
{"id":1,"a":1,"b":"x"}
{"id":1,"a":1,"b":"x"}
{"id":2,"a":9,"b":"x"}
{"id":3,"a":1,"b":null}
{"id":4,"a":1}
{"id":"five","a":1,"b":"x"}
{"id":6,"a":1,"b":"x"}
END
  exits 0
  says '*in=7 out=2 *rejected=5*'
  [ "$(jq -r .error bad.ndjson)" = 'UNIQUE constraint failed: t.id
CHECK constraint failed: a < 9
NOT NULL constraint failed: t.b
NOT NULL constraint failed: t.b
datatype mismatch' ]
  holds '1
6' 'SELECT id FROM t'
}

@test "without --reject the first bad row ends the run, and nothing stays" {
  db "CREATE TABLE t (id INTEGER PRIMARY KEY)"
  sink <<<'{"id":1}
{"id":1}'
  exits 65
  says 'evsink-sqlite: standard input:2: UNIQUE constraint failed: t.id'
  holds 0 'SELECT count(*) FROM t'
}

@test "foreign keys are enforced, unless they are off" {
  db "CREATE TABLE p (id INTEGER PRIMARY KEY); CREATE TABLE t (p REFERENCES p)"
  sink <<<'{"p":1}'
  exits 65
  says '*FOREIGN KEY constraint failed'
  sink -X foreign-keys=off <<<'{"p":1}'
  exits 0
}

@test "a deferred constraint that fails at the commit fails the run" {
  db "CREATE TABLE p (id INTEGER PRIMARY KEY); CREATE TABLE t (p REFERENCES p DEFERRABLE INITIALLY DEFERRED)"
  sink <<<'{"p":1}'
  exits 65
  says "evsink-sqlite: cannot commit to '*s.db': FOREIGN KEY constraint failed"
  holds 0 'SELECT count(*) FROM t'
}

@test "a trigger that raises rejects its row; one that rolls back ends the run" {
  db "CREATE TABLE t (a);
    CREATE TRIGGER no BEFORE INSERT ON t WHEN new.a = 2 BEGIN SELECT raise(ABORT, 'not two'); END"
  sink --on-error skip <<<'{"a":1}
{"a":2}
{"a":3}'
  exits 0
  holds '1
3' 'SELECT a FROM t'
  db "CREATE TRIGGER never BEFORE INSERT ON t WHEN new.a = 5 BEGIN SELECT raise(ROLLBACK, 'not five'); END"
  sink --on-error skip <<<'{"a":4}
{"a":5}
{"a":6}'
  exits 65
  says "*'t' rolled the whole transaction back at a row: not five"
  holds 2 'SELECT count(*) FROM t'
}

@test "generated columns, views and SQLite's own tables are not written" {
  db "CREATE TABLE t (a INT, b INT AS (a * 2)); CREATE VIEW v AS SELECT 1 AS a"
  sink <<<'{"a":1,"b":2}'
  exits 65
  says "*'b' is a generated column*"
  sink <<<'{"a":1}'
  exits 0
  try evsink sqlite:s.db/v <<<'{"a":1}'
  exits 73
  says "*cannot modify v because it is a view"
  try evsink sqlite:s.db/sqlite_master <<<'{"name":"x"}'
  exits 73
  try evsink sqlite:s.db/EV_positions <<<'{"name":"x"}'
  exits 64
  says "*where named pipelines keep their positions"
}

@test "a full-text table is written and read like others" {
  db "CREATE VIRTUAL TABLE t USING fts5(a, b)"
  sink <<<'{"a":"hello world","b":"x"}'
  exits 0
  holds 'hello world|x' "SELECT * FROM t('hello')"
  try evsource sqlite:s.db/t
  prints '{"a":"hello world","b":"x"}'
}

@test "a table is replaced by what is read of it" {
  sink < <(seq -f '{"a":%g}' 20000)
  run --separate-stderr bash -c "evsource sqlite:s.db/t | evfilter 'a % 2 = 0' | evsink --write replace sqlite:s.db/t"
  exits 0
  holds 10000 'SELECT count(*) FROM t'
}

@test "a view with triggers is written through them" {
  db "CREATE TABLE base (a); CREATE VIEW t AS SELECT a FROM base;
    CREATE TRIGGER i INSTEAD OF INSERT ON t BEGIN INSERT INTO base VALUES (new.a * 10); END"
  sink <<<'{"a":1}'
  exits 0
  holds 10 'SELECT a FROM base'
}

# --- how it writes --------------------------------------------------------

@test "append: every event is a row" {
  sink <<<'{"a":1}'
  sink <<<'{"a":1}'
  exits 0
  holds 2 'SELECT count(*) FROM t'
}

@test "insert: the first row of a key wins, in the table and in the run" {
  db "CREATE TABLE t (k TEXT PRIMARY KEY, v NOT NULL)"
  sink <<<'{"k":"a","v":1}'
  sink --write insert <<'END'
{"k":"a","v":2}
{"k":"a"}
{"k":"b","v":3}
{"k":"b","v":4}
END
  exits 0
  holds 'a|1
b|3' 'SELECT * FROM t'
}

@test "upsert: the row of the key gets the event's fields and no others" {
  db "CREATE TABLE t (k TEXT PRIMARY KEY, v, w NOT NULL)"
  db "INSERT INTO t VALUES ('a', 1, 'keep')"
  sink --write upsert --reject bad.ndjson <<'END'
{"k":"a","v":2}
{"k":"a"}
{"v":5,"k":"b"}
{"k":"c","w":"x"}
{"k":"c"}
{"k":"d"}
END
  exits 0
  holds 'a|2|keep
c||x' 'SELECT * FROM t'
  [ "$(jq -r .error bad.ndjson)" = 'NOT NULL constraint failed: t.w
NOT NULL constraint failed: t.w' ]
}

@test "upsert is what --key asks for; the key may be several columns" {
  db "CREATE TABLE t (a, b, c, UNIQUE (b, a))"
  sink --key a,b <<'END'
{"a":1,"b":2,"c":3}
{"a":1,"b":2,"c":4}
{"a":2,"b":2,"c":5}
END
  exits 0
  holds '1|2|4
2|2|5' 'SELECT * FROM t'
}

@test "a key that is missing or null makes the event bad" {
  db "CREATE TABLE t (k TEXT PRIMARY KEY, v)"
  sink --write upsert <<<'{"v":1}'
  exits 65
  says "*'k', which is in the key, is missing"
  sink --write insert <<<'{"k":null}'
  exits 65
  says "*'k', which is in the key, is null"
}

@test "a key without a unique index is refused" {
  db "CREATE TABLE t (a, b, c, UNIQUE (a, b)); CREATE UNIQUE INDEX i ON t (c) WHERE c > 0"
  for key in a b c; do
    sink --key $key <<<'{"a":1,"b":2,"c":3}'
    exits 64
    says "*'t' has no unique index on exactly ($key), the key: CREATE UNIQUE INDEX some_name ON \"t\" (\"$key\")"
  done
  sink --write upsert <<<'{"a":1}'
  exits 64
  says "*'t' has no primary key: --key says by which fields a row is found"
  sink --key nix <<<'{"a":1}'
  exits 64
  try evsink --write insert sqlite:s.db/new <<<'{"a":1}'
  exits 64
  says "*'new' is not there, so it has no primary key*"
}

@test "tables WITHOUT ROWID are written like others" {
  db "CREATE TABLE t (a INT, b INT, v, PRIMARY KEY (a, b)) WITHOUT ROWID"
  sink --write upsert <<<'{"a":1,"b":1,"v":1}
{"a":1,"b":1,"v":2}'
  exits 0
  holds '1|1|2' 'SELECT * FROM t'
}

@test "a deleted row is deleted by upsert, whatever else the event lacks" {
  db "CREATE TABLE t (k TEXT PRIMARY KEY, v NOT NULL)"
  sink --write upsert <<'END'
{"k":"a","v":1}
{"k":"b","v":1,"__deleted":false}
{"k":"c","v":1,"__deleted":"false"}
{"k":"d","v":1}
{"k":"a","__deleted":true}
{"__deleted":"true","k":"d","v":"whatever"}
{"k":"never","__deleted":true}
END
  exits 0
  holds 'b|1
c|1' 'SELECT * FROM t'
  sink --write insert <<<'{"k":"b","__deleted":true}'
  exits 65
  says "*it deletes a row, which only --write upsert does"
}

@test "append has __deleted as a field as others are" {
  sink <<<'{"k":"a","__deleted":true}'
  exits 0
  holds 'a|1' 'SELECT k, __deleted FROM t'
}

@test "replace: the rows are the events, and the table stays what it is" {
  db "CREATE TABLE t (a INT, b TEXT DEFAULT 'x'); CREATE INDEX i ON t (a); INSERT INTO t VALUES (1, 'y'), (2, 'z')"
  sink --write replace <<<'{"a":5}'
  exits 0
  holds '5|x' 'SELECT * FROM t'
  holds 1 "SELECT count(*) FROM sqlite_master WHERE name = 'i'"
  sink --write replace </dev/null
  exits 0
  holds 0 'SELECT count(*) FROM t'
}

@test "replace leaves the rows when a command before it fails" {
  db "CREATE TABLE t (a INT); INSERT INTO t VALUES (1)"
  sink --write replace < <(evsource no-such-file 2>/dev/null)
  exits 74
  says ''
  holds 1 'SELECT a FROM t'
  sink --write replace < <(echo '{"a":5}'; echo '{"a":')
  exits 65
  holds 1 'SELECT a FROM t'
}

@test "replace does not delete the rows of other tables" {
  db "PRAGMA foreign_keys=ON; CREATE TABLE t (a INTEGER PRIMARY KEY); INSERT INTO t VALUES (1);
    CREATE TABLE o (t REFERENCES t ON DELETE CASCADE); INSERT INTO o VALUES (1)"
  sink --write replace <<<'{"a":1}'
  exits 64
  says "*would delete or change rows of 'o'*-X foreign-keys=off*"
  sink --write replace -X foreign-keys=off <<<'{"a":1}'
  exits 0
  holds 1 'SELECT count(*) FROM o'
}

@test "replace may take rows away that others refer to, if they come again" {
  db "CREATE TABLE t (a INTEGER PRIMARY KEY); INSERT INTO t VALUES (1);
    CREATE TABLE o (t REFERENCES t); INSERT INTO o VALUES (1)"
  sink --write replace <<<'{"a":1}
{"a":2}'
  exits 0
  sink --write replace <<<'{"a":2}'
  exits 65
  holds '1
2' 'SELECT a FROM t'
}

@test "--replace-where: the rows of the values that come are replaced" {
  db "CREATE TABLE t (d TEXT COLLATE NOCASE, n); INSERT INTO t VALUES ('x', 1), ('x', 2), ('X', 3), ('y', 4), (NULL, 5)"
  sink --replace-where d <<'END'
{"d":"x","n":10}
{"d":null,"n":11}
{"d":"\u0078","n":12}
{"d":"z","n":13}
END
  exits 0
  holds 'X|3
y|4
x|10
|11
x|12
z|13' 'SELECT d, n FROM t ORDER BY n'
  sink --replace-where d <<<'{"n":1}'
  exits 65
  says "*'d', the field of --replace-where, is missing"
  sink --replace-where nix <<<'{"n":1}'
  exits 64
  sink --replace-where d --write replace <<<'{"n":1}'
  exits 64
}

@test "--replace-where: values that SQLite takes for equal are one" {
  db "CREATE TABLE t (d NUMERIC, n); INSERT INTO t VALUES (1, 0)"
  sink --replace-where d <<<'{"d":1,"n":1}
{"d":1.0,"n":2}
{"d":"1","n":3}
{"d":10e-1,"n":4}'
  exits 0
  holds '1|1 1|2 1|3 1|4' "SELECT group_concat(d || '|' || n, ' ') FROM t"
}

@test "-n stops after so many events" {
  sink -n 3 < <(seq -f '{"a":%g}' 10)
  exits 0
  holds 3 'SELECT count(*) FROM t'
  sink -n 2 < <(seq -f '{"a":%g}' 10)
  holds 5 'SELECT count(*) FROM t'
}

# --- the world around -----------------------------------------------------

@test "a folder that is not there, a file that is no database, a full name" {
  try evsink sqlite:no/such/s.db/t <<<'{"a":1}'
  exits 73
  says "evsink-sqlite: cannot open 'no/such/s.db': no such file or directory"
  python3 -c 'print("no database " * 1000)' >s.db
  cp s.db before
  sink <<<'{"a":1}'
  exits 74
  says "*cannot open '*s.db': file is not a database"
  cmp s.db before
  try evsink sqlite:s.db <<<'{"a":1}'
  exits 64
  says "*names no table: write sqlite:FILE/TABLE"
  try evsink "sqlite:$BATS_TEST_TMPDIR/made.db/a%2Fb" <<<'{"a":1}'
  exits 0
  [ "$(sqlite3 made.db 'SELECT a FROM "a/b"')" = 1 ]
}

@test "a damaged file is a failure" {
  sink < <(seq -f '{"a":%g,"b":"some text to fill pages with"}' 5000)
  exits 0
  printf 'XXXXXXXXXXXXXXXXXXXXXXXXXXXXXXXX' | dd of=s.db bs=1 seek=8192 conv=notrunc status=none
  printf 'XXXXXXXXXXXXXXXXXXXXXXXXXXXXXXXX' | dd of=s.db bs=1 seek=4096 conv=notrunc status=none
  sink --write replace <<<'{"a":1}'
  exits 74
  says "*database disk image is malformed*"
}

@test "a file that may not be written is told" {
  db 'CREATE TABLE t (a)'
  chmod 444 s.db
  chmod 777 .
  unprivileged evsink sqlite:s.db/t <<<'{"a":1}' 2>err && false
  grep -q 'readonly' err
}

@test "a locked database is waited for, and then the run ends with 69" {
  db 'CREATE TABLE t (a)'
  mkfifo lock
  sqlite3 s.db <lock &
  exec 5>lock
  echo 'BEGIN IMMEDIATE;' >&5
  echo "INSERT INTO t VALUES ('theirs');" >&5
  soon test -e s.db-journal
  sink --wait 200ms <<<'{"a":1}'
  exits 69
  says "*cannot write to '*s.db': another process holds its lock*"
  (
    sleep 1
    echo 'COMMIT;' >&5
  ) &
  sink <<<'{"a":"ours"}'
  exits 0
  exec 5>&-
  wait
  holds 'theirs
ours' 'SELECT a FROM t'
}

@test "readers are waited for at the commit" {
  seq -f '{"a":%g}' 100 | sink
  mkfifo pipe
  evsource sqlite:s.db/t >pipe &
  exec 6<pipe
  read -r _ <&6
  (
    sleep 0.5
    cat <&6 >/dev/null
  ) &
  sink <<<'{"a":0}'
  exits 0
  exec 6<&-
  wait
  holds 101 'SELECT count(*) FROM t'
}

@test "a sink that waits for events keeps nobody from writing" {
  db 'CREATE TABLE t (a)'
  mkfifo pipe
  evsink sqlite:s.db/t <pipe &
  exec 6>pipe
  seq -f '{"a":%g}' 500 >&6
  # It waits for more until 6 is closed.
  sqlite3 -cmd '.timeout 20000' s.db 'INSERT INTO t VALUES (1000)'
  exec 6>&-
  wait $!
  holds 501 'SELECT count(*) FROM t'
}

@test "a full disk fails the run, and the database is what it was" {
  seq -f '{"a":%g,"b":"some text to fill pages with"}' 1000 | sink
  holds 1000 'SELECT count(*) FROM t'
  seq -f '{"a":%g,"b":"some text to fill pages with, and more of it to come"}' 300000 >in.ndjson
  run --separate-stderr bash -c "ulimit -f 2000; trap '' XFSZ; evsink sqlite:s.db/t <in.ndjson"
  exits 74
  holds 1000 'SELECT count(*) FROM t'
  holds ok 'PRAGMA integrity_check'
}

@test "kill -9 in the middle leaves what was there" {
  seq -f '{"a":%g}' 1000 | sink
  mkfifo pipe
  evsink sqlite:s.db/t <pipe 2>/dev/null &
  sinks=$!
  exec 6>pipe
  seq -f '{"a":%g,"a":"much more text for pages that are written before the commit"}' 400000 >&6
  sleep 0.2
  kill -9 $sinks
  exec 6>&-
  wait $sinks || true
  holds 1000 'SELECT count(*) FROM t'
  holds ok 'PRAGMA integrity_check'
  try evsource sqlite:s.db/t
  exits 0
  [ "$(wc -l <<<"$output")" = 1000 ]
}

@test "a signal is a failure, and leaves what was there" {
  db 'CREATE TABLE t (a)'
  mkfifo pipe
  evsink sqlite:s.db/t <pipe &
  sinks=$!
  exec 6>pipe
  echo '{"a":1}' >&6
  soon idle $sinks
  kill -TERM $sinks
  status=0
  wait $sinks || status=$?
  exec 6>&-
  [ "$status" = 143 ]
  holds 0 'SELECT count(*) FROM t'
}

@test "what a failed run has made goes with it" {
  sink < <(echo '{"a":1}'; echo '{')
  exits 65
  [ ! -e s.db ]
  [ ! -e s.db-journal ]
}

# --- what it says ---------------------------------------------------------

@test "--explain says what would be done, and does nothing" {
  try evsink --explain --key a,b sqlite:s.db/t
  exits 0
  prints "place: sqlite:$PWD/s.db/t
there now: nothing
columns: those of the first 1000 events
would be: upsert: the row of a key gets the event's fields; deletes are obeyed
key: a, b
guarantee: all or nothing: one transaction, at the end
record: none: without --name each run is one of its own"
  [ ! -e s.db ]
  db 'CREATE TABLE t (a INT, b AS (a), c TEXT)'
  try evsink --explain --name p sqlite:s.db/t
  exits 0
  prints "place: sqlite:$PWD/s.db/t
there now: a table
columns: a INT, b (generated), c TEXT
would be: append: every event is a row
key: none
class: A, exactly once: after any failure, also a kill -9 or a power cut, the next start goes on behind the last commit
commit: each mark of the source: its events and the record in one transaction
record in: table ev_positions of the same file
record: none yet"
}

@test "wrong options are told" {
  try evsink --format csv sqlite:s.db/t </dev/null
  exits 64
  try evsink -X nix=1 sqlite:s.db/t </dev/null
  exits 64
  says "*unknown setting '-X nix=1'*"
  try evsink --wait soon sqlite:s.db/t </dev/null
  exits 64
  says "*--wait 'soon' is no time*"
  try evsink --adopt sqlite:s.db/t </dev/null
  exits 64
  try evsink sqlite:s.db/t sqlite:s.db/u </dev/null
  exits 64
  try evsink --key a.b sqlite:s.db/t </dev/null
  exits 64
  try evsink --key 'a, "a"' sqlite:s.db/t </dev/null
  exits 64
  says "evsink-sqlite: --key names 'a' twice"
}

# --- under a name ---------------------------------------------------------

pipe() { # NAME OPTIONS…: in.ndjson into the table
  local name=$1
  shift
  run --separate-stderr bash -c "evsource --name $name ${source_options-} in.ndjson | evsink --name $name $* sqlite:s.db/t"
}

@test "a named run goes on where the last one ended" {
  seq -f '{"a":%g}' 5 >in.ndjson
  pipe p
  exits 0
  pipe p
  exits 0
  seq -f '{"a":%g}' 6 9 >>in.ndjson
  pipe p
  exits 0
  holds '9|45' 'SELECT count(*), sum(a) FROM t'
  holds 'p' 'SELECT name FROM ev_positions'
}

@test "the record is in the transaction of the events" {
  seq -f '{"a":%g}' 100 >in.ndjson
  source_options='--mark-every 10' pipe p
  exits 0
  holds '100|1' "SELECT (SELECT count(*) FROM t), count(*) FROM ev_positions WHERE record LIKE '{\"id\":\"%/11\"%'"
}

@test "a table with rows and no record is refused, unless adopted" {
  db "CREATE TABLE t (a INTEGER PRIMARY KEY); INSERT INTO t VALUES (100)"
  echo '{"a":1}' >in.ndjson
  for write in append insert upsert; do
    pipe p --write $write
    exits 70
    says "*'sqlite:*s.db/t' is not empty, and has no record of the pipeline 'p': --adopt*"
  done
  holds 1 'SELECT count(*) FROM t'
  pipe p --adopt
  exits 0
  pipe p
  exits 0
  holds '1
100' 'SELECT a FROM t'
}

@test "an empty table needs no adoption" {
  db "CREATE TABLE t (a)"
  echo '{"a":1}' >in.ndjson
  pipe p
  exits 0
}

@test "a database that was put back is seen: the copy is wrong once, then right" {
  seq -f '{"a":%g}' 5 >in.ndjson
  pipe p
  cp s.db old.db
  seq -f '{"a":%g}' 6 9 >>in.ndjson
  pipe p
  exits 0
  cp old.db s.db
  pipe p
  exits 75
  pipe p
  exits 0
  holds '9|45' 'SELECT count(*), sum(a) FROM t'
}

@test "a record that has gone is 70" {
  echo '{"a":1}' >in.ndjson
  pipe p
  rm s.db
  pipe p
  exits 70
  says "*the record of p that was in 'sqlite:*s.db/t' is gone*"
  [ ! -e s.db ]
}

@test "two runs at once of one state folder: the second is refused" {
  db "CREATE TABLE t (a)"
  seq -f '{"a":%g}' 5 >in.ndjson
  evsource --name p in.ndjson >stream
  mkfifo slow
  evsink --name p sqlite:s.db/t <slow &
  exec 6>slow
  head -n 1 stream >&6
  soon idle $!
  try evsink --name p sqlite:s.db/t <stream
  exits 76
  says 'evsink-sqlite: pipeline p already runs: process * (evsink-sqlite) holds it'
  tail -n +2 stream >&6
  exec 6>&-
  wait $!
  holds 5 'SELECT count(*) FROM t'
}

@test "two runs at once of two state folders: the second commit finds another record" {
  db "CREATE TABLE t (a)"
  seq -f '{"a":%g}' 5 >in.ndjson
  EVKIT_STATE=$PWD/other evsource --name p in.ndjson >other.stream
  evsource --name p in.ndjson >stream
  mkfifo slow
  evsink --name p sqlite:s.db/t <slow 2>err &
  first=$!
  exec 6>slow
  head -n 1 stream >&6
  soon idle $first
  EVKIT_STATE=$PWD/other try evsink --name p sqlite:s.db/t <other.stream
  exits 0
  tail -n +2 stream >&6
  exec 6>&-
  status=0
  wait $first || status=$?
  [ "$status" = 75 ]
  grep -q "another run of the pipeline 'p' has committed" err
  holds 5 'SELECT count(*) FROM t'
}

@test "a stream that breaks off commits only to its last mark" {
  seq -f '{"a":%g}' 10 >in.ndjson
  evsource --name p --mark-every 4 in.ndjson >stream
  head -n 9 stream >broken
  run evsink --name p sqlite:s.db/t <broken
  [ "$status" = 75 ]
  holds 4 'SELECT count(*) FROM t'
  pipe p
  exits 0
  holds '10|55' 'SELECT count(*), sum(a) FROM t'
}

@test "replace and --limit are not for named pipelines, --replace-where is" {
  printf '%s\n' '{"d":1,"a":1}' '{"d":1,"a":2}' '{"d":2,"a":3}' >in.ndjson
  pipe p --write replace
  exits 64
  pipe p -n 5
  exits 64
  pipe p --replace-where d
  exits 0
  printf '%s\n' '{"d":2,"a":4}' '{"d":3,"a":5}' >>in.ndjson
  pipe p --replace-where d
  exits 0
  holds '1|1
1|2
2|4
3|5' 'SELECT d, a FROM t'
}

@test "a mark between events of one value is no place for --replace-where" {
  printf '%s\n' '{"d":1,"a":1}' '{"d":2,"a":2}' '{"d":2,"a":3}' >in.ndjson
  source_options='--mark-every 2' pipe p --replace-where d
  exits 64
  says "*--mark-when d marks where the value changes"
  holds 2 'SELECT count(*) FROM t'
}

@test "rejects of a named sink go to their side output" {
  db "CREATE TABLE t (a INTEGER PRIMARY KEY)"
  printf '%s\n' '{"a":1}' '{"a":1}' '{"a":2}' >in.ndjson
  pipe p --reject bad.ndjson
  exits 0
  holds '1
2' 'SELECT a FROM t'
  [ "$(jq -r .error bad.ndjson)" = 'UNIQUE constraint failed: t.a' ]
  printf '%s\n' '{"a":2}' >>in.ndjson
  pipe p --reject bad.ndjson
  exits 0
  [ "$(wc -l <bad.ndjson)" = 2 ]
}

@test "a named sink that finds the lock taken ends with 75" {
  db 'CREATE TABLE t (a)'
  echo '{"a":1}' >in.ndjson
  mkfifo lock
  sqlite3 s.db <lock &
  exec 5>lock
  echo "BEGIN IMMEDIATE; INSERT INTO t VALUES (0);" >&5
  soon test -e s.db-journal
  pipe p --wait 100ms
  exits 75
  exec 5>&-
  wait
  pipe p
  exits 0
}

@test "an unnamed sink refuses a named stream, a named one an unnamed stream" {
  echo '{"a":1}' >in.ndjson
  sink < <(evsource --name p in.ndjson)
  exits 64
  sink --name p < <(evsource in.ndjson)
  exits 64
  [ ! -e s.db ]
}

@test "evpos forgets and shows pipelines that end in SQLite" {
  echo '{"a":1}' >in.ndjson
  pipe p
  exits 0
  try evpos show p
  exits 0
  [[ $output == *"ev_positions in $PWD/s.db"* ]]
  try evpos rewind p --to start --yes
  exits 0
  pipe p
  exits 0
  holds 2 'SELECT count(*) FROM t'
  try evpos forget p --yes
  exits 0
  holds 0 'SELECT count(*) FROM ev_positions'
  pipe p
  exits 70
}
