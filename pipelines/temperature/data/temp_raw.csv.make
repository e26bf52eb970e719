#!/bin/sh
# temp_raw.csv.make [COUNT]: prints COUNT readings (20000) of twelve thermometers
# as CSV, the same every time. Now and then one forgets who it is, as in the
# second row.
set -eu
exec awk -v count="${1:-20000}" '
  function below(n) { # Park and Miller
    state = state * 16807 % 2147483647
    return int(state / 2147483647 * n)
  }
  BEGIN {
    state = 20190226
    print "sensor_id,time_epoch,reading"
    for (i = 1; i <= count; i++) {
      time = 1551136100 + int(i / 12) * 60 + i % 12
      sensor = below(200) ? "t" 1 + i % 12 : ""
      reading = (1500 + 40 * (i % 12) + below(700)) / 100
      if (i == 2) {
        sensor = ""; time = 1551136125; reading = 13.11
      }
      printf "%s,%d,%.2f\n", sensor, time, reading
    }
  }'
