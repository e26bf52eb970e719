# scripts/lint finds what it is for: each case plants one violation in a small
# tree in which nothing is wrong before.
load ../helpers

setup() {
  cd "$BATS_TEST_TMPDIR" || return
  mkdir -p lib/base lib/event cmd scripts
  printf '/*\n * err: a header.\n */\n#define EV_BASE_ERR_H\n' >lib/base/err.h
  printf '/*\n * err: a source.\n */\n#include "base/err.h"\n' >lib/base/err.c
  cp "$TOP/scripts/lint" scripts/
  cp "$TOP/Makefile" "$TOP/.clang-format" .
  printf '/*\n * a: a source.\n */\n#include "base/err.h"\n' >lib/event/a.c
  printf '/*\n * evx: a program.\n */\n#include "base/err.h"\n' >cmd/evx.c
  printf 'evx(1)\n\n# NAME\n\nevx - does nothing\n' >cmd/evx.1.scd
  git init -q
}

lint() { # CHECK
  try scripts/lint build "$1"
}

# Debian 13 has not the version of clang-format that decides.
decides() {
  clang-format --version | grep -q 'version 14\.'
}

@test "a tree in which nothing is planted is clean" {
  lint format
  exits 0
  if decides; then
    prints "1..1
ok - lint format"
  else
    [[ $output == *'ok - lint format'*'not looked at'* ]]
  fi
  for check in text shell layers banned silence opening pages; do
    lint "$check"
    prints "1..1
ok - lint $check"
    exits 0
  done
}

@test "format: a line that clang-format lays out otherwise" {
  printf 'int  ev_a ( void );\n' >>lib/event/a.c
  lint format
  if decides; then
    exits 1
    [[ $output == *'lib/event/a.c:5:'*'make format'* ]]
  else
    exits 0
    [[ $output == *'not looked at'* ]]
  fi
}

@test "text: white space at the end, a carriage return, no newline" {
  printf 'x \n' >one.md
  printf 'x\r\n' >two.md
  printf 'x' >three.md
  lint text
  exits 1
  [[ $output == *'one.md:1: white space at the end'* ]]
  [[ $output == *'two.md:1: a carriage return'* ]]
  [[ $output == *'three.md: no newline at the end'* ]]
}

@test "text: a line of more than 100 columns" {
  printf '/* %0100d */\n' 0 >>lib/event/a.c
  lint text
  exits 1
  [[ $output == *'lib/event/a.c:5: more than 100 columns'* ]]
}

@test "shell: a variable that is unquoted and unset" {
  # shellcheck disable=SC2016 # it is what the other script says
  printf '#!/bin/sh\nrm -rf $nothing/*\n' >scripts/bad
  lint shell
  exits 1
  [[ $output == *'scripts/bad:2:'* ]]
}

@test "layers: a lower folder includes a higher one" {
  echo '#include "event/scan.h"' >>lib/base/err.c
  lint layers
  exits 1
  [[ $output == *'base must not include "event/scan.h"'* ]]
}

@test "layers: folders of one rank do not include each other" {
  mkdir lib/expr
  echo '#include "format/format.h"' >lib/expr/a.h
  lint layers
  exits 1
  [[ $output == *'expr must not include "format/format.h"'* ]]
}

@test "layers: a folder that is in no layer" {
  echo '#include "other/a.h"' >>cmd/evx.c
  lint layers
  exits 1
  [[ $output == *'"other/a.h" is in no layer'* ]]
}

@test "banned: a function that overruns; not its name in a comment or text" {
  printf '/* strcpy( */ char *t = "strcpy(";\n' >>lib/event/a.c
  lint banned
  exits 0
  printf 'void f(char *a) { strcpy(a, t); }\n' >>lib/event/a.c
  lint banned
  exits 1
  [[ $output == *'lib/event/a.c:6: strcpy() is banned'* ]]
}

@test "silence: lib prints" {
  printf 'void f(void) { printf("x"); }\n' >>lib/event/a.c
  lint silence
  exits 1
  [[ $output == *'lib/event/a.c:5: printf() in lib'* ]]
}

@test "silence: lib ends the process" {
  printf 'void f(void) { exit(1); }\n' >>lib/event/a.c
  lint silence
  exits 1
  [[ $output == *'lib/event/a.c:5: exit() in lib'* ]]
}

@test "names: a name after another module, and one that no header declares" {
  printf 'int ev_b_thing;\nint ev_a_thing;\nint ev_a_static;\n' >>lib/event/a.c
  printf '/* a */\nextern int ev_a_thing;\n' >lib/event/a.h
  make -s BUILD=build build/libev.a
  lint names
  exits 1
  prints '1..1
not ok - lint names
lib/event/a.c: exports ev_a_static, which no header in lib/event/ declares
lib/event/a.c: exports ev_b_thing, named after nothing in lib/event/'
}

@test "names: a program exports more than main" {
  printf 'int ev_evx_helper(void);\nint ev_evx_helper(void)\n' >>cmd/evx.c
  printf '{ return 0; }\nint main(void) { return ev_evx_helper(); }\n' >>cmd/evx.c
  make -s BUILD=build build/libev.a build/cmd/evx.o
  lint names
  exits 1
  [[ $output == *'cmd/evx.c: exports ev_evx_helper'* ]]
}

@test "opening: a file without its comment, a header without its guard" {
  echo 'int x;' >lib/event/b.c
  printf '/* b */\n' >lib/event/b.h
  lint opening
  exits 1
  [[ $output == *'lib/event/b.c: does not open with a comment'* ]]
  [[ $output == *'lib/event/b.h: no guard EV_EVENT_B_H'* ]]
}

@test "pages: a program without a manual page, a page scdoc cannot take" {
  printf '/* y */\n' >cmd/evy.c
  echo 'no title' >cmd/evx.1.scd
  lint pages
  exits 1
  [[ $output == *'cmd/evy.c: no manual page cmd/evy.1.scd'* ]]
  [[ $output == *'cmd/evx.1.scd: '* ]]
}
