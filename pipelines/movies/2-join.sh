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
evsource --reject "$out/rejects.ndjson" "$in/movie_ratings.ndjson" |
  evjoin "$in/movies.csv" --on movie_id --fields release_year,title |
  evsink --columns movie_id,rating,release_year,title "$out/rated_movies.csv"

# the report
evsource "$out/rated_movies.csv" |
  evfilter 'release_year < 2000' --select "CASE WHEN rating >= 8 THEN 'liked'
    WHEN rating < 5 THEN 'disliked' ELSE 'so-so' END AS verdict,
    rating, release_year, title" |
  evsink --columns verdict,rating,release_year,title "$out/report.csv"
