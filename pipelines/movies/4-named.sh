#!/bin/bash
# What people thought of the films of the last century. Cron runs it at 06:30.
# Arguments: OUT [IN]
set -euo pipefail
export LC_ALL=C
out=$1 in=${2:-$(dirname "$0")/data}
mkdir -p "$out"
export EVKIT_STATE=${EVKIT_STATE:-$out/.state}

# which film each rating is about
evsource --name rated --reject "$out/rejects.ndjson" "$in/movie_ratings.ndjson" |
  evjoin "$in/movies.csv" --on movie_id --fields release_year,title |
  evsink --name rated --columns movie_id,rating,release_year,title \
    "$out/rated_movies.csv"

# the report
evsource --name report "$out/rated_movies.csv" |
  evfilter 'release_year < 2000' --select "CASE WHEN rating >= 8 THEN 'liked'
    WHEN rating < 5 THEN 'disliked' ELSE 'so-so' END AS verdict,
    rating, release_year, title" |
  evsink --name report --columns verdict,rating,release_year,title \
    "$out/report.csv"
