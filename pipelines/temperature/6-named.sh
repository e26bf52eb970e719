#!/bin/bash
# The thermometers of the night, for three who want them. Cron runs it at 05:00.
# Arguments: OUT [IN]
set -euo pipefail
export LC_ALL=C
out=$1 in=${2:-$(dirname "$0")/data}
mkdir -p "$out"
export EVKIT_STATE=${EVKIT_STATE:-$out/.state}

# what all three want: readings that say whose they are
evsource --name readings "$in/temp_raw.csv" |
  evfilter 'sensor_id IS NOT NULL' |
  evsink --name readings --columns sensor_id,time_epoch,reading "$out/temp_clean.csv"

# facilities: where it is too warm
evsource --name warm "$out/temp_clean.csv" |
  evfilter 'reading > 24' |
  evsink --name warm --columns sensor_id,time_epoch,reading "$out/warm.csv"

# the dashboard: with a time that people can read
evsource --name dashboard "$out/temp_clean.csv" |
  evfilter --select "sensor_id, reading, to_char(to_timestamp(time_epoch)
    AT TIME ZONE 'UTC', 'YYYY-MM-DD HH24:MI:SS') AS time" |
  evsink --name dashboard --columns sensor_id,time,reading "$out/dashboard.csv"

# the colleagues in Boston: degrees Fahrenheit
evsource --name boston "$out/temp_clean.csv" |
  evfilter --select "sensor_id, time_epoch,
    round(reading * 9 / 5 + 32, 3) AS fahrenheit" |
  evsink --name boston --columns sensor_id,time_epoch,fahrenheit "$out/boston.csv"
