#!/bin/bash
# Where the stations are, for the map on the website. At once.
# Arguments: OUT [IN]
set -euo pipefail
export LC_ALL=C
out=$1 in=${2:-$(dirname "$0")/data}
mkdir -p "$out"

# a service: when one stage ends, or the script is told to, all end
trap 'kill $(jobs -p) 2>/dev/null' EXIT
for stage in stations.csv on_network.ndjson off_network.ndjson; do
  : >"$out/$stage"
done

# a station has a CRS code and stands somewhere; the export says null
evsource --follow --null null "$in/rail_locations.csv" |
  evfilter 'crs IS NOT NULL AND longitude IS NOT NULL AND latitude IS NOT NULL' \
    --select 'location_id, description, crs, nlc, longitude, latitude, isOffNetwork' |
  evsink --format csv \
    --columns location_id,description,crs,nlc,longitude,latitude,isOffNetwork - \
    >>"$out/stations.csv" &

# the web people want JSON, and those on the network apart
evsource --follow --types nlc:text,isOffNetwork:boolean "$out/stations.csv" |
  evfilter 'NOT isOffNetwork' --select 'location_id AS id, description AS name,
    crs, nlc, longitude AS lon, latitude AS lat, isOffNetwork AS off_network' |
  evsink --format ndjson - >>"$out/on_network.ndjson" &
evsource --follow --types nlc:text,isOffNetwork:boolean "$out/stations.csv" |
  evfilter isOffNetwork --select 'location_id AS id, description AS name,
    crs, nlc, longitude AS lon, latitude AS lat, isOffNetwork AS off_network' |
  evsink --format ndjson - >>"$out/off_network.ndjson" &

wait -n
