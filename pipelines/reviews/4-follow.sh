#!/bin/bash
# Which of our best customers are unhappy? At once.
# Arguments: OUT [IN]
set -euo pipefail
export LC_ALL=C
out=$1 in=${2:-$(dirname "$0")/data}
review=id,userid,rating,message,channel,ts
user=first_name,last_name,email,gender,club_status,comments
mkdir -p "$out"

# a service: when one stage ends, or the script is told to, all end
trap 'kill $(jobs -p) 2>/dev/null' EXIT
for stage in reviews_clean enriched_reviews unhappy_vips; do
  : >"$out/$stage.csv"
done

# without an id it is no review; a full disk over there leaves half a row
evsource --follow --reject /dev/stderr "$in/reviews.csv" |
  evfilter 'id IS NOT NULL' |
  evsink --format csv --columns "$review" - >>"$out/reviews_clean.csv" &

# who wrote it
evsource --follow "$out/reviews_clean.csv" |
  evjoin "$in/users.csv" --on userid=id |
  evsink --format csv --columns "$review,$user" - >>"$out/enriched_reviews.csv" &

# whom to call now
evsource --follow "$out/enriched_reviews.csv" |
  evfilter "rating < 3 AND club_status = 'platinum'" |
  evsink --format csv --columns "$review,$user" - >>"$out/unhappy_vips.csv" &

wait -n
