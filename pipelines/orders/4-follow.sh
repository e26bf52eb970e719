#!/bin/bash
# Orders as they come: who gets a mail, and what is counted. At once.
# Arguments: OUT [IN]
set -euo pipefail
export LC_ALL=C
out=$1 in=${2:-$(dirname "$0")/data}
mkdir -p "$out"
export EVKIT_STATE=${EVKIT_STATE:-$out/.state}

# the mails: one for each order that was placed
mails() {
  evsource --name mails --follow "$in/orders.ndjson" |
    evfilter "type = 'placed'" --select 'customer, "order", total' |
    evsink --name mails --columns customer,order,total "$out/mails.csv"
}

# analytics: each event as a row, of which the report is made
facts() {
  evsource --name facts --follow "$in/orders.ndjson" |
    evfilter --select 'type, "order", total' true |
    evsink --name facts --columns type,order,total "$out/facts.csv"
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

forever mails &
forever facts &
wait -n
