#!/bin/bash
# Last day's orders: who gets a mail, and what is to be counted. Cron, 00:30.
# Arguments: OUT [IN]
set -euo pipefail
export LC_ALL=C
out=$1 in=${2:-$(dirname "$0")/data}
mkdir -p "$out"

# the mails: one for each order that was placed
evsource "$in/orders.ndjson" |
  evfilter "type = 'placed'" --select 'customer, "order", total' |
  evsink --columns customer,order,total "$out/mails.csv"

# analytics: each event as a row, of which the report is made
sed -E 's/"customer":"[^"]*",//; s/^\{"type":"(\w+)","order":([0-9]+)(,"total":(.*))?\}$/\1,\2,\4/' \
  "$in/orders.ndjson" | sed '1i type,order,total' >"$out/facts.csv"
