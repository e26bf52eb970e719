# evsource of what is packed: compressed files, archives, bombs, damage.
load ../helpers

# A file of 1,000 events, which compresses to some KiB.
events() {
  seq 1000 | sed 's/.*/{"id":&,"message":"event number &, with some words"}/'
}

# The data that came before the failure line.
before_failure() {
  printf '%s\n' "$output" | sed '/^{"~ev":"fail"/d'
}

@test "gz, xz, zst and bz2 are unpacked, whatever the name" {
  events >whole
  for pack in gzip xz zstd bzip2; do
    $pack -q -c whole >"$pack.any"
    evsource "$pack.any" | cmp - whole
    evsource - <"$pack.any" | cmp - whole
    # shellcheck disable=SC2002 # a pipe is meant
    cat "$pack.any" | evsource - | cmp - whole
  done
}

@test "the name's ending without that of compression says the format" {
  echo 'plain words' | gzip >a.txt.gz
  echo '[{"a":1}]' | xz >a.json.XZ
  echo '[{"a":2}]' | zstd -q >a.json.zst
  try evsource a.txt.gz a.json.XZ a.json.zst
  exits 0
  prints '{"message":"plain words"}
{"a":1}
{"a":2}'
}

@test "a file that is not packed any more is read as what it is" {
  echo '{"a":1}' >a.ndjson.gz
  try evsource a.ndjson.gz
  exits 0
  prints '{"a":1}'
}

@test "a few bytes, and none, packed" {
  for pack in gzip xz zstd bzip2; do
    echo '{}' | $pack -c >one
    : | $pack -c >none
    try evsource one none
    exits 0
    prints '{}'
  done
}

@test "several gzip members are one file, zeros behind them are none" {
  { echo '{"a":1}' | gzip; echo '{"a":2}' | gzip; head -c 1000 /dev/zero; } >a.gz
  try evsource a.gz
  exits 0
  prints '{"a":1}
{"a":2}'
}

@test "an archive is its members in order, each with its format" {
  echo '{"a":1}' >z.ndjson
  echo '[{"a":2}]' >a.json
  mkdir sub
  echo 'words' >sub/c.txt
  tar cf a.tar z.ndjson sub a.json
  tar cf old.tar --format v7 z.ndjson sub a.json
  tar czf a.tgz z.ndjson sub a.json
  tar cJf a.tar.xz z.ndjson sub a.json
  tar cf a.tar.zst --zstd z.ndjson sub a.json
  tar cjf a.tar.bz2 z.ndjson sub a.json
  zip -qr a.zip z.ndjson sub a.json
  zip -qr0 stored.zip z.ndjson sub a.json
  for archive in a.tar old.tar a.tgz a.tar.xz a.tar.zst a.tar.bz2 a.zip stored.zip; do
    for how in "evsource $archive" "cat $archive | evsource -"; do
      try bash -c "$how"
      exits 0
      prints '{"a":1}
{"message":"words"}
{"a":2}'
    done
  done
}

@test "a member without an ending is read as the archive's name says" {
  echo '[{"a":2}]' >exported
  zip -q a.json.zip exported
  try evsource a.json.zip
  exits 0
  prints '{"a":2}'
}

@test "messages and --meta name archive and member" {
  printf '{"a":1}\nno\n' >b.ndjson
  tar cf a.tar b.ndjson
  try evsource --meta m --on-error stop a.tar
  exits 65
  [ "${lines[0]}" = '{"a":1,"m":{"file":"a.tar/b.ndjson","line":1}}' ]
  says 'evsource-file: a.tar/b.ndjson:2: not a JSON object (column 1)'
}

@test "lines of two members are never one" {
  printf '{"a":1}' >a.ndjson
  printf '{"a":2}' >b.ndjson
  tar cf a.tar a.ndjson b.ndjson
  try evsource a.tar
  exits 0
  prints '{"a":1}
{"a":2}'
}

@test "two tar archives, one behind the other" {
  echo '{"a":1}' >a.ndjson
  tar cf a.tar a.ndjson
  cat a.tar a.tar >b.tar
  try evsource b.tar
  exits 0
  prints '{"a":1}
{"a":1}'
}

@test "links are passed over and said, hidden members passed over" {
  echo '{"a":1}' >a.ndjson
  ln -s a.ndjson link
  ln a.ndjson more
  mkfifo pipe
  echo junk >._a.ndjson
  tar cf a.tar a.ndjson link more pipe ._a.ndjson
  try evsource a.tar
  exits 0
  prints '{"a":1}'
  says "evsource-file: passed over 'link' in 'a.tar': it is a symbolic link
evsource-file: passed over 'more' in 'a.tar': it is a hard link
evsource-file: passed over 'pipe' in 'a.tar': it is no regular file"
}

