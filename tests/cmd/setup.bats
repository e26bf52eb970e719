# scripts/setup: says what it installs and why, installs no more than that, and
# nothing where nothing is missing. The packet manager here is a stand-in that
# writes down what it was asked.
load ../helpers

setup() {
  cd "$BATS_TEST_TMPDIR" || return
  mkdir bin
  # A machine that has everything but scdoc. Never links: a stand-in that is
  # written over one would overwrite the real program.
  local tool
  for tool in sh cat id env mktemp rm cc pkg-config sqlite3 ps; do
    stand_in "$tool" "exec $(command -v "$tool") \"\$@\""
  done
}

stand_in() { # NAME SCRIPT
  [ ! -L "bin/$1" ] || return
  printf '#!/bin/sh\n%s\n' "$2" >"bin/$1"
  chmod +x "bin/$1"
}

sets_up() { # ARGUMENT…
  try env PATH="$PWD/bin" "$TOP/scripts/setup" "$@"
}

@test "nothing is missing: nothing is said, nothing is done" {
  stand_in scdoc ''
  stand_in apt-get 'echo called >>asked'
  sets_up build
  exits 0
  prints ''
  says ''
  [ ! -e asked ]
}

@test "what is missing is named with its reason, and installed" {
  stand_in apt-cache ''
  stand_in apt-get 'echo "$@" >>asked'
  stand_in id 'echo 0'
  sets_up build
  exits 0
  [[ $output == *'scdoc            manual pages'* ]]
  [ "$(wc -l <asked)" = 1 ]
  [[ $(cat asked) == *'install --no-install-recommends scdoc' ]]
}

@test "a user installs by sudo" {
  stand_in apt-cache ''
  stand_in apt-get 'echo "$@" >>asked'
  stand_in sudo 'echo sudo >>asked; exec "$@"'
  stand_in id 'echo 1000'
  sets_up build
  exits 0
  [ "$(head -n 1 asked)" = sudo ]
  [[ $(tail -n 1 asked) == *'install --no-install-recommends scdoc' ]]
}

@test "a user without sudo is told what root must do" {
  stand_in apt-get 'echo "$@" >>asked'
  stand_in id 'echo 1000'
  sets_up build
  exits 1
  says '*as root, run: apt-get install scdoc'
  [ ! -e asked ]
}

@test "without apt the packages are named" {
  sets_up build
  exits 1
  [[ $output == *scdoc* ]]
  says '*no apt here*'
}

@test "a package list that is too old is brought up to date once" {
  stand_in apt-cache 'exit 100'
  stand_in apt-get 'echo "$@" >>asked'
  stand_in id 'echo 0'
  sets_up build
  exits 0
  [[ $(head -n 1 asked) == *update ]]
  [[ $(tail -n 1 asked) == *scdoc ]]
}

@test "when apt-get fails, its words are shown" {
  stand_in apt-cache ''
  stand_in apt-get 'echo "E: no space"; exit 100'
  stand_in id 'echo 0'
  sets_up build
  exits 1
  says '*E: no space*could not install scdoc'
}

@test "an unknown word is a usage error" {
  sets_up everything
  exits 64
  says "setup: unknown 'everything'*"
}
