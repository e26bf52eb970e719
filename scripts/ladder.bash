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
    *) cp "$file" "$2/" ;;
    esac
  done
}

# What arrives after the night, one write a file.
ladder_append() { # LADDER IN
  local file
  for file in "$1"/data/late/*; do
    cat "$file" >>"$2/${file##*/}"
  done
}

ladder_results() { # OUT
  local file
  for file in "$1"/*; do
    case $file in
    */rejects.ndjson) ;;
    *) echo "${file##*/}" ;;
    esac
  done
}

# Whether ACTUAL has every result of EXPECTED, with the same events; prints how
# many each has. evdiff says what is different.
ladder_same() { # EXPECTED ACTUAL
  local name said counts='' status=0
  for name in $(ladder_results "$1"); do
    if said=$(evdiff "$1/$name" "$2/$name" 2>&1 >/dev/null); then
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

# Waits, 30 s at most, until the results of a rung that follows have as many
# lines as they should; fails if they do not, or if it has ended.
ladder_wait() { # EXPECTED ACTUAL PID
  local name have end=$((SECONDS + 30))
  for name in $(ladder_results "$1"); do
    until have=$(wc -l <"$2/$name") &&
      [ "$have" -ge "$(wc -l <"$1/$name")" ]; do
      kill -0 "$3" && [ $SECONDS -lt $end ] || return
      sleep 0.01
    done 2>/dev/null
  done
}
