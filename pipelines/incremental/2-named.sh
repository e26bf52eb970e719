#!/bin/bash
# Cases by place and time, from the nightly reports. Cron runs it at 03:30.
# Arguments: OUT [IN]
set -euo pipefail
export LC_ALL=C
out=$1 in=${2:-$(dirname "$0")/data}
mkdir -p "$out"
export EVKIT_STATE=${EVKIT_STATE:-$out/.state}

sqlite3 "$out/cases.db" 'CREATE TABLE IF NOT EXISTS cases (
  province TEXT, country TEXT, time TEXT,
  confirmed INTEGER, deaths INTEGER, recovered INTEGER,
  PRIMARY KEY (province, country, time))'

# what came since the last run
evsource --name cases "$in/reports/" |
  evfilter --select "coalesce(trim(\"Province/State\"), '') AS province,
    trim(\"Country/Region\") AS country, \"Last Update\" AS time,
    \"Confirmed\" AS confirmed, \"Deaths\" AS deaths,
    \"Recovered\" AS recovered" |
  evsink --name cases --write upsert --key province,country,time \
    "sqlite:$out/cases.db/cases"
