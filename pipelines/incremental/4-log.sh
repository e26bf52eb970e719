#!/bin/bash
# Cases by place and time, from the reports. As they come.
# Arguments: OUT [IN]
set -euo pipefail
export LC_ALL=C
out=$1 in=${2:-$(dirname "$0")/data}
mkdir -p "$out/log"
LOG=${LOG:-$out/log/} # or kafka://HOST:PORT/
export EVKIT_STATE=${EVKIT_STATE:-$out/.state}

sqlite3 "$out/cases.db" 'CREATE TABLE IF NOT EXISTS cases (
  province TEXT, country TEXT, time TEXT,
  confirmed INTEGER, deaths INTEGER, recovered INTEGER,
  PRIMARY KEY (province, country, time))'

# what comes, for whoever wants it
reports() {
  evsource --name reports --follow "$in/reports/" |
    evfilter --select "coalesce(trim(\"Province/State\"), '') AS province,
      trim(\"Country/Region\") AS country, \"Last Update\" AS time,
      \"Confirmed\" AS confirmed, \"Deaths\" AS deaths,
      \"Recovered\" AS recovered" |
    evsink --name reports --create --key province,country,time "${LOG}reports/"
}

# the last word on each
cases() {
  evsource --name cases --follow "${LOG}reports/" |
    evsink --name cases --write upsert --key province,country,time \
      "sqlite:$out/cases.db/cases"
}

# a service: a stage that is killed starts again where it was; one that needs a
# person ends all, and so does the script when it is told to
set -m
trap 'kill -- $(jobs -p | sed s/^/-/) 2>/dev/null' EXIT
forever() {
  until "$1"; do
    case $? in 75 | 137) sleep 0.1 ;; *) return ;; esac
  done
}

forever reports &
forever cases &
wait -n
