# What scripts/demo and tests/pipeline share: a ladder's input, its results,
# and whether two folders of results are the same. A ladder is a folder of
# pipelines/; its results are the files that are not hidden and not rejects.

# The night's input: what data/ has, and what its .make scripts make.
ladder_input() { # LADDER IN [ROWS]
  local file name
  mkdir -p "$2"
  for file in "$1"/data/*; do
    name=${file##*/}
    case $name in
    late | README*) ;;
    *.make) "$file" ${3:+"$3"} >"$2/${name%.make}" ;;
    *) cp -r "$file" "$2/" ;;
    esac
  done
}

# What arrives after the night: one write a file, or new files of a folder.
ladder_append() { # LADDER IN
  local file
  for file in "$1"/data/late/*; do
    if [ -d "$file" ]; then
      cp "$file"/* "$2/${file##*/}/"
    else
      cat "$file" >>"$2/${file##*/}"
    fi
  done
}

# A result as a place: of a database the table of its name; of a rung that has
# logs, what is no file is the log of that name, wherever $LOG says they are.
ladder_place() { # RESULT
  local name=${1##*/} logs=${1%/*}/log
  case $1 in
  *.db) echo "sqlite:$1/${name%.db}" ;;
  *)
    if [ -e "$1" ] || [ ! -d "$logs" ]; then
      echo "$1"
    else
      echo "${LOG:-$logs/}${name%.*}/"
    fi
    ;;
  esac
}

ladder_results() { # OUT
  local file
  for file in "$1"/*; do
    case $file in
    */rejects.ndjson | *.ev) ;;
    *) echo "${file##*/}" ;;
    esac
  done
}

# Whether ACTUAL has every result of EXPECTED, with the same events; prints how
# many each has. evdiff says what is different.
ladder_same() { # EXPECTED ACTUAL
  local name said counts='' status=0
  for name in $(ladder_results "$1"); do
    if said=$(evdiff "$(ladder_place "$1/$name")" \
      "$(ladder_place "$2/$name")" 2>&1 >/dev/null); then
      said=${said#*same: }
      counts+=", $name ${said%% *}"
    else
      printf '%s: %s\n' "$name" "$said" >&2
      status=1
    fi
  done
  [ "$counts" ] || status=1
  echo "${counts#, }"
  return $status
}

ladder_count() { # RESULT
  evsource "$(ladder_place "$1")" 2>/dev/null | wc -l
}

# Waits, 30 s at most, until the results of a rung that follows have as many
# events as they should; fails if they do not, or if it has ended.
ladder_wait() { # EXPECTED ACTUAL PID
  local name want end=$((SECONDS + 30))
  for name in $(ladder_results "$1"); do
    want=$(ladder_count "$1/$name")
    until [ "$(ladder_count "$2/$name")" -ge "$want" ]; do
      kill -0 "$3" && [ $SECONDS -lt $end ] || return
      sleep 0.05
    done 2>/dev/null
  done
}

# All that runs below a process.
ladder_below() { # PID
  local child
  for child in $(ps -o pid= --ppid "$1"); do
    echo "$child"
    ladder_below "$child"
  done
}

# Kills one of the commands below a process, by chance, and says which.
ladder_kill() { # PID
  local victims victim
  mapfile -t victims < <(ladder_below "$1" | xargs -r ps -o pid=,comm= -p |
    awk '$2 ~ /^ev/')
  [ ${#victims[@]} -gt 0 ] || return 0
  victim=${victims[RANDOM % ${#victims[@]}]}
  # shellcheck disable=SC2086 # two words
  set -- $victim
  kill -9 "$1" 2>/dev/null && echo "$2"
}
