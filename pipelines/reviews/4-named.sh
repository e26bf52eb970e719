#!/bin/bash
# Which of our best customers were unhappy? Cron runs it at 03:10.
# Arguments: OUT [IN]
set -euo pipefail
export LC_ALL=C
out=$1 in=${2:-$(dirname "$0")/data}
review=id,userid,rating,message,channel,ts
user=first_name,last_name,email,gender,club_status,comments
mkdir -p "$out"
export EVKIT_STATE=${EVKIT_STATE:-$out/.state}

# the web shop's export; it comes from Windows
tr -d '\r' <"$in/reviews.csv" >"$out/.reviews.csv"

# without an id it is no review; a full disk over there leaves half a row
evsource --name clean --reject "$out/rejects.ndjson" "$out/.reviews.csv" |
  evfilter 'id IS NOT NULL' |
  evsink --name clean --columns "$review" "$out/reviews_clean.csv"

# who wrote it
evsource --name enrich "$out/reviews_clean.csv" |
  evjoin "$in/users.csv" --on userid=id |
  evsink --name enrich --columns "$review,$user" "$out/enriched_reviews.csv"

# whom to call tomorrow
evsource --name unhappy "$out/enriched_reviews.csv" |
  evfilter "rating < 3 AND club_status = 'platinum'" |
  evsink --name unhappy --columns "$review,$user" "$out/unhappy_vips.csv"
