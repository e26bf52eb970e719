#!/bin/bash
# Last day's orders: who gets a mail, and what is to be counted. Cron, 00:30.
# Arguments: OUT [IN]
set -euo pipefail
export LC_ALL=C
out=$1 in=${2:-$(dirname "$0")/data}
mkdir -p "$out"
export EVKIT_STATE=${EVKIT_STATE:-$out/.state}

# the mails: one for each order that was placed
evsource --name mails "$in/orders.ndjson" |
  evfilter "type = 'placed'" --select 'customer, "order", total' |
  evsink --name mails --columns customer,order,total "$out/mails.csv"

# analytics: each event as a row, of which the report is made
evsource --name facts "$in/orders.ndjson" |
  evfilter --select 'type, "order", total' true |
  evsink --name facts --columns type,order,total "$out/facts.csv"
