#!/bin/bash
# Cases by place and time, from the nightly reports. Cron runs it at 03:30.
# Arguments: OUT [IN]
set -euo pipefail
export LC_ALL=C
out=$1 in=${2:-$(dirname "$0")/data}
mkdir -p "$out"

sqlite3 "$out/cases.db" 'CREATE TABLE IF NOT EXISTS cases (
  province TEXT, country TEXT, time TEXT,
  confirmed INTEGER, deaths INTEGER, recovered INTEGER,
  PRIMARY KEY (province, country, time))'

# what came since the last file done
last=$(cat "$out/.last" 2>/dev/null) || last=
for file in "$in"/reports/*.csv; do
  [[ ${file##*/} > $last ]] || continue
  sqlite3 "$out/cases.db" <<END
.import --csv "$file" report
INSERT OR REPLACE INTO cases
SELECT trim("Province/State"), trim("Country/Region"), "Last Update",
  "Confirmed", "Deaths", "Recovered" FROM report;
DROP TABLE report;
END
  echo "${file##*/}" >"$out/.last"
done
