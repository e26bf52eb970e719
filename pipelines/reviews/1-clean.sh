#!/bin/bash
# Which of our best customers were unhappy? Cron runs it at 03:10.
# Arguments: OUT [IN]
set -euo pipefail
export LC_ALL=C
out=$1 in=${2:-$(dirname "$0")/data}
review=id,userid,rating,message,channel,ts
user=first_name,last_name,email,gender,club_status,comments
mkdir -p "$out"

# the web shop's export; it comes from Windows
tr -d '\r' <"$in/reviews.csv" >"$out/.reviews.csv"

# without an id it is no review; a full disk over there leaves half a row
evsource --reject "$out/rejects.ndjson" "$out/.reviews.csv" |
  evfilter 'id IS NOT NULL' |
  evsink --columns "$review" "$out/reviews_clean.csv"

# who wrote it
tail -n +2 "$out/reviews_clean.csv" | sort -t, -k2,2 |
  join -t, -1 2 -2 1 -o 1.1,1.2,1.3,1.4,1.5,1.6,2.2,2.3,2.4,2.5,2.6,2.7 \
    - <(tail -n +2 "$in/users.csv" | sort -t, -k1,1) |
  sed "1i $review,$user" >"$out/enriched_reviews.csv"

# whom to call tomorrow
awk -F, 'NR == 1 || $3 < 3 && $11 == "platinum"' \
  "$out/enriched_reviews.csv" >"$out/unhappy_vips.csv"
