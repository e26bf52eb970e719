#!/bin/bash
# Where the stations are, for the map on the website. At once.
# Arguments: OUT [IN]
set -euo pipefail
export LC_ALL=C
out=$1 in=${2:-$(dirname "$0")/data}
mkdir -p "$out/log"
LOG=${LOG:-$out/log/} # or kafka://HOST:PORT/
export EVKIT_STATE=${EVKIT_STATE:-$out/.state}

# a station has a CRS code and stands somewhere; the export says null
stations() {
  evsource --name stations --follow --null null "$in/rail_locations.csv" |
    evfilter 'crs IS NOT NULL AND longitude IS NOT NULL AND latitude IS NOT NULL' \
      --select 'location_id, description, crs, nlc, longitude, latitude, isOffNetwork' |
    evsink --name stations --create --key crs "${LOG}stations/"
}

# the web people want JSON, and those on the network apart
split() {
  evsource --name split --follow "${LOG}stations/" |
    evfilter --select 'location_id AS id, description AS name, crs,
      nlc::text AS nlc, longitude AS lon, latitude AS lat,
      isOffNetwork::boolean AS off_network' |
    evfilter 'NOT off_network' --else "$out/off_network.ndjson" |
    evsink --name split "$out/on_network.ndjson"
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

forever stations &
forever split &
wait -n