@test "odd names of members, absolute ones, with .. and bytes that are not UTF-8" {
  echo '{"a":1}' >$'x\n\xff é.ndjson'
  tar cPf a.tar --transform 's|^|/../|' $'x\n\xff é.ndjson'
  try evsource --meta m a.tar
  exits 0
  prints '{"a":1,"m":{"file":"a.tar//../x?? é.ndjson","line":1}}'
}

@test "what is packed inside an archive is refused, and said" {
  echo '{"a":1}' >a.ndjson
  gzip -k a.ndjson
  tar cf a.tar a.ndjson a.ndjson.gz
  try evsource a.tar
  exits 65
  [ "$(before_failure)" = '{"a":1}' ]
  says "evsource-file: cannot unpack 'a.ndjson.gz' in 'a.tar': what is in it is packed again (gzip), and is not unpacked twice"
}

@test "an encrypted member is refused, and said" {
  echo '{"a":1}' >a.ndjson
  zip -q -P secret a.zip a.ndjson
  try evsource a.zip
  exits 65
  says "evsource-file: cannot unpack 'a.ndjson' in 'a.zip': it is encrypted"
}

@test "archives that are not read are named" {
  printf '7z\xbc\xaf\x27\x1c\0\4........' >a.7z
  try evsource a.7z
  exits 65
  says "evsource-file: cannot unpack 'a.7z': it is a 7z archive, which is not read here"
}

@test "a compression method that zip may have and nobody knows" {
  events >a.ndjson
  zip -q a.zip a.ndjson
  # The method, in the local header and in the directory.
  at=$(grep -obUaP 'PK\x01\x02' a.zip | cut -d: -f1)
  printf '\x61' | dd of=a.zip bs=1 seek=8 conv=notrunc status=none
  printf '\x61' | dd of=a.zip bs=1 seek=$((at + 10)) conv=notrunc status=none
  try evsource a.zip
  exits 65
  says "evsource-file: cannot unpack 'a.ndjson' in 'a.zip': unsupported ZIP compression method*"
}

@test "of a gzip file cut short all that was whole comes, then the error" {
  seq -f '{"id":%g}' 1 20000 >whole
  gzip -c whole >whole.gz
  size=$(stat -c %s whole.gz)
  for keep in 20 200 2000 $((size / 2)) $((size - 8)) $((size - 1)); do
    head -c "$keep" whole.gz >cut.gz
    zcat cut.gz 2>/dev/null | sed '$!b; /}$/!d' >expected || true
    try evsource cut.gz
    exits 65
    says "evsource-file: cannot unpack 'cut.gz': the gzip data ends early"
    before_failure | sed '/^$/d' | diff - expected
  done
}

@test "xz, zst, bz2, tar and zip cut short: no line that is not whole, and the error" {
  for i in $(seq 50); do
    echo "{\"i\":$i,\"random\":\"$(head -c 3000 /dev/urandom | base64 -w 0)\"}"
  done >whole
  xz -k whole
  zstd -q -k whole
  bzip2 -k whole
  tar cf whole.tar whole
  zip -q whole.zip whole
  for file in whole.xz whole.zst whole.bz2 whole.tar whole.zip; do
    head -c 150000 "$file" >cut.any
    try evsource cut.any
    exits 65
    says "evsource-file: cannot unpack *'cut.any': *"
    before_failure | sed '/^$/d' >got
    head -n "$(wc -l <got)" whole | diff - got
  done
}

@test "a gzip file whose bytes changed is an error" {
  events >whole
  gzip whole
  printf 'XX' | dd of=whole.gz bs=1 seek=$(($(stat -c %s whole.gz) - 7)) conv=notrunc status=none
  try evsource whole.gz
  exits 65
  says "evsource-file: cannot unpack 'whole.gz': incorrect data check"
}

@test "bytes behind the end of a gzip file are an error" {
  { echo '{"a":1}' | gzip; echo '{"a":2}'; } >a.gz
  try evsource a.gz
  exits 65
  [ "$(before_failure)" = '{"a":1}' ]
  says "evsource-file: cannot unpack 'a.gz': incorrect header check"
}

