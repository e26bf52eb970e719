# pipelines/rail: every rung gives what the nightly script gave.
load ladder

@test "every rung gives the same result" {
  input
  climb
  [ "$(count stations.csv)" = 2819 ]
  [ "$(count off_network.ndjson)" = 20 ]
}

@test "each rung is one step" {
  one_step
}

@test "the results have the types that the map wants" {
  input
  climb
  types='[.id, .name, .crs, .nlc, .lon, .lat, .off_network] | map(type) | join(" ")'
  want='number string string string number number boolean'
  for file in on off; do
    [ "$(jq -r "$types" out/2-split/${file}_network.ndjson | sort -u)" = "$want" ]
  done
}

@test "the same without a newline at the end" {
  input
  ladder_append "$TOP/pipelines/rail" in
  truncate -s -1 in/rail_locations.csv
  climb
  [ "$(count stations.csv)" = 2821 ]
}

@test "the same where there is no station" {
  input
  sed -i '2,1200!d' in/rail_locations.csv
  sed -i '1i location_id,name,description,tiploc,crs,nlc,stanox,notes,longitude,latitude,isOffNetwork,timingPointType' \
    in/rail_locations.csv
  awk -F, 'NR == 1 || $9 == "null"' in/rail_locations.csv >none
  mv none in/rail_locations.csv
  climb
  [ "$(count stations.csv)" = 0 ]
}

@test "the named rung reads only what is new" {
  input
  incremental
}

@test "the rung that follows does so, whatever is killed, and ends when it is told to" {
  input
  follow
}

@test "the same of the rung whose stages meet in logs" {
  input
  follow log 3
}
