#!/bin/bash
# Orders that somebody should look at: a third reader of the log, who came later.
# Arguments: OUT
set -euo pipefail
export LC_ALL=C
out=$1
LOG=${LOG:-$out/log/} # or kafka://HOST:PORT/
export EVKIT_STATE=${EVKIT_STATE:-$out/.state}

# all that was ever ordered, then what is new since the last time
evsource --name fraud "${LOG}orders/" |
  evfilter "type = 'placed' AND total > 900" |
  evsink --name fraud "$out/fraud.ndjson"
