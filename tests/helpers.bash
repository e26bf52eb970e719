# What every .bats file loads: load ../helpers
#
# A test begins in an empty folder of its own, with the built commands first in
# PATH. TOP is the source tree, for tests/data.
bats_require_minimum_version 1.5.0

TOP=$(cd "${BASH_SOURCE[0]%/*}/.." && pwd)
BUILD=${EV_BUILD:-$TOP/build}
PATH=$BUILD/bin:$PATH
export LC_ALL=C.UTF-8
unset EVKIT_STATE STATE_DIRECTORY
# Nothing of the user's: named pipelines keep their state beside the folder.
export XDG_STATE_HOME=${BATS_TEST_TMPDIR-${BATS_FILE_TMPDIR-/nowhere}}.state

setup() {
  cd "$BATS_TEST_TMPDIR" || return
}

# Runs a command as `run` does, stderr apart: $status, $output, $stderr.
# It changes i, as bats does where a command fails.
try() {
  run --separate-stderr -- "$@"
}

# shellcheck disable=SC2154 # status, output and stderr are set by run

# The three looks at a run: what differs is shown.
exits() { # STATUS
  [ "$status" = "$1" ] || {
    printf 'exit status %s, not %s\nstdout: %s\nstderr: %s\n' \
      "$status" "$1" "$output" "${stderr-}"
    return 1
  }
}

prints() { # TEXT: the whole of stdout
  [ "$output" = "$1" ] || {
    printf 'stdout is\n%s\nnot\n%s\nstderr: %s\n' "$output" "$1" "${stderr-}"
    return 1
  }
}

says() { # PATTERN (of bash's ==): the whole of stderr; '' for silence
  # shellcheck disable=SC2053 # a pattern is meant
  [[ ${stderr-} == $1 ]] || {
    printf 'stderr is\n%s\nnot\n%s\n' "${stderr-}" "$1"
    return 1
  }
}

# Waits until a command is true, a minute at most: a machine may be slow.
soon() { # COMMAND…
  local end=$((SECONDS + 60))
  while ((SECONDS < end)); do
    "$@" 2>/dev/null && return
    sleep 0.02
  done
  echo "never: $*"
  return 1
}

# Whether a process waits for something, and has done nothing else for 0.1 s.
idle() { # PID
  local before
  before=$(grep -E 'State|ctxt' "/proc/$1/status") || return
  sleep 0.1
  [[ $before == *'S (sleeping)'* ]] &&
    [ "$before" = "$(grep -E 'State|ctxt' "/proc/$1/status")" ]
}

# A disk of its own. Who may not mount one has not tested what needs it, and a
# test that is left out is a failure.
disk() { # OPTIONS OF tmpfs FOLDER
  mkdir -p "$2"
  mount -t tmpfs -o "$1" none "$2" || {
    echo "this wants a disk that is full, which only root can mount"
    return 1
  }
}

# Runs a command as somebody who is not root (root may read and write all), in
# a folder that is open to all. Ours are copied, since the tree may stand where
# only root may go. Input passes.
unprivileged() { # COMMAND [ARGUMENT…]
  [ "$(id -u)" = 0 ] || {
    "$@"
    return
  }
  local own=$BATS_RUN_TMPDIR/evkit
  [ -d "$own/bin" ] || {
    mkdir -p "$own"
    cp -r "$BUILD/bin" "$BUILD/libexec" "$own"
  }
  chmod 711 "$BATS_RUN_TMPDIR" "$BATS_RUN_TMPDIR"/* "$BATS_TEST_TMPDIR"
  PATH=$own/bin:$PATH setpriv --reuid 65534 --regid 65534 --clear-groups \
    "$@"
}
