#!/bin/bash
# Where the stations are, for the map on the website. Cron runs it at 02:20.
# Arguments: OUT [IN]
set -euo pipefail
export LC_ALL=C
out=$1 in=${2:-$(dirname "$0")/data}
mkdir -p "$out"

# a station has a CRS code and stands somewhere; the export says null
evsource --null null "$in/rail_locations.csv" |
  evfilter 'crs IS NOT NULL AND longitude IS NOT NULL AND latitude IS NOT NULL' \
    --select 'location_id, description, crs, nlc, longitude, latitude, isOffNetwork' |
  evsink --columns location_id,description,crs,nlc,longitude,latitude,isOffNetwork \
    "$out/stations.csv"

# the web people want JSON, and those on the network apart
for file in on off; do
  : >"$out/${file}_network.ndjson"
done
awk -F, -v out="$out" 'NR > 1 {
  printf "{\"id\":%s,\"name\":\"%s\",\"crs\":\"%s\",\"nlc\":\"%s\",\"lon\":%s,\"lat\":%s,\"off_network\":%s}\n",
    $1, $2, $3, $4, $5, $6, tolower($7) \
    >(out ($7 == "TRUE" ? "/off" : "/on") "_network.ndjson")
}' "$out/stations.csv"
