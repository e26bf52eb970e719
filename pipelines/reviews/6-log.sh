#!/bin/bash
# Which of our best customers are unhappy? At once.
# Arguments: OUT [IN]
set -euo pipefail
export LC_ALL=C
out=$1 in=${2:-$(dirname "$0")/data}
review=id,userid,rating,message,channel,ts
user=first_name,last_name,email,gender,club_status,comments
mkdir -p "$out/log"
LOG=${LOG:-$out/log/} # or kafka://HOST:PORT/
export EVKIT_STATE=${EVKIT_STATE:-$out/.state}

# without an id it is no review; a full disk over there leaves half a row
clean() {
  evsource --name clean --follow --reject "$out/rejects.ndjson" \
    "$in/reviews.csv" |
    evfilter 'id IS NOT NULL' |
    evsink --name clean --create --key userid "${LOG}reviews_clean/"
}

# who wrote it
enrich() {
  evsource --name enrich --follow "${LOG}reviews_clean/" |
    evjoin "$in/users.csv" --on userid=id |
    evsink --name enrich --create --key userid "${LOG}enriched_reviews/"
}

# whom to call now
unhappy() {
  evsource --name unhappy --follow "${LOG}enriched_reviews/" |
    evfilter "rating < 3 AND club_status = 'platinum'" |
    evsink --name unhappy --columns "$review,$user" "$out/unhappy_vips.csv"
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

forever clean &
forever enrich &
forever unhappy &
wait -n
