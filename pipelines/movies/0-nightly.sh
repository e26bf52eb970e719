#!/bin/bash
# What people thought of the films of the last century. Cron runs it at 06:30.
# Arguments: OUT [IN]
set -euo pipefail
export LC_ALL=C
out=$1 in=${2:-$(dirname "$0")/data}
mkdir -p "$out"

# the catalogue; a title with a comma stands in quotes
tail -n +2 "$in/movies.csv" |
  sed -E 's/^([^,]*),("[^"]*"|[^,]*),([^,]*),.*/\1\t\3\t\2/' |
  sort -t $'\t' -k1,1 >"$out/.movies.tsv"

# which film each rating is about
sed -nE 's/^\{"movie_id":([0-9]+),"rating":([0-9.]+)\}\r?$/\1\t\2/p' \
  "$in/movie_ratings.ndjson" | sort -t $'\t' -k1,1 |
  join -t $'\t' -o 1.1,1.2,2.2,2.3 - "$out/.movies.tsv" | tr '\t' , |
  sed '1i movie_id,rating,release_year,title' >"$out/rated_movies.csv"

# the report
awk -F, 'NR == 1 { print "verdict,rating,release_year,title"; next }
  $3 < 2000 {
    verdict = $2 >= 8 ? "liked" : $2 < 5 ? "disliked" : "so-so"
    sub(/^[^,]*,/, "")
    print verdict "," $0
  }' "$out/rated_movies.csv" >"$out/report.csv"
