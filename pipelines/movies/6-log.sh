#!/bin/bash
# What people think of the films of the last century. At once.
# Arguments: OUT [IN]
set -euo pipefail
export LC_ALL=C
out=$1 in=${2:-$(dirname "$0")/data}
mkdir -p "$out/log"
LOG=${LOG:-$out/log/} # or kafka://HOST:PORT/
export EVKIT_STATE=${EVKIT_STATE:-$out/.state}

# which film each rating is about
rated() {
  evsource --name rated --follow --reject "$out/rejects.ndjson" \
    "$in/movie_ratings.ndjson" |
    evjoin "$in/movies.csv" --on movie_id --fields release_year,title |
    evsink --name rated --create --key movie_id "${LOG}rated_movies/"
}

# the report
report() {
  evsource --name report --follow "${LOG}rated_movies/" |
    evfilter 'release_year < 2000' --select "CASE WHEN rating >= 8 THEN 'liked'
      WHEN rating < 5 THEN 'disliked' ELSE 'so-so' END AS verdict,
      rating, release_year, title" |
    evsink --name report --columns verdict,rating,release_year,title \
      "$out/report.csv"
}

# a service: a stage that is killed starts again where it was; one that needs a
# person ends all, and so does the script when it is told to
set -m
trap 'kill -- $(jobs -p | sed s/^/-/) 2>/dev/null' EXIT
forever() {
  until "$1"; do
    case $? in 75 | 137) sleep 0.1 ;; *) return ;; esac
  done
}

forever rated &
forever report &
wait -n
