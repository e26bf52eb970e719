#!/bin/bash
# The thermometers, for three who want them. At once.
# Arguments: OUT [IN]
set -euo pipefail
export LC_ALL=C
out=$1 in=${2:-$(dirname "$0")/data}
mkdir -p "$out"

# a service: when one stage ends, or the script is told to, all end
trap 'kill $(jobs -p) 2>/dev/null' EXIT
for stage in temp_clean warm dashboard boston; do
  : >"$out/$stage.csv"
done

# what all three want: readings that say whose they are
evsource --follow "$in/temp_raw.csv" |
  evfilter 'sensor_id IS NOT NULL' |
  evsink --format csv --columns sensor_id,time_epoch,reading - \
    >>"$out/temp_clean.csv" &

# facilities: where it is too warm
evsource --follow "$out/temp_clean.csv" |
  evfilter 'reading > 24' |
  evsink --format csv --columns sensor_id,time_epoch,reading - \
    >>"$out/warm.csv" &

# the dashboard: with a time that people can read
evsource --follow "$out/temp_clean.csv" |
  evfilter --select "sensor_id, reading, to_char(to_timestamp(time_epoch)
    AT TIME ZONE 'UTC', 'YYYY-MM-DD HH24:MI:SS') AS time" |
  evsink --format csv --columns sensor_id,time,reading - \
    >>"$out/dashboard.csv" &

# the colleagues in Boston: degrees Fahrenheit
evsource --follow "$out/temp_clean.csv" |
  evfilter --select "sensor_id, time_epoch,
    round(reading * 9 / 5 + 32, 3) AS fahrenheit" |
  evsink --format csv --columns sensor_id,time_epoch,fahrenheit - \
    >>"$out/boston.csv" &

wait -n
