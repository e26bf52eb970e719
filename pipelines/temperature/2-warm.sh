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
awk -F, 'NR == 1 { print "sensor_id,time,reading"; next }
  $1 != "" { print $1 "," strftime("%Y-%m-%d %H:%M:%S", $2, 1) "," $3 }' \
  "$in/temp_raw.csv" >"$out/dashboard.csv"

# the colleagues in Boston: degrees Fahrenheit
awk -F, 'NR == 1 { print "sensor_id,time_epoch,fahrenheit"; next }
  $1 != "" { printf "%s,%s,%.3f\n", $1, $2, $3 * 9 / 5 + 32 }' \
  "$in/temp_raw.csv" >"$out/boston.csv"
