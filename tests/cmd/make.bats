# The Makefile: what is left out without a library, and what is installed.
# bats file_tags=slow
load ../helpers

make_() {
  try make --no-print-directory -s -C "$TOP" "$@"
}

@test "without its libraries a program is left out, and the rest builds" {
  make_ -j2 BUILD="$PWD/build" OPTIMIZE=-O0 libarchive_header=none.h \
    zlib_header=none.h libpcre2-8_header=none.h gmp_header=none.h all
  exits 0
  [[ $output == *'evunpack is left out: libarchive is missing'* ]]
  [[ $output == *'evfilter is left out: gmp is missing'* ]]
  [[ $output == *'(scripts/setup installs what is missing)'* ]]
  [ ! -e build/libexec/evkit/evunpack ]
  [ -x build/bin/evsource ]
}

@test "installed commands find their connectors" {
  # A build of its own: other tests run what is in theirs at this time.
  cp -a "$BUILD" build
  make_ BUILD="$PWD/build" DESTDIR="$PWD/root" PREFIX=/usr/local install
  exits 0
  [ -x root/usr/local/bin/evfilter ]
  [ -x root/usr/local/libexec/evkit/evsource-file ]
  [ ! -e root/usr/local/bin/evsource-file ]
  [ -s root/usr/local/share/man/man1/evsource.1 ]
  [ -s root/usr/local/share/man/man7/evkit.7 ]

  echo '{"a":1}' >a.ndjson
  PATH=/usr/bin:/bin try root/usr/local/bin/evsource a.ndjson
  exits 0
  prints '{"a":1}'
}

@test "nothing is built twice, unless the flags are others" {
  object=$PWD/b/lib/base/err.o
  builds() {
    try make --no-print-directory -C "$TOP" BUILD="$PWD/b" "$@" "$object"
    exits 0
  }
  builds
  [[ $output == *"cc    $object"* ]]
  builds
  [[ $output != *cc* ]]
  builds CFLAGS=-O3
  [[ $output == *"cc    $object"* ]]
}
