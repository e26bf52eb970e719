#!/bin/bash
# What people think of the films of the last century. At once.
# Arguments: OUT [IN]
set -euo pipefail
export LC_ALL=C
out=$1 in=${2:-$(dirname "$0")/data}
mkdir -p "$out"

# a service: when one stage ends, or the script is told to, all end
trap 'kill $(jobs -p) 2>/dev/null' EXIT
for stage in rated_movies report; do
  : >"$out/$stage.csv"
done

# which film each rating is about
evsource --follow --reject /dev/stderr "$in/movie_ratings.ndjson" |
  evjoin "$in/movies.csv" --on movie_id --fields release_year,title |
  evsink --format csv --columns movie_id,rating,release_year,title - \
    >>"$out/rated_movies.csv" &

# the report
evsource --follow "$out/rated_movies.csv" |
  evfilter 'release_year < 2000' --select "CASE WHEN rating >= 8 THEN 'liked'
    WHEN rating < 5 THEN 'disliked' ELSE 'so-so' END AS verdict,
    rating, release_year, title" |
  evsink --format csv --columns verdict,rating,release_year,title - \
    >>"$out/report.csv" &

wait -n
