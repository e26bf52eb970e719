# Pipelines from a topic of one partition to a file, out.TOPIC, which run while
# brokers come and go: load ../kafka-runs, after kafka.

events() { # FIRST LAST [WHOSE]
  seq -f "{\"id\":%g,\"by\":\"${3-}\"}" "$1" "$2"
}

# A bounded run.
once() { # TOPIC
  timeout 120 evsource --name "$1" "kafka://$KAFKA_BROKERS/$1" |
    timeout 120 evsink --name "$1" "out.$1"
}

# One that follows, by a name unless the topic is plain-…: the source is
# TOPIC.pid, its end in TOPIC.end. end_followers ends those of teardown_file.
follow() { # TOPIC
  local name=()
  [[ $1 == plain-* ]] || name=(--name "$1")
  {
    status=0
    bash -c 'echo $$ >"$0.pid" && exec evsource "$@"' "$1" "${name[@]}" \
      --follow --mark-every 50ms "kafka://$KAFKA_BROKERS/$1" 2>"$1.err" ||
      status=$?
    echo $status >"$1.end"
  } | if [ "${name[*]}" ]; then
    evsink "${name[@]}" "out.$1" 2>"$1.sink"
  else
    cat >"out.$1"
  fi &
}

end_followers() {
  local file
  for file in "$BATS_FILE_TMPDIR"/*.pid; do
    kill -9 "$(<"$file")" 2>/dev/null || :
  done
}

# What the brokers that answer first say of them all.
partitions_are() { # "leader N, replicas: 1,2, isrs: N…" TOPIC…
  local there
  there=$(timeout 5 kcat -b "$KAFKA_BROKERS" -L -X log_level=0 |
    grep 'partition 0, leader') || return
  [ "$(grep -cx " *partition 0, $1" <<<"$there")" = $(($# - 1)) ]
}
