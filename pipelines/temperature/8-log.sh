#!/bin/bash
# The thermometers, for three who want them. At once.
# Arguments: OUT [IN]
set -euo pipefail
export LC_ALL=C
out=$1 in=${2:-$(dirname "$0")/data}
mkdir -p "$out/log"
LOG=${LOG:-$out/log/} # or kafka://HOST:PORT/
export EVKIT_STATE=${EVKIT_STATE:-$out/.state}

# what all three want: readings that say whose they are
readings() {
  evsource --name readings --follow "$in/temp_raw.csv" |
    evfilter 'sensor_id IS NOT NULL' |
    evsink --name readings --create --key sensor_id "${LOG}temp_clean/"
}

# facilities: where it is too warm
warm() {
  evsource --name warm --follow "${LOG}temp_clean/" |
    evfilter 'reading > 24' |
    evsink --name warm --columns sensor_id,time_epoch,reading "$out/warm.csv"
}

# the dashboard: with a time that people can read
dashboard() {
  evsource --name dashboard --follow "${LOG}temp_clean/" |
    evfilter --select "sensor_id, reading, to_char(to_timestamp(time_epoch)
      AT TIME ZONE 'UTC', 'YYYY-MM-DD HH24:MI:SS') AS time" |
    evsink --name dashboard --columns sensor_id,time,reading "$out/dashboard.csv"
}

# the colleagues in Boston: degrees Fahrenheit
boston() {
  evsource --name boston --follow "${LOG}temp_clean/" |
    evfilter --select "sensor_id, time_epoch,
      round(reading * 9 / 5 + 32, 3) AS fahrenheit" |
    evsink --name boston --columns sensor_id,time_epoch,fahrenheit \
      "$out/boston.csv"
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

forever readings &
forever warm &
forever dashboard &
forever boston &
wait -n