@test "a gigabyte of zeros is a bomb" {
  # In members, which is quicker to make.
  for pack in gzip bzip2; do head -c 10M /dev/zero | $pack >"$pack"; done
  for _ in {1..103}; do cat gzip; done >zeros.gz
  for _ in {1..103}; do cat bzip2; done >zeros.bz2
  for bomb in zeros.gz zeros.bz2; do
    try evsource $bomb
    exits 65
    says "evsource-file: cannot unpack '$bomb': it grows more than 500 times, as a zip bomb does*"
  done
}

@test "good lines that grow 1,000 times are one too, unless it is allowed" {
  yes '{"a":1}' | head -c 10M | gzip -9 >part
  for _ in {1..10}; do cat part; done >yes.gz
  try bash -c 'evsource yes.gz | tail -n 1'
  says "evsource-file: cannot unpack 'yes.gz': it grows more than 500 times, *-X unpack-ratio=N allows it"
  try bash -c 'evsource -X unpack-ratio=2000 yes.gz | wc -l'
  prints 13107200
}

@test "limits on what comes of an archive, and on its members" {
  for i in 1 2 3 4 5; do events >"$i.ndjson"; done
  tar czf a.tgz ./*.ndjson
  try evsource -X unpack-members=4 a.tgz
  exits 65
  [ "$(before_failure | wc -l)" = 4000 ]
  says "evsource-file: cannot unpack 'a.tgz': it has too many members; *-X unpack-members=N allows them"
  try evsource -X unpack-total=100K a.tgz
  exits 65
  says "evsource-file: cannot unpack * in 'a.tgz': more than 102400 bytes come of it*"
  try evsource -X unpack-total=many a.tgz
  exits 64
}

@test "the member of a sparse archive has its zeros" {
  truncate -s 1M hole.txt
  echo end >>hole.txt
  tar cSf a.tar hole.txt
  try evsource --max-event 8M a.tar
  exits 0
  [ "${#output}" = $((6 * 1048576 + 3 + 14)) ]
}

@test "frames that come in pieces" {
  events >whole
  cp whole more
  tar cf a.tar --transform 's|^|some/folder/|' whole more
  mkdir bin
  printf '#!/bin/sh\n%s "$@" | dd obs=7 status=none\n' "$BUILD/libexec/evkit/evunpack" >bin/evunpack
  chmod +x bin/evunpack
  cp "$BUILD/libexec/evkit/evsource-file" bin/
  bin/evsource-file a.tar >got
  cat whole whole | cmp - got
}

@test "evunpack that is killed is a failure and not the end" {
  events | gzip >a.gz
  mkdir bin
  printf '#!/bin/sh\nprintf "m\\0\\0\\0\\0d\\10\\0\\0\\0{\\042a\\042:1}\\nd\\10\\0\\0\\0{\\042"\nkill -9 $$\n' >bin/evunpack
  chmod +x bin/evunpack
  cp "$BUILD/libexec/evkit/evsource-file" bin/
  try bin/evsource-file a.gz
  exits 75
  [ "$(before_failure)" = '{"a":1}' ]
  says "evsource-file: cannot unpack 'a.gz': 'evunpack' was killed by signal 9"
}

@test "evunpack that ends without an end frame is a failure" {
  events | gzip >a.gz
  mkdir bin
  printf '#!/bin/sh\nprintf "m\\0\\0\\0\\0"\n' >bin/evunpack
  chmod +x bin/evunpack
  cp "$BUILD/libexec/evkit/evsource-file" bin/
  try bin/evsource-file a.gz
  exits 74
  says "evsource-file: cannot unpack 'a.gz': evunpack ended without saying so"
}

@test "without evunpack plain files are read, and packed ones say what is missing" {
  mkdir bin
  cp "$BUILD/libexec/evkit/evsource-file" bin/
  echo '{"a":1}' >a
  gzip -c a >a.gz
  PATH=/usr/bin:/bin try bin/evsource-file a
  exits 0
  PATH=/usr/bin:/bin try bin/evsource-file a.gz
  exits 78
  says "evsource-file: there is no command 'evunpack'*"
}

@test "--limit ends the helper" {
  yes '{"a":1}' | head -c 20M | gzip >a.gz
  try evsource -n 1 a.gz
  exits 0
  prints '{"a":1}'
  says ''
}

@test "a packed file cannot be followed" {
  echo '{"a":1}' | gzip >a.gz
  try evsource --follow a.gz
  exits 64
  says "evsource-file: cannot follow 'a.gz': it is gzip"
}
