#!/bin/bash
# The thermometers of the night, for three who want them. Cron runs it at 05:00.
# Arguments: OUT [IN]
set -euo pipefail
export LC_ALL=C
out=$1 in=${2:-$(dirname "$0")/data}
mkdir -p "$out"

# what all three want: readings that say whose they are
evsource "$in/temp_raw.csv" |
  evfilter 'sensor_id IS NOT NULL' |
  evsink --columns sensor_id,time_epoch,reading "$out/temp_clean.csv"

# facilities: where it is too warm
evsource "$out/temp_clean.csv" |
  evfilter 'reading > 24' |
  evsink --columns sensor_id,time_epoch,reading "$out/warm.csv"

# the dashboard: with a time that people can read
evsource "$out/temp_clean.csv" |
  evfilter --select "sensor_id, reading, to_char(to_timestamp(time_epoch)
    AT TIME ZONE 'UTC', 'YYYY-MM-DD HH24:MI:SS') AS time" |
  evsink --columns sensor_id,time,reading "$out/dashboard.csv"

# the colleagues in Boston: degrees Fahrenheit
evsource "$out/temp_clean.csv" |
  evfilter --select "sensor_id, time_epoch,
    round(reading * 9 / 5 + 32, 3) AS fahrenheit" |
  evsink --columns sensor_id,time_epoch,fahrenheit "$out/boston.csv"
