#!/bin/bash
# Where the stations are, for the map on the website. Cron runs it at 02:20.
# Arguments: OUT [IN]
set -euo pipefail
export LC_ALL=C
out=$1 in=${2:-$(dirname "$0")/data}
mkdir -p "$out"
export EVKIT_STATE=${EVKIT_STATE:-$out/.state}

# a station has a CRS code and stands somewhere; the export says null
evsource --name stations --null null "$in/rail_locations.csv" |
  evfilter 'crs IS NOT NULL AND longitude IS NOT NULL AND latitude IS NOT NULL' \
    --select 'location_id, description, crs, nlc, longitude, latitude, isOffNetwork' |
  evsink --name stations \
    --columns location_id,description,crs,nlc,longitude,latitude,isOffNetwork \
    "$out/stations.csv"

# the web people want JSON, and those on the network apart
evsource --name split --types nlc:text,isOffNetwork:boolean "$out/stations.csv" |
  evfilter --select 'location_id AS id, description AS name, crs, nlc,
    longitude AS lon, latitude AS lat, isOffNetwork AS off_network' |
  evfilter 'NOT off_network' --else "$out/off_network.ndjson" |
  evsink --name split "$out/on_network.ndjson"
